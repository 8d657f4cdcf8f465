package io.stoa.edge.rtc;

import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.base.Ids;
import io.stoa.protocol.livekit.StartSession;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

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
     * @param claims of the verified token, with a {@code video} grant
     * @param agent of the {@code User-Agent} header
     * @param address of the client, as far as known
     * @return the session to start, complete
     */
    StartSession admit(RtcSettings settings, Claims claims, ConnectParameters asked, UserAgent agent, String address) throws Refusal {
        VideoGrant video = claims.video();
        if (!video.roomJoin()) throw new Refusal(401, "permissions denied");
        checkIdentity(settings, claims.identity());
        checkRoom(settings, video.room());
        if (!asked.publish().isEmpty() && !video.permission().getCanPublish()) throw noAccess();
        if (!premises.mayEnter(video.room(), video.roomCreate())) throw new Refusal(404, "requested room does not exist");
        if (premises.overLimits(settings)) throw new Refusal(503, "node has exceeded its configured limit");
        boolean changes = !asked.metadata().isEmpty() || !asked.attributes().isEmpty();
        if (changes && !video.permission().getCanUpdateMetadata()) throw noAccess();
        return start(granted(claims, asked), asked, agent, address);
    }

    /** A token that says nothing about rooms is as good as none. */
    static Claims claims(Optional<Claims> token) throws Refusal {
        return token.filter(claims -> claims.video() != null).orElseThrow(Admission::noAccess);
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

    /** The token's claims with what the request may change about them. */
    private static Claims granted(Claims token, ConnectParameters asked) {
        Map<String, String> attributes = new LinkedHashMap<>(token.attributes());
        asked.attributes().forEach((key, value) -> {
            if (!value.isEmpty()) attributes.put(key, value);
        });
        String metadata = asked.metadata().isEmpty() ? token.metadata() : asked.metadata();
        Claims granted = token.with(token.name(), metadata, attributes, token.video());
        return asked.publish().isEmpty() ? granted : onlyPublishing(granted, asked.publish());
    }

    private static Claims onlyPublishing(Claims claims, String publish) {
        var permission = claims.video().permission().toBuilder().setCanSubscribe(false).build();
        return new Claims(
                claims.apiKey(),
                claims.identity() + "#" + publish,
                claims.name(),
                claims.kind(),
                claims.kindDetails(),
                claims.metadata(),
                claims.attributes(),
                claims.video().with(permission),
                claims.sipAdmin(),
                claims.sipCall(),
                claims.roomConfig(),
                claims.roomPreset(),
                claims.sha256(),
                claims.expiresAtSeconds());
    }

    private StartSession start(Claims claims, ConnectParameters asked, UserAgent agent, String address) {
        var client = asked.client().toBuilder().setAddress(address);
        agent.complete(client);
        var start = StartSession.newBuilder()
                .setRoomName(claims.video().room())
                .setIdentity(claims.identity())
                .setName(claims.name())
                .setConnectionId(ids.next(Ids.CONNECTION))
                .setReconnect(asked.resume())
                .setReconnectReason(asked.reason())
                .setParticipantId(asked.sid())
                .setAutoSubscribe(asked.autoSubscribe())
                .setAdaptiveStream(asked.adaptiveStream())
                .setDisableIceLite(asked.disableIceLite())
                .setClient(client)
                .setGrantsJson(claims.toSessionJson())
                .setCreateRoom(claims.createRoom())
                .addAllAddTrackRequests(asked.tracks())
                .setUseSinglePeerConnection(asked.single())
                .setTokenExpiresAt(claims.expiresAtSeconds());
        asked.autoSubscribeDataTrack().ifPresent(start::setAutoSubscribeDataTrack);
        asked.allowPause().ifPresent(start::setSubscriberAllowPause);
        asked.offer().ifPresent(start::setPublisherOffer);
        return start.build();
    }
}
