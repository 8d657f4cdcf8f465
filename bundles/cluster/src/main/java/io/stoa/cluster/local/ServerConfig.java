package io.stoa.cluster.local;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What this node says about itself (PIDs {@code io.stoa.server} and, for its address, {@code io.stoa.rtc}). */
@ObjectClassDefinition(pid = "io.stoa.server", name = "Stoa server", description = "This node as others see it.")
public @interface ServerConfig {
    @AttributeDefinition(description = "Region of this node.", required = false)
    String region() default "";

    @AttributeDefinition(description = "Address this node is registered with; empty = first address that is not loopback.", required = false)
    String nodeIp() default "";
}
