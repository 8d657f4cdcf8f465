package io.stoa.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.ParticipantInfo.Kind;
import io.stoa.protocol.livekit.ParticipantInfo.KindDetail;
import io.stoa.protocol.livekit.ParticipantPermission;
import io.stoa.protocol.livekit.TrackSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every claim and every grant of spec 2.2, read from JSON as SDKs write it. */
class GrantsTest {
    private static VideoGrant video(String grants) {
        return Claims.fromJson("{\"video\":{" + grants + "}}").video();
    }

    @Test
    void all_claims() {
        Claims claims = Claims.fromJson("""
                {"iss":"devkey","sub":"ann","name":"Ann","kind":"Agent","kindDetails":["cloud_agent","FORWARDED","unheard_of"],"metadata":"{}",
                 "attributes":{"a":"b"},"roomConfig":{"name":"x","emptyTimeout":7,"unheardOf":1},"roomPreset":"big","sha256":"aGFzaA==",
                 "sip":{"admin":true,"call":true},"exp":1900000000,"inference":{"perform":true},"identity":"ignored"}
                """);
        assertThat(claims.apiKey()).isEqualTo("devkey");
        assertThat(claims.identity()).isEqualTo("ann");
        assertThat(claims.name()).isEqualTo("Ann");
        assertThat(claims.kind()).isEqualTo(Kind.AGENT);
        assertThat(claims.kindDetails()).containsExactly(KindDetail.CLOUD_AGENT, KindDetail.FORWARDED);
        assertThat(claims.metadata()).isEqualTo("{}");
        assertThat(claims.attributes()).isEqualTo(Map.of("a", "b"));
        assertThat(claims.roomConfig().getEmptyTimeout()).isEqualTo(7);
        assertThat(claims.roomPreset()).isEqualTo("big");
        assertThat(claims.sha256()).isEqualTo("aGFzaA==");
        assertThat(claims.sipAdmin()).isTrue();
        assertThat(claims.sipCall()).isTrue();
        assertThat(claims.expiresAtSeconds()).isEqualTo(1_900_000_000);
        assertThat(claims.video()).isNull();
    }

    @Test
    void no_claims_mean_nothing() {
        Claims claims = Claims.fromJson("{}");
        assertThat(claims).isEqualTo(Claims.of("", null));
        assertThat(Claims.fromJson("{\"jti\":\"ann\"}").identity()).isEqualTo("ann");
    }

    @ParameterizedTest
    @CsvSource({"standard,STANDARD", "ingress,INGRESS", "EGRESS,EGRESS", "sip,SIP", "agent,AGENT", "connector,CONNECTOR", "bridge,BRIDGE", "robot,STANDARD", "unrecognized,STANDARD"})
    void kinds(String text, Kind kind) {
        assertThat(Claims.fromJson("{\"kind\":\"" + text + "\"}").kind()).isEqualTo(kind);
        assertThat(Claims.fromJson("{\"kindDetails\":[\"unrecognized\"]}").kindDetails()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"roomCreate", "roomList", "roomRecord", "roomAdmin", "roomJoin", "ingressAdmin", "hidden", "recorder", "agent",
        "canPublish", "canSubscribe", "canPublishData", "canUpdateOwnMetadata", "canSubscribeMetrics", "canManageAgentSession"})
    void each_grant_alone_is_read_written_and_nothing_else(String name) throws Exception {
        VideoGrant grant = video("\"" + name + "\":true");
        Object value = VideoGrant.class.getMethod(name).invoke(grant);
        assertThat(value).isEqualTo(true);
        assertThat(grant.toJson().toString()).isEqualTo("{\"" + name + "\":true}");
        assertThat(grant).isNotEqualTo(VideoGrant.NONE);
        assertThat(Claims.fromJson(Claims.of("ann", grant).toJson()).video()).isEqualTo(grant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"canPublish", "canSubscribe", "canPublishData", "canUpdateOwnMetadata", "canSubscribeMetrics", "canManageAgentSession"})
    void a_denial_is_not_the_same_as_silence(String name) throws Exception {
        assertThat(VideoGrant.class.getMethod(name).invoke(VideoGrant.NONE)).isNull();
        VideoGrant grant = video("\"" + name + "\":false");
        assertThat(VideoGrant.class.getMethod(name).invoke(grant)).isEqualTo(false);
        assertThat(Claims.fromJson(Claims.of("ann", grant).toJson()).video()).isEqualTo(grant);
    }

