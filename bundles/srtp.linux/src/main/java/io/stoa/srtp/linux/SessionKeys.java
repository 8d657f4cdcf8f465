package io.stoa.srtp.linux;

import io.stoa.srtp.SrtpProfile;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** Keys of one direction for RTP or for RTCP (RFC 3711 section 4.3, rate 0; with keys of 256 bits RFC 6188). */
record SessionKeys(byte[] encryption, byte[] authentication, byte[] salt) {
    static final int RTP = 0;
    static final int RTCP = 3;
    private static final int AUTHENTICATION_BYTES = 20;

    /** @param kind {@link #RTP} or {@link #RTCP}: the first of its labels */
    static SessionKeys derive(SrtpProfile profile, byte[] masterKey, byte[] masterSalt, int kind, Staging staging) {
        Algorithm algorithm = masterKey.length == 32 ? Algorithm.AES_256_CTR : Algorithm.AES_128_CTR;
        EvpCipher cipher = new EvpCipher(algorithm, masterKey, true, new AtomicInteger());
        try {
            return new SessionKeys(
                    derive(cipher, masterSalt, kind, profile.keyBytes, staging),
                    profile.isAead() ? new byte[0] : derive(cipher, masterSalt, kind + 1, AUTHENTICATION_BYTES, staging),
                    derive(cipher, masterSalt, kind + 2, profile.saltBytes, staging));
        } finally {
            cipher.close();
        }
    }

    /** The key stream of the master key at the label. */
    static byte[] derive(EvpCipher cipher, byte[] masterSalt, int label, int bytes, Staging staging) {
        byte[] at = Arrays.copyOf(masterSalt, 16);
        at[7] ^= (byte) label;
        byte[] stream = new byte[bytes];
        MemorySegment here = staging.of(stream, 0, bytes, 0);
        if (!cipher.begin(here, at) || !cipher.text(here, 0, bytes)) throw new IllegalStateException("libcrypto derives no keys");
        Staging.take(here, Staging.PACKET, stream, 0, bytes);
        Staging.put(new byte[bytes], 0, here, Staging.PACKET, bytes);
        return stream;
    }

    void forget() {
        Arrays.fill(encryption, (byte) 0);
        Arrays.fill(authentication, (byte) 0);
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "SessionKeys[" + encryption.length + " bytes]";
    }
}
