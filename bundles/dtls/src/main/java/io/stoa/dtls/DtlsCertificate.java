package io.stoa.dtls;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A self-signed certificate (ECDSA, P-256) and its key; one per server start. */
public final class DtlsCertificate {
    private final byte[] encoded;
    private final ECPrivateKey key;

    private DtlsCertificate(byte[] encoded, ECPrivateKey key) {
        this.encoded = encoded;
        this.key = key;
    }

    public static DtlsCertificate generate(SecureRandom random, Instant now) {
        try {
            KeyPair pair = P256.generate(random);
            X500Name name = new X500Name("CN=stoa");
            var builder = new JcaX509v3CertificateBuilder(
                    name,
                    new BigInteger(64, random).setBit(64),
                    Date.from(now.minus(Duration.ofDays(1))),
                    Date.from(now.plus(Duration.ofDays(365))),
                    name,
                    pair.getPublic());
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate());
            return new DtlsCertificate(builder.build(signer).getEncoded(), (ECPrivateKey) pair.getPrivate());
        } catch (GeneralSecurityException | OperatorCreationException | java.io.IOException e) {
            throw new IllegalStateException("this Java has no P-256", e);
        }
    }

    byte[] encoded() {
        return encoded.clone();
    }

    ECPrivateKey key() {
        return key;
    }

    public byte[] sha256() {
        return hash("sha-256", encoded);
    }

    /** @return null for an algorithm that is not known (RFC 8122 section 5) */
    static byte[] hash(String algorithm, byte[] certificate) {
        try {
            return switch (algorithm) {
                case "sha-1", "sha-224", "sha-256", "sha-384", "sha-512" ->
                    MessageDigest.getInstance(algorithm.toUpperCase(java.util.Locale.ROOT)).digest(certificate);
                default -> null;
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + algorithm, e);
        }
    }
}
