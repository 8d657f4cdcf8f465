package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.media.DataLane;
import io.stoa.media.MediaPeer;
import io.stoa.media.NegotiationException;
import io.stoa.media.PeerState;
import io.stoa.media.TrackPreference;
import io.stoa.sdp.SdpParser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Data channels, paths that change or die, guests who throw things, and the end. */
class ConnectionTest {
    final VirtualNet net = VirtualNet.seeded(501);
    final Room room = new Room(net);

    @AfterEach
    void close() {
        room.close();
    }

    static byte[] numbered(int number, int size) {
        byte[] message = new byte[size];
        Bytes.i32(message, 0, number);
        return message;
    }

    @Test
    void reliable_data_comes_exactly_once_and_in_order_whatever_the_network_does() {
        var ann = room.publisher("ann").conditions(link -> link.loss(0.05).jitter(30 * MILLI).duplication(0.05));
        var bob = room.subscriber("bob").conditions(link -> link.loss(0.05).jitter(30 * MILLI).duplication(0.05));
        ann.offer(false);
        bob.requestOffer(false);
        room.connected(ann);
        room.connected(bob);
        net.runUntil(() -> ann.isOpen(DataLane.RELIABLE) && bob.peer.isOpen(DataLane.RELIABLE), 10 * SECOND);
        for (int i = 0; i < 300; i++) {
            int number = i;
            net.in(i * 10 * MILLI, () -> ann.sendData(DataLane.RELIABLE, numbered(number, 10 + number * 37 % 5_000)));
            net.in(i * 10 * MILLI, () -> bob.peer.send(DataLane.RELIABLE, numbered(number, 10 + number * 53 % 5_000)));
        }
        net.run(30 * SECOND);
        List<Integer> all = IntStream.range(0, 300).boxed().toList();
        assertThat(ann.dataArrived.get(DataLane.RELIABLE).stream().map(Client::number)).containsExactlyElementsOf(all);
        assertThat(bob.dataReceived.get(DataLane.RELIABLE).stream().map(Client::number)).containsExactlyElementsOf(all);
    }

    @Test
    void whoever_waits_for_a_connection_that_has_gone_is_told() {
        VirtualNet elsewhere = VirtualNet.seeded(502);
        var doomed = new Room(elsewhere);
        MediaPeer ann = doomed.publisher("ann").peer;
        MediaPeer bob = doomed.subscriber("bob").peer;
        ann.close();
        List<CompletionStage<?>> ofTheClosed = asked(ann);
        elsewhere.run(100 * MILLI);
        assertThat(ofTheClosed).as("seed %d", elsewhere.seed).allSatisfy(ConnectionTest::failed);
        doomed.close();
        assertThat(asked(bob)).as("of a plane that has gone, seed %d", elsewhere.seed).allSatisfy(ConnectionTest::failed);
    }

    /** Of hundreds at once, which is what a room does: none by a turn of its own, all soon. */
    @Test
    void statistics_come_together() {
        Client ann = room.publisher("ann");
        ann.offer(false);
        room.connected(ann);
        List<CompletableFuture<MediaPeer.PeerStats>> asked = new ArrayList<>();
        for (int i = 0; i < 200; i++) asked.add(ann.peer.stats().toCompletableFuture());
        net.settle();
        assertThat(asked).as("seed %d", net.seed).noneMatch(CompletableFuture::isDone);
        net.run(110 * MILLI);
        assertThat(asked).as("seed %d", net.seed).allSatisfy(stats -> assertThat(stats).isCompletedWithValueMatching(told -> told.state() == PeerState.CONNECTED));
    }

    private static List<CompletionStage<?>> asked(MediaPeer peer) {
        String description = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
        return List.of(peer.answer(description), peer.offer(false), peer.acceptAnswer(description), peer.stats());
    }

