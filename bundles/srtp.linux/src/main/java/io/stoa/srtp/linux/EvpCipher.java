package io.stoa.srtp.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One cipher with its key, in one direction. Its state is memory of libcrypto, which lives until {@link #close}; everything else that a
 * packet needs is here, made once.
 */
final class EvpCipher {
    static final int TAG_BYTES = 16;
    private static final int GET_TAG = 0x10;
    private static final int SET_TAG = 0x11;

    private final AtomicInteger open;
    private long cipher;

    /** @param open counts ciphers that hold memory */
    EvpCipher(Algorithm algorithm, byte[] key, boolean encrypt, AtomicInteger open) {
        this.open = open;
        cipher = LibCrypto.newCipher();
        if (cipher == 0) throw new OutOfMemoryError("libcrypto has no memory for a cipher");
        open.incrementAndGet();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment secret = arena.allocate(key.length).copyFrom(MemorySegment.ofArray(key));
            boolean set = LibCrypto.key(cipher, algorithm.reference(), secret, encrypt);
            secret.fill((byte) 0);
            if (set) return;
            close();
            throw new IllegalStateException("libcrypto refuses a key for " + algorithm);
        }
    }

    /** Begins a packet, which is in {@code here} as all that follows. */
    boolean begin(MemorySegment here, byte[] iv) {
        Staging.put(iv, 0, here, Staging.IV, iv.length);
        return LibCrypto.iv(cipher, here.address() + Staging.IV);
    }

    /** @param at in the packet */
    boolean associated(MemorySegment here, int at, int count) {
        return LibCrypto.associated(cipher, length(here), packet(here, at), count);
    }

    /** The word that was put there. */
    boolean associatedWord(MemorySegment here) {
        return LibCrypto.associated(cipher, length(here), here.address() + Staging.WORD, Integer.BYTES);
    }

    /** In place. */
    boolean text(MemorySegment here, int at, int count) {
        return count == 0 || LibCrypto.text(cipher, packet(here, at), length(here), packet(here, at), count);
    }

    /** The tag of what was encrypted. */
    boolean seal(MemorySegment here, int at) {
        return LibCrypto.complete(cipher, packet(here, at), length(here)) && LibCrypto.control(cipher, GET_TAG, TAG_BYTES, packet(here, at));
    }

    /** Whether what was decrypted is authentic; asked after {@link #expect}. */
    boolean isAuthentic(MemorySegment here, int tagAt) {
        return LibCrypto.complete(cipher, packet(here, tagAt), length(here));
    }

    boolean expect(MemorySegment here, int tagAt) {
        return LibCrypto.control(cipher, SET_TAG, TAG_BYTES, packet(here, tagAt));
    }

    private static long packet(MemorySegment here, int at) {
        return here.address() + Staging.PACKET + at;
    }

    private static long length(MemorySegment here) {
        return here.address() + Staging.LENGTH;
    }

    boolean isClosed() {
        return cipher == 0;
    }

    void close() {
        if (cipher == 0) return;
        LibCrypto.freeCipher(cipher);
        cipher = 0;
        open.decrementAndGet();
    }
}
