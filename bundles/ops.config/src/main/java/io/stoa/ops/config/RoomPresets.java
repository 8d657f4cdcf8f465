package io.stoa.ops.config;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.stoa.protocol.livekit.RoomConfiguration;
import java.util.Optional;

/** Checks presets of {@code room.room_configurations} against the protocol. */
final class RoomPresets {
    private RoomPresets() {}

    /** What is wrong with it, empty if nothing. */
    static Optional<String> fault(String json) {
        try {
            JsonFormat.parser().merge(json, RoomConfiguration.newBuilder());
            return Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            return Optional.of(String.valueOf(e.getMessage()).replace("message livekit.", ""));
        }
    }
}
