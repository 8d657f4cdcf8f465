package io.stoa.cluster.local;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The limits that decide whether a room may open (PID {@code io.stoa.limit}). */
@ObjectClassDefinition(pid = "io.stoa.limit", name = "Stoa limits of room creation", description = "0 = unlimited.")
public @interface LimitConfig {
    @AttributeDefinition(description = "Bytes of a room's name.")
    int maxRoomNameLength() default 256;

    @AttributeDefinition(description = "Tracks in and out of this node.")
    int numTracks() default 0;

    @AttributeDefinition(description = "Bytes per second in and out of this node.")
    double bytesPerSec() default 0;
}
