package io.stoa.dtls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who does the key operations of a handshake. */
class KeyOperationsTest {
    @Test
    void java_gives_the_known_answers() {
        new KeyTrial(KeyOperations.ofJava()).knownAnswers();
    }

    @Test
    void a_trial_makes_a_handshake() throws InterruptedException {
        Counted counted = new Counted();
        new KeyTrial(counted).handshake(Link.RANDOM, Instant.EPOCH);
        assertThat(counted.signatures.get()).isEqualTo(2);
        assertThatThrownBy(() -> new KeyTrial(new Counted() {
                    @Override
                    public boolean verify(ECPublicKey key, byte[] digest, byte[] signature) {
                        return false;
                    }
                }).handshake(Link.RANDOM, Instant.EPOCH))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("DTLS handshake failed");
    }

    @Test
    void a_trial_says_what_is_wrong() {
        KeyTrial trial = new KeyTrial(new Counted() {
            @Override
            public byte[] x25519(byte[] scalar, byte[] coordinate) {
                return new byte[32];
            }
        });
        assertThatThrownBy(trial::knownAnswers).isInstanceOf(IllegalStateException.class).hasMessage("key operations of counted: wrong answer: X25519 of RFC 7748, a public key");
    }

    @Test
    void both_roles_have_all_of_them_done_by_whom_they_were_given() throws InterruptedException {
        Counted ofClient = new Counted();
        Counted ofServer = new Counted();
        new Link(ofClient, ofServer).start().connected();
        for (Counted counted : new Counted[] {ofClient, ofServer}) {
            assertThat(counted.agreements.get()).as("its own key, the secret").isEqualTo(2);
            assertThat(counted.signatures.get()).isEqualTo(1);
            assertThat(counted.verified.get()).isEqualTo(1);
        }
    }

    /** The operations of Java, counted. */
    static class Counted implements KeyOperations {
        final AtomicInteger agreements = new AtomicInteger();
        final AtomicInteger signatures = new AtomicInteger();
        final AtomicInteger verified = new AtomicInteger();

        @Override
        public String name() {
            return "counted";
        }

        @Override
        public byte[] x25519(byte[] scalar, byte[] coordinate) throws GeneralSecurityException {
            agreements.incrementAndGet();
            return KeyOperations.ofJava().x25519(scalar, coordinate);
        }

        @Override
        public byte[] sign(ECPrivateKey key, byte[] digest) throws GeneralSecurityException {
            signatures.incrementAndGet();
            return KeyOperations.ofJava().sign(key, digest);
        }

        @Override
        public boolean verify(ECPublicKey key, byte[] digest, byte[] signature) {
            verified.incrementAndGet();
            return KeyOperations.ofJava().verify(key, digest, signature);
        }
    }
}
