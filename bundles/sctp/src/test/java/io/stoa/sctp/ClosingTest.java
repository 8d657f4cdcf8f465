package io.stoa.sctp;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Time;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Channels and associations end completely, each when it should. */
class ClosingTest {
    @Test
    void a_channel_closes_while_another_one_is_busy() {
        SctpNet net = new SctpNet(71).connected();
        DataChannel busy = net.client.open("busy", true, Reliability.RELIABLE);
        DataChannel done = net.client.open("done", true, Reliability.RELIABLE);
        net.run(SECOND);
        net.client.send(done, 1, 1_000);
        net.client.channels.close(net.now, done);
        for (int number = 0; number < 2_000; number++) {
            net.client.send(busy, number, 1_000);
            net.run(2 * MILLI);
        }
        assertThat(net.client.closed).containsExactly(done);
        assertThat(net.server.numbers("done")).containsExactly(1);
    }

    /** RFC 6525 section 5.2.1: the next request number is performed, the last one answered again, an older one is an error. */
    @Test
    void a_late_copy_of_an_old_reset_request_does_not_close_the_successor() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        byte[] old = null;
        for (int round = 0; round < 2; round++) {
            int seq = ScriptedPeer.FIRST_TSN + round;
            peer.receive(peer.dcepOpen(1, 0, 0, "round " + round));
            peer.receive(ScriptedPeer.sack(peer.take(Chunk.DATA).getFirst().i32(0), 1 << 20));
            byte[] request = ScriptedPeer.resetRequest(seq, peer.tsn - 1, 1);
            if (round == 0) old = request;
            peer.receive(request);
            peer.ours.flush(peer.now);
            int ours = peer.take(Chunk.RE_CONFIG).stream().filter(c -> c.u16(0) == 13).findFirst().orElseThrow().i32(4);
            peer.receive(ScriptedPeer.resetAnswer(ours, 1));
        }
        peer.receive(peer.dcepOpen(1, 0, 0, "third"));
        DataChannel third = peer.opened.getLast();
        peer.take();
        peer.receive(old);
        assertThat(third.isOpen()).isTrue();
        assertThat(peer.take(Chunk.RE_CONFIG)).noneMatch(c -> c.u16(0) == 16 && c.i32(8) == 1);
    }

    /** dcSCTP answers a repeated number from memory: what is asked again after "in progress" needs a new number. */
    @Test
    void a_reset_that_was_in_progress_is_asked_for_under_a_new_number() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        DataChannel channel = peer.ours.open(peer.now, "a", "", true, Reliability.RELIABLE);
        peer.ours.flush(peer.now);
        peer.receive(ScriptedPeer.sack(peer.ourFirstTsn, 1 << 20));
        peer.take();
        peer.ours.close(peer.now, channel);
        peer.ours.flush(peer.now);
        int first = peer.only(Chunk.RE_CONFIG).i32(4);
        peer.receive(ScriptedPeer.resetAnswer(first, 6));
        peer.pass(SECOND);
        int second = peer.take(Chunk.RE_CONFIG).getFirst().i32(4);
        assertThat(second).isEqualTo(first + 1);
        peer.receive(ScriptedPeer.resetAnswer(second, 1));
        assertThat(peer.closed).containsExactly(channel);
    }

    @Test
    void very_many_channels_close_at_once() {
        SctpNet net = new SctpNet(72).connected();
        List<DataChannel> channels = new ArrayList<>();
        for (int i = 0; i < 900; i++) channels.add(net.client.open("c" + i, true, Reliability.RELIABLE));
        net.run(5 * SECOND);
        assertThat(net.server.opened).hasSize(900);
        for (DataChannel channel : channels) net.client.channels.close(net.now, channel);
        net.run(30 * SECOND);
        assertThat(net.client.failures).isEmpty();
        assertThat(net.client.closed).hasSize(900);
        assertThat(net.server.closed).hasSize(900);
    }

    @Test
    void stream_ids_of_closed_channels_are_taken_again_before_they_run_out() {
        SctpNet net = new SctpNet(73).connected();
        net.delay = MILLI;
        int arrived = 0;
        for (int round = 0; round < 66; round++) {
            List<DataChannel> channels = new ArrayList<>();
            for (int i = 0; i < 500; i++) channels.add(net.client.open("c", true, Reliability.RELIABLE));
            net.run(SECOND);
            for (DataChannel channel : channels) net.client.send(channel, round, 4);
            net.run(SECOND);
            arrived += 500;
            assertThat(net.server.messages).as("round %d", round).hasSize(arrived);
            assertThat(channels).as("round %d", round).allMatch(channel -> channel.stream() < 65_535);
            for (DataChannel channel : channels) net.client.channels.close(net.now, channel);
            net.run(5 * SECOND);
            assertThat(net.client.closed).as("round %d", round).hasSize(arrived);
        }
    }

    @Test
    void after_abort_nothing_can_be_sent_and_channels_are_closed() {
        SctpNet net = new SctpNet(74).connected();
        DataChannel channel = net.client.open("a", true, Reliability.RELIABLE);
        net.run(SECOND);
        net.client.channels.abort();
        assertThat(net.client.send(channel, 1, 10)).isFalse();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void abort_ends_a_handshake_that_nobody_answered() {
        ScriptedPeer peer = new ScriptedPeer(true);
        peer.ours.start(peer.now);
        peer.ours.abort();
        peer.packets.clear();
        peer.pass(60 * SECOND);
        assertThat(peer.packets).isEmpty();
        assertThat(peer.ours.nextWake()).isEqualTo(Time.NEVER);
    }

    @Test
    void a_channel_that_never_came_up_is_closed_too() {
        ScriptedPeer peer = new ScriptedPeer(true);
        DataChannel first = peer.ours.open(peer.now, "first", "", true, Reliability.RELIABLE);
        DataChannel second = peer.ours.open(peer.now, "second", "", true, Reliability.RELIABLE);
        peer.ours.close(peer.now, first);
        assertThat(peer.closed).containsExactly(first);
        peer.ours.start(peer.now);
        peer.pass(300 * SECOND);
        assertThat(peer.failures).hasSize(1);
        assertThat(peer.closed).containsExactly(first, second);
    }
}
