package io.stoa.turn;

import io.stoa.base.Bytes;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Nonces that need no memory: when they end, and that in HMAC with a secret and the client's address. Good for an hour at most (RFC 8656
 * section 5), and for nobody else.
 */
final class Nonces {
    static final long LIFE = 3_600 * Time.SECOND;
    private static final int TAG = 8;

    private final Mac mac;

    Nonces(RandomGenerator random) {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    String issue(long now, Flow client) {
        byte[] nonce = new byte[8 + TAG];
        Bytes.i64(nonce, 0, now + LIFE);
        System.arraycopy(tag(nonce, client), 0, nonce, 8, TAG);
        return HexFormat.of().formatHex(nonce);
    }

    boolean isGood(long now, Flow client, String text) {
        if (text.length() != 2 * (8 + TAG)) return false;
        byte[] nonce;
        try {
            nonce = HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException e) {
            return false; // not one of ours
        }
        return MessageDigest.isEqual(tag(nonce, client), Arrays.copyOfRange(nonce, 8, nonce.length)) && Bytes.i64(nonce, 0) - now > 0;
    }

    private byte[] tag(byte[] nonce, Flow client) {
        byte[] covered = new byte[8 + 16 + 2 + 1];
        System.arraycopy(nonce, 0, covered, 0, 8);
        Bytes.i64(covered, 8, client.remote.high());
        Bytes.i64(covered, 16, client.remote.low());
        Bytes.u16(covered, 24, client.remote.port());
        covered[26] = (byte) client.protocol.ordinal();
        return Arrays.copyOf(mac.doFinal(covered), TAG);
    }
}
