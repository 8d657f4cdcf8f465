package io.stoa.ops.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** Who may read the metrics. */
class CredentialsTest {
    private static String basic(String credentials) {
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everybody_where_no_credentials_are_set() {
        assertThat(new Credentials("", "").permit(null)).isTrue();
        assertThat(new Credentials("ann", "").permit(basic("a:b"))).isTrue();
    }

    @Test
    void else_who_knows_them() {
        Credentials ann = new Credentials("ann", "a:ö");
        assertThat(ann.permit(basic("ann:a:ö"))).isTrue();
        assertThat(ann.permit(basic("ann:a:ö").replace("Basic", "basic"))).isTrue();
        assertThat(ann.permit(null)).isFalse();
        assertThat(ann.permit("")).isFalse();
        assertThat(ann.permit("Basic !!!")).isFalse();
        assertThat(ann.permit(basic("ann:a"))).isFalse();
        assertThat(ann.permit(basic("bob:a:ö"))).isFalse();
        assertThat(ann.permit(basic("ann:a:ö").replace("Basic", "Bearer"))).isFalse();
        assertThat(ann).doesNotHaveToString("Credentials[username=ann, password=a:ö]");
    }
}
