package io.stoa.dtls;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateType;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCipher;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.TlsDecodeResult;
import org.bouncycastle.tls.crypto.TlsECConfig;
import org.bouncycastle.tls.crypto.TlsECDomain;
import org.bouncycastle.tls.crypto.TlsEncodeResult;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;

/**
 * The JDK's ciphers, with one answer to every record that does not decrypt, and key operations by whoever does them best. Bouncy Castle
 * passes over a record whose tag is wrong, but ends the connection for one that is too short to have a tag; a stranger can send either,
 * and both are to be ignored (RFC 6347 section 4.1.2.7).
 */
final class DtlsCrypto extends JcaTlsCrypto {
    private final KeyOperations keys;
    private final AtomicInteger refused = new AtomicInteger();

    DtlsCrypto(SecureRandom random, KeyOperations keys) {
        super(new JcaTlsCryptoProvider().getHelper(), random, random);
        this.keys = keys;
    }

    /** How many records did not decrypt, so far. */
    int refused() {
        return refused.get();
    }

    @Override
    public TlsECDomain createECDomain(TlsECConfig config) {
        if (config.getNamedGroup() != NamedGroup.x25519) return super.createECDomain(config);
        return () -> new X25519Agreement(this, keys);
    }

    @Override
    public TlsCertificate createCertificate(short type, byte[] encoding) throws IOException {
        if (type != CertificateType.X509) return super.createCertificate(type, encoding);
        return new VerifyingCertificate(this, keys, encoding);
    }

    /** With the key of a certificate of ours. */
    TlsCredentialedSigner signer(DtlsCertificate certificate) throws IOException {
        return new CertificateSigner(keys, certificate.key(), new Certificate(new TlsCertificate[] {createCertificate(certificate.encoded())}));
    }

    @Override
    public TlsCipher createCipher(TlsCryptoParameters parameters, int encryption, int mac) throws IOException {
        return new PatientCipher(super.createCipher(parameters, encryption, mac));
    }

    private final class PatientCipher implements TlsCipher {
        private final TlsCipher cipher;

        PatientCipher(TlsCipher cipher) {
            this.cipher = cipher;
        }

        @Override
        public TlsDecodeResult decodeCiphertext(long seq, short type, ProtocolVersion version, byte[] bytes, int offset, int length)
                throws IOException {
            try {
                return cipher.decodeCiphertext(seq, type, version, bytes, offset, length);
            } catch (IOException | RuntimeException e) {
                refused.incrementAndGet();
                throw new TlsFatalAlert(AlertDescription.bad_record_mac, e);
            }
        }

        @Override
        public TlsEncodeResult encodePlaintext(long seq, short type, ProtocolVersion version, int header, byte[] bytes, int offset, int length)
                throws IOException {
            return cipher.encodePlaintext(seq, type, version, header, bytes, offset, length);
        }

        @Override
        public int getCiphertextDecodeLimit(int plaintextLimit) {
            return cipher.getCiphertextDecodeLimit(plaintextLimit);
        }

        @Override
        public int getCiphertextEncodeLimit(int plaintextLimit) {
            return cipher.getCiphertextEncodeLimit(plaintextLimit);
        }

        @Override
        public int getPlaintextDecodeLimit(int ciphertextLimit) {
            return cipher.getPlaintextDecodeLimit(ciphertextLimit);
        }

        @Override
        public int getPlaintextEncodeLimit(int ciphertextLimit) {
            return cipher.getPlaintextEncodeLimit(ciphertextLimit);
        }

        @Override
        public void rekeyDecoder() throws IOException {
            cipher.rekeyDecoder();
        }

        @Override
        public void rekeyEncoder() throws IOException {
            cipher.rekeyEncoder();
        }

        @Override
        public boolean usesOpaqueRecordTypeDecode() {
            return cipher.usesOpaqueRecordTypeDecode();
        }

        @Override
        public boolean usesOpaqueRecordTypeEncode() {
            return cipher.usesOpaqueRecordTypeEncode();
        }
    }
}
