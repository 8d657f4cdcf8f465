package io.stoa.transport;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code rtc.*} keys that concern addresses, in camel case, and the ports from which external addresses are asked for. */
@ObjectClassDefinition(name = "Stoa addresses", description = "Addresses of media")
public @interface AddressConfig {
    @AttributeDefinition(description = "what candidates say instead of local addresses: an address, or an IPv4 and an IPv6 address, comma-separated", required = false)
    String nodeIp() default "";

    @AttributeDefinition(description = "ask STUN servers how local addresses are seen from outside, and let candidates say that")
    boolean useExternalIp() default false;

    @AttributeDefinition(description = "leave out IPv4 addresses that are not seen under an address of their own")
    boolean externalIpOnly() default false;

    @AttributeDefinition(description = "candidates with the local address beside those with the external one")
    boolean advertiseInternalIp() default false;

    @AttributeDefinition(description = "take external addresses for good that do not lead back to this machine")
    boolean skipExternalIpValidation() default false;

    @AttributeDefinition(description = "host:port; empty = public ones", required = false)
    String[] stunServers() default {};

    boolean enableLoopbackCandidate() default false;

    @AttributeDefinition(description = "names of interfaces to use; empty = all")
    String[] interfaces_includes() default {};

    String[] interfaces_excludes() default {};

    @AttributeDefinition(description = "address blocks (CIDR) to use; empty = all")
    String[] ips_includes() default {};

    String[] ips_excludes() default {};

    String udpPort() default "";

    int portRangeStart() default 50000;

    int portRangeEnd() default 60000;
}