    private static void failed(CompletionStage<?> stage) {
        assertThat(stage.toCompletableFuture()).isCompletedExceptionally();
        assertThat(stage.toCompletableFuture().exceptionNow()).isInstanceOf(NegotiationException.class).hasMessageMatching(".*(closed|gone away)");
    }

    @Test
    void lossy_data_comes_at_most_once_and_soon() {
        var bob = room.subscriber("bob").conditions(link -> link.loss(0.1).duplication(0.1));
        bob.requestOffer(false);
        room.connected(bob);
        net.runUntil(() -> bob.peer.isOpen(DataLane.LOSSY), 10 * SECOND);
        for (int i = 0; i < 500; i++) {
            int number = i;
            net.in(i * 10 * MILLI, () -> bob.peer.send(DataLane.LOSSY, numbered(number, 200)));
        }
        net.run(6 * SECOND);
        var numbers = bob.dataReceived.get(DataLane.LOSSY).stream().map(Client::number).toList();
        assertThat(numbers).doesNotHaveDuplicates().hasSizeBetween(400, 490);
    }

    @Test
    void a_connection_takes_three_round_trips() {
        var bob = room.subscriber("bob").announced();
        long begun = net.now();
        bob.requestOffer(false);
        room.connected(bob);
        assertThat(net.now() - begun).as("one for the path, two for DTLS, during which it is nominated").isBetween(120 * MILLI, 130 * MILLI);
    }

    @Test
    void what_dtls_answers_to_a_client_that_has_found_its_path_first_is_not_lost() {
        var bob = room.subscriber("bob");
        long begun = net.now();
        bob.up.lost = datagram -> net.now() - begun < 150 * MILLI && datagram[0] == 1; // answers to our checks
        bob.requestOffer(false);
        room.connected(bob);
        assertThat(net.now() - begun).as("asked again after 200 ms").isBetween(240 * MILLI, 400 * MILLI);
    }

    @Test
    void data_for_a_lane_that_is_not_open_is_counted() {
        var bob = room.subscriber("bob");
        bob.peer.send(DataLane.RELIABLE, numbered(1, 10));
        net.settle();
        assertThat(room.drops(Drop.NOT_CONNECTED)).isEqualTo(1);
    }

    @Test
    void whoever_asks_faster_than_its_loop_works_is_cut_off_and_nobody_else() {
        var eve = room.publisher("eve");
        var bob = room.publisher("bob");
        eve.offer(false);
        bob.offer(false);
        room.connected(eve, bob);
        for (int i = 0; i < 20_000; i++) eve.peer.addCandidate("");
        net.run(SECOND);
        assertThat(eve.state()).isEqualTo(PeerState.CONNECTED);
        for (int i = 0; i < 20_001; i++) eve.peer.addCandidate("");
        net.run(SECOND);
        assertThat(eve.state()).isEqualTo(PeerState.CLOSED);
        assertThat(bob.state()).isEqualTo(PeerState.CONNECTED);
    }

    @Test
    void messages_that_wait_for_a_loop_have_an_end_and_are_counted() {
        var bob = room.subscriber("bob");
        bob.requestOffer(false);
        room.connected(bob);
        net.runUntil(() -> bob.peer.isOpen(DataLane.RELIABLE), 10 * SECOND);
        for (int i = 0; i < 300; i++) bob.peer.send(DataLane.RELIABLE, numbered(i, 60_000));
        net.run(100 * MILLI);
        assertThat(room.drops(Drop.SEND_QUEUE_FULL)).as("of 18 MB").isEqualTo(300 - (16 << 20) / 60_200);
        bob.peer.send(DataLane.RELIABLE, numbered(300, 60_000));
        net.run(60 * SECOND);
        assertThat(bob.dataReceived.get(DataLane.RELIABLE)).hasSizeGreaterThanOrEqualTo((16 << 20) / 60_200);
    }

