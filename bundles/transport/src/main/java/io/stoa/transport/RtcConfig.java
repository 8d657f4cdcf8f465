package io.stoa.transport;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code rtc.*} keys that concern ports, in camel case. */
@ObjectClassDefinition(name = "Stoa RTC", description = "Ports of media")
public @interface RtcConfig {
    @AttributeDefinition(description = "one port, or a range a-b: one port per media loop; empty: ports from the port range, per peer")
    String udpPort() default "";

    int portRangeStart() default 50000;

    int portRangeEnd() default 60000;

    @AttributeDefinition(description = "ICE/TCP; 0 = none")
    int tcpPort() default 7881;

    @AttributeDefinition(description = "no UDP candidates")
    boolean forceTcp() default false;
}
