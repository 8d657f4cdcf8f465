package io.stoa.transport;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code rtc.*} keys that concern sockets, in camel case. */
@ObjectClassDefinition(name = "Stoa RTC", description = "Ports and addresses of media")
public @interface RtcConfig {
    @AttributeDefinition(description = "one port, or a range a-b: one port per media loop; empty: ports from the port range, per peer")
    String udpPort() default "";

    int portRangeStart() default 50000;

    int portRangeEnd() default 60000;

    @AttributeDefinition(description = "ICE/TCP; 0 = none")
    int tcpPort() default 7881;

    @AttributeDefinition(description = "what candidates say instead of local addresses: an address, or an IPv4 and an IPv6 address, comma-separated", required = false)
    String nodeIp() default "";

    boolean enableLoopbackCandidate() default false;

    @AttributeDefinition(description = "no UDP candidates")
    boolean forceTcp() default false;

    @AttributeDefinition(description = "names of interfaces to use; empty = all")
    String[] interfaces_includes() default {};

    String[] interfaces_excludes() default {};

    @AttributeDefinition(description = "address blocks (CIDR) to use; empty = all")
    String[] ips_includes() default {};

    String[] ips_excludes() default {};
}
