package io.stoa.ops.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** Who may read the metrics. */
class MetricsAccessTest {
    private static ConfiguredMetricsAccess of(String yaml) {
        ConfiguredMetricsAccess access = new ConfiguredMetricsAccess();
        access.replace(Loading.yaml(yaml).load());
        return access;
    }

    private static String basic(String credentials) {
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everybody_where_no_credentials_are_set() {
        assertThat(of("").permits(null)).isTrue();
        assertThat(of("prometheus: {port: 6789}").permits(basic("a:b"))).isTrue();
    }

    @Test
    void else_who_knows_them() {
        ConfiguredMetricsAccess access = of("prometheus: {port: 6789, username: ann, password: 'a:ö'}");
        assertThat(access.permits(basic("ann:a:ö"))).isTrue();
        assertThat(access.permits(basic("ann:a:ö").replace("Basic", "basic"))).isTrue();
        assertThat(access.permits(null)).isFalse();
        assertThat(access.permits("")).isFalse();
        assertThat(access.permits("Basic !!!")).isFalse();
        assertThat(access.permits(basic("ann:a"))).isFalse();
        assertThat(access.permits(basic("bob:a:ö"))).isFalse();
        assertThat(access.permits(basic("ann:a:ö").replace("Basic", "Bearer"))).isFalse();
    }

    @Test
    void a_change_of_the_file_changes_it() {
        ConfiguredMetricsAccess access = of("prometheus: {username: ann, password: one}");
        access.replace(Loading.yaml("prometheus: {username: ann, password: two}").load());
        assertThat(access.permits(basic("ann:one"))).isFalse();
        assertThat(access.permits(basic("ann:two"))).isTrue();
    }

    @Test
    void the_password_is_in_no_configuration() {
        assertThat(Configurations.of(Loading.TABLE, Loading.yaml("prometheus: {username: ann, password: hush}").load()).toString()).doesNotContain("hush");
    }
}