    @Test
    void media_goes_on_while_ice_restarts() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        var camera = ann.publish(Source.camera("TR_camera"));
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        for (int i = 0; i < 4; i++) {
            net.run(2 * SECOND);
            ann.offer(true);
            bob.requestOffer(true);
        }
        net.run(3 * SECOND);
        var picture = bob.received(camera).isContinuous().isDecodable();
        assertThat(picture.longestFreeze(picture.frames.getFirst().at(), net.now())).isLessThan(100 * MILLI);
        assertThat(ann.state()).isEqualTo(PeerState.CONNECTED);
        assertThat(bob.state()).isEqualTo(PeerState.CONNECTED);
    }

    @Test
    void a_silent_network_disconnects_then_fails_and_a_restart_brings_everything_back() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        var camera = ann.publish(Source.camera("TR_camera"));
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        net.run(2 * SECOND);
        bob.conditions(link -> link.loss(1));
        net.run(5 * SECOND); // the last answer came up to 2 s before
        assertThat(bob.state()).isEqualTo(PeerState.CONNECTED);
        net.run(3 * SECOND + 100 * MILLI);
        assertThat(bob.state()).as("soon enough for a page that has vanished to be gone within 10 s").isEqualTo(PeerState.DISCONNECTED);
        net.run(19 * SECOND);
        assertThat(bob.state()).isEqualTo(PeerState.DISCONNECTED);
        net.run(3 * SECOND);
        assertThat(bob.state()).isEqualTo(PeerState.FAILED);
        assertThat(ann.state()).isEqualTo(PeerState.CONNECTED);
        bob.conditions(link -> link.loss(0));
        bob.requestOffer(true);
        net.run(4 * SECOND);
        assertThat(bob.state()).isEqualTo(PeerState.CONNECTED);
        assertThat(bob.received(camera).last().at()).isGreaterThan(net.now() - 100 * MILLI);
    }

    @Test
    void a_silence_of_less_than_thirty_seconds_ends_by_itself() {
        var ann = room.publisher("ann");
        ann.offer(false);
        room.connected(ann);
        ann.conditions(link -> link.loss(1));
        net.run(26 * SECOND);
        assertThat(ann.state()).isEqualTo(PeerState.DISCONNECTED);
        ann.conditions(link -> link.loss(0));
        net.run(4 * SECOND);
        assertThat(ann.state()).isEqualTo(PeerState.CONNECTED);
    }

    @Test
    void whoever_comes_from_another_network_within_thirty_seconds_never_failed() {
        var ann = room.publisher("ann");
        ann.offer(false);
        room.connected(ann);
        ann.conditions(link -> link.loss(1));
        net.run(26 * SECOND);
        ann.rebind(TransportAddress.of("10.0.1.1", 50_000));
        ann.conditions(link -> link.loss(0));
        ann.offer(true);
        net.run(4 * SECOND);
        assertThat(ann.state()).isEqualTo(PeerState.CONNECTED);
        net.run(30 * SECOND);
        assertThat(ann.states).contains(PeerState.DISCONNECTED).doesNotContain(PeerState.FAILED);
    }

    @Test
    void a_client_whose_address_changes_is_found_again_and_leaves_no_flow_behind() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        var camera = ann.publish(Source.camera("TR_camera"));
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        net.run(2 * SECOND);
        ann.rebind(TransportAddress.of("10.0.1.1", 50_000));
        net.run(SECOND);
        ann.offer(true);
        net.run(3 * SECOND);
        assertThat(bob.received(camera).last().at()).isGreaterThan(net.now() - 100 * MILLI);
        ann.leave();
        bob.leave();
        net.run(SECOND);
        assertThat(room.io.loops.getFirst().flows().values().stream().filter(flow -> flow.owner != null)).isEmpty();
    }

    @Test
    void a_guest_with_ever_new_addresses_has_a_bounded_number_of_flows() {
        var eve = room.publisher("eve");
        eve.offer(false);
        room.connected(eve);
        for (int i = 0; i < 300; i++) {
            eve.rebind(TransportAddress.of("10.8.0.1", 20_000 + i));
            eve.offer(true);
            net.run(SECOND);
        }
        assertThat(room.io.flows()).as("flows, seed %d", net.seed).isBetween(2, 256);
        assertThat(eve.state()).isEqualTo(PeerState.CONNECTED);
    }

    @Test
    void names_of_earlier_ice_generations_lead_nowhere() throws Exception {
        var eve = room.subscriber("eve");
        List<String> names = new ArrayList<>();
        eve.requestOffer(false);
        room.connected(eve);
        for (int i = 0; i < 5; i++) {
            var offer = eve.peer.offer(true).toCompletableFuture();
            net.run(SECOND);
            names.add(SdpParser.parse(offer.get()).media.getFirst().iceUfrag);
        }
        assertThat(names).doesNotHaveDuplicates();
        var claimed = names.stream().filter(name -> room.io.loops.getFirst().handler().claims(name)).toList();
        assertThat(claimed).as("the last two generations, seed %d", net.seed).isEqualTo(names.subList(3, 5));
    }

    @Test
    void more_layers_than_there_are_harm_nobody() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        var camera = new Source("TR_camera", Source.Coding.VP8, 5);
        camera.rids = new String[] {"a", "b", "c", "d", "e"};
        ann.publish(camera);
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        net.run(3 * SECOND);
        assertThat(bob.received(camera).last().at()).isGreaterThan(net.now() - 100 * MILLI);
    }

    @Test
    void what_strangers_and_guests_throw_is_counted_by_name_and_nobody_else_notices() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        var eve = room.publisher("eve");
        var camera = ann.publish(Source.simulcast("TR_camera"));
        var evil = eve.publish(Source.simulcast("TR_evil"));
        bob.subscribe(ann, camera);
        bob.subscribe(eve, evil);
        room.connected(ann, bob, eve);
        net.run(2 * SECOND);
        TransportAddress server = room.io.loops.getFirst().address();
        Link link = net.link();
        for (int i = 0; i < 3_000; i++) {
            byte[] noise = new byte[net.random.nextInt(200)];
            for (int b = 0; b < noise.length; b++) noise[b] = (byte) net.random.nextInt();
            if (i % 3 == 0 && noise.length > 12) noise[0] = (byte) (0x80 | noise[0] & 0x3f);
            byte[] rtp = mutated(evil);
            boolean control = i % 7 == 0;
            net.in(i * MILLI, () -> {
                net.send(link, TransportAddress.of("10.9.9.9", 9), server, noise.clone()); // from nowhere
                eve.sendRaw(noise); // from a connected client, unprotected
                if (control) eve.sendProtectedRtcp(report(rtp));
                else if (rtp.length >= 12) eve.sendProtected(rtp, rtp.length); // protected, but nonsense
            });
        }
        net.run(8 * SECOND);
        bob.received(camera).isContinuous().isDecodable();
        assertThat(bob.received(camera).last().at()).isGreaterThan(net.now() - 100 * MILLI);
        assertThat(ann.state()).isEqualTo(PeerState.CONNECTED);
        assertThat(eve.state()).isEqualTo(PeerState.CONNECTED);
        var drops = room.stats().drops();
        assertThat(drops).containsKeys(
                "UNKNOWN_FLOW", "SRTP_AUTHENTICATION", "EMPTY", "RTP_UNKNOWN_SSRC", "RTP_BAD_PADDING", "RTCP_MALFORMED", "UNKNOWN_PROTOCOL");
    }

    /** A packet of the source's first layer with some bytes changed. */
    private byte[] mutated(Source source) {
        byte[] rtp = new byte[12 + net.random.nextInt(100)];
        for (int b = 0; b < rtp.length; b++) rtp[b] = (byte) net.random.nextInt();
        rtp[0] = (byte) (0x80 | net.random.nextInt(64));
        rtp[1] = (byte) (net.random.nextBoolean() ? 96 : net.random.nextInt(64, 96) == 70 ? 97 : 96);
        if (net.random.nextInt(3) > 0) Bytes.i32(rtp, 8, net.random.nextInt(4) == 0 ? source.rtxSsrc(0) : source.ssrc(net.random.nextInt(3)));
        return rtp;
    }

    /** The same bytes under the head of an RTCP packet, whose length may be wrong. */
    private static byte[] report(byte[] bytes) {
        byte[] report = Arrays.copyOf(bytes, bytes.length & ~3);
        report[0] = (byte) (0x80 | report[0] & 0x1f);
        report[1] = (byte) (200 + (report[1] & 7));
        if ((report[2] & 3) > 0) Bytes.u16(report, 2, report.length / 4 - 1);
        return report;
    }

    @Test
    void replayed_packets_are_dropped_by_name() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        var camera = ann.publish(Source.camera("TR_camera"));
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        ann.conditions(link -> link.duplication(1));
        net.run(3 * SECOND);
        assertThat(bob.received(camera).isContinuous().duplicates).isZero();
        assertThat(room.drops(Drop.SRTP_REPLAY)).isGreaterThan(150);
    }

    /** Back it cannot jump: to SRTP those packets are too old. */
    @ParameterizedTest
    @ValueSource(ints = {3_000, 20_000})
    void a_sequence_that_jumps_is_followed(int jump) {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        var camera = ann.publish(Source.camera("TR_camera"));
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        net.run(2 * SECOND);
        camera.layer(0).seq = camera.layer(0).seq + jump & 0xffff;
        net.run(2 * SECOND);
        camera.layer(0).keyWanted = true;
        net.run(4 * SECOND);
        assertThat(bob.received(camera).last().at()).isGreaterThan(net.now() - 100 * MILLI);
    }

    @Test
    void the_end_of_a_peer_frees_everything() {
        for (int round = 0; round < 3; round++) {
            var ann = room.publisher("ann" + round);
            var bob = room.subscriber("bob" + round);
            var cat = room.single("cat" + round);
            var camera = ann.publish(Source.simulcast("TR_camera" + round));
            cat.publish(Source.microphone("TR_microphone" + round));
            bob.subscribe(ann, camera);
            cat.subscribe(ann, camera);
            bob.subscribe(cat, "TR_microphone" + round, TrackPreference.EVERYTHING);
            room.connected(ann, bob, cat);
            net.run(2 * SECOND);
            ann.leave();
            net.run(SECOND);
            assertThat(bob.events).contains("subscription TR_camera" + round + " ENDED");
            bob.leave();
            cat.leave();
            net.run(SECOND);
        }
        var stats = room.stats();
        assertThat(stats.peers()).isZero();
        assertThat(stats.publishedTracks()).isZero();
        assertThat(stats.subscribedTracks()).isZero();
        assertThat(stats.bytesOut()).as("sums do not shrink").isGreaterThan(100_000);
        assertThat(stats.bytesIn()).isGreaterThan(100_000);
        var loop = room.io.loops.getFirst();
        assertThat(loop.leases).isZero();
        assertThat(loop.flows().values().stream().filter(flow -> flow.owner != null)).isEmpty();
        net.run(SECOND);
        assertThat(loop.nextWake()).isEqualTo(Time.NEVER);
    }

    @Test
    void rooms_on_several_loops_do_not_meet() {
        var other = VirtualNet.seeded(502);
        try (var wide = new Room(other, 4)) {
            var ann = wide.publisher("ann");
            var bob = wide.subscriber("bob");
            var camera = ann.publish(Source.camera("TR_camera"));
            bob.subscribe(ann, camera);
            wide.connected(ann, bob);
            other.run(2 * SECOND);
            bob.received(camera).isContinuous().isDecodable();
            assertThat(wide.io.loops.stream().filter(loop -> !loop.flows().isEmpty())).hasSize(1);
        }
    }
}
