package io.stoa.srtp.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * HMAC-SHA1 (RFC 2104) with the key hashed in advance: the two states after it are copied for every packet. libcrypto's own HMAC would
 * allocate there.
 */
final class HmacSha1 {
    static final int TAG_BYTES = 10;

    private static final int BLOCK = 64;
    private static final int DIGEST = 20;
    /** {@code SHA_CTX}: 5 words of hash, 2 of length, 16 of data, and how many bytes of these there are. */
    private static final int STATE = 5 + 2 + 16 + 1;

    private final int[] inner;
    private final int[] outer;
    private final byte[] digest = new byte[DIGEST];

    HmacSha1(byte[] key, Staging staging) {
        inner = hashed(key, 0x36, staging);
        outer = hashed(key, 0x5c, staging);
    }

    private static int[] hashed(byte[] key, int pad, Staging staging) {
        byte[] block = Arrays.copyOf(key, BLOCK);
        for (int i = 0; i < BLOCK; i++) block[i] ^= (byte) pad;
        MemorySegment here = staging.of(block, 0, BLOCK, 0);
        LibCrypto.sha1Begin(here.address() + Staging.STATE);
        LibCrypto.sha1(here.address() + Staging.STATE, here.address() + Staging.PACKET, BLOCK);
        int[] state = new int[STATE];
        MemorySegment.copy(here, JAVA_INT, Staging.STATE, state, 0, STATE);
        Arrays.fill(block, (byte) 0);
        Staging.put(block, 0, here, Staging.PACKET, BLOCK);
        return state;
    }

    /** Of so much of the packet with a word behind it. */
    void of(MemorySegment here, int length, int trailer) {
        long state = here.address() + Staging.STATE;
        long result = here.address() + Staging.DIGEST;
        Staging.word(here, trailer);
        MemorySegment.copy(inner, 0, here, JAVA_INT, Staging.STATE, STATE);
        LibCrypto.sha1(state, here.address() + Staging.PACKET, length);
        LibCrypto.sha1(state, here.address() + Staging.WORD, Integer.BYTES);
        LibCrypto.sha1End(result, state);
        MemorySegment.copy(outer, 0, here, JAVA_INT, Staging.STATE, STATE);
        LibCrypto.sha1(state, result, DIGEST);
        LibCrypto.sha1End(result, state);
        Staging.take(here, Staging.DIGEST, digest, 0, DIGEST);
    }

    void write(byte[] bytes, int at) {
        System.arraycopy(digest, 0, bytes, at, TAG_BYTES);
    }

    /** Takes as long for every tag that is wrong. */
    boolean is(byte[] bytes, int at) {
        int difference = 0;
        for (int i = 0; i < TAG_BYTES; i++) difference |= bytes[at + i] ^ digest[i];
        return difference == 0;
    }

    void forget() {
        Arrays.fill(inner, 0);
        Arrays.fill(outer, 0);
    }
}