    @Test
    void defaults_of_a_participant() {
        assertThat(VideoGrant.NONE.permission())
                .isEqualTo(ParticipantPermission.newBuilder().setCanPublish(true).setCanSubscribe(true).setCanPublishData(true).build());
    }

    @Test
    void data_follows_publishing_unless_said_otherwise() {
        assertThat(video("\"canPublish\":false").permission().getCanPublishData()).isFalse();
        assertThat(video("\"canPublish\":false,\"canPublishData\":true").permission().getCanPublishData()).isTrue();
        assertThat(video("\"canPublishData\":false").permission().getCanPublish()).isTrue();
    }

    @Test
    void sources() {
        assertThat(video("\"canPublishSources\":[\"CAMERA\",\"microphone\",\"screen_share\",\"screen_share_audio\",\"other\"]").permission().getCanPublishSourcesList())
                .containsExactly(TrackSource.CAMERA, TrackSource.MICROPHONE, TrackSource.SCREEN_SHARE, TrackSource.SCREEN_SHARE_AUDIO, TrackSource.UNKNOWN);
    }

    @Test
    void new_permissions_replace_all_old_ones_and_leave_the_grants_of_the_api() {
        VideoGrant before = video("\"roomAdmin\":true,\"room\":\"lobby\",\"destinationRoom\":\"hall\",\"hidden\":true,\"canUpdateOwnMetadata\":true");
        VideoGrant after = before.with(ParticipantPermission.newBuilder().setCanSubscribe(true).addCanPublishSources(TrackSource.CAMERA).build());
        assertThat(after.permission())
                .isEqualTo(ParticipantPermission.newBuilder().setCanSubscribe(true).addCanPublishSources(TrackSource.CAMERA).build());
        assertThat(after.roomAdmin()).isTrue();
        assertThat(after.room()).isEqualTo("lobby");
        assertThat(after.destinationRoom()).isEqualTo("hall");
    }

    @Test
    void a_refreshed_token_carries_what_spec_2_4_names_and_no_more() throws Exception {
        Claims claims = Claims.fromJson("""
                {"sub":"ann","name":"Ann","kind":"agent","kindDetails":["forwarded"],"metadata":"m","attributes":{"a":"b"},"roomPreset":"big",
                 "video":{"roomJoin":true,"room":"lobby","canPublish":false},"roomConfig":{"name":"x"},"sip":{"admin":true},"sha256":"h"}
                """);
        Claims again = AccessTokens.verify(
                AccessTokens.mint(claims, "devkey", "secret", AccessTokensTest.NOW, Duration.ofMinutes(10)), AccessTokensTest.KEYS, AccessTokensTest.NOW);
        assertThat(again.name()).isEqualTo("Ann");
        assertThat(again.kind()).isEqualTo(Kind.AGENT);
        assertThat(again.metadata()).isEqualTo("m");
        assertThat(again.attributes()).isEqualTo(claims.attributes());
        assertThat(again.video()).isEqualTo(claims.video());
        assertThat(again.roomConfig()).isEqualTo(claims.roomConfig());
        assertThat(again.roomPreset()).isEqualTo("big");
        assertThat(again.kindDetails()).isEqualTo(List.of());
        assertThat(again.sipAdmin()).isFalse();
        assertThat(again.sha256()).isEmpty();
        assertThat(again.expiresAtSeconds()).isEqualTo(AccessTokensTest.NOW.getEpochSecond() + 600);
    }
}
