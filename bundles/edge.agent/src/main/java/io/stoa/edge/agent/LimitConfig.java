package io.stoa.edge.agent;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(id = "io.stoa.limit", name = "Limits of agent workers")
public @interface LimitConfig {
    @AttributeDefinition(description = "Largest message of a worker in bytes; larger ones close the WebSocket with 1009; 0 = none")
    int agentSignalMessageSizeLimit() default 2 << 20;
}
