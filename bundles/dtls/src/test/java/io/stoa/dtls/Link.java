package io.stoa.dtls;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Two connections and what lies between them, driven by one thread, which waits only for the two handshake threads. */
final class Link {
    static final SecureRandom RANDOM = new SecureRandom();
    static final DtlsCertificate CLIENT = certificate();
    static final DtlsCertificate SERVER = certificate();

    final Semaphore work;
    final Side client;
    final Side server;

    Link(DtlsSettings clientSettings, DtlsSettings serverSettings) {
        this(clientSettings, serverSettings, new Semaphore(0));
    }

    /** @param work gets a permit whenever a handshake thread has something; may be shared by several links */
    Link(DtlsSettings clientSettings, DtlsSettings serverSettings, Semaphore work) {
        this.work = work;
        client = new Side(clientSettings, KeyOperations.ofJava());
        server = new Side(serverSettings, KeyOperations.ofJava());
    }

    Link(KeyOperations ofClient, KeyOperations ofServer) {
        work = new Semaphore(0);
        client = new Side(usual(CLIENT, true), ofClient);
        server = new Side(usual(SERVER, false), ofServer);
    }

    static Link fresh() {
        return new Link(usual(CLIENT, true), usual(SERVER, false));
    }

    private static DtlsSettings usual(DtlsCertificate certificate, boolean client) {
        return settings(certificate, client, 0x0007, 0x0008, 0x0001);
    }

    static DtlsCertificate certificate() {
        return DtlsCertificate.generate(RANDOM, Instant.EPOCH.plusSeconds(1_700_000_000));
    }

    static DtlsSettings settings(DtlsCertificate certificate, boolean client, Integer... profiles) {
        return new DtlsSettings(certificate, client, List.of(profiles), 20_000, 50);
    }

    Link start() {
        client.dtls.prepare("sha-256", SERVER.sha256());
        client.dtls.start();
        server.dtls.prepare("sha-256", CLIENT.sha256());
        server.dtls.start();
        return this;
    }

    /** Until both sides have an outcome. */
    Link handshake() throws InterruptedException {
        exchange();
        while (client.outcome == null || server.outcome == null) {
            assertThat(work.tryAcquire(20, TimeUnit.SECONDS)).as("the handshake makes progress: %s, %s", client.outcome,
                    server.outcome).isTrue();
            exchange();
        }
        exchange();
        return this;
    }

    Link connected() throws InterruptedException {
        handshake();
        assertThat(client.outcome).isEqualTo("connected");
        assertThat(server.outcome).isEqualTo("connected");
        return this;
    }

    void exchange() {
        for (boolean moved = true; moved; ) {
            client.dtls.drain();
            server.dtls.drain();
            moved = client.deliverTo(server) | server.deliverTo(client);
        }
    }

    final class Side implements DtlsHandler {
        final DtlsConnection dtls;
        final List<byte[]> sent = new ArrayList<>();
        final List<String> received = new ArrayList<>();
        /** What the network does to a batch of datagrams that this side sends. */
        UnaryOperator<List<byte[]>> network = UnaryOperator.identity();
        Consumer<String> onData = text -> {};
        int closings;
        SrtpKeys keys;
        String outcome;

        Side(DtlsSettings settings, KeyOperations keys) {
            dtls = new DtlsConnection(settings, RANDOM, keys, this);
        }

        boolean deliverTo(Side other) {
            if (sent.isEmpty()) return false;
            List<byte[]> batch = network.apply(new ArrayList<>(sent));
            sent.clear();
            for (byte[] datagram : batch) other.dtls.receive(datagram, 0, datagram.length);
            return true;
        }

        void say(String text) {
            dtls.send(text.getBytes(), 0, text.length());
        }

        /** The datagrams that sending this makes, kept back from the network. */
        byte[] sealed(String text) {
            assertThat(sent).isEmpty();
            say(text);
            return sent.removeFirst();
        }

        void hear(byte[] datagram) {
            dtls.receive(datagram, 0, datagram.length);
        }

        @Override
        public void transmit(byte[] bytes, int offset, int length) {
            sent.add(Arrays.copyOfRange(bytes, offset, offset + length));
        }

        @Override
        public void connected(SrtpKeys exported) {
            keys = exported;
            outcome = "connected";
        }

        @Override
        public void data(byte[] bytes, int offset, int length) {
            String text = new String(bytes, offset, length);
            received.add(text);
            onData.accept(text);
        }

        @Override
        public void closedByOther() {
            closed("DTLS: closed by the other side");
        }

        @Override
        public void closed(String reason) {
            closings++;
            outcome = reason;
            work.release();
        }

        @Override
        public void ready() {
            work.release();
        }
    }
}
