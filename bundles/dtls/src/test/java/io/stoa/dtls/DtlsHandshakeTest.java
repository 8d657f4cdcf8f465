package io.stoa.dtls;

import static io.stoa.dtls.Link.CLIENT;
import static io.stoa.dtls.Link.RANDOM;
import static io.stoa.dtls.Link.SERVER;
import static io.stoa.dtls.Link.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.base.Drop;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How handshakes begin and end, over networks good and bad. */
class DtlsHandshakeTest {
    @ParameterizedTest
    @CsvSource({"1, 16, 14", "7, 16, 12", "8, 32, 12"})
    void every_profile_yields_keys_of_its_length(int profile, int keyBytes, int saltBytes) throws Exception {
        Link link = new Link(settings(CLIENT, true, profile), settings(SERVER, false, 7, 8, 1)).start().connected();
        SrtpKeys client = link.client.keys;
        SrtpKeys server = link.server.keys;
        assertThat(client.profileId()).isEqualTo(profile).isEqualTo(server.profileId());
        assertThat(client.localKey()).hasSize(keyBytes).isEqualTo(server.remoteKey()).isNotEqualTo(client.remoteKey());
        assertThat(client.localSalt()).hasSize(saltBytes).isEqualTo(server.remoteSalt()).isNotEqualTo(client.remoteSalt());
        assertThat(client.remoteKey()).isEqualTo(server.localKey());
        assertThat(client.remoteSalt()).isEqualTo(server.localSalt());
    }

    @Test
    void the_server_prefers_among_what_the_client_offers() throws Exception {
        for (int offered : new int[] {7, 8}) {
            Link link = new Link(settings(CLIENT, true, 1, offered), settings(SERVER, false, 7, 8, 1)).start().connected();
            assertThat(link.client.keys.profileId()).isEqualTo(offered);
        }
    }

    @Test
    void without_a_common_profile_nobody_connects() throws Exception {
        Link link = new Link(settings(CLIENT, true, 8), settings(SERVER, false, 7, 1)).start().handshake();
        assertThat(link.client.keys).isNull();
        assertThat(link.server.keys).isNull();
        assertThat(link.server.outcome).contains("failed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha-1", "sha-224", "sha-256", "sha-384", "sha-512"})
    void fingerprints_may_be_of_every_usual_hash(String algorithm) throws Exception {
        Link link = Link.fresh();
        link.client.dtls.prepare(algorithm, DtlsCertificate.hash(algorithm, SERVER.encoded()));
        link.client.dtls.start();
        link.server.dtls.prepare(algorithm, DtlsCertificate.hash(algorithm, CLIENT.encoded()));
        link.server.dtls.start();
        link.connected();
    }

    @ParameterizedTest
    @ValueSource(strings = {"md5", "sha-3", ""})
    void a_hash_that_nobody_knows_proves_nothing(String algorithm) throws Exception {
        Link link = Link.fresh();
        link.client.dtls.prepare(algorithm, new byte[0]);
        link.client.dtls.start();
        link.server.dtls.prepare("sha-256", CLIENT.sha256());
        link.server.dtls.start();
        link.handshake();
        assertThat(link.client.keys).isNull();
        assertThat(link.server.keys).isNull();
    }

    @Test
    void the_server_refuses_a_client_with_another_certificate_than_announced() throws Exception {
        Link link = Link.fresh();
        link.client.dtls.prepare("sha-256", SERVER.sha256());
        link.client.dtls.start();
        link.server.dtls.prepare("sha-256", SERVER.sha256());
        link.server.dtls.start();
        link.handshake();
        assertThat(link.server.outcome).contains("failed");
        assertThat(link.server.keys).isNull();
        assertThat(link.client.keys).as("the client learns of it by an alert").isNull();
    }

    @Test
    void a_wrong_certificate_has_a_name_in_the_counters() throws Exception {
        Link link = Link.fresh();
        link.client.dtls.prepare("sha-256", new byte[32]);
        link.client.dtls.start();
        link.server.dtls.prepare("sha-256", CLIENT.sha256());
        link.server.dtls.start();
        link.handshake();
        assertThat(link.client.dtls.drops().get(Drop.DTLS_FINGERPRINT_MISMATCH)).isEqualTo(1);
    }

