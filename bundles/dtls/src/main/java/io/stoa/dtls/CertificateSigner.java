package io.stoa.dtls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.interfaces.ECPrivateKey;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.HashAlgorithm;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsStreamSigner;

/** Proves that a certificate is ours, by ECDSA of a SHA-256. */
final class CertificateSigner implements TlsCredentialedSigner {
    private final KeyOperations keys;
    private final ECPrivateKey key;
    private final Certificate certificate;

    CertificateSigner(KeyOperations keys, ECPrivateKey key, Certificate certificate) {
        this.keys = keys;
        this.key = key;
        this.certificate = certificate;
    }

    @Override
    public byte[] generateRawSignature(byte[] hash) throws IOException {
        try {
            return keys.sign(key, hash);
        } catch (GeneralSecurityException e) {
            throw new TlsFatalAlert(AlertDescription.internal_error, e);
        }
    }

    @Override
    public SignatureAndHashAlgorithm getSignatureAndHashAlgorithm() {
        return SignatureAndHashAlgorithm.getInstance(HashAlgorithm.sha256, SignatureAlgorithm.ecdsa);
    }

    @Override
    public TlsStreamSigner getStreamSigner() {
        return null; // what is signed is hashed by Bouncy Castle
    }

    @Override
    public Certificate getCertificate() {
        return certificate;
    }
}
