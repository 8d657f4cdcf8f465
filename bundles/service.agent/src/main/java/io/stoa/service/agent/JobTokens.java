package io.stoa.service.agent;

import io.stoa.auth.AccessTokens;
import io.stoa.auth.Claims;
import io.stoa.auth.KeyProvider;
import io.stoa.auth.VideoGrant;
import io.stoa.protocol.livekit.AvailabilityResponse;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantPermission;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes the tokens by which agents enter rooms (spec 8.2): signed with the key of their worker. */
final class JobTokens {
    static final String AGENT_NAME = "lk.agent_name";
    private static final Duration LIFE = Duration.ofHours(1);
    /** Of a worker that has not said what its agents may. */
    private static final ParticipantPermission USUAL =
            ParticipantPermission.newBuilder().setCanSubscribe(true).setCanPublish(true).setCanPublishData(true).setCanUpdateMetadata(true).build();

    private final Supplier<KeyProvider> keys;

    /** @param keys gives null while there is none */
    JobTokens(Supplier<KeyProvider> keys) {
        this.keys = keys;
    }

    /** @return empty if the worker's key is gone */
    Optional<String> mint(Worker worker, String room, AvailabilityResponse as, Instant now) {
        KeyProvider provider = keys.get();
        Optional<String> secret = provider == null ? Optional.empty() : provider.secret(worker.apiKey);
        return secret.map(known -> AccessTokens.mint(claims(worker, room, as), worker.apiKey, known, now, LIFE));
    }

    private static Claims claims(Worker worker, String room, AvailabilityResponse as) {
        Map<String, String> attributes = new HashMap<>(as.getParticipantAttributesMap());
        attributes.put(AGENT_NAME, worker.registration.getAgentName());
        VideoGrant grant = grant(room, worker.registration.hasAllowedPermissions() ? worker.registration.getAllowedPermissions() : USUAL);
        return new Claims("", as.getParticipantIdentity(), as.getParticipantName(), ParticipantInfo.Kind.AGENT, List.of(), as.getParticipantMetadata(),
                attributes, grant, false, false, null, "", "", 0);
    }

    private static VideoGrant grant(String room, ParticipantPermission may) {
        return VideoGrant.join(room).with(ParticipantPermission.newBuilder()
                .setAgent(true)
                .setCanSubscribe(may.getCanSubscribe())
                .setCanPublish(may.getCanPublish())
                .setCanPublishData(may.getCanPublishData())
                .setCanUpdateMetadata(may.getCanUpdateMetadata())
                .setCanSubscribeMetrics(may.getCanSubscribeMetrics())
                .setHidden(may.getHidden())
                .build());
    }
}
