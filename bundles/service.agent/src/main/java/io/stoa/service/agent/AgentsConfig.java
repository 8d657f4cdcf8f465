package io.stoa.service.agent;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code agents.*} keys. */
@ObjectClassDefinition(id = "io.stoa.agents", name = "Stoa agents")
public @interface AgentsConfig {
    @AttributeDefinition(description = "Agents are told that they may record user data")
    boolean enableUserDataRecording() default false;

    @AttributeDefinition(description = "Agents are told to redact user data")
    boolean enableUserDataRedaction() default false;

    @AttributeDefinition(description = "Workers at or above this load (0 to 1) are given no jobs by this node")
    float targetLoad() default 0.7f;
}
