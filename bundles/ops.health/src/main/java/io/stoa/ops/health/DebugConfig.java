package io.stoa.ops.health;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code development}. */
@ObjectClassDefinition(name = "Stoa debug pages")
public @interface DebugConfig {
    @AttributeDefinition(description = "Whether everybody who can reach the server may look into its rooms")
    boolean development() default false;
}
