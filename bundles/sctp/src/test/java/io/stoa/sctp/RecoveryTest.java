package io.stoa.sctp;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Loss, and how little it may cost. */
class RecoveryTest {
    private static final int WINDOW = 1 << 20;

    /** RFC 3758 section 3.6: one FORWARD-TSN may pass several losses with arrivals between them. */
    @Test
    void several_losses_in_one_forward_tsn_release_everything_between_and_behind_them() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        peer.receive(peer.dcepOpen(1, 0x01, 0, "a"));
        int base = peer.tsn; // carries stream sequence 1: lost, 2: arrives, 3: lost, 4: arrives
        peer.receive(ScriptedPeer.message(base + 1, 1, 2, "two"), ScriptedPeer.message(base + 3, 1, 4, "four"));
        peer.receive(ScriptedPeer.forward(base + 2, 1, 3));
        peer.receive(ScriptedPeer.message(base + 4, 1, 5, "five"));
        assertThat(peer.messages).extracting(String::new).containsExactly("two", "four", "five");
    }

    /** RFC 3758 section 3.5 C2: receivers may throw away fragments that it passes, so it passes no reliable message. */
    @Test
    void a_forward_tsn_passes_only_what_was_given_up() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        DataChannel lossy = peer.ours.open(peer.now, "lossy", "", true, new Reliability.MaxRetransmits(0));
        DataChannel reliable = peer.ours.open(peer.now, "reliable", "", true, Reliability.RELIABLE);
        peer.ours.flush(peer.now);
        int opened = peer.ourFirstTsn + 1;
        peer.receive(ScriptedPeer.sack(opened, WINDOW));
        peer.ours.send(peer.now, lossy, true, new byte[900], 0, 900);
        peer.ours.send(peer.now, reliable, true, new byte[4_000], 0, 4_000);
        peer.ours.flush(peer.now);
        peer.take();
        for (int to = 2; to <= 4; to++) peer.receive(ScriptedPeer.sack(opened, WINDOW, 2, to)); // of 1 lossy and 2 to 5 reliable
        peer.pass(2 * SECOND);
        List<ScriptedPeer.Seen> forwards = peer.take(Chunk.FORWARD_TSN);
        assertThat(forwards).isNotEmpty().allMatch(chunk -> chunk.i32(0) == opened + 1);
    }

    @Test
    void an_ordered_channel_that_may_lose_does_not_stall() {
        for (int seed = 0; seed < 50; seed++) {
            SctpNet net = new SctpNet(seed).connected();
            DataChannel channel = net.client.open("a", true, new Reliability.MaxRetransmits(0));
            net.run(SECOND);
            net.loss = 0.2;
            for (int number = 0; number < 200; number++) {
                net.client.send(channel, number, 1_000);
                net.run(2 * MILLI);
            }
            net.run(20 * SECOND);
            net.loss = 0;
            for (int number = 1_000; number < 1_020; number++) net.client.send(channel, number, 1_000);
            net.run(20 * SECOND);
            List<Integer> last = IntStream.range(1_000, 1_020).boxed().toList();
            assertThat(net.server.numbers()).as("seed %d", seed).isSorted().containsAll(last);
        }
    }

    @Test
    void one_lost_packet_in_a_long_stream_is_repeated_once() {
        SctpNet net = new SctpNet(61).connected();
        net.delay = 30 * MILLI;
        DataChannel channel = net.client.open("a", true, Reliability.RELIABLE);
        net.run(SECOND);
        boolean[] lost = new boolean[1];
        net.lost = packet -> {
            boolean now = !lost[0] && PartialReliabilityTest.messages(number -> number == 100).test(packet);
            lost[0] |= now;
            return now;
        };
        stream(net, channel);
        assertThat(net.runUntil(() -> net.server.messages.size() == 400, 10 * SECOND)).isTrue();
        net.run(SECOND);
        assertThat(net.client.channels.retransmissions()).isEqualTo(1);
    }

    /** A message each millisecond, so that many acknowledgements come back within a round trip. */
    private static void stream(SctpNet net, DataChannel channel) {
        for (int number = 0; number < 400; number++) {
            net.client.send(channel, number, 1_000);
            net.run(MILLI);
        }
    }

    /** Three repetitions are three chances, a round trip apart, not three acknowledgements of the same round trip. */
    @Test
    void bounded_repetitions_are_not_used_up_within_one_round_trip() {
        SctpNet net = new SctpNet(62).connected();
        net.delay = 30 * MILLI;
        DataChannel channel = net.client.open("a", false, new Reliability.MaxRetransmits(1));
        net.run(SECOND);
        List<Long> times = new ArrayList<>();
        boolean[] lost = new boolean[1];
        net.lost = packet -> {
            boolean it = PartialReliabilityTest.messages(number -> number == 100).test(packet);
            if (it) times.add(net.now);
            boolean now = it && !lost[0];
            lost[0] |= now;
            return now;
        };
        stream(net, channel);
        net.run(10 * SECOND);
        assertThat(times).hasSize(2);
        assertThat(net.server.numbers()).as("nothing was given up").hasSize(400);
    }

    /** RFC 9260 section 7.2.4: the first repetition does not wait for the halved window. */
    @Test
    void a_fast_repetition_leaves_at_once() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        DataChannel channel = peer.ours.open(peer.now, "a", "", true, Reliability.RELIABLE);
        for (int i = 0; i < 10; i++) peer.ours.send(peer.now, channel, true, new byte[1_000], 0, 1_000);
        peer.ours.flush(peer.now);
        assertThat(peer.take(Chunk.DATA)).hasSizeGreaterThan(9);
        peer.pass(20 * MILLI);
        for (int to = 2; to <= 4; to++) peer.receive(ScriptedPeer.sack(peer.ourFirstTsn, WINDOW, 2, to));
        assertThat(peer.take(Chunk.DATA)).extracting(chunk -> chunk.i32(0)).contains(peer.ourFirstTsn + 1);
    }

    /** Browsers and pion delay a lone acknowledgement by 200 ms. */
    @Test
    void a_delayed_acknowledgement_is_no_loss() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        DataChannel channel = peer.ours.open(peer.now, "a", "", true, Reliability.RELIABLE);
        peer.ours.flush(peer.now);
        int acknowledged = peer.ourFirstTsn;
        peer.pass(5 * MILLI);
        peer.receive(ScriptedPeer.sack(acknowledged, WINDOW));
        for (int round = 0; round < 60; round++) { // a busy while: round trips of 5 ms
            for (int i = 0; i < 2; i++) peer.ours.send(peer.now, channel, true, new byte[900], 0, 900);
            peer.ours.flush(peer.now);
            peer.pass(5 * MILLI);
            peer.receive(ScriptedPeer.sack(acknowledged += 2, WINDOW));
        }
        for (int round = 0; round < 5; round++) { // then single messages
            peer.ours.send(peer.now, channel, true, new byte[900], 0, 900);
            peer.ours.flush(peer.now);
            peer.pass(205 * MILLI);
            peer.receive(ScriptedPeer.sack(++acknowledged, WINDOW));
        }
        assertThat(peer.ours.retransmissions()).isZero();
    }

    @Test
    void an_acknowledged_forward_tsn_leaves_no_timer_behind() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        DataChannel channel = peer.ours.open(peer.now, "a", "", false, new Reliability.MaxRetransmits(0));
        peer.ours.flush(peer.now);
        peer.receive(ScriptedPeer.sack(peer.ourFirstTsn, WINDOW), ScriptedPeer.data(peer.tsn++, 3, 0, 0, 50, new byte[] {2}));
        peer.pass(SECOND);
        peer.ours.send(peer.now, channel, true, new byte[900], 0, 900);
        peer.ours.flush(peer.now);
        peer.take();
        while (peer.packets.isEmpty()) peer.pass(5 * MILLI);
        assertThat(peer.only(Chunk.FORWARD_TSN).i32(0)).isEqualTo(peer.ourFirstTsn + 1);
        peer.receive(ScriptedPeer.sack(peer.ourFirstTsn + 1, WINDOW));
        assertThat(peer.ours.nextWake()).isEqualTo(Time.NEVER);
    }

    @Test
    void a_message_whose_time_is_over_before_its_turn_is_not_sent() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        DataChannel bulk = peer.ours.open(peer.now, "bulk", "", true, Reliability.RELIABLE);
        DataChannel timed = peer.ours.open(peer.now, "timed", "", true, new Reliability.MaxLifetime(100));
        peer.ours.flush(peer.now);
        peer.receive(ScriptedPeer.sack(peer.ourFirstTsn + 1, 0)); // its window is closed
        peer.ours.send(peer.now, bulk, true, new byte[1_000], 0, 1_000);
        for (int i = 0; i < 10; i++) peer.ours.send(peer.now, timed, true, new byte[100], 0, 100);
        peer.ours.flush(peer.now);
        peer.take();
        peer.pass(150 * MILLI);
        peer.receive(ScriptedPeer.sack(peer.ourFirstTsn + 2, WINDOW));
        assertThat(peer.take(Chunk.DATA)).noneMatch(chunk -> chunk.u16(4) == timed.stream());
        assertThat(timed.bufferedBytes()).isZero();
    }

    /** RFC 9260 section 6.1: as long as probes of a closed window are answered, the other side is alive. */
    @Test
    void a_window_that_stays_closed_is_no_dead_peer() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        DataChannel channel = peer.ours.open(peer.now, "a", "", true, Reliability.RELIABLE);
        peer.ours.flush(peer.now);
        peer.receive(ScriptedPeer.sack(peer.ourFirstTsn, 0));
        peer.ours.send(peer.now, channel, true, new byte[1_000], 0, 1_000);
        for (int second = 0; second < 300; second++) {
            peer.pass(SECOND);
            if (!peer.take(Chunk.DATA).isEmpty()) peer.receive(ScriptedPeer.sack(peer.ourFirstTsn, 0));
        }
        assertThat(peer.failures).isEmpty();
        peer.receive(ScriptedPeer.sack(peer.ourFirstTsn + 1, WINDOW));
        assertThat(channel.bufferedBytes()).isZero();
    }
}
