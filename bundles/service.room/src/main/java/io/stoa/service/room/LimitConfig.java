package io.stoa.service.room;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code limit.*} keys that RoomService checks, in bytes; 0 = off. */
@ObjectClassDefinition(name = "Stoa limits")
public @interface LimitConfig {
    @AttributeDefinition
    int maxRoomNameLength() default 256;

    int maxParticipantNameLength() default 256;

    int maxMetadataSize() default 524288;

    int maxAttributesSize() default 65536;
}
