package io.stoa.srtp.linux;

import io.stoa.base.Bytes;
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
    private final int[] state = new int[STATE];
    private final MemorySegment stateSegment = MemorySegment.ofArray(state);
    private final byte[] digest = new byte[DIGEST];
    private final MemorySegment digestSegment = MemorySegment.ofArray(digest);
    private final byte[] word = new byte[4];
    private final MemorySegment wordSegment = MemorySegment.ofArray(word);

    HmacSha1(byte[] key) {
        inner = hashed(key, 0x36);
        outer = hashed(key, 0x5c);
    }

    private static int[] hashed(byte[] key, int pad) {
        byte[] block = Arrays.copyOf(key, BLOCK);
        for (int i = 0; i < BLOCK; i++) block[i] ^= (byte) pad;
        int[] state = new int[STATE];
        MemorySegment segment = MemorySegment.ofArray(state);
        LibCrypto.sha1Begin(segment);
        LibCrypto.sha1(segment, MemorySegment.ofArray(block), BLOCK);
        Arrays.fill(block, (byte) 0);
        return state;
    }

    /** Of the text with a word behind it. */
    void of(MemorySegment text, int length, int trailer) {
        Bytes.i32(word, 0, trailer);
        System.arraycopy(inner, 0, state, 0, STATE);
        LibCrypto.sha1(stateSegment, text, length);
        LibCrypto.sha1(stateSegment, wordSegment, word.length);
        LibCrypto.sha1End(digestSegment, stateSegment);
        System.arraycopy(outer, 0, state, 0, STATE);
        LibCrypto.sha1(stateSegment, digestSegment, DIGEST);
        LibCrypto.sha1End(digestSegment, stateSegment);
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
