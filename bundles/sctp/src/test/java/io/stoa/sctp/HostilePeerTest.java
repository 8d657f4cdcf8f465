package io.stoa.sctp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.stoa.base.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An authenticated other side that means ill: it may lose its association, but not throw, stop the loop or fill the memory. */
class HostilePeerTest {
    @Test
    void a_heartbeat_longer_than_our_packets_is_survived() {
        for (int length = 1_000; length < 16_000; length += 500) {
            ScriptedPeer peer = new ScriptedPeer(true).connect();
            byte[] heartbeat = ScriptedPeer.chunk(Chunk.HEARTBEAT, 0, new byte[length]);
            assertThatCode(() -> peer.receive(heartbeat)).as("%d bytes", length).doesNotThrowAnyException();
            assertThat(peer.packets).allMatch(packet -> packet.length <= SctpSettings.DEFAULT.packetBytes());
            assertThat(peer.ours.connected()).isTrue();
        }
    }

    /** Answers, gap reports, duplicates and a FORWARD-TSN that are all due at once. */
    @Test
    void whatever_is_due_at_once_fits_into_packets() {
        for (int answers = 0; answers < 140; answers++) {
            ScriptedPeer peer = new ScriptedPeer(true).connect();
            for (int gap = 0; gap < 100; gap++) feed(peer, ScriptedPeer.message(peer.tsn + 1 + 2 * gap, 1, gap, "x"));
            for (int twice = 0; twice < 20; twice++) feed(peer, ScriptedPeer.message(peer.tsn + 1, 1, 0, "x"));
            byte[] asked = new byte[8 * answers];
            for (int at = 0; at < asked.length; at += 8) {
                Bytes.u16(asked, at, 14);
                Bytes.u16(asked, at + 2, 8);
            }
            feed(peer, ScriptedPeer.chunk(Chunk.RE_CONFIG, 0, asked));
            assertThatCode(() -> peer.ours.flush(peer.now)).as("%d answers", answers).doesNotThrowAnyException();
            assertThat(peer.packets).as("%d answers", answers).allMatch(p -> p.length <= SctpSettings.DEFAULT.packetBytes());
            List<ScriptedPeer.Seen> sacks = peer.take(Chunk.SACK);
            assertThat(sacks).as("%d answers", answers).hasSize(1);
            assertThat(sacks.getFirst().value()).hasSize(12 + 4 * sacks.getFirst().u16(8) + 4 * sacks.getFirst().u16(10));
        }
    }

    private static void feed(ScriptedPeer peer, byte[] chunk) {
        byte[] packet = ScriptedPeer.packet(peer.ourTag, chunk);
        peer.ours.receive(peer.now, packet, 0, packet.length);
    }

    /** A message of single bytes that never ends costs neither time nor memory beyond what a message may have. */
    @Test
    void an_endless_message_of_crumbs_does_not_stop_the_loop() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        assertTimeoutPreemptively(Duration.ofSeconds(3), () -> {
            for (int i = 0; i < 300_000; i += 50) {
                byte[][] crumbs = new byte[50][];
                for (int j = 0; j < 50; j++) {
                    crumbs[j] = ScriptedPeer.data(peer.tsn++, i + j == 0 ? Chunk.FLAG_BEGIN : 0, 1, 0, 53, new byte[1]);
                }
                peer.receive(crumbs);
            }
        });
    }

    /** However many small messages wait behind a loss, what was lost is let in; the sender repeats what was refused. */
    @Test
    void many_small_messages_behind_a_loss_are_not_locked_out() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        peer.receive(peer.dcepOpen(1, 0, 0, "a"));
        int lost = peer.tsn;
        for (int round = 0; round < 2; round++) {
            for (int i = 1; i <= 17_000; i++) feed(peer, ScriptedPeer.message(lost + i, 1, 1 + i, "x"));
            feed(peer, ScriptedPeer.message(lost, 1, 1, "x"));
            peer.ours.flush(peer.now);
        }
        assertThat(peer.messages).hasSize(17_001);
    }

    /** Gap reports are offsets of 16 bits. */
    @Test
    void what_arrives_beyond_the_reach_of_a_gap_report_is_not_acknowledged() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        peer.receive(ScriptedPeer.message(peer.tsn - 1 + 65_535, 1, 1, "as far as it goes"));
        ScriptedPeer.Seen sack = peer.only(Chunk.SACK);
        assertThat(sack.u16(12)).isEqualTo(65_535);
        peer.receive(ScriptedPeer.message(peer.tsn - 1 + 65_536 + 10, 1, 2, "too far"));
        for (ScriptedPeer.Seen next : peer.take(Chunk.SACK)) {
            assertThat(next.u16(8)).isEqualTo(1);
            assertThat(next.u16(12)).isEqualTo(65_535);
            assertThat(next.u16(14)).isEqualTo(65_535);
        }
    }

    @Test
    void opening_over_and_over_fills_no_queue() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        for (int i = 0; i < 100_000; i++) {
            byte[] open = peer.dcepOpen(1, 0, 0, "x");
            Bytes.u16(open, 10, i & 0xffff);
            feed(peer, open);
        }
        peer.ours.flush(peer.now);
        assertThat(peer.opened).hasSize(1);
        assertThat(peer.opened.getFirst().bufferedBytes()).isLessThan(2_000);
    }

    @Test
    void a_storm_of_reset_requests_is_answered_in_bounded_time() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        byte[] asked = new byte[8 * 1_800];
        for (int at = 0; at < asked.length; at += 8) {
            Bytes.u16(asked, at, 14);
            Bytes.u16(asked, at + 2, 8);
        }
        List<byte[]> batch = new ArrayList<>();
        for (int i = 0; i < 64; i++) batch.add(ScriptedPeer.packet(peer.ourTag, ScriptedPeer.chunk(Chunk.RE_CONFIG, 0, asked)));
        assertTimeoutPreemptively(Duration.ofSeconds(1), () -> {
            for (byte[] packet : batch) peer.ours.receive(peer.now, packet, 0, packet.length);
            peer.ours.flush(peer.now);
        });
        assertThat(peer.packets).hasSizeLessThan(10);
    }
}
