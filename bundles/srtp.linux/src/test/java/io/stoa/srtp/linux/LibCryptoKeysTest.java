package io.stoa.srtp.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.dtls.KeyOperations;
import io.stoa.dtls.KeyTrial;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** libcrypto and the JDK must agree, whatever the keys are. */
class LibCryptoKeysTest {
    private static final int SEED = 25519;

    final KeyOperations libcrypto = new LibCryptoKeys();
    final KeyOperations java = KeyOperations.ofJava();
    final Random random = new Random(SEED);

    @Test
    void it_gives_the_known_answers() {
        new KeyTrial(libcrypto).knownAnswers();
    }

    @Test
    void agreements_of_random_keys_are_those_of_java() throws GeneralSecurityException {
        for (int i = 0; i < 200; i++) {
            byte[] scalar = bytes(32);
            byte[] coordinate = bytes(32);
            assertThat(libcrypto.x25519(scalar, coordinate)).isEqualTo(java.x25519(scalar, coordinate));
        }
    }

    @Test
    void signatures_of_random_keys_are_verified_by_the_other() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        for (int i = 0; i < 200; i++) {
            KeyPair pair = generator.generateKeyPair();
            ECPrivateKey own = (ECPrivateKey) pair.getPrivate();
            ECPublicKey key = (ECPublicKey) pair.getPublic();
            byte[] digest = bytes(32);
            byte[] ofLibcrypto = libcrypto.sign(own, digest);
            byte[] ofJava = java.sign(own, digest);
            assertThat(java.verify(key, digest, ofLibcrypto)).isTrue();
            assertThat(libcrypto.verify(key, digest, ofJava)).isTrue();
            ofJava[random.nextInt(ofJava.length)] ^= (byte) (1 << random.nextInt(8));
            assertThat(libcrypto.verify(key, digest, ofJava)).as("of a signature with a wrong bit").isEqualTo(java.verify(key, digest, ofJava));
            assertThat(libcrypto.verify(key, digest, Arrays.copyOf(ofLibcrypto, random.nextInt(ofLibcrypto.length)))).isFalse();
        }
    }

    @Test
    void keys_of_another_length_are_refused() {
        assertThatThrownBy(() -> libcrypto.x25519(new byte[32], new byte[31]))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessage("a key of X25519 has 32 bytes, not 32 and 31");
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
