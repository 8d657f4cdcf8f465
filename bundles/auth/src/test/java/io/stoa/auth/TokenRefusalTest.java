package io.stoa.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens as other libraries might write them, signed by the test itself; which are taken, and what the others are told (spec 1.5, 2.1). */
class TokenRefusalTest {
    private static final Instant NOW = AccessTokensTest.NOW;
    private static final long SECONDS = NOW.getEpochSecond();
    private static final String HS256 = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    private static final String GOOD = claims("\"exp\":" + (SECONDS + 60));

    private static String claims(String more) {
        return "{\"iss\":\"devkey\",\"sub\":\"ann\",\"video\":{\"roomJoin\":true,\"room\":\"lobby\"}," + more + "}";
    }

    private static Claims verify(String header, String claims) throws Exception {
        return AccessTokens.verify(sign("HmacSHA256", header, claims, "secret"), AccessTokensTest.KEYS, NOW);
    }

    static String sign(String algorithm, String header, String claims, String secret) throws Exception {
        String text = base64(header) + "." + base64(claims);
        Mac mac = Mac.getInstance(algorithm);
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), algorithm));
        return text + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_token_of_another_library_is_taken() throws Exception {
        assertThat(verify(HS256, GOOD).identity()).isEqualTo("ann");
        assertThat(verify("{\"typ\":\"JWT\",\"kid\":\"x\",\"alg\":\"HS256\"}", GOOD).video().room()).isEqualTo("lobby");
    }

    @ParameterizedTest
    @CsvSource({"HmacSHA384,HS384", "HmacSHA512,HS512"})
    void only_hs256_is_an_algorithm_even_if_the_signature_is_right(String mac, String name) throws Exception {
        String token = sign(mac, "{\"alg\":\"" + name + "\"}", GOOD, "secret");
        assertThatThrownBy(() -> AccessTokens.verify(token, AccessTokensTest.KEYS, NOW))
                .isInstanceOf(AuthException.class)
                .hasMessage("invalid authorization token: algorithm must be HS256");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"alg\":\"none\"}", "{\"alg\":\"hs256\"}", "{\"alg\":null}", "{\"alg\":{}}", "{\"alg\":[]}", "{\"alg\":[\"HS256\"]}", "{\"alg\":7}"})
    void a_header_that_names_no_algorithm_of_ours_is_refused_and_not_stumbled_over(String header) {
        assertThatThrownBy(() -> verify(header, GOOD)).isInstanceOf(AuthException.class).hasMessageContaining("algorithm must be HS256");
    }

    @Test
    void a_token_without_a_signature_is_refused() {
        assertThatThrownBy(() -> AccessTokens.verify(base64("{\"alg\":\"none\"}") + "." + base64(GOOD) + ".", AccessTokensTest.KEYS, NOW))
                .hasMessageContaining("algorithm");
        assertThatThrownBy(() -> AccessTokens.verify(base64(HS256) + "." + base64(GOOD) + ".", AccessTokensTest.KEYS, NOW)).hasMessageContaining("signature");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "...", "a.b.c", "e30.e30", "e30.e30.!!", "e30.W10.", "W10.e30.", "e30.bnVsbA.", "e30.eyI.", " e30.e30.", "e30.e30.e30.e30"})
    void what_is_no_token_is_called_so(String text) {
        assertThatThrownBy(() -> AccessTokens.verify(text, AccessTokensTest.KEYS, NOW))
                .isInstanceOf(AuthException.class)
                .hasMessageMatching("invalid authorization token|invalid API key");
    }

    @Test
    void deep_and_long_claims_are_no_token() {
        String deep = "{\"iss\":\"devkey\",\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        assertThatThrownBy(() -> verify(HS256, deep)).hasMessage("invalid authorization token");
        assertThatThrownBy(() -> AccessTokens.verify("a".repeat(1 << 21), AccessTokensTest.KEYS, NOW)).hasMessage("invalid authorization token");
    }

    @ParameterizedTest
    @CsvSource({"-60,true", "-61,false", "0,true", "3600,true"})
    void a_token_lives_a_minute_longer_than_it_says(long fromNow, boolean taken) throws Exception {
        String claims = claims("\"exp\":" + (SECONDS + fromNow));
        if (taken) assertThat(verify(HS256, claims).identity()).isEqualTo("ann");
        else assertThatThrownBy(() -> verify(HS256, claims)).hasMessage("invalid authorization token: token is expired");
    }

    @ParameterizedTest
    @CsvSource({"60,true", "61,false", "0,true", "-3600,true"})
    void a_token_may_be_a_minute_early(long fromNow, boolean taken) throws Exception {
        String claims = claims("\"exp\":" + (SECONDS + 7200) + ",\"nbf\":" + (SECONDS + fromNow));
        if (taken) assertThat(verify(HS256, claims).identity()).isEqualTo("ann");
        else assertThatThrownBy(() -> verify(HS256, claims)).hasMessage("invalid authorization token: token is not valid yet");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"x\":1", "\"exp\":null", "\"exp\":\"1900000000\"", "\"exp\":\"NaN\"", "\"exp\":NaN", "\"exp\":{}", "\"exp\":[1900000000]", "\"exp\":true", "\"exp\":1e999"})
    void a_token_that_would_never_expire_is_refused(String exp) {
        assertThatThrownBy(() -> verify(HS256, claims(exp))).isInstanceOf(AuthException.class).hasMessageMatching("invalid authorization token(: exp .*)?");
    }

    @Test
    void short_secrets_sign_and_empty_ones_open_nothing() throws Exception {
        String token = AccessTokens.mint(Claims.of("ann", null), "k", "s", NOW, Duration.ofHours(1));
        assertThat(AccessTokens.verify(token, keys("s"), NOW).identity()).isEqualTo("ann");
        assertThatThrownBy(() -> AccessTokens.verify(token, keys(""), NOW)).isInstanceOf(AuthException.class).hasMessage("invalid API key");
    }

    private static KeyProvider keys(String secret) {
        return new KeyProvider() {
            @Override
            public Optional<String> secret(String apiKey) {
                return Optional.of(secret);
            }

            @Override
            public Optional<String> firstKey() {
                return Optional.empty();
            }
        };
    }

    @Test
    void a_key_that_is_not_ours_is_refused_whatever_was_signed_with_it() throws Exception {
        for (String iss : new String[] {"\"other\"", "\"\"", "null", "{}", "7"}) {
            String token = sign("HmacSHA256", HS256, "{\"iss\":" + iss + ",\"exp\":1900000000}", "secret");
            assertThatThrownBy(() -> AccessTokens.verify(token, AccessTokensTest.KEYS, NOW)).hasMessage("invalid API key");
        }
        String foreign = sign("HmacSHA256", HS256, GOOD, "theirs");
        assertThatThrownBy(() -> AccessTokens.verify(foreign, AccessTokensTest.KEYS, NOW))
                .hasMessage("invalid authorization token: signature does not match")
                .hasMessageNotContaining(foreign);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"name\":{}", "\"attributes\":{\"a\":null}", "\"attributes\":{\"a\":{}}", "\"video\":{\"room\":[]}", "\"video\":{\"roomJoin\":{}}",
        "\"video\":{\"canPublishSources\":[{}]}", "\"kindDetails\":[[]]", "\"roomConfig\":{\"emptyTimeout\":\"x\"}", "\"sip\":{\"admin\":{}}"})
    void signed_nonsense_is_refused_with_a_reason(String nonsense) {
        String claims = "{\"iss\":\"devkey\",\"exp\":1900000000," + nonsense + "}";
        assertThatThrownBy(() -> verify(HS256, claims)).isInstanceOf(AuthException.class).hasMessageStartingWith("invalid authorization token: ");
    }
}
