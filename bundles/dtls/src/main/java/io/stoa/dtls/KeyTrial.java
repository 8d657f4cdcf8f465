package io.stoa.dtls;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** What key operations must answer before they are used. */
public final class KeyTrial {
    private static final long HANDSHAKE_MILLIS = 10_000;

    private final KeyOperations operations;

    public KeyTrial(KeyOperations operations) {
        this.operations = operations;
    }

    /** @throws IllegalStateException naming what was answered wrongly */
    public void knownAnswers() {
        try {
            agreement();
            signatures();
        } catch (GeneralSecurityException e) {
            throw wrong("cannot do what it says: " + e.getMessage());
        }
    }

    /**
     * A handshake between two sides in memory, both with these operations. It also brings the code of handshakes in, for which the first
     * participant of a server would have to wait otherwise.
     *
     * @param random for the keys
     * @param now for the certificate
     * @throws IllegalStateException if it fails
     */
    public void handshake(SecureRandom random, Instant now) throws InterruptedException {
        DtlsCertificate certificate = DtlsCertificate.generate(random, now);
        Semaphore work = new Semaphore(0);
        Side client = new Side(work);
        Side server = new Side(work);
        client.connect(certificate, true, random, server);
        server.connect(certificate, false, random, client);
        while (!client.connected || !server.connected) {
            boolean inTime = work.tryAcquire(HANDSHAKE_MILLIS, TimeUnit.MILLISECONDS);
            client.dtls.drain();
            server.dtls.drain();
            String failure = client.failure != null ? client.failure : server.failure;
            if (failure == null && !inTime) failure = "a handshake stands still";
            if (failure != null) throw wrong(failure);
        }
    }

    private final class Side implements DtlsHandler {
        private final Semaphore work;
        private Side other;
        private DtlsConnection dtls;
        private boolean connected;
        private String failure;

        Side(Semaphore work) {
            this.work = work;
        }

        void connect(DtlsCertificate certificate, boolean client, SecureRandom random, Side to) {
            other = to;
            dtls = new DtlsConnection(DtlsSettings.of(certificate, client), random, operations, this);
            dtls.prepare("sha-256", certificate.sha256());
            dtls.start();
        }

        @Override
        public void ready() {
            work.release();
        }

        @Override
        public void transmit(byte[] bytes, int offset, int length) {
            other.dtls.receive(bytes, offset, length);
        }

        @Override
        public void connected(SrtpKeys keys) {
            connected = true;
        }

        @Override
        public void data(byte[] bytes, int offset, int length) {
            failure = "data that nobody has sent";
        }

        @Override
        public void closedByOther() {
            failure = "closed by the other side";
        }

        @Override
        public void closed(String reason) {
            failure = reason;
        }
    }

    /** RFC 7748 section 6.1. */
    private void agreement() throws GeneralSecurityException {
        byte[] alice = hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        byte[] ofBob = hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
        byte[] base = new byte[KeyOperations.X25519_BYTES];
        base[0] = 9;
        require("X25519 of RFC 7748, a public key", operations.x25519(alice, base), "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
        require("X25519 of RFC 7748, the shared secret", operations.x25519(alice, ofBob), "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
        ofBob[31] |= (byte) 0x80;
        require("X25519 with the highest bit set", operations.x25519(alice, ofBob), "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
        try {
            operations.x25519(alice, new byte[KeyOperations.X25519_BYTES]);
        } catch (GeneralSecurityException e) {
            return;
        }
        throw wrong("takes a coordinate of small order for a key");
    }

    /** RFC 6979 section A.2.5: the SHA-256 of "sample". */
    private void signatures() throws GeneralSecurityException {
        ECPrivateKey own = P256.privateKey(number("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"));
        ECPublicKey key = P256.publicKey(
                number("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"), number("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"));
        byte[] digest = hex("af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf");
        byte[] known = hex("3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
        if (!operations.verify(key, digest, known)) throw wrong("refuses the signature of RFC 6979");
        byte[] fresh = operations.sign(own, digest);
        if (!KeyOperations.ofJava().verify(key, digest, fresh)) throw wrong("signs what others refuse");
        byte[] long384 = Arrays.copyOf(digest, 48); // of a longer digest the first 256 bits count
        if (!operations.verify(key, long384, known)) throw wrong("refuses a signature of a longer digest");
        if (!KeyOperations.ofJava().verify(key, digest, operations.sign(own, long384))) throw wrong("signs a longer digest as others do not");
        known[40] ^= 1;
        if (operations.verify(key, digest, known)) throw wrong("takes a forged signature");
        known[40] ^= 1;
        digest[0] ^= 1;
        if (operations.verify(key, digest, known)) throw wrong("takes a signature of something else");
        for (byte[] noSignature : new byte[][] {{}, {0x30}, {0x30, 0x06, 2, 1, 0, 2, 1, 0}, new byte[72]})
            if (operations.verify(key, digest, noSignature)) throw wrong("takes for a signature what is none");
    }

    private void require(String what, byte[] answer, String known) {
        if (!Arrays.equals(answer, hex(known))) throw wrong("wrong answer: " + what);
    }

    private IllegalStateException wrong(String what) {
        return new IllegalStateException("key operations of " + operations.name() + ": " + what);
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private static BigInteger number(String digits) {
        return new BigInteger(digits, 16);
    }
}
