package io.stoa.room.live;

import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** LiveKit's {@code limit.*} keys that rooms check (bytes; 0 = off), and {@code room.enable_remote_unmute}. */
@ObjectClassDefinition(name = "Stoa room limits")
public @interface RoomLimits {
    int maxMetadataSize() default 524288;

    int maxAttributesSize() default 65536;

    int maxParticipantNameLength() default 256;

    boolean enableRemoteUnmute() default false;
}
