package io.stoa.turn.server;

import io.stoa.auth.KeyProvider;
import io.stoa.turn.TurnCredentials;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Credentials that are computed, not kept (spec 6.12): the username says which API key, which participant, and until when; the password
 * is a hash over that and the key's secret. Any thread.
 */
final class ParticipantCredentials implements TurnCredentials {
    static final String REALM = "livekit";

    private final Supplier<KeyProvider> keys;
    private final LongSupplier unixSeconds;

    /** What a client gets. */
    record Issued(String username, String password) {}

    /** @param keys may give null */
    ParticipantCredentials(Supplier<KeyProvider> keys, LongSupplier unixSeconds) {
        this.keys = keys;
        this.unixSeconds = unixSeconds;
    }

    /** @return empty without an API key to make them of */
    Optional<Issued> issue(String participantSid, long ttlSeconds) {
        KeyProvider provider = keys.get();
        if (provider == null) return Optional.empty();
        Optional<String> key = provider.firstKey();
        long expiry = unixSeconds.getAsLong() + ttlSeconds;
        return key.flatMap(provider::secret).map(secret -> new Issued(
                Base62.encode((key.get() + "|" + participantSid + "|" + expiry).getBytes(StandardCharsets.UTF_8)),
                password(secret, participantSid, expiry)));
    }

    private static String password(String secret, String participantSid, long expiry) {
        return Base62.encode(digest("SHA-256", secret + "|" + participantSid + "|" + expiry));
    }

    @Override
    public Optional<Account> find(String username) {
        KeyProvider provider = keys.get();
        String[] parts = Base62.decode(username).map(bytes -> new String(bytes, StandardCharsets.UTF_8).split("\\|", -1)).orElse(new String[0]);
        if (provider == null || parts.length != 3 || !parts[2].matches("[1-9][0-9]{0,17}")) return Optional.empty();
        long expiry = Long.parseLong(parts[2]);
        return provider.secret(parts[0]).map(secret -> new Account(
                parts[1],
                digest("MD5", username + ":" + REALM + ":" + password(secret, parts[1], expiry)),
                expiry < unixSeconds.getAsLong()));
    }

    private static byte[] digest(String algorithm, String text) {
        try {
            return MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has them
        }
    }
}
