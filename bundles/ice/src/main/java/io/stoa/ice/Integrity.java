package io.stoa.ice;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA1 of messages (RFC 8489 section 14.5). Looking up who computes it costs more than computing it, so this one is kept. One thread. */
final class Integrity {
    static final int SIZE = 20;
    private static final String ALGORITHM = "HmacSHA1";

    private final Mac mac;

    Integrity() {
        try {
            mac = Mac.getInstance(ALGORITHM);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Java must have " + ALGORITHM, e);
        }
    }

    byte[] of(byte[] key, byte[] bytes, int offset, int length) {
        try {
            mac.init(new SecretKeySpec(key, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("no key", e);
        }
        mac.update(bytes, offset, length);
        return mac.doFinal();
    }
}
