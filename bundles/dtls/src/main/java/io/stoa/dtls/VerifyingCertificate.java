package io.stoa.dtls;

import java.io.IOException;
import java.security.interfaces.ECPublicKey;
import org.bouncycastle.tls.DigitallySigned;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.crypto.TlsStreamVerifier;
import org.bouncycastle.tls.crypto.TlsVerifier;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCertificate;

/** A certificate whose signatures are checked by {@link KeyOperations} if its key is of P-256. */
final class VerifyingCertificate extends JcaTlsCertificate {
    private final KeyOperations keys;

    VerifyingCertificate(DtlsCrypto crypto, KeyOperations keys, byte[] encoded) throws IOException {
        super(crypto, encoded);
        this.keys = keys;
    }

    @Override
    public TlsVerifier createVerifier(short algorithm) throws IOException {
        TlsVerifier usual = super.createVerifier(algorithm);
        return algorithm == SignatureAlgorithm.ecdsa && getPublicKey() instanceof ECPublicKey key && P256.has(key) ? new Verifier(key) : usual;
    }

    private final class Verifier implements TlsVerifier {
        private final ECPublicKey key;

        Verifier(ECPublicKey key) {
            this.key = key;
        }

        @Override
        public TlsStreamVerifier getStreamVerifier(DigitallySigned signed) {
            return null; // what is signed is hashed by Bouncy Castle
        }

        @Override
        public boolean verifyRawSignature(DigitallySigned signed, byte[] hash) {
            return signed.getAlgorithm().getSignature() == SignatureAlgorithm.ecdsa && keys.verify(key, hash, signed.getSignature());
        }
    }
}
