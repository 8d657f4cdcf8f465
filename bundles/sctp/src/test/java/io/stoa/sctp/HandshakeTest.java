package io.stoa.sctp;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.base.Time;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How an association comes up (RFC 9260 section 5), whoever begins and whatever gets lost. */
class HandshakeTest {
    @Test
    void one_side_alone_may_begin() {
        SctpNet net = new SctpNet(1);
        net.client.channels.start(net.now);
        assertThat(net.runUntil(net::up, SECOND)).isTrue();
        net.server.channels.start(net.now); // later than the other side: changes nothing
        net.run(5 * SECOND);
        assertThat(net.client.connected).isEqualTo(1);
        assertThat(net.server.connected).isEqualTo(1);
    }

    @Test
    void two_round_trips_suffice() {
        SctpNet net = new SctpNet(2);
        net.client.channels.start(net.now);
        net.server.channels.start(net.now);
        assertThat(net.runUntil(net::up, 4 * net.delay)).isTrue();
    }

    @Test
    void both_begin_over_links_that_lose_double_and_reorder() {
        for (int seed = 0; seed < 200; seed++) {
            SctpNet net = new SctpNet(seed);
            net.loss = 0.25;
            net.duplication = 0.3;
            net.jitter = 700 * MILLI; // beyond the retry interval: old answers meet new questions
            net.connected();
            net.loss = 0;
            DataChannel channel = net.client.open("a", true, Reliability.RELIABLE);
            DataChannel back = net.server.open("b", true, Reliability.RELIABLE);
            net.run(10 * SECOND);
            net.client.send(channel, 7, 100);
            net.server.send(back, 8, 100);
            net.run(30 * SECOND);
            assertThat(net.server.numbers()).as("seed %d", seed).containsExactly(7);
            assertThat(net.client.numbers()).as("seed %d", seed).containsExactly(8);
            assertThat(List.of(net.client.connected, net.server.connected)).as("seed %d", seed).containsExactly(1, 1);
            assertThat(net.client.failures).as("seed %d", seed).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Chunk.INIT, Chunk.INIT_ACK, Chunk.COOKIE_ECHO, Chunk.COOKIE_ACK})
    void each_step_may_be_lost_twice(int type) {
        SctpNet net = new SctpNet(type);
        int[] left = {4};
        net.lost = packet -> packet[12] == type && left[0]-- > 0;
        net.connected();
    }

    @Test
    void without_an_answer_it_fails_once_and_falls_silent() {
        SctpNet net = new SctpNet(4);
        net.loss = 1;
        net.client.channels.start(net.now);
        net.run(300 * SECOND);
        assertThat(net.client.failures).hasSize(1);
        assertThat(net.client.channels.connected()).isFalse();
        assertThat(net.client.channels.nextWake()).isEqualTo(Time.NEVER);
    }

    @Test
    void init_names_what_we_can_do() {
        ScriptedPeer peer = new ScriptedPeer(false);
        peer.ours.start(peer.now);
        assertThat(Bytes.i32(peer.packets.getFirst(), 4)).as("an INIT has no tag yet").isZero();
        ScriptedPeer.Seen init = peer.only(Chunk.INIT);
        assertThat(init.i32(0)).isNotZero();
        assertThat(init.i32(4)).isEqualTo(SctpSettings.DEFAULT.receiveWindowBytes());
        assertThat(ScriptedPeer.parameter(init.value(), 16, 0xC000)).isEmpty(); // forward TSN
        byte[] extensions = ScriptedPeer.parameter(init.value(), 16, 0x8008);
        assertThat(IntStream.range(0, extensions.length).map(i -> extensions[i] & 0xff))
                .containsExactlyInAnyOrder(Chunk.RE_CONFIG, Chunk.FORWARD_TSN);
    }

