package io.stoa.auth;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.RoomConfiguration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a verified token says (spec 2.2).
 *
 * @param apiKey issuer
 * @param video null if the token has no such grant
 * @param roomConfig null if absent
 * @param expiresAtSeconds Unix time
 */
public record Claims(
        String apiKey,
        String identity,
        String name,
        ParticipantInfo.Kind kind,
        List<ParticipantInfo.KindDetail> kindDetails,
        String metadata,
        Map<String, String> attributes,
        VideoGrant video,
        boolean sipAdmin,
        boolean sipCall,
        RoomConfiguration roomConfig,
        String roomPreset,
        String sha256,
        long expiresAtSeconds) {

    public static Claims of(String identity, VideoGrant video) {
        return new Claims("", identity, "", ParticipantInfo.Kind.STANDARD, List.of(), "", Map.of(), video, false, false, null, "", "", 0);
    }

    public Claims with(String newName, String newMetadata, Map<String, String> newAttributes, VideoGrant newVideo) {
        return new Claims(apiKey, identity, newName, kind, kindDetails, newMetadata, newAttributes, newVideo, sipAdmin, sipCall, roomConfig,
                roomPreset, sha256, expiresAtSeconds);
    }

    /** From claims as JSON, of a token or of {@link #toJson}. @throws IllegalArgumentException if they are malformed */
    public static Claims fromJson(String json) {
        try {
            JsonObject claims = JsonParser.parseString(json).getAsJsonObject();
            String subject = text(claims, "sub");
            Map<String, String> attributes = new LinkedHashMap<>();
            if (claims.get("attributes") instanceof JsonObject map)
                for (var entry : map.entrySet()) attributes.put(entry.getKey(), entry.getValue().getAsString());
            JsonObject sip = claims.get("sip") instanceof JsonObject object ? object : new JsonObject();
            return new Claims(
                    text(claims, "iss"),
                    subject.isEmpty() ? text(claims, "jti") : subject,
                    text(claims, "name"),
                    kind(text(claims, "kind")),
                    details(claims.get("kindDetails")),
                    text(claims, "metadata"),
                    Map.copyOf(attributes),
                    claims.get("video") instanceof JsonObject video ? VideoGrant.fromJson(video) : null,
                    sip.has("admin") && sip.get("admin").getAsBoolean(),
                    sip.has("call") && sip.get("call").getAsBoolean(),
                    roomConfig(claims.get("roomConfig")),
                    text(claims, "roomPreset"),
                    text(claims, "sha256"),
                    claims.has("exp") ? (long) claims.get("exp").getAsDouble() : 0);
        } catch (JsonParseException | IllegalStateException | UnsupportedOperationException | NumberFormatException e) {
            throw new IllegalArgumentException("claims are not what a token may say: " + e.getMessage(), e);
        }
    }

    /** Without time and issuer: what {@link #fromJson} reads back, and what a refreshed token carries (spec 2.4). */
    public String toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("sub", identity);
        if (!name.isEmpty()) json.addProperty("name", name);
        if (kind != ParticipantInfo.Kind.STANDARD) json.addProperty("kind", kind.name().toLowerCase(Locale.ROOT));
        if (!metadata.isEmpty()) json.addProperty("metadata", metadata);
        if (!attributes.isEmpty()) {
            JsonObject map = new JsonObject();
            attributes.forEach(map::addProperty);
            json.add("attributes", map);
        }
        if (video != null) json.add("video", video.toJson());
        if (!roomPreset.isEmpty()) json.addProperty("roomPreset", roomPreset);
        if (roomConfig != null) {
            try {
                json.add("roomConfig", JsonParser.parseString(JsonFormat.printer().print(roomConfig)));
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("our own room configuration cannot be printed", e);
            }
        }
        return json.toString();
    }

    /** As {@link #toJson}, with what a refreshed token leaves out and the room shows: kind details. */
    public String toSessionJson() {
        if (kindDetails.isEmpty()) return toJson();
        JsonObject json = JsonParser.parseString(toJson()).getAsJsonObject();
        JsonArray names = new JsonArray();
        for (ParticipantInfo.KindDetail detail : kindDetails) names.add(detail.name().toLowerCase(Locale.ROOT));
        json.add("kindDetails", names);
        return json.toString();
    }

    /** How the room is to be if joining it with this token opens it. */
    public CreateRoomRequest createRoom() {
        CreateRoomRequest.Builder request = CreateRoomRequest.newBuilder().setName(video.room()).setRoomPreset(roomPreset);
        if (roomConfig == null) return request.build();
        request.setEmptyTimeout(roomConfig.getEmptyTimeout())
                .setDepartureTimeout(roomConfig.getDepartureTimeout())
                .setMaxParticipants(roomConfig.getMaxParticipants())
                .setMetadata(roomConfig.getMetadata())
                .setMinPlayoutDelay(roomConfig.getMinPlayoutDelay())
                .setMaxPlayoutDelay(roomConfig.getMaxPlayoutDelay())
                .setSyncStreams(roomConfig.getSyncStreams())
                .addAllAgents(roomConfig.getAgentsList())
                .putAllTags(roomConfig.getTagsMap());
        if (roomConfig.hasEgress()) request.setEgress(roomConfig.getEgress());
        return request.build();
    }

    private static RoomConfiguration roomConfig(JsonElement element) {
        if (!(element instanceof JsonObject object)) return null;
        RoomConfiguration.Builder configuration = RoomConfiguration.newBuilder();
        try {
            JsonFormat.parser().ignoringUnknownFields().merge(object.toString(), configuration);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("roomConfig: " + e.getMessage(), e);
        }
        return configuration.build();
    }

    private static ParticipantInfo.Kind kind(String name) {
        for (ParticipantInfo.Kind kind : ParticipantInfo.Kind.values())
            if (kind != ParticipantInfo.Kind.UNRECOGNIZED && kind.name().equalsIgnoreCase(name)) return kind; // it cannot be written again
        return ParticipantInfo.Kind.STANDARD;
    }

    private static List<ParticipantInfo.KindDetail> details(JsonElement element) {
        List<ParticipantInfo.KindDetail> details = new ArrayList<>();
        if (element instanceof JsonArray array)
            for (JsonElement name : array)
                for (ParticipantInfo.KindDetail detail : ParticipantInfo.KindDetail.values())
                    if (detail != ParticipantInfo.KindDetail.UNRECOGNIZED && detail.name().equalsIgnoreCase(name.getAsString())) details.add(detail);
        return List.copyOf(details);
    }

    private static String text(JsonObject json, String key) {
        JsonElement value = json.get(key);
        return value == null || value.isJsonNull() ? "" : value.getAsString();
    }
}
