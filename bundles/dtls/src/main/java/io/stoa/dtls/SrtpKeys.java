package io.stoa.dtls;

/**
 * Exported keying material (RFC 5764 section 4.2), resolved by role.
 *
 * @param profileId IANA DTLS-SRTP protection profile
 */
public record SrtpKeys(int profileId, byte[] localKey, byte[] localSalt, byte[] remoteKey, byte[] remoteSalt) {
    @Override
    public String toString() {
        return "SrtpKeys[profile " + profileId + "]";
    }
}
