package io.stoa.sctp;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Channels that may lose (RFC 3758, RFC 7496): what is lost stays lost, the rest is not held up. */
class PartialReliabilityTest {
    /** Loses each packet in which a chosen message travels, but not what else there is. */
    static Predicate<byte[]> messages(Predicate<Integer> chosen) {
        return packet -> ScriptedPeer.chunks(packet).stream().anyMatch(chunk -> chunk.type() == Chunk.DATA
                && chunk.i32(8) == 53
                && (chunk.flags() & Chunk.FLAG_BEGIN) != 0
                && chosen.test(Bytes.i32(chunk.value(), 12)));
    }

    @Test
    void what_is_sent_once_only_is_never_repeated() {
        SctpNet net = new SctpNet(31).connected();
        DataChannel lossy = net.client.open("_lossy", false, new Reliability.MaxRetransmits(0));
        net.run(SECOND);
        List<Integer> onTheWay = new ArrayList<>();
        Predicate<byte[]> third = messages(number -> number % 3 == 0);
        net.lost = packet -> {
            for (ScriptedPeer.Seen chunk : ScriptedPeer.chunks(packet)) {
                if (chunk.type() == Chunk.DATA && chunk.i32(8) == 53) onTheWay.add(Bytes.i32(chunk.value(), 12));
            }
            return third.test(packet);
        };
        for (int number = 0; number < 300; number++) {
            net.client.send(lossy, number, 1_000);
            net.run(4 * MILLI);
        }
        net.run(10 * SECOND);
        assertThat(onTheWay).doesNotHaveDuplicates().hasSize(300);
        assertThat(net.server.messages).hasSize(200).noneMatch(message -> message.number() % 3 == 0);
        assertThat(lossy.bufferedBytes()).isZero();
    }

    @Test
    void the_bounded_number_of_repetitions_is_used() {
        SctpNet net = new SctpNet(32).connected();
        DataChannel channel = net.client.open("a", true, new Reliability.MaxRetransmits(2));
        net.run(SECOND);
        int[] times = new int[2];
        Predicate<byte[]> first = messages(number -> number == 0);
        Predicate<byte[]> second = messages(number -> number == 1);
        net.lost = packet -> first.test(packet) && ++times[0] > 0 || second.test(packet) && ++times[1] < 3;
        net.client.send(channel, 0, 500);
        net.run(30 * SECOND);
        net.client.send(channel, 1, 500);
        net.run(30 * SECOND);
        assertThat(times).as("sent once and repeated twice").containsExactly(3, 3);
        assertThat(net.server.numbers()).containsExactly(1);
    }

    @Test
    void a_lifetime_ends_the_repetitions() {
        SctpNet net = new SctpNet(33).connected();
        DataChannel channel = net.client.open("a", true, new Reliability.MaxLifetime(2_000));
        net.run(SECOND);
        long begun = net.now;
        List<Long> times = new ArrayList<>();
        Predicate<byte[]> first = messages(number -> number == 0);
        net.lost = packet -> first.test(packet) && times.add(net.now - begun);
        net.client.send(channel, 0, 500);
        net.run(60 * SECOND);
        assertThat(times).hasSizeGreaterThan(1).allMatch(at -> at <= 2 * SECOND);
        net.client.send(channel, 1, 500);
        net.run(SECOND);
        assertThat(net.server.numbers()).containsExactly(1);
        assertThat(channel.bufferedBytes()).isZero();
    }

