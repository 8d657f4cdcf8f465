package io.stoa.sctp;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.base.Time;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules about single packets (RFC 9260 sections 6 and 7), against a script. */
class WireRulesTest {
    private static final int WINDOW = 1 << 20;

    /** An association with an open, acknowledged channel of ours. */
    private static final class Sending {
        final ScriptedPeer peer = new ScriptedPeer(true).connect();
        final DataChannel channel = peer.ours.open(peer.now, "a", "", true, Reliability.RELIABLE);
        int acknowledged = peer.ourFirstTsn;

        Sending() {
            peer.ours.flush(peer.now);
            peer.take();
            peer.receive(ScriptedPeer.sack(acknowledged, WINDOW), ScriptedPeer.data(peer.tsn++, 3, 0, 0, 50, new byte[] {2}));
            peer.pass(100 * MILLI);
            peer.take();
        }

        void send(int size) {
            assertThat(peer.ours.send(peer.now, channel, true, new byte[size], 0, size)).isTrue();
        }

        List<Integer> sentFlags() {
            peer.ours.flush(peer.now);
            return peer.take(Chunk.DATA).stream().map(ScriptedPeer.Seen::flags).toList();
        }

        List<Integer> sentTsns() {
            peer.ours.flush(peer.now);
            return peer.take(Chunk.DATA).stream().map(chunk -> chunk.i32(0) - acknowledged).toList();
        }
    }

