package io.stoa.edge.rtc;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

@ObjectClassDefinition(id = "io.stoa.limit", name = "Limits", description = "What the front door reads of the server's limits; 0 = none.")
@interface LimitConfig {
    @AttributeDefinition(description = "Longest room name in bytes")
    int maxRoomNameLength() default 256;

    @AttributeDefinition(description = "Longest participant identity in bytes")
    int maxParticipantIdentityLength() default 256;

    @AttributeDefinition(description = "Largest signal message in bytes; larger ones close the WebSocket with 1009")
    int signalMessageSizeLimit() default 2 << 20;

    @AttributeDefinition(description = "Tracks in and out from which the node lets nobody in")
    int numTracks() default 0;

    @AttributeDefinition(description = "Bytes per second in and out from which the node lets nobody in")
    float bytesPerSec() default 0;
}