    /** Of each batch of datagrams, a first transmission of either side, the given one is lost. */
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "0, 1", "2, 2", "3, 1", "0, 3"})
    void losses_are_made_good_by_retransmission(int clientLoses, int serverLoses) throws Exception {
        Link link = Link.fresh();
        link.client.network = losingFirst(clientLoses);
        link.server.network = losingFirst(serverLoses);
        link.start().connected();
        link.client.say("hello");
        link.server.say("world");
        link.exchange();
        assertThat(link.server.received).containsExactly("hello");
        assertThat(link.client.received).containsExactly("world");
    }

    /** The first datagrams are lost, whatever they are. */
    private static UnaryOperator<List<byte[]>> losingFirst(int count) {
        int[] lost = new int[1];
        return batch -> {
            while (lost[0] < count && !batch.isEmpty()) {
                batch.removeFirst();
                lost[0]++;
            }
            return batch;
        };
    }

    /** Handshake messages by type (RFC 5246 section 7.4), 0 for the change of cipher, -1 for what is encrypted. */
    @ParameterizedTest
    @CsvSource({"true, 1", "true, 11", "true, 16", "true, 0", "true, -1",
        "false, 2", "false, 11", "false, 12", "false, 13", "false, 14", "false, 0", "false, -1"})
    void any_message_may_be_lost_once(boolean byClient, int type) throws Exception {
        Link link = Link.fresh();
        boolean[] lost = new boolean[1];
        (byClient ? link.client : link.server).network = losingOnce(type, lost);
        link.start().connected();
        assertThat(lost[0]).isTrue();
    }

    @Test
    void the_proof_of_the_key_may_be_lost_once() throws Exception {
        any_message_may_be_lost_once(true, 15);
    }

    private static UnaryOperator<List<byte[]>> losingOnce(int type, boolean[] lost) {
        return batch -> {
            for (int i = 0; i < batch.size() && !lost[0]; i++) {
                byte[] d = batch.get(i);
                int is = d[4] == 1 ? -1 : d[0] == 20 ? 0 : d[13];
                if (is != type) continue;
                batch.remove(i);
                lost[0] = true;
            }
            return batch;
        };
    }

    @Test
    void the_last_flight_is_sent_again_by_a_server_that_is_long_connected() throws Exception {
        Link link = Link.fresh();
        boolean[] after = new boolean[1];
        List<byte[]> lost = new ArrayList<>();
        link.server.network = batch -> {
            if (!after[0]) lost.addAll(batch.stream().filter(DtlsHandshakeTest::ofTheLastFlight).toList());
            return after[0] ? batch : batch.stream().filter(d -> !ofTheLastFlight(d)).toList();
        };
        link.start().exchange();
        while (link.server.outcome == null || lost.isEmpty()) {
            assertThat(link.work.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
            link.exchange();
        }
        assertThat(link.server.outcome).isEqualTo("connected");
        assertThat(link.client.outcome).isNull();
        after[0] = true;
        link.connected();
        link.server.say("data");
        link.exchange();
        assertThat(link.client.received).containsExactly("data");
    }

    /** Change of cipher specification, or encrypted. */
    private static boolean ofTheLastFlight(byte[] datagram) {
        return datagram[0] == 20 || datagram[4] == 1;
    }

    @Test
    void duplicates_and_disorder_within_flights_do_no_harm() throws Exception {
        Link link = Link.fresh();
        link.client.network = DtlsHandshakeTest::doubledAndReversed;
        link.server.network = DtlsHandshakeTest::doubledAndReversed;
        link.start().connected();
        link.client.say("once");
        link.exchange();
        assertThat(link.server.received).containsExactly("once");
    }

    /** Everything twice and backwards, but the change of cipher stays behind what it closes. */
    private static List<byte[]> doubledAndReversed(List<byte[]> batch) {
        List<byte[]> messages = new ArrayList<>(batch.stream().filter(d -> !ofTheLastFlight(d)).toList());
        messages.addAll(messages);
        Collections.reverse(messages);
        for (int i = 0; i < 2; i++) batch.stream().filter(DtlsHandshakeTest::ofTheLastFlight).forEach(messages::add);
        return messages;
    }

    @Test
    void a_change_of_cipher_that_overtakes_the_proof_of_the_key_does_not_hang_the_handshake() throws Exception {
        Link link = Link.fresh();
        List<byte[]> held = new ArrayList<>();
        boolean[] done = new boolean[1];
        link.client.network = batch -> {
            held.addAll(batch);
            boolean first = held.getFirst()[13] == 1 && held.size() == 1; // the hello
            if (!done[0] && !first && held.getLast()[4] != 1) return List.of(); // until the flight is complete
            List<byte[]> flight = new ArrayList<>(held);
            held.clear();
            if (!first && !done[0]) {
                done[0] = true;
                int change = flight.size() - 2;
                assertThat(flight.get(change)[0]).isEqualTo((byte) 20);
                flight.add(change - 1, flight.remove(change));
            }
            return flight;
        };
        link.start().connected();
        assertThat(done[0]).isTrue();
    }

    @Test
    void no_datagram_of_a_handshake_is_longer_than_the_limit() throws Exception {
        Link link = Link.fresh();
        List<Integer> sizes = new ArrayList<>();
        link.client.network = batch -> { batch.forEach(d -> sizes.add(d.length)); return batch; };
        link.server.network = link.client.network;
        link.start().connected();
        assertThat(sizes).isNotEmpty().allMatch(size -> size <= DtlsSettings.MTU);
    }

    @Test
    void a_silent_peer_is_given_up_after_the_timeout() throws Exception {
        Link link = new Link(
                new DtlsSettings(CLIENT, true, List.of(7), 300, 50),
                new DtlsSettings(SERVER, false, List.of(7), 300, 50)).start();
        link.client.network = batch -> List.of();
        link.handshake();
        assertThat(link.client.outcome).contains("failed");
        assertThat(link.server.outcome).contains("failed");
    }

    @Test
    void what_arrives_faster_than_the_handshake_reads_is_dropped_by_name() throws Exception {
        var sending = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        DtlsConnection client = new DtlsConnection(settings(CLIENT, true, 7), RANDOM, KeyOperations.ofJava(), new SilentHandler() {
            @Override
            public void ready() {
                sending.countDown(); // the handshake thread stands here until it is released
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        client.prepare("sha-256", SERVER.sha256());
        client.start();
        assertThat(sending.await(20, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 1_000; i++) client.receive(DtlsDataTest.forged(22, 0, i, 87), 0, 100);
        assertThat(client.drops().get(Drop.DTLS_QUEUE_FULL)).isBetween(900L, 999L);
        client.close();
        release.countDown();
    }

    @Test
    void what_is_ready_waits_for_a_way_to_the_other_side() throws Exception {
        Link link = Link.fresh();
        link.client.dtls.prepare("sha-256", SERVER.sha256());
        link.server.dtls.prepare("sha-256", CLIENT.sha256());
        while (!link.client.dtls.quiescent()) Thread.onSpinWait();
        link.client.dtls.drain();
        assertThat(link.client.sent).isEmpty();
        link.client.dtls.start();
        assertThat(link.work.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
        link.exchange();
        while (!link.server.dtls.quiescent()) Thread.onSpinWait();
        link.server.dtls.drain();
        assertThat(link.server.sent).as("it has heard the client, and has no way to answer").isEmpty();
        link.server.dtls.start();
        link.connected();
    }

    @Test
    void one_that_never_had_a_way_can_be_closed() throws Exception {
        Link link = Link.fresh();
        link.client.dtls.prepare("sha-256", SERVER.sha256());
        while (!link.client.dtls.quiescent()) Thread.onSpinWait();
        link.client.dtls.close();
        assertThat(link.work.tryAcquire(20, TimeUnit.SECONDS)).as("its thread has ended").isTrue();
        link.client.dtls.drain();
        assertThat(link.client.sent).isEmpty();
    }

    @Test
    void a_datagram_that_is_too_long_is_dropped_by_name() throws Exception {
        Link link = Link.fresh().start().connected();
        link.server.dtls.receive(new byte[5_000], 0, 5_000);
        assertThat(link.server.dtls.drops().get(Drop.OVERSIZED)).isEqualTo(1);
    }

    @Test
    void a_connection_starts_once() {
        Link link = Link.fresh().start();
        assertThatThrownBy(() -> link.client.dtls.prepare("sha-256", SERVER.sha256())).isInstanceOf(IllegalStateException.class);
        link.client.dtls.close();
        link.server.dtls.close();
    }

    @Test
    void closing_in_the_middle_of_the_handshake_ends_it_quietly() throws Exception {
        Link link = Link.fresh().start();
        link.client.dtls.close();
        link.exchange();
        assertThat(link.client.keys).isNull();
        assertThat(link.client.dtls.isConnected()).isFalse();
        assertThat(link.client.closings).as("the owner knows what it did").isZero();
        link.server.dtls.close();
    }

    /** Between a valid hello and the answer to it something is always under way. */
    @Test
    void a_connection_that_works_on_an_answer_is_not_quiescent() throws Exception {
        for (int i = 0; i < 100; i++) {
            Link link = Link.fresh().start();
            while (!link.server.dtls.quiescent()) Thread.onSpinWait();
            while (link.client.sent.isEmpty()) link.client.dtls.drain();
            link.work.drainPermits();
            for (byte[] datagram : link.client.sent) link.server.hear(datagram);
            boolean quiescent = false;
            // Asked first: what is quiescent has answered before.
            for (boolean answered = false; !answered && !quiescent; ) {
                boolean seen = link.server.dtls.quiescent();
                answered = link.work.tryAcquire();
                quiescent = seen && !answered;
            }
            link.client.dtls.close();
            link.server.dtls.close();
            assertThat(quiescent).as("round %d", i).isFalse();
        }
    }

    /** Listens to nothing. */
    abstract static class SilentHandler implements DtlsHandler {
        @Override
        public void transmit(byte[] bytes, int offset, int length) {}

        @Override
        public void connected(SrtpKeys keys) {}

        @Override
        public void data(byte[] bytes, int offset, int length) {}

        @Override
        public void closed(String reason) {}

        @Override
        public void closedByOther() {}
    }
}
