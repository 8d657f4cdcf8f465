package io.stoa.srtp.linux;

import io.stoa.srtp.SrtpProfile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Ciphers by the names that OpenSSL's providers know them by. */
enum Algorithm {
    AES_128_CTR("AES-128-CTR"),
    AES_256_CTR("AES-256-CTR"),
    AES_128_GCM("AES-128-GCM"),
    AES_256_GCM("AES-256-GCM");

    private final String title;
    /** Looked up once: a lookup by name takes libcrypto longer than a packet. */
    private final long reference;

    Algorithm(String title) {
        this.title = title;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(title);
            reference = LibCrypto.fetch(name);
        }
    }

    static Algorithm of(SrtpProfile profile) {
        return switch (profile) {
            case AES128_CM_HMAC_SHA1_80 -> AES_128_CTR;
            case AEAD_AES_128_GCM -> AES_128_GCM;
            case AEAD_AES_256_GCM -> AES_256_GCM;
        };
    }

    long reference() {
        if (reference == 0) throw new IllegalStateException("this libcrypto does not know " + title);
        return reference;
    }

    @Override
    public String toString() {
        return title;
    }
}
