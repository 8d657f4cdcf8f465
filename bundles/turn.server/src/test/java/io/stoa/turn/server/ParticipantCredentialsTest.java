package io.stoa.turn.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.auth.KeyProvider;
import io.stoa.turn.TurnCredentials.Account;
import io.stoa.turn.server.ParticipantCredentials.Issued;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients get, and how it is recognised again (spec 6.12). */
class ParticipantCredentialsTest {
    /** What livekit-server 1.13.5 handed out, with key devkey and secret secret. */
    private static final String USERNAME = "wgjNzYDN1kzNxwXcG5GS2JUemiGtULnvCCKelXZrZXZkB";
    private static final String PASSWORD = "pDWv8ONmbzs6hgX7AuD4F6dTBfWdNkTYtvveejAuHo9B";
    private static final String SID = "PA_9jZ4SyBvHnFq";
    private static final long EXPIRY = 1_795_463_680;

    private final Map<String, String> keys = new HashMap<>(Map.of("devkey", "secret"));
    private long now = EXPIRY - 300;
    private final ParticipantCredentials credentials = new ParticipantCredentials(this::provider, () -> now);

    private KeyProvider provider() {
        return new KeyProvider() {
            @Override
            public Optional<String> secret(String apiKey) {
                return Optional.ofNullable(keys.get(apiKey));
            }

            @Override
            public Optional<String> firstKey() {
                return keys.keySet().stream().findFirst();
            }
        };
    }

    @Test
    void they_are_those_of_livekit() {
        assertThat(Base62.decode(USERNAME).map(String::new)).contains("devkey|" + SID + "|" + EXPIRY);
        assertThat(credentials.issue(SID, 300)).contains(new Issued(USERNAME, PASSWORD));
    }

    @Test
    void what_was_issued_is_recognised_until_the_key_is_taken_away() throws Exception {
        Account account = credentials.find(USERNAME).orElseThrow();
        assertThat(account.user()).isEqualTo(SID);
        assertThat(account.expired()).isFalse();
        assertThat(account.key()).isEqualTo(MessageDigest.getInstance("MD5").digest((USERNAME + ":livekit:" + PASSWORD).getBytes(StandardCharsets.UTF_8)));
        now = EXPIRY;
        assertThat(credentials.find(USERNAME).orElseThrow().expired()).isFalse();
        now = EXPIRY + 1;
        assertThat(credentials.find(USERNAME).orElseThrow().expired()).isTrue();
        keys.clear();
        assertThat(credentials.find(USERNAME)).isEmpty();
        assertThat(credentials.issue(SID, 300)).isEmpty();
    }

    @Test
    void without_a_provider_of_keys_there_are_none() {
        var keyless = new ParticipantCredentials(() -> null, () -> now);
        assertThat(keyless.issue(SID, 300)).isEmpty();
        assertThat(keyless.find(USERNAME)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"devkey|PA_a", "devkey|PA_a|1795463680|more", "devkey|PA_a|soon", "devkey|PA_a|0", "devkey|PA_a|-5", "devkey|PA_a|99999999999999999999",
        "other|PA_a|1795463680", "|||", ""})
    void other_usernames_are_nobodys(String said) {
        assertThat(credentials.find(Base62.encode(said.getBytes(StandardCharsets.UTF_8)))).isEmpty();
        assertThat(credentials.find(said)).isEmpty();
    }

    @Test
    void any_bytes_come_back_from_letters_and_digits() {
        long seed = 7;
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[1 + random.nextInt(40)];
            if (random.nextBoolean()) random.nextBytes(bytes);
            else java.util.Arrays.fill(bytes, (byte) (random.nextBoolean() ? 0xff : 0x7b));
            if (bytes[0] == 0) bytes[0] = 1;
            String text = Base62.encode(bytes);
            assertThat(text).as("seed %d round %d", seed, round).matches("[A-Za-z0-9]+");
            assertThat(Base62.decode(text)).as("seed %d round %d: %s", seed, round, text).hasValueSatisfying(back -> assertThat(back).isEqualTo(bytes));
        }
        assertThat(Base62.decode("not one!")).isEmpty();
        assertThat(Base62.decode("A".repeat(5_000))).isEmpty();
    }
}
