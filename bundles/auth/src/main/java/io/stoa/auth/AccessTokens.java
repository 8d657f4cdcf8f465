package io.stoa.auth;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Verifies and mints JSON Web Tokens (RFC 7519) signed with HS256 (spec 2.1 to 2.4). */
public final class AccessTokens {
    private static final long LEEWAY_SECONDS = 60;
    private static final int MAX_LENGTH = 1 << 20;
    private static final Duration SHORTEST_LIFE = Duration.ofMinutes(10);
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private AccessTokens() {}

    /** @throws AuthException with a message of spec 1.5 */
    public static Claims verify(String token, KeyProvider keys, Instant now) throws AuthException {
        String[] parts = token.length() > MAX_LENGTH ? new String[0] : token.split("\\.", -1);
        if (parts.length != 3) throw new AuthException("invalid authorization token");
        JsonObject header;
        JsonObject claims;
        byte[] signature;
        try {
            header = object(parts[0]);
            claims = object(parts[1]);
            signature = DECODER.decode(parts[2]);
        } catch (IllegalArgumentException | JsonParseException | IllegalStateException e) {
            throw new AuthException("invalid authorization token");
        }
        String key = claims.has("iss") && claims.get("iss").isJsonPrimitive() ? claims.get("iss").getAsString() : "";
        String secret = keys.secret(key).filter(s -> !s.isEmpty()).orElseThrow(() -> new AuthException("invalid API key"));
        if (!new JsonPrimitive("HS256").equals(header.get("alg"))) throw invalid("algorithm must be HS256");
        byte[] expected = sign(parts[0] + "." + parts[1], secret);
        if (!MessageDigest.isEqual(expected, signature)) throw invalid("signature does not match");
        checkTimes(claims, now.getEpochSecond());
        try {
            return Claims.fromJson(claims.toString());
        } catch (IllegalArgumentException e) {
            throw invalid(e.getMessage());
        }
    }

    private static void checkTimes(JsonObject claims, long now) throws AuthException {
        if (!claims.has("exp")) throw invalid("exp is missing");
        if (seconds(claims, "exp") + LEEWAY_SECONDS < now) throw invalid("token is expired");
        if (claims.has("nbf") && seconds(claims, "nbf") - LEEWAY_SECONDS > now) throw invalid("token is not valid yet");
    }

    /** A NumericDate; not a text that looks like one, and not NaN, which would never expire. */
    private static double seconds(JsonObject claims, String name) throws AuthException {
        double seconds = claims.get(name) instanceof JsonPrimitive value && value.isNumber() ? value.getAsDouble() : Double.NaN;
        if (!Double.isFinite(seconds)) throw invalid(name + " must be a number");
        return seconds;
    }

    private static AuthException invalid(String reason) {
        return new AuthException("invalid authorization token: " + reason);
    }

    private static JsonObject object(String part) {
        return JsonParser.parseString(new String(DECODER.decode(part), StandardCharsets.UTF_8)).getAsJsonObject();
    }

    private static byte[] sign(String text, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    /**
     * A token for a participant as it is now, for what is left of its first one but at least ten minutes (spec 2.4).
     *
     * @return empty if there is no key to sign with
     */
    public static Optional<String> renew(Claims claims, KeyProvider keys, long expiresAtSeconds, Instant now) {
        Optional<String> key = keys.firstKey();
        Optional<String> secret = key.flatMap(keys::secret);
        if (secret.isEmpty()) return Optional.empty();
        Duration rest = Duration.ofSeconds(expiresAtSeconds - now.getEpochSecond());
        return Optional.of(mint(claims, key.get(), secret.get(), now, rest.compareTo(SHORTEST_LIFE) > 0 ? rest : SHORTEST_LIFE));
    }

    /** A token for what the claims say. */
    public static String mint(Claims claims, String apiKey, String secret, Instant now, Duration life) {
        return sealed(JsonParser.parseString(claims.toJson()).getAsJsonObject(), apiKey, secret, now, life);
    }

    /** A token that vouches for a body that goes with it, by its SHA-256 (spec 10.1). */
    public static String vouch(byte[] body, String apiKey, String secret, Instant now, Duration life) {
        JsonObject json = new JsonObject();
        try {
            json.addProperty("sha256", Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(body)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        return sealed(json, apiKey, secret, now, life);
    }

    private static String sealed(JsonObject json, String apiKey, String secret, Instant now, Duration life) {
        json.addProperty("iss", apiKey);
        json.addProperty("nbf", now.getEpochSecond());
        json.addProperty("exp", now.plus(life).getEpochSecond());
        String head = ENCODER.encodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8));
        String body = ENCODER.encodeToString(json.toString().getBytes(StandardCharsets.UTF_8));
        return head + "." + body + "." + ENCODER.encodeToString(sign(head + "." + body, secret));
    }
}
