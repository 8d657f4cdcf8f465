package io.stoa.edge.whip;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(id = "io.stoa.limit", name = "Limits", description = "What WHIP reads of the server's limits; 0 = none.")
@interface LimitConfig {
    @AttributeDefinition(description = "Longest room name in bytes")
    int maxRoomNameLength() default 256;

    @AttributeDefinition(description = "Longest participant identity in bytes")
    int maxParticipantIdentityLength() default 256;
}
