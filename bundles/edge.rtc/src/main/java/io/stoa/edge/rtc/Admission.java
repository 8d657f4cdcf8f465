package io.stoa.edge.rtc;

import com.google.gson.JsonObject;
import io.stoa.base.Ids;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.RoomConfiguration;
import io.stoa.protocol.livekit.StartSession;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Whether a client gets in, and as what. The checks stand in the order of spec 1.5: SDKs and their users know the answers by heart, so
 * the first one that fails is part of the interface.
 */
final class Admission {
    private final Premises premises;
    private final Ids ids;

    Admission(Premises premises, Ids ids) {
        this.premises = premises;
        this.ids = ids;
    }

    /**
     * @param agent of the {@code User-Agent} header
     * @param address of the client, as far as known
     * @return the session to start, complete
     */
    StartSession admit(RtcSettings settings, Caller caller, ConnectParameters asked, UserAgent agent, String address) throws Refusal {
        if (!caller.roomJoin()) throw new Refusal(401, "permissions denied");
        checkIdentity(settings, caller.identity());
        checkRoom(settings, caller.room());
        if (!asked.publish().isEmpty() && !caller.canPublish()) throw noAccess();
        if (!premises.mayEnter(caller.room(), caller.roomCreate())) throw new Refusal(404, "requested room does not exist");
        if (premises.overLimits(settings)) throw new Refusal(503, "node has exceeded its configured limit");
        boolean changes = !asked.metadata().isEmpty() || !asked.attributes().isEmpty();
        if (changes && !caller.canUpdateOwnMetadata()) throw noAccess();
        return start(caller, asked, agent, address);
    }

    private static void checkIdentity(RtcSettings settings, String identity) throws Refusal {
        if (identity.isEmpty()) throw new Refusal(400, "identity cannot be empty");
        checkLength("participant identity", identity, settings.identityBytes());
    }

    private static void checkRoom(RtcSettings settings, String room) throws Refusal {
        if (room.isEmpty()) throw new Refusal(400, "no room name");
        checkLength("room name", room, settings.roomNameBytes());
    }

    private static void checkLength(String what, String text, int limit) throws Refusal {
        if (limit == 0 || text.getBytes(StandardCharsets.UTF_8).length <= limit) return;
        throw new Refusal(400, what + " length exceeds limits: max length " + limit);
    }

    private static Refusal noAccess() {
        return new Refusal(401, "no permissions to access the room");
    }

    private StartSession start(Caller caller, ConnectParameters asked, UserAgent agent, String address) {
        var client = asked.client().toBuilder().setAddress(address);
        agent.complete(client);
        String identity = asked.publish().isEmpty() ? caller.identity() : caller.identity() + "#" + asked.publish();
        var start = StartSession.newBuilder()
                .setRoomName(caller.room())
                .setIdentity(identity)
                .setName(caller.name())
                .setConnectionId(ids.next(Ids.CONNECTION))
                .setReconnect(asked.resume())
                .setReconnectReason(asked.reason())
                .setParticipantId(asked.sid())
                .setAutoSubscribe(asked.autoSubscribe())
                .setAdaptiveStream(asked.adaptiveStream())
                .setDisableIceLite(asked.disableIceLite())
                .setClient(client)
                .setGrantsJson(grants(caller, asked, identity).toString())
                .setCreateRoom(room(caller))
                .addAllAddTrackRequests(asked.tracks())
                .setUseSinglePeerConnection(asked.single())
                .setTokenExpiresAt(caller.expiresAt());
        asked.autoSubscribeDataTrack().ifPresent(start::setAutoSubscribeDataTrack);
        asked.allowPause().ifPresent(start::setSubscriberAllowPause);
        asked.offer().ifPresent(start::setPublisherOffer);
        return start.build();
    }

    /** The token's claims with what the request may change about them. */
    private static JsonObject grants(Caller caller, ConnectParameters asked, String identity) {
        JsonObject grants = caller.claims().deepCopy();
        grants.addProperty("identity", identity);
        if (!asked.metadata().isEmpty()) grants.addProperty("metadata", asked.metadata());
        if (!asked.publish().isEmpty() && grants.get("video") instanceof JsonObject video) video.addProperty("canSubscribe", false);
        merge(grants, asked.attributes());
        return grants;
    }

    /** An empty value says nothing. */
    private static void merge(JsonObject grants, Map<String, String> attributes) {
        if (attributes.isEmpty()) return;
        JsonObject merged = grants.get("attributes") instanceof JsonObject token ? token : new JsonObject();
        attributes.forEach((key, value) -> {
            if (!value.isEmpty()) merged.addProperty(key, value);
        });
        grants.add("attributes", merged);
    }

    /** How the room is to be if this join opens it. */
    private static CreateRoomRequest room(Caller caller) {
        RoomConfiguration wish = caller.roomConfig();
        var request = CreateRoomRequest.newBuilder()
                .setName(caller.room())
                .setRoomPreset(caller.roomPreset())
                .setEmptyTimeout(wish.getEmptyTimeout())
                .setDepartureTimeout(wish.getDepartureTimeout())
                .setMaxParticipants(wish.getMaxParticipants())
                .setMetadata(wish.getMetadata())
                .setMinPlayoutDelay(wish.getMinPlayoutDelay())
                .setMaxPlayoutDelay(wish.getMaxPlayoutDelay())
                .setSyncStreams(wish.getSyncStreams())
                .addAllAgents(wish.getAgentsList())
                .putAllTags(wish.getTagsMap());
        if (wish.hasEgress()) request.setEgress(wish.getEgress());
        return request.build();
    }
}
