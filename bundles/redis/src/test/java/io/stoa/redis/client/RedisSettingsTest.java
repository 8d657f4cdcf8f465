package io.stoa.redis.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.redis.client.RedisSettings.Mode;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RedisSettingsTest {
    /** As Declarative Services give it: what is not set has its default. */
    static RedisConfig config(Map<String, Object> set) {
        return (RedisConfig) Proxy.newProxyInstance(RedisConfig.class.getClassLoader(), new Class<?>[] {RedisConfig.class},
                (proxy, method, args) -> set.getOrDefault(method.getName(), method.getDefaultValue()));
    }

    private static RedisSettings settings(Map<String, Object> set) {
        return RedisSettings.of(config(set)).orElseThrow();
    }

    @Test
    void without_an_address_there_is_no_redis() {
        assertThat(RedisSettings.of(config(Map.of()))).isEmpty();
        assertThat(RedisSettings.of(config(Map.of("username", "u", "clusterAddresses", new String[] {" "})))).isEmpty();
    }

    @Test
    void sentinels_win_over_a_cluster_and_a_cluster_over_an_address() {
        Map<String, Object> all = new java.util.HashMap<>(Map.of("address", "a:1", "db", 3, "clusterAddresses", new String[] {"b:2", "[::1]:3"}));
        RedisSettings cluster = settings(all);
        assertThat(cluster.mode()).isEqualTo(Mode.CLUSTER);
        assertThat(cluster.database()).isZero();
        assertThat(cluster.description()).isEqualTo("redis-cluster://b:2,[::1]:3");
        all.put("sentinelAddresses", new String[] {"c:4"});
        all.put("sentinelMasterName", "main");
        assertThat(settings(all).description()).isEqualTo("redis-sentinel://c:4/3#main");
        assertThat(settings(Map.of("address", "a:1", "useTls", true, "db", 2)).description()).isEqualTo("rediss://a:1/2");
    }

    @Test
    void time_limits_are_those_of_the_configuration_with_sentinels_only() {
        RedisSettings one = settings(Map.of("address", "a:1", "dialTimeout", 1, "readTimeout", 1));
        assertThat(one.dial()).isEqualTo(Duration.ofSeconds(5));
        assertThat(one.reply()).isEqualTo(Duration.ofSeconds(3));
        RedisSettings sentinels = settings(Map.of("sentinelAddresses", new String[] {"c:4"}, "sentinelMasterName", "main", "dialTimeout", 700));
        assertThat(sentinels.dial()).isEqualTo(Duration.ofMillis(700));
        assertThat(sentinels.reply()).isEqualTo(Duration.ofMillis(1_600));
    }

    @Test
    void nonsense_is_refused_by_its_key() {
        for (String wrong : new String[] {"a", "a:", ":1", "a:0", "a:65536", "::1:1", "a:x"})
            assertThatThrownBy(() -> settings(Map.of("address", wrong))).hasMessageStartingWith("redis.address: \"" + wrong + "\" is not allowed");
        assertThatThrownBy(() -> settings(Map.of("address", "a:1", "db", -1))).hasMessageStartingWith("redis.db: -1");
        assertThatThrownBy(() -> settings(Map.of("sentinelAddresses", new String[] {"a:1"}))).hasMessageStartingWith("redis.sentinel_master_name");
        assertThatThrownBy(() -> settings(Map.of("address", "a:1", "tls_enabled", true, "tls_clientKeyFile", "k")))
                .hasMessageStartingWith("redis.tls.client_cert_file");
    }
}
