package io.stoa.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Signed nonsense: even who knows the secret gets a verdict, claims or a refusal, and never anything else. */
class TokenFuzzTest {
    private static final int ROUNDS = 15_000;
    private final long seed = Long.getLong("seed", 20261127);
    private final Random random = new Random(seed);

    @Test
    void headers_and_claims_of_every_shape() throws Exception {
        List<String> scraps = List.of("{}", "[]", "null", "true", "\"HS256\"", "\"agent\"", "1e400", "-1", "NaN", "\"\"", "[{}]", "{\"a\":[]}", "\u0000", "'", "\\ud800", "1900000000");
        String claims = "{\"iss\":\"devkey\",\"sub\":\"ann\",\"exp\":1900000000,\"nbf\":1,\"kind\":\"agent\",\"kindDetails\":[\"forwarded\"],\"attributes\":{\"a\":\"b\"},"
                + "\"video\":{\"roomJoin\":true,\"room\":\"lobby\",\"canPublishSources\":[\"camera\"]},\"sip\":{\"admin\":true},\"roomConfig\":{\"name\":\"x\",\"emptyTimeout\":3}}";
        int taken = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String header = round % 4 == 0 ? mutated("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", scraps) : "{\"alg\":\"HS256\"}";
            String token = TokenRefusalTest.sign("HmacSHA256", header, mutated(claims, scraps), "secret");
            try {
                Claims read = AccessTokens.verify(token, AccessTokensTest.KEYS, AccessTokensTest.NOW);
                assertThat(Claims.fromJson(read.toJson()).identity()).isEqualTo(read.identity());
                taken++;
            } catch (AuthException refused) {
                assertThat(refused).hasMessageStartingWith("invalid ").hasMessageNotContaining(token);
            } catch (RuntimeException | Error bug) {
                throw new AssertionError("seed " + seed + ", round " + round + ", header " + header + ", token " + token, bug);
            }
        }
        assertThat(taken).as("the fuzzer reaches what lies behind the signature; seed %d", seed).isBetween(ROUNDS / 50, ROUNDS - 1);
    }

    /** Bytes are changed, or a value is replaced by a scrap of JSON. */
    private String mutated(String valid, List<String> scraps) {
        StringBuilder text = new StringBuilder(valid);
        for (int edits = random.nextInt(3); edits >= 0; edits--) {
            int at = random.nextInt(text.length());
            if (random.nextBoolean()) {
                text.setCharAt(at, (char) (32 + random.nextInt(95)));
            } else {
                int from = text.indexOf(":", at) + 1;
                int to = from;
                while (to < text.length() && ",}]".indexOf(text.charAt(to)) < 0) to++;
                text.replace(from, Math.max(from, to), scraps.get(random.nextInt(scraps.size())));
            }
        }
        return new String(text.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
