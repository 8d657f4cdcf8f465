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
    private final MemorySegment length = MemorySegment.ofArray(new int[1]);
    private long cipher;
    /** The array of the packet before, which is that of the next one: a loop's slab. */
    private byte[] array;
    private MemorySegment segment;

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

    /** The array as what libcrypto takes. */
    MemorySegment of(byte[] bytes) {
        if (bytes != array) {
            array = bytes;
            segment = MemorySegment.ofArray(bytes);
        }
        return segment;
    }

    boolean begin(MemorySegment iv) {
        return LibCrypto.iv(cipher, iv);
    }

    boolean associated(MemorySegment from, int count) {
        return LibCrypto.associated(cipher, length, from, count);
    }

    /** In place. */
    boolean text(MemorySegment at, int count) {
        return LibCrypto.text(cipher, at, length, at, count);
    }

    /** The tag of what was encrypted. */
    boolean seal(MemorySegment tag) {
        return LibCrypto.complete(cipher, tag, length) && LibCrypto.control(cipher, GET_TAG, TAG_BYTES, tag);
    }

    /** Whether what was decrypted is authentic; asked after {@link #expect}. */
    boolean isAuthentic(MemorySegment anywhere) {
        return LibCrypto.complete(cipher, anywhere, length);
    }

    boolean expect(MemorySegment tag) {
        return LibCrypto.control(cipher, SET_TAG, TAG_BYTES, tag);
    }

    boolean isClosed() {
        return cipher == 0;
    }

    void close() {
        if (cipher == 0) return;
        LibCrypto.freeCipher(cipher);
        cipher = 0;
        array = null;
        segment = null;
        open.decrementAndGet();
    }
}
