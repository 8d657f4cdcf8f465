package io.stoa.dtls;

import java.security.GeneralSecurityException;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The key operations of a handshake as browsers have it: X25519, and ECDSA with P-256. Most of what a handshake costs is these, and the
 * JDK's are slow until they are compiled. Whatever else a client wants (P-384, RSA) is Bouncy Castle's business.
 *
 * <p>Implementations keep no state and may be called by any thread.
 */
@ProviderType
public interface KeyOperations {
    /** Length of an X25519 scalar, of a coordinate, and of the result. */
    int X25519_BYTES = 32;

    /** Those of the JDK. */
    static KeyOperations ofJava() {
        return JavaKeyOperations.INSTANCE;
    }

    /** For the operator, for instance {@code java}. */
    String name();

    /**
     * The function X25519 (RFC 7748 section 5).
     *
     * @param scalar 32 bytes, the private key
     * @param coordinate 32 bytes, the other side's public key; 9 for one's own
     * @throws GeneralSecurityException if the result would be zero: the coordinate is of small order (section 6.1)
     */
    byte[] x25519(byte[] scalar, byte[] coordinate) throws GeneralSecurityException;

    /**
     * @param key of P-256
     * @return the signature in DER (RFC 8422 section 5.4)
     */
    byte[] sign(ECPrivateKey key, byte[] digest) throws GeneralSecurityException;

    /**
     * @param key of P-256
     * @param signature in DER, from the other side: anything
     */
    boolean verify(ECPublicKey key, byte[] digest, byte[] signature);
}
