package io.stoa.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DtlsConnectionTest {
    static final SecureRandom RANDOM = new SecureRandom();

    final Semaphore work = new Semaphore(0);
    final DtlsCertificate clientCertificate = DtlsCertificate.generate(RANDOM, Instant.EPOCH.plusSeconds(1_700_000_000));
    final DtlsCertificate serverCertificate = DtlsCertificate.generate(RANDOM, Instant.EPOCH.plusSeconds(1_700_000_000));
    final Side client = new Side(DtlsSettings.of(clientCertificate, true));
    final Side server = new Side(DtlsSettings.of(serverCertificate, false));

    /** Hands datagrams over until both sides have an outcome. */
    void handshake() throws InterruptedException {
        while (client.outcome == null || server.outcome == null) {
            assertThat(work.tryAcquire(20, TimeUnit.SECONDS)).as("the handshake makes progress").isTrue();
            exchange();
        }
    }

    void exchange() {
        for (boolean moved = true; moved; ) {
            client.dtls.drain();
            server.dtls.drain();
            moved = client.deliverTo(server) | server.deliverTo(client);
        }
    }

    @Test
    void both_sides_get_the_same_keys_the_other_way_round_and_talk() throws Exception {
        client.dtls.prepare("sha-256", serverCertificate.sha256());
        client.dtls.start();
        server.dtls.prepare("sha-256", clientCertificate.sha256());
        server.dtls.start();
        handshake();
        exchange();
        assertThat(client.keys.profileId()).isEqualTo(7).isEqualTo(server.keys.profileId());
        assertThat(client.keys.localKey()).isEqualTo(server.keys.remoteKey()).isNotEqualTo(client.keys.remoteKey());
        assertThat(client.keys.remoteSalt()).isEqualTo(server.keys.localSalt());
        client.dtls.send("hello".getBytes(), 0, 5);
        server.dtls.send("world".getBytes(), 0, 5);
        exchange();
        assertThat(server.received).containsExactly("hello");
        assertThat(client.received).containsExactly("world");
        byte[] noise = new byte[200];
        Random random = new Random(3);
        for (int i = 0; i < 2_000; i++) {
            random.nextBytes(noise);
            noise[0] = (byte) (20 + random.nextInt(6));
            server.dtls.receive(noise, 0, random.nextInt(200));
        }
        client.dtls.send("still".getBytes(), 0, 5);
        exchange();
        assertThat(server.received).contains("still");
        client.dtls.close();
        exchange();
        assertThat(server.outcome).contains("DTLS");
    }

    @Test
    void another_certificate_than_the_announced_one_is_refused() throws Exception {
        client.dtls.prepare("sha-256", new byte[32]);
        client.dtls.start();
        server.dtls.prepare("sha-256", clientCertificate.sha256());
        server.dtls.start();
        handshake();
        assertThat(client.outcome).contains("failed");
        assertThat(client.keys).isNull();
    }

    @Test
    void records_before_the_start_and_floods_are_counted() {
        server.dtls.receive(new byte[20], 0, 20);
        assertThat(server.dtls.drops().get(Drop.DTLS_TOO_EARLY)).isEqualTo(1);
    }

    final class Side implements DtlsHandler {
        final DtlsConnection dtls;
        final List<byte[]> sent = new ArrayList<>();
        final List<String> received = new ArrayList<>();
        SrtpKeys keys;
        String outcome;

        Side(DtlsSettings settings) {
            dtls = new DtlsConnection(settings, RANDOM, KeyOperations.ofJava(), this);
        }

        boolean deliverTo(Side other) {
            if (sent.isEmpty()) return false;
            List<byte[]> batch = List.copyOf(sent);
            sent.clear();
            for (byte[] datagram : batch) other.dtls.receive(datagram, 0, datagram.length);
            return true;
        }

        @Override
        public void transmit(byte[] bytes, int offset, int length) {
            sent.add(java.util.Arrays.copyOfRange(bytes, offset, offset + length));
        }

        @Override
        public void connected(SrtpKeys exported) {
            keys = exported;
            outcome = "connected";
        }

        @Override
        public void data(byte[] bytes, int offset, int length) {
            received.add(new String(bytes, offset, length));
        }

        @Override
        public void closedByOther() {
            closed("DTLS: closed by the other side");
        }

        @Override
        public void closed(String reason) {
            outcome = reason;
            work.release();
        }

        @Override
        public void ready() {
            work.release();
        }
    }
}
