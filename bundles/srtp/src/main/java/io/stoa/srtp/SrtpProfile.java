package io.stoa.srtp;

/** DTLS-SRTP protection profiles (RFC 5764 section 4.1.2, RFC 7714 section 14.2). */
public enum SrtpProfile {
    AES128_CM_HMAC_SHA1_80(0x0001, 16, 14),
    AEAD_AES_128_GCM(0x0007, 16, 12),
    AEAD_AES_256_GCM(0x0008, 32, 12);

    public final int id;
    public final int keyBytes;
    public final int saltBytes;

    SrtpProfile(int id, int keyBytes, int saltBytes) {
        this.id = id;
        this.keyBytes = keyBytes;
        this.saltBytes = saltBytes;
    }

    public boolean isAead() {
        return this != AES128_CM_HMAC_SHA1_80;
    }

    /** @throws IllegalArgumentException for an id that is not supported */
    public static SrtpProfile ofId(int id) {
        for (SrtpProfile profile : values()) if (profile.id == id) return profile;
        throw new IllegalArgumentException("SRTP profile " + id + "; supported are 1, 7 and 8");
    }
}
