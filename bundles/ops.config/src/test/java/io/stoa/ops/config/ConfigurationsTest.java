package io.stoa.ops.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Settings as dictionaries, one per PID. */
class ConfigurationsTest {
    @Test
    void defaults_reach_their_components() {
        Map<String, Map<String, Object>> all = Configurations.of(Loading.TABLE, Loading.yaml("").load());
        assertThat(all).containsOnlyKeys("io.stoa.agents", "io.stoa.audio", "io.stoa.http", "io.stoa.limit", "io.stoa.node_selector", "io.stoa.psrpc", "io.stoa.redis", "io.stoa.room", "io.stoa.rtc", "io.stoa.server", "io.stoa.store", "io.stoa.store.file", "io.stoa.turn", "io.stoa.debug", "io.stoa.prometheus", "io.stoa.webhook", "io.stoa.ingress");
        assertThat(all.get("io.stoa.http")).containsEntry("port", 7880L).containsEntry("maxApiRequestBodySize", 10485760L);
        assertThat(all.get("io.stoa.limit")).containsEntry("maxMetadataSize", 524288L).containsEntry("bytesPerSec", 0.0);
        assertThat(all.get("io.stoa.room")).containsEntry("emptyTimeout", 300L).containsEntry("playoutDelay.enabled", false);
        assertThat(all.get("io.stoa.rtc")).containsEntry("portRangeStart", 50000L).containsEntry("tcpPort", 7881L);
    }

    @Test
    void lists_and_presets_have_the_shape_that_components_read() {
        Settings settings = Loading.yaml("""
                bind_addresses: [127.0.0.1]
                rtc: {interfaces: {excludes: [docker0]}}
                room:
                  enabled_codecs: [{mime: audio/opus}, {mime: video/H264, fmtp_line: profile-level-id=42e01f}]
                  room_configurations: {lobby: {empty_timeout: 60, agents: [{agent_name: helper}]}}
                """).load();
        Map<String, Map<String, Object>> all = Configurations.of(Loading.TABLE, settings);
        assertThat((String[]) all.get("io.stoa.http").get("bindAddresses")).containsExactly("127.0.0.1");
        assertThat((String[]) all.get("io.stoa.rtc").get("interfaces.excludes")).containsExactly("docker0");
        assertThat((String[]) all.get("io.stoa.room").get("enabledCodecs")).containsExactly("audio/opus", "video/H264 profile-level-id=42e01f", "video/rtx");
        assertThat(JsonParser.parseString((String) all.get("io.stoa.room").get("roomConfigurations")))
                .isEqualTo(JsonParser.parseString("{\"lobby\":{\"empty_timeout\":\"60\",\"agents\":[{\"agent_name\":\"helper\"}]}}"));
    }

    @Test
    void no_secret_is_written() {
        assertThat(Configurations.of(Loading.TABLE, Loading.yaml("").load()).toString()).doesNotContain(Loading.SECRET);
        Settings redis = Loading.yaml("redis: {address: 'r:1', password: sesame, sentinel_password: open}").load();
        assertThat(Configurations.of(Loading.TABLE, redis).get("io.stoa.redis")).containsEntry("address", "r:1").doesNotContainKeys("password", "sentinelPassword");
        ConfiguredSecrets secrets = new ConfiguredSecrets(Loading.TABLE, redis);
        assertThat(secrets.secret("redis.password")).isEqualTo("sesame");
        assertThat(secrets.secret("redis.sentinel_password")).isEqualTo("open");
        assertThat(secrets.secret("redis.username")).isEmpty();
    }

    @Test
    void says_what_needs_a_restart() {
        Settings before = Loading.yaml("").load();
        Settings after = Loading.yaml("port: 1\nrtc: {tcp_port: 1, interfaces: {includes: [a]}}\nroom: {empty_timeout: 1}\nlimit: {num_tracks: 1}").load();
        assertThat(Configurations.needingRestart(Loading.TABLE, before, after)).containsExactly("port", "rtc.tcp_port", "rtc.interfaces.includes");
    }

    @Test
    void says_what_has_no_effect_by_reason() {
        Settings settings = Loading.yaml("redis: {pool_size: 1, pool_timeout: 1s}\ntrace: {jaeger_url: t}\nport: 2\n").load();
        Map<String, Set<String>> idle = Configurations.withoutEffect(Loading.TABLE, settings.used());
        assertThat(idle.values()).containsExactlyInAnyOrder(Set.of("redis.pool_size", "redis.pool_timeout"), Set.of("trace.jaeger_url"));
        assertThat(idle.keySet()).allSatisfy(reason -> assertThat(reason).isNotBlank());
    }
}