    @Test
    void a_single_packet_is_acknowledged_after_the_delay_and_the_second_at_once() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        peer.receive(ScriptedPeer.message(peer.tsn++, 1, 0, "one"));
        assertThat(peer.take()).isEmpty();
        peer.pass(19 * MILLI);
        assertThat(peer.take()).isEmpty();
        peer.pass(MILLI);
        assertThat(peer.only(Chunk.SACK).i32(0)).isEqualTo(peer.tsn - 1);
        assertThat(peer.ours.nextWake()).isEqualTo(Time.NEVER);
        peer.receive(ScriptedPeer.message(peer.tsn++, 1, 1, "two"));
        assertThat(peer.take()).isEmpty();
        peer.receive(ScriptedPeer.message(peer.tsn++, 1, 2, "three"));
        assertThat(peer.only(Chunk.SACK).i32(0)).isEqualTo(peer.tsn - 1);
    }

    @Test
    void a_packet_whose_sender_waits_is_acknowledged_at_once() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        byte[] message = ScriptedPeer.message(peer.tsn++, 1, 0, "one");
        message[1] |= Chunk.FLAG_IMMEDIATE;
        peer.receive(message);
        assertThat(peer.only(Chunk.SACK).i32(0)).isEqualTo(peer.tsn - 1);
    }

    @Test
    void we_wait_for_the_end_of_large_messages_and_for_windows_but_not_for_small_messages() {
        Sending sending = new Sending();
        sending.send(100);
        assertThat(sending.sentFlags()).as("a small one").containsExactly(Chunk.FLAG_BEGIN | Chunk.FLAG_END);
        sending.send(3_000);
        assertThat(sending.sentFlags()).as("a large one").containsExactly(Chunk.FLAG_BEGIN, 0, Chunk.FLAG_END | Chunk.FLAG_IMMEDIATE);
        sending.send(60_000);
        List<Integer> flags = sending.sentFlags();
        assertThat(flags.getLast()).as("the congestion window is full").isEqualTo(Chunk.FLAG_IMMEDIATE);
        assertThat(flags.subList(1, flags.size() - 1)).containsOnly(0);
    }

    @Test
    void a_batch_is_acknowledged_by_one_packet() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        for (int i = 0; i < 40; i++) {
            byte[] packet = ScriptedPeer.packet(peer.ourTag, ScriptedPeer.message(peer.tsn++, 1, i, "x"));
            peer.ours.receive(peer.now, packet, 0, packet.length);
        }
        peer.ours.flush(peer.now);
        assertThat(peer.only(Chunk.SACK).i32(0)).isEqualTo(peer.tsn - 1);
    }

    @Test
    void gaps_and_duplicates_are_reported_at_once() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        int base = peer.tsn - 1;
        for (int step : new int[] {1, 3, 4, 7}) peer.receive(ScriptedPeer.message(base + step, 1, step, "x"));
        peer.take();
        peer.receive(ScriptedPeer.message(base + 4, 1, 4, "x"));
        ScriptedPeer.Seen sack = peer.only(Chunk.SACK);
        assertThat(sack.i32(0)).isEqualTo(base + 1);
        assertThat(sack.u16(8)).as("gap blocks").isEqualTo(2);
        assertThat(sack.u16(10)).as("duplicates").isEqualTo(1);
        assertThat(List.of(sack.u16(12), sack.u16(14), sack.u16(16), sack.u16(18))).containsExactly(2, 3, 6, 6);
        assertThat(sack.i32(20)).isEqualTo(base + 4);
        peer.receive(
                ScriptedPeer.message(base + 2, 1, 2, "x"),
                ScriptedPeer.message(base + 6, 1, 6, "x"),
                ScriptedPeer.message(base + 5, 1, 5, "x"));
        sack = peer.only(Chunk.SACK);
        assertThat(sack.i32(0)).isEqualTo(base + 7);
        assertThat(sack.u16(8)).isZero();
    }

    @Test
    void the_window_shrinks_by_what_waits_and_the_rest_is_refused() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        byte[] part = new byte[1_000];
        int first = peer.tsn;
        for (int i = 0; i < 1_200; i++) peer.receive(ScriptedPeer.data(first + 1 + i, 0, 1, 0, 53, part)); // never begins
        List<ScriptedPeer.Seen> sacks = peer.take(Chunk.SACK);
        assertThat(sacks.get(99).i32(4)).isEqualTo(SctpSettings.DEFAULT.receiveWindowBytes() - 100_000);
        assertThat(sacks.getLast().i32(4)).isZero();
        assertThat(peer.ours.drops().get(Drop.SCTP_BUFFER_FULL)).isPositive();
    }

    @Test
    void heartbeats_come_back_as_they_were() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        byte[] info = {0, 1, 0, 7, 1, 2, 3};
        peer.receive(ScriptedPeer.chunk(Chunk.HEARTBEAT, 0, info));
        assertThat(peer.only(Chunk.HEARTBEAT_ACK).value()).isEqualTo(info);
    }

    @Test
    void chunks_behind_an_unknown_one_that_may_be_skipped_are_read() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        byte[] skip = ScriptedPeer.chunk(0xBF, 0, new byte[5]);
        peer.receive(skip, ScriptedPeer.message(peer.tsn++, 1, 0, "x"), ScriptedPeer.message(peer.tsn++, 1, 1, "y"));
        assertThat(peer.only(Chunk.SACK).i32(0)).isEqualTo(peer.tsn - 1);
        assertThat(peer.ours.drops().get(Drop.SCTP_UNEXPECTED_CHUNK)).isEqualTo(1);
    }

    @Test
    void a_packet_may_lie_anywhere_in_the_array() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        peer.receive(peer.dcepOpen(1, 0, 0, "a"));
        for (int offset = 0; offset < 9; offset++) {
            byte[] odd = ScriptedPeer.message(peer.tsn++, 1, 2 * offset + 1, "odd");
            byte[] even = ScriptedPeer.message(peer.tsn++, 1, 2 * offset + 2, "even");
            byte[] packet = ScriptedPeer.packet(peer.ourTag, odd, even);
            byte[] wide = new byte[packet.length + 20];
            Arrays.fill(wide, (byte) 0xff);
            System.arraycopy(packet, 0, wide, offset, packet.length);
            peer.ours.receive(peer.now, wide, offset, packet.length);
        }
        assertThat(peer.messages).hasSize(18);
    }

    @Test
    void small_messages_share_a_packet() {
        Sending ours = new Sending();
        for (int i = 0; i < 20; i++) ours.send(30);
        ours.peer.ours.flush(ours.peer.now);
        assertThat(ours.peer.packets).hasSize(1);
        assertThat(ours.sentTsns()).hasSize(20);
    }

    @Test
    void the_first_flight_is_bounded_by_the_congestion_window() {
        Sending ours = new Sending();
        for (int i = 0; i < 100; i++) ours.send(1_000);
        assertThat(ours.sentTsns().size()).isBetween(9, 13);
        ours.peer.receive(ScriptedPeer.sack(ours.acknowledged + 4, WINDOW));
        assertThat(ours.sentTsns().size()).as("slow start opens it").isBetween(5, 9);
    }

    @Test
    void the_other_sides_window_is_respected_and_probed() {
        Sending ours = new Sending();
        ours.send(100);
        assertThat(ours.sentTsns()).containsExactly(1);
        ours.peer.receive(ScriptedPeer.sack(ours.acknowledged + 1, 0));
        for (int i = 0; i < 5; i++) ours.send(1_000);
        assertThat(ours.sentTsns()).as("one chunk as a probe").hasSize(1);
        ours.peer.receive(ScriptedPeer.sack(ours.acknowledged + 2, 2_500));
        assertThat(ours.sentTsns()).hasSize(2);
        ours.peer.receive(ScriptedPeer.sack(ours.acknowledged + 4, WINDOW));
        assertThat(ours.sentTsns()).hasSize(2);
    }

    @Test
    void three_reports_of_a_gap_repeat_the_missing_chunk_before_the_timer() {
        Sending ours = new Sending();
        for (int i = 0; i < 8; i++) ours.send(1_000);
        assertThat(ours.sentTsns()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        ours.peer.pass(20 * MILLI);
        ours.peer.receive(ScriptedPeer.sack(ours.acknowledged, WINDOW, 2, 5));
        ours.peer.receive(ScriptedPeer.sack(ours.acknowledged, WINDOW, 2, 6));
        assertThat(ours.sentTsns()).isEmpty();
        ours.peer.receive(ScriptedPeer.sack(ours.acknowledged, WINDOW, 2, 7));
        assertThat(ours.sentTsns()).containsExactly(1);
        ours.peer.receive(ScriptedPeer.sack(ours.acknowledged + 8, WINDOW));
        assertThat(ours.peer.ours.nextWake()).isEqualTo(Time.NEVER);
        assertThat(ours.channel.bufferedBytes()).isZero();
    }

    @Test
    void the_timer_repeats_what_nobody_acknowledged_ever_more_slowly() {
        Sending ours = new Sending();
        ours.send(1_000);
        assertThat(ours.sentTsns()).containsExactly(1);
        long last = ours.peer.now;
        long interval = 0;
        for (int round = 0; round < 4; round++) {
            while (ours.peer.packets.isEmpty()) ours.peer.pass(5 * MILLI);
            assertThat(ours.sentTsns()).containsExactly(1);
            assertThat(ours.peer.now - last).isGreaterThan(interval * 3 / 2);
            interval = ours.peer.now - last;
            last = ours.peer.now;
        }
        ours.peer.receive(ScriptedPeer.sack(ours.acknowledged + 1, WINDOW));
        assertThat(ours.peer.ours.nextWake()).isEqualTo(Time.NEVER);
    }

    @Test
    void acknowledgements_of_what_was_never_sent_are_refused() {
        Sending ours = new Sending();
        ours.send(1_000);
        assertThat(ours.sentTsns()).containsExactly(1);
        ours.peer.receive(ScriptedPeer.sack(ours.acknowledged + 2, WINDOW));
        assertThat(ours.peer.ours.drops().get(Drop.SCTP_UNEXPECTED_CHUNK)).isEqualTo(1);
        assertThat(ours.channel.bufferedBytes()).isEqualTo(1_000);
        ours.peer.receive(ScriptedPeer.sack(ours.acknowledged - 1, WINDOW)); // an old one
        assertThat(ours.channel.bufferedBytes()).isEqualTo(1_000);
    }

    @Test
    void a_shutdown_is_acknowledged_and_ends_it() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        peer.receive(ScriptedPeer.chunk(Chunk.SHUTDOWN, 0, new byte[4]));
        peer.only(Chunk.SHUTDOWN_ACK);
        assertThat(peer.ours.connected()).isFalse();
        assertThat(peer.failures).hasSize(1);
        peer.pass(60 * SECOND);
        assertThat(peer.packets).isEmpty();
    }

    @Test
    void truncated_chunks_and_packets_are_named() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        byte[] good = ScriptedPeer.packet(peer.ourTag, ScriptedPeer.message(peer.tsn, 1, 0, "some text"));
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            if (length >= 12) ScriptedPeer.mend(cut);
            peer.ours.receive(peer.now, cut, 0, length);
        }
        assertThat(peer.ours.drops().get(Drop.SCTP_MALFORMED)).isEqualTo(good.length);
        peer.ours.flush(peer.now);
        assertThat(peer.packets).isEmpty();
    }
}
