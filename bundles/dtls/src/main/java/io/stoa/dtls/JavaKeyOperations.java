package io.stoa.dtls;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.KeyAgreement;

/** By the providers of the JDK. */
final class JavaKeyOperations implements KeyOperations {
    static final KeyOperations INSTANCE = new JavaKeyOperations();

    @Override
    public String name() {
        return "java";
    }

    @Override
    public byte[] x25519(byte[] scalar, byte[] coordinate) throws GeneralSecurityException {
        KeyFactory keys = KeyFactory.getInstance("X25519");
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(keys.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, scalar)));
        agreement.doPhase(keys.generatePublic(new XECPublicKeySpec(NamedParameterSpec.X25519, number(coordinate))), true);
        return agreement.generateSecret();
    }

    /** Little-endian, the highest bit ignored (RFC 7748 section 5). */
    private static BigInteger number(byte[] coordinate) {
        byte[] bytes = new byte[X25519_BYTES];
        for (int i = 0; i < X25519_BYTES; i++) bytes[i] = coordinate[X25519_BYTES - 1 - i];
        bytes[0] &= 0x7f;
        return new BigInteger(1, bytes);
    }

    @Override
    public byte[] sign(ECPrivateKey key, byte[] digest) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("NONEwithECDSA");
        signature.initSign(key);
        signature.update(digest);
        return signature.sign();
    }

    @Override
    public boolean verify(ECPublicKey key, byte[] digest, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance("NONEwithECDSA");
            verifier.initVerify(key);
            verifier.update(digest);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // not even the form of a signature
        }
    }
}