    /** RFC 9260 section 5.2.1: the answer to an INIT that crossed ours carries the tag and TSN of ours. */
    @Test
    void crossing_inits_agree_on_one_tag() {
        ScriptedPeer peer = new ScriptedPeer(true);
        peer.ours.start(peer.now);
        ScriptedPeer.Seen init = peer.only(Chunk.INIT);
        byte[] crossing = ScriptedPeer.packet(0, ScriptedPeer.chunk(Chunk.INIT, 0, ScriptedPeer.init()));
        peer.ours.receive(peer.now, crossing, 0, crossing.length);
        assertThat(Bytes.i32(peer.packets.getFirst(), 4)).isEqualTo(ScriptedPeer.TAG);
        ScriptedPeer.Seen answer = peer.only(Chunk.INIT_ACK);
        assertThat(answer.i32(0)).isEqualTo(init.i32(0));
        assertThat(answer.i32(12)).isEqualTo(init.i32(12));
    }

    @Test
    void a_late_init_and_a_second_cookie_do_not_disturb() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        peer.receive(ScriptedPeer.message(peer.tsn++, 0, 0, "before"));
        peer.pass(SECOND);
        peer.take();
        byte[] late = ScriptedPeer.packet(0, ScriptedPeer.chunk(Chunk.INIT, 0, ScriptedPeer.init()));
        peer.ours.receive(peer.now, late, 0, late.length);
        peer.receive(peer.dcepOpen(1, 0, 0, "after"));
        assertThat(peer.opened).hasSize(1);
        peer.pass(10 * MILLI);
        assertThat(peer.ours.connected()).isTrue();
        assertThat(peer.connected).isEqualTo(1);
    }

    @Test
    void a_foreign_cookie_and_a_foreign_tag_are_refused() {
        ScriptedPeer peer = new ScriptedPeer(true);
        byte[] init = ScriptedPeer.packet(0, ScriptedPeer.chunk(Chunk.INIT, 0, ScriptedPeer.init()));
        peer.ours.receive(peer.now, init, 0, init.length);
        peer.ourTag = peer.only(Chunk.INIT_ACK).i32(0);
        peer.receive(ScriptedPeer.chunk(Chunk.COOKIE_ECHO, 0, new byte[16]));
        assertThat(peer.ours.connected()).isFalse();
        assertThat(peer.ours.drops().get(Drop.SCTP_BAD_COOKIE)).isEqualTo(1);
        byte[] foreign = ScriptedPeer.packet(peer.ourTag + 1, ScriptedPeer.chunk(Chunk.COOKIE_ECHO, 0, new byte[16]));
        peer.ours.receive(peer.now, foreign, 0, foreign.length);
        assertThat(peer.ours.drops().get(Drop.SCTP_BAD_TAG)).isEqualTo(1);
    }

    @Test
    void data_behind_the_cookie_in_the_same_packet_counts() {
        ScriptedPeer peer = new ScriptedPeer(true);
        byte[] init = ScriptedPeer.packet(0, ScriptedPeer.chunk(Chunk.INIT, 0, ScriptedPeer.init()));
        peer.ours.receive(peer.now, init, 0, init.length);
        ScriptedPeer.Seen answer = peer.only(Chunk.INIT_ACK);
        peer.ourTag = answer.i32(0);
        byte[] cookie = ScriptedPeer.parameter(answer.value(), 16, ScriptedPeer.COOKIE_PARAMETER);
        peer.receive(ScriptedPeer.chunk(Chunk.COOKIE_ECHO, 0, cookie), peer.dcepOpen(1, 0, 0, "early"));
        assertThat(peer.opened).extracting(DataChannel::label).containsExactly("early");
    }

    @Test
    void channels_opened_before_the_association_is_up_open_with_it() {
        SctpNet net = new SctpNet(9);
        DataChannel early = net.client.open("early", true, Reliability.RELIABLE);
        DataChannel alsoEarly = net.client.open("also early", true, Reliability.RELIABLE);
        net.server.open("server's", true, Reliability.RELIABLE);
        assertThat(early.stream()).isEqualTo(-1);
        assertThat(net.client.send(early, 1, 10)).isFalse();
        net.connected().run(SECOND);
        assertThat(net.client.opened).hasSize(3).contains(early, alsoEarly);
        assertThat(net.server.opened).extracting(DataChannel::label).contains("early", "also early", "server's");
        Set<Integer> ids = new HashSet<>();
        for (DataChannel channel : net.client.opened) ids.add(channel.stream());
        assertThat(ids).containsExactlyInAnyOrder(0, 2, 1);
    }
}
