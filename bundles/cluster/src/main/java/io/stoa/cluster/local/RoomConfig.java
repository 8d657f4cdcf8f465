package io.stoa.cluster.local;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Defaults of rooms (PID {@code io.stoa.room}). */
@ObjectClassDefinition(pid = "io.stoa.room", name = "Stoa rooms", description = "What a room is when nobody says otherwise.")
public @interface RoomConfig {
    @AttributeDefinition(description = "A join creates the room.")
    boolean autoCreate() default true;

    @AttributeDefinition(description = "Codecs of new rooms, each as its MIME type, optionally followed by a blank and a format line.")
    String[] enabledCodecs() default {
        "audio/PCMU", "audio/PCMA", "audio/opus", "audio/red", "video/VP8", "video/H264", "video/VP9", "video/AV1", "video/H265", "video/rtx"
    };

    @AttributeDefinition(description = "Participants per room, 0 = unlimited.")
    int maxParticipants() default 0;

    @AttributeDefinition(description = "Seconds until a room closes that nobody joined.")
    int emptyTimeout() default 300;

    @AttributeDefinition(description = "Seconds until a room closes after the last one left.")
    int departureTimeout() default 20;

    @AttributeDefinition(description = "Subscribers are asked to delay playout.")
    boolean playoutDelay_enabled() default false;

    @AttributeDefinition(description = "Milliseconds.")
    int playoutDelay_min() default 0;

    @AttributeDefinition(description = "Milliseconds.")
    int playoutDelay_max() default 0;

    @AttributeDefinition(description = "Audio and video of one participant share a stream id.")
    boolean syncStreams() default false;

    @AttributeDefinition(description = "Named presets: a JSON object from name to RoomConfiguration.", required = false)
    String roomConfigurations() default "";
}
