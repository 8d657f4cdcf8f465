package io.stoa.cluster.local;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.stoa.protocol.livekit.Codec;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.PlayoutDelay;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomConfiguration;
import io.stoa.protocol.livekit.RoomEgress;
import io.stoa.protocol.livekit.RoomInternal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The server's defaults and presets, and how a record grows from them (spec 5.2): what is zero or empty in a request or a preset leaves
 * the record as it is.
 */
record RoomSettings(
        boolean autoCreate,
        List<Codec> enabledCodecs,
        int maxParticipants,
        int emptyTimeout,
        int departureTimeout,
        PlayoutDelay playoutDelay,
        boolean syncStreams,
        Map<String, RoomConfiguration> presets,
        int maxNameBytes,
        int maxTracks,
        double maxBytesPerSecond) {

    RoomSettings {
        notNegative("room.max_participants", maxParticipants);
        notNegative("room.empty_timeout", emptyTimeout);
        notNegative("room.departure_timeout", departureTimeout);
        notNegative("limit.max_room_name_length", maxNameBytes);
        enabledCodecs = List.copyOf(enabledCodecs);
        presets = Map.copyOf(presets);
    }

    static RoomSettings from(RoomConfig config, LimitConfig limits) {
        PlayoutDelay delay = PlayoutDelay.newBuilder()
                .setEnabled(config.playoutDelay_enabled())
                .setMin(config.playoutDelay_min())
                .setMax(config.playoutDelay_max())
                .build();
        return new RoomSettings(
                config.autoCreate(),
                codecs(config.enabledCodecs()),
                config.maxParticipants(),
                config.emptyTimeout(),
                config.departureTimeout(),
                delay,
                config.syncStreams(),
                presets(config.roomConfigurations()),
                limits.maxRoomNameLength(),
                limits.numTracks(),
                limits.bytesPerSec());
    }

    /** A room that did not exist. Identity and times are the caller's. */
    Room.Builder newRoom(String name) {
        return Room.newBuilder()
                .setName(name)
                .setEmptyTimeout(emptyTimeout)
                .setDepartureTimeout(departureTimeout)
                .setMaxParticipants(maxParticipants)
                .addAllEnabledCodecs(enabledCodecs);
    }

    RoomInternal.Builder newInternal() {
        RoomInternal.Builder internal = RoomInternal.newBuilder().setSyncStreams(syncStreams);
        if (playoutDelay.getEnabled()) internal.setPlayoutDelay(playoutDelay);
        return internal;
    }

    static void apply(RoomConfiguration preset, Room.Builder room, RoomInternal.Builder internal) {
        CreateRoomRequest.Builder request = CreateRoomRequest.newBuilder()
                .setEmptyTimeout(preset.getEmptyTimeout())
                .setDepartureTimeout(preset.getDepartureTimeout())
                .setMaxParticipants(preset.getMaxParticipants())
                .setMetadata(preset.getMetadata())
                .setMinPlayoutDelay(preset.getMinPlayoutDelay())
                .setMaxPlayoutDelay(preset.getMaxPlayoutDelay())
                .setSyncStreams(preset.getSyncStreams())
                .addAllAgents(preset.getAgentsList());
        if (preset.hasEgress()) request.setEgress(preset.getEgress());
        apply(request.build(), room, internal);
    }

    static void apply(CreateRoomRequest request, Room.Builder room, RoomInternal.Builder internal) {
        if (request.getEmptyTimeout() != 0) room.setEmptyTimeout(request.getEmptyTimeout());
        if (request.getDepartureTimeout() != 0) room.setDepartureTimeout(request.getDepartureTimeout());
        if (request.getMaxParticipants() != 0) room.setMaxParticipants(request.getMaxParticipants());
        if (!request.getMetadata().isEmpty()) room.setMetadata(request.getMetadata());
        RoomEgress egress = request.getEgress();
        if (egress.hasParticipant()) internal.setParticipantEgress(egress.getParticipant());
        if (egress.hasTracks()) internal.setTrackEgress(egress.getTracks());
        if (request.getAgentsCount() > 0) internal.clearAgentDispatches().addAllAgentDispatches(request.getAgentsList());
        if (request.getMinPlayoutDelay() != 0 || request.getMaxPlayoutDelay() != 0) {
            internal.setPlayoutDelay(PlayoutDelay.newBuilder()
                    .setEnabled(true)
                    .setMin(request.getMinPlayoutDelay())
                    .setMax(request.getMaxPlayoutDelay()));
        }
        if (request.getSyncStreams()) internal.setSyncStreams(true);
    }

    private static List<Codec> codecs(String[] lines) {
        return Stream.of(lines).map(String::strip).filter(line -> !line.isEmpty()).map(RoomSettings::codec).toList();
    }

    private static Codec codec(String line) {
        String[] parts = line.split(" ", 2);
        return Codec.newBuilder().setMime(parts[0]).setFmtpLine(parts.length == 2 ? parts[1] : "").build();
    }

    private static Map<String, RoomConfiguration> presets(String json) {
        Map<String, RoomConfiguration> presets = new LinkedHashMap<>();
        if (json.isBlank()) return presets;
        try {
            JsonElement root = JsonParser.parseString(json);
            if (!(root instanceof JsonObject object)) throw new IllegalArgumentException("room.room_configurations: not a map of presets");
            for (var entry : object.entrySet()) {
                RoomConfiguration.Builder preset = RoomConfiguration.newBuilder();
                JsonFormat.parser().merge(entry.getValue().toString(), preset);
                presets.put(entry.getKey(), preset.build());
            }
        } catch (JsonParseException | InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("room.room_configurations: " + e.getMessage(), e);
        }
        return presets;
    }

    private static void notNegative(String key, int value) {
        if (value < 0) throw new IllegalArgumentException(key + ": " + value + " is not allowed; 0 or more is");
    }
}
