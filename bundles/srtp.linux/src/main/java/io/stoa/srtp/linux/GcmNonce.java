package io.stoa.srtp.linux;

import io.stoa.base.Bytes;
import java.lang.foreign.MemorySegment;

/** The initialisation vector of a packet under AES-GCM (RFC 7714 section 8.1): 00 00, SSRC, roll-over counter, sequence number, all XOR salt. */
final class GcmNonce {
    private final byte[] salt;
    private final byte[] iv = new byte[12];

    GcmNonce(byte[] salt) {
        this.salt = salt;
    }

    byte[] of(int ssrc, long index) {
        Bytes.u16(iv, 0, Bytes.u16(salt, 0));
        Bytes.i32(iv, 2, Bytes.i32(salt, 2) ^ ssrc);
        Bytes.u16(iv, 6, Bytes.u16(salt, 6) ^ (int) (index >>> 32) & 0xffff);
        Bytes.i32(iv, 8, Bytes.i32(salt, 8) ^ (int) index);
        return iv;
    }

    void put(MemorySegment here, int ssrc, long index) {
        Staging.put(of(ssrc, index), 0, here, Staging.IV, iv.length);
    }
}
