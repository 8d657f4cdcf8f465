package io.stoa.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AccessTokensTest {
    static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
    static final KeyProvider KEYS = new KeyProvider() {
        @Override
        public Optional<String> secret(String apiKey) {
            return apiKey.equals("devkey") ? Optional.of("secret") : Optional.empty();
        }

        @Override
        public Optional<String> firstKey() {
            return Optional.of("devkey");
        }
    };

    String token(Claims claims) {
        return AccessTokens.mint(claims, "devkey", "secret", NOW, Duration.ofHours(1));
    }

    @Test
    void what_is_minted_is_read_back() throws Exception {
        Claims claims = Claims.of("ann", VideoGrant.join("room")).with("Ann", "{}", Map.of("a", "b"), VideoGrant.join("room"));
        Claims read = AccessTokens.verify(token(claims), KEYS, NOW);
        assertThat(read.identity()).isEqualTo("ann");
        assertThat(read.attributes()).containsEntry("a", "b");
        assertThat(read.video().permission().getCanPublish()).isTrue();
        assertThat(read.video().permission().getCanPublishData()).isTrue();
        assertThat(read.video().permission().getCanUpdateMetadata()).isFalse();
    }

    @Test
    void expired_foreign_and_forged_tokens_are_refused_without_being_echoed() {
        String good = token(Claims.of("ann", VideoGrant.join("room")));
        assertThatThrownBy(() -> AccessTokens.verify(good, KEYS, NOW.plus(Duration.ofHours(2)))).hasMessageContaining("expired").hasMessageNotContaining(good);
        assertThatThrownBy(() -> AccessTokens.verify(good + "x", KEYS, NOW)).isInstanceOf(AuthException.class);
        String foreign = AccessTokens.mint(Claims.of("ann", null), "other", "secret", NOW, Duration.ofHours(1));
        assertThatThrownBy(() -> AccessTokens.verify(foreign, KEYS, NOW)).hasMessage("invalid API key");
        assertThatThrownBy(() -> AccessTokens.verify("a.b", KEYS, NOW)).hasMessage("invalid authorization token");
        String forged = AccessTokens.mint(Claims.of("ann", null), "devkey", "guess", NOW, Duration.ofHours(1));
        assertThatThrownBy(() -> AccessTokens.verify(forged, KEYS, NOW)).hasMessageContaining("signature");
    }

    @Test
    void mutated_tokens_are_refused_and_never_break_the_verifier() {
        Random random = new Random(8);
        String good = token(Claims.of("ann", VideoGrant.join("room")));
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(good);
            for (int edits = 1 + random.nextInt(5); edits > 0; edits--) text.setCharAt(random.nextInt(text.length()), (char) (33 + random.nextInt(90)));
            try {
                AccessTokens.verify(text.toString(), KEYS, NOW);
            } catch (AuthException expected) {
                // refused
            } catch (RuntimeException e) {
                fail("seed 8 round " + i, e);
            }
        }
    }
}
