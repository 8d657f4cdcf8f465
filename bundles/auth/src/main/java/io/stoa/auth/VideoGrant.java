package io.stoa.auth;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.stoa.protocol.livekit.ParticipantPermission;
import io.stoa.protocol.livekit.TrackSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The {@code video} grant (spec 2.2). Boxed booleans are null where the token does not say.
 *
 * @param canPublishSources lower-case source names; empty = no restriction
 */
public record VideoGrant(
        boolean roomCreate,
        boolean roomList,
        boolean roomRecord,
        boolean roomAdmin,
        boolean roomJoin,
        String room,
        String destinationRoom,
        Boolean canPublish,
        Boolean canSubscribe,
        Boolean canPublishData,
        List<String> canPublishSources,
        Boolean canUpdateOwnMetadata,
        boolean ingressAdmin,
        boolean hidden,
        boolean recorder,
        boolean agent,
        Boolean canSubscribeMetrics,
        Boolean canManageAgentSession) {

    public static final VideoGrant NONE = fromJson(new JsonObject());

    public static VideoGrant join(String room) {
        JsonObject json = new JsonObject();
        json.addProperty("roomJoin", true);
        json.addProperty("room", room);
        return fromJson(json);
    }

    public static VideoGrant admin(String room) {
        JsonObject json = new JsonObject();
        json.addProperty("roomAdmin", true);
        json.addProperty("room", room);
        return fromJson(json);
    }

    static VideoGrant fromJson(JsonObject json) {
        List<String> sources = new ArrayList<>();
        if (json.get("canPublishSources") instanceof JsonArray array)
            for (JsonElement element : array) sources.add(element.getAsString().toLowerCase(Locale.ROOT));
        return new VideoGrant(
                flag(json, "roomCreate"), flag(json, "roomList"), flag(json, "roomRecord"), flag(json, "roomAdmin"), flag(json, "roomJoin"),
                text(json, "room"), text(json, "destinationRoom"),
                maybe(json, "canPublish"), maybe(json, "canSubscribe"), maybe(json, "canPublishData"), List.copyOf(sources),
                maybe(json, "canUpdateOwnMetadata"), flag(json, "ingressAdmin"), flag(json, "hidden"), flag(json, "recorder"), flag(json, "agent"),
                maybe(json, "canSubscribeMetrics"), maybe(json, "canManageAgentSession"));
    }

    JsonObject toJson() {
        JsonObject json = new JsonObject();
        put(json, "roomCreate", roomCreate);
        put(json, "roomList", roomList);
        put(json, "roomRecord", roomRecord);
        put(json, "roomAdmin", roomAdmin);
        put(json, "roomJoin", roomJoin);
        if (!room.isEmpty()) json.addProperty("room", room);
        if (!destinationRoom.isEmpty()) json.addProperty("destinationRoom", destinationRoom);
        put(json, "canPublish", canPublish);
        put(json, "canSubscribe", canSubscribe);
        put(json, "canPublishData", canPublishData);
        if (!canPublishSources.isEmpty()) {
            JsonArray sources = new JsonArray();
            canPublishSources.forEach(sources::add);
            json.add("canPublishSources", sources);
        }
        put(json, "canUpdateOwnMetadata", canUpdateOwnMetadata);
        put(json, "ingressAdmin", ingressAdmin);
        put(json, "hidden", hidden);
        put(json, "recorder", recorder);
        put(json, "agent", agent);
        put(json, "canSubscribeMetrics", canSubscribeMetrics);
        put(json, "canManageAgentSession", canManageAgentSession);
        return json;
    }

    /** What is left of these grants for a participant, resolved. */
    public ParticipantPermission permission() {
        boolean publish = canPublish == null || canPublish;
        ParticipantPermission.Builder permission = ParticipantPermission.newBuilder()
                .setCanSubscribe(canSubscribe == null || canSubscribe)
                .setCanPublish(publish)
                .setCanPublishData(canPublishData == null ? publish : canPublishData)
                .setHidden(hidden)
                .setRecorder(recorder)
                .setCanUpdateMetadata(Boolean.TRUE.equals(canUpdateOwnMetadata))
                .setAgent(agent)
                .setCanSubscribeMetrics(Boolean.TRUE.equals(canSubscribeMetrics))
                .setCanManageAgentSession(Boolean.TRUE.equals(canManageAgentSession));
        for (String source : canPublishSources) permission.addCanPublishSources(source(source));
        return permission.build();
    }

    /** These grants with the permissions of a participant replaced (spec 2.2, last paragraph but one). */
    public VideoGrant with(ParticipantPermission p) {
        List<String> sources = p.getCanPublishSourcesList().stream().map(s -> s.name().toLowerCase(Locale.ROOT)).toList();
        return new VideoGrant(
                roomCreate, roomList, roomRecord, roomAdmin, roomJoin, room, destinationRoom, p.getCanPublish(), p.getCanSubscribe(),
                p.getCanPublishData(), sources, p.getCanUpdateMetadata(), ingressAdmin, p.getHidden(), p.getRecorder(), p.getAgent(),
                p.getCanSubscribeMetrics(), p.getCanManageAgentSession());
    }

    /** The same grants for another room. */
    public VideoGrant in(String otherRoom) {
        return new VideoGrant(
                roomCreate, roomList, roomRecord, roomAdmin, roomJoin, otherRoom, destinationRoom, canPublish, canSubscribe, canPublishData,
                canPublishSources, canUpdateOwnMetadata, ingressAdmin, hidden, recorder, agent, canSubscribeMetrics, canManageAgentSession);
    }

    private static TrackSource source(String name) {
        return switch (name) {
            case "camera" -> TrackSource.CAMERA;
            case "microphone" -> TrackSource.MICROPHONE;
            case "screen_share" -> TrackSource.SCREEN_SHARE;
            case "screen_share_audio" -> TrackSource.SCREEN_SHARE_AUDIO;
            default -> TrackSource.UNKNOWN;
        };
    }

    private static void put(JsonObject json, String key, Boolean value) {
        if (value != null) json.addProperty(key, value);
    }

    private static void put(JsonObject json, String key, boolean value) {
        if (value) json.addProperty(key, true);
    }

    private static boolean flag(JsonObject json, String key) {
        return Boolean.TRUE.equals(maybe(json, key));
    }

    private static Boolean maybe(JsonObject json, String key) {
        JsonElement value = json.get(key);
        return value == null || value.isJsonNull() ? null : (Boolean) value.getAsBoolean();
    }

    private static String text(JsonObject json, String key) {
        JsonElement value = json.get(key);
        return value == null || value.isJsonNull() ? "" : value.getAsString();
    }
}
