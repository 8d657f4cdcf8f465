package io.stoa.dtls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsAgreement;
import org.bouncycastle.tls.crypto.TlsSecret;

/** One side of a key agreement by X25519 (RFC 8422 section 5.11). */
final class X25519Agreement implements TlsAgreement {
    private static final byte[] BASE = Arrays.copyOf(new byte[] {9}, KeyOperations.X25519_BYTES);

    private final DtlsCrypto crypto;
    private final KeyOperations keys;
    private byte[] own;
    private byte[] theirs;

    X25519Agreement(DtlsCrypto crypto, KeyOperations keys) {
        this.crypto = crypto;
        this.keys = keys;
    }

    @Override
    public byte[] generateEphemeral() throws IOException {
        own = new byte[KeyOperations.X25519_BYTES];
        crypto.getSecureRandom().nextBytes(own);
        try {
            return keys.x25519(own, BASE);
        } catch (GeneralSecurityException e) {
            throw new TlsFatalAlert(AlertDescription.internal_error, e);
        }
    }

    @Override
    public void receivePeerValue(byte[] value) throws IOException {
        if (value == null || value.length != KeyOperations.X25519_BYTES)
            throw new TlsFatalAlert(AlertDescription.illegal_parameter, "an X25519 key has 32 bytes");
        theirs = value;
    }

    @Override
    public TlsSecret calculateSecret() throws IOException {
        byte[] secret = null;
        try {
            secret = keys.x25519(own, theirs);
            return crypto.createSecret(secret);
        } catch (GeneralSecurityException e) {
            throw new TlsFatalAlert(AlertDescription.illegal_parameter, e);
        } finally {
            Arrays.fill(own, (byte) 0);
            if (secret != null) Arrays.fill(secret, (byte) 0);
        }
    }
}