    @Test
    void a_long_message_is_lost_as_a_whole() {
        for (int seed = 0; seed < 20; seed++) {
            SctpNet net = new SctpNet(seed).connected();
            DataChannel lossy = net.client.open("_lossy", false, new Reliability.MaxRetransmits(0));
            net.run(SECOND);
            net.loss = 0.1;
            for (int number = 0; number < 100; number++) {
                net.client.send(lossy, number, 5_000);
                net.run(20 * MILLI);
            }
            net.loss = 0;
            for (int number = 100; number < 105; number++) net.client.send(lossy, number, 5_000);
            net.run(30 * SECOND);
            assertThat(net.server.numbers()).as("seed %d", seed).doesNotHaveDuplicates().contains(100, 101, 102, 103, 104);
            for (SctpNet.Message message : net.server.messages) {
                assertThat(message.bytes()).as("seed %d", seed).isEqualTo(SctpNet.numbered(message.number(), 5_000));
            }
            assertThat(lossy.bufferedBytes()).as("seed %d", seed).isZero();
        }
    }

    @Test
    void a_reliable_channel_beside_it_loses_nothing() {
        SctpNet net = new SctpNet(35).connected();
        DataChannel lossy = net.client.open("_lossy", false, new Reliability.MaxRetransmits(0));
        DataChannel reliable = net.client.open("_reliable", true, Reliability.RELIABLE);
        net.run(SECOND);
        net.loss = 0.15;
        net.duplication = 0.1;
        net.jitter = 20 * MILLI;
        for (int number = 0; number < 400; number++) {
            net.client.send(lossy, number, 400);
            net.client.send(reliable, number, 400);
            net.run(3 * MILLI);
        }
        net.run(60 * SECOND);
        List<Integer> arrived = net.server.numbers("_reliable");
        assertThat(arrived).as("seed 35").hasSize(400).isSorted();
        Set<Integer> lossyOnes = new HashSet<>(net.server.numbers("_lossy"));
        assertThat(lossyOnes.size()).as("seed 35").isBetween(200, 400);
        assertThat(net.server.numbers("_lossy")).as("seed 35").doesNotHaveDuplicates();
    }

    // -- as the receiver

    @Test
    void a_forward_tsn_releases_what_waited_behind_the_loss() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        peer.receive(peer.dcepOpen(1, 0x01, 0, "a"));
        int lost = peer.tsn++;
        peer.receive(ScriptedPeer.message(peer.tsn++, 1, 2, "second"));
        assertThat(peer.messages).isEmpty();
        peer.take();
        peer.receive(ScriptedPeer.forward(lost, 1, 1));
        assertThat(peer.messages).hasSize(1);
        assertThat(peer.only(Chunk.SACK).i32(0)).isEqualTo(peer.tsn - 1);
        peer.receive(ScriptedPeer.message(lost, 1, 1, "late"), ScriptedPeer.message(peer.tsn++, 1, 3, "third"));
        assertThat(peer.messages).extracting(String::new).containsExactly("second", "third");
    }

    @Test
    void a_forward_tsn_throws_halves_away() {
        int whole = SctpSettings.DEFAULT.receiveWindowBytes();
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        peer.receive(peer.dcepOpen(1, 0x81, 0, "a"));
        int first = peer.tsn;
        peer.receive(ScriptedPeer.data(first, Chunk.FLAG_UNORDERED | Chunk.FLAG_BEGIN, 1, 0, 53, new byte[1_000]));
        peer.take();
        peer.receive(ScriptedPeer.data(first + 2, Chunk.FLAG_UNORDERED, 1, 0, 53, new byte[1_000]));
        peer.take();
        peer.receive(ScriptedPeer.forward(first + 2));
        ScriptedPeer.Seen sack = peer.only(Chunk.SACK);
        assertThat(sack.i32(0)).isEqualTo(first + 2);
        assertThat(sack.i32(4)).as("the window is whole again").isEqualTo(whole);
        assertThat(peer.messages).isEmpty();
        // Ends of what was thrown away must not become the middle of something else.
        peer.receive(ScriptedPeer.data(first + 3, Chunk.FLAG_UNORDERED | Chunk.FLAG_END, 1, 0, 53, new byte[10]));
        assertThat(peer.messages).isEmpty();
        peer.take();
        peer.receive(ScriptedPeer.forward(first + 4));
        assertThat(peer.only(Chunk.SACK).i32(4)).as("and not more than whole").isEqualTo(whole);
    }
}
