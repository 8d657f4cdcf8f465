package io.stoa.cluster.local;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What this node says about itself (PID {@code io.stoa.server}). */
@ObjectClassDefinition(pid = "io.stoa.server", name = "Stoa server", description = "This node as others see it.")
public @interface ServerConfig {
    @AttributeDefinition(description = "Region of this node.", required = false)
    String region() default "";
}
