package io.stoa.sctp;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.base.Time;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Data channels (RFC 8831) and the protocol that opens and closes them (RFC 8832, RFC 6525). */
class ChannelsTest {
    @ParameterizedTest
    @CsvSource({
        "true,  -1,  -1, 0x00,   0",
        "false, -1,  -1, 0x80,   0",
        "true,   3,  -1, 0x01,   3",
        "false,  0,  -1, 0x81,   0",
        "true,  -1, 250, 0x02, 250",
        "false, -1,   9, 0x82,   9"
    })
    void an_open_says_on_the_wire_what_the_channel_is(boolean ordered, int retransmits, int lifetime, int type, int parameter) {
        Reliability reliability = retransmits >= 0
                ? new Reliability.MaxRetransmits(retransmits)
                : lifetime >= 0 ? new Reliability.MaxLifetime(lifetime) : Reliability.RELIABLE;
        ScriptedPeer peer = new ScriptedPeer(false).connect();
        peer.ours.open(peer.now, "läbel", "proto", ordered, reliability);
        peer.ours.flush(peer.now);
        ScriptedPeer.Seen data = peer.only(Chunk.DATA);
        byte[] value = data.value();
        assertThat(data.flags()).as("whole and in order").isEqualTo(Chunk.FLAG_BEGIN | Chunk.FLAG_END);
        assertThat(data.i32(0)).isEqualTo(peer.ourFirstTsn);
        assertThat(data.u16(4)).as("odd stream").isEqualTo(1);
        assertThat(data.i32(8)).as("PPID").isEqualTo(50);
        assertThat(value[12]).isEqualTo((byte) 3);
        assertThat(value[13] & 0xff).isEqualTo(type);
        assertThat(data.i32(16)).isEqualTo(parameter);
        assertThat(data.u16(20)).as("label in bytes").isEqualTo(6);
        assertThat(data.u16(22)).isEqualTo(5);
        assertThat(new String(value, 24, 11, StandardCharsets.UTF_8)).isEqualTo("läbelproto");
    }

    @Test
    void an_open_is_answered_on_its_stream_and_announced_once() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        peer.receive(peer.dcepOpen(1, 0x81, 0, "_lossy"));
        assertThat(peer.opened).hasSize(1);
        DataChannel channel = peer.opened.getFirst();
        assertThat(channel.isOpen()).isTrue();
        assertThat(channel.stream()).isEqualTo(1);
        assertThat(channel.ordered()).isFalse();
        assertThat(channel.reliability()).isEqualTo(new Reliability.MaxRetransmits(0));
        ScriptedPeer.Seen ack = peer.take(Chunk.DATA).getFirst();
        assertThat(ack.u16(4)).isEqualTo(1);
        assertThat(ack.i32(8)).isEqualTo(50);
        assertThat(ack.value()).hasSize(13).endsWith(2);
        assertThat(ack.flags() & Chunk.FLAG_UNORDERED).as("control messages go in order").isZero();
    }

    @Test
    void malformed_opens_are_counted_and_open_nothing() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        byte[] tooShort = {3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        byte[] labelBeyondEnd = {3, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 'a'};
        byte[] unknownType = {3, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        byte[] unknownMessage = {9};
        int ssn = 0;
        for (byte[] bad : List.of(tooShort, labelBeyondEnd, unknownType, unknownMessage)) {
            peer.receive(ScriptedPeer.data(peer.tsn++, 3, 1, ssn++, 50, bad));
        }
        assertThat(peer.opened).isEmpty();
        assertThat(peer.ours.drops().get(Drop.DCEP_MALFORMED)).isEqualTo(4);
        assertThat(peer.ours.connected()).isTrue();
    }

    @Test
    void messages_on_a_stream_that_nobody_opened_are_counted_and_acknowledged() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        peer.receive(ScriptedPeer.message(peer.tsn++, 9, 0, "who?"), ScriptedPeer.message(peer.tsn++, 65_535, 0, "?"));
        assertThat(peer.messages).isEmpty();
        assertThat(peer.ours.drops().get(Drop.SCTP_STREAM_LIMIT)).isEqualTo(2);
        assertThat(peer.only(Chunk.SACK).i32(0)).isEqualTo(peer.tsn - 1);
    }

    @Test
    void streams_are_bounded() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        for (int stream = 1; stream < 4_000; stream += 2) peer.receive(peer.dcepOpen(stream, 0, 0, "x"));
        assertThat(peer.opened).hasSize(1_024);
        assertThat(peer.ours.drops().get(Drop.SCTP_STREAM_LIMIT)).isPositive();
    }

    @Test
    void labels_may_be_as_long_as_they_can_but_not_all_of_them() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        int fits = DataChannels.MAX_NAMES / 1_000;
        for (int i = 0; i <= fits; i++) peer.receive(peer.dcepOpen(1 + 2 * i, 0, 0, "x".repeat(1_000)));
        assertThat(peer.opened).hasSize(fits);
        assertThat(peer.ours.drops().get(Drop.SCTP_STREAM_LIMIT)).isEqualTo(1);
        peer.receive(peer.dcepOpen(1 + 2 * (fits + 1), 0, 0, "short"));
        assertThat(peer.opened).as("there is room for that").hasSize(fits + 1);
    }

    @Test
    void the_longest_label_passes() {
        SctpNet net = new SctpNet(25).connected();
        DataChannel channel = net.client.open("l".repeat(65_000), true, Reliability.RELIABLE);
        net.run(5 * SECOND);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void more_than_may_wait_of_what_may_be_lost_is_refused() {
        SctpNet net = new SctpNet(26).connected();
        DataChannel lossy = net.client.open("lossy", false, new Reliability.MaxRetransmits(0));
        DataChannel reliable = net.client.open("reliable", true, Reliability.RELIABLE);
        net.run(SECOND);
        int accepted = 0;
        while (net.client.send(lossy, accepted, 1 << 14)) accepted++;
        assertThat(accepted).isEqualTo(DataChannels.MAX_LOSSY_BYTES >> 14);
        assertThat(net.client.channels.drops().get(Drop.SEND_QUEUE_FULL)).isEqualTo(1);
        assertThat(net.client.send(reliable, 0, 1 << 14)).as("the others have their own").isTrue();
        net.run(5 * SECOND);
        assertThat(net.client.send(lossy, 1, 1 << 14)).isTrue();
    }

    @Test
    void a_longer_message_than_agreed_is_dropped_on_arrival_and_the_next_one_is_not() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        peer.receive(peer.dcepOpen(1, 0, 0, "x"));
        arrives(peer, 1, 65_535);
        assertThat(peer.messages).hasSize(1);
        arrives(peer, 2, 65_536);
        assertThat(peer.messages).hasSize(1);
        assertThat(peer.ours.drops().get(Drop.SCTP_MESSAGE_TOO_LARGE)).isEqualTo(1);
        arrives(peer, 3, 10);
        assertThat(peer.messages).hasSize(2);
    }

    private static void arrives(ScriptedPeer peer, int ssn, int size) {
        for (int sent = 0; sent < size; sent += 1_000) {
            int flags = (sent == 0 ? Chunk.FLAG_BEGIN : 0) | (sent + 1_000 >= size ? Chunk.FLAG_END : 0);
            peer.receive(ScriptedPeer.data(peer.tsn++, flags, 1, ssn, 53, new byte[Math.min(1_000, size - sent)]));
        }
    }

    /** RFC 8832 section 6: an unordered channel keeps order until the other side has surely seen the open. */
    @Test
    void what_is_sent_before_the_acknowledgement_goes_in_order() {
        ScriptedPeer peer = new ScriptedPeer(false).connect();
        DataChannel channel = peer.ours.open(peer.now, "a", "", false, Reliability.RELIABLE);
        assertThat(peer.ours.send(peer.now, channel, true, new byte[5], 0, 5)).isTrue();
        peer.ours.flush(peer.now);
        List<ScriptedPeer.Seen> before = peer.take(Chunk.DATA);
        assertThat(before).extracting(ScriptedPeer.Seen::flags).containsExactly(3, 3);
        peer.receive(
                ScriptedPeer.sack(peer.ourFirstTsn + 1, 1 << 20), ScriptedPeer.data(peer.tsn++, 3, 1, 0, 50, new byte[] {2}));
        assertThat(peer.opened).containsExactly(channel);
        peer.ours.send(peer.now, channel, true, new byte[5], 0, 5);
        peer.ours.flush(peer.now);
        assertThat(peer.take(Chunk.DATA).getFirst().flags()).isEqualTo(3 | Chunk.FLAG_UNORDERED);
    }

    @Test
    void kinds_of_messages_have_their_ppids() {
        ScriptedPeer peer = new ScriptedPeer(false).connect();
        DataChannel channel = peer.ours.open(peer.now, "a", "", true, Reliability.RELIABLE);
        peer.ours.send(peer.now, channel, false, "text".getBytes(), 0, 4);
        peer.ours.send(peer.now, channel, true, "bytes".getBytes(), 1, 4);
        peer.ours.send(peer.now, channel, false, new byte[0], 0, 0);
        peer.ours.send(peer.now, channel, true, new byte[0], 0, 0);
        peer.ours.flush(peer.now);
        List<ScriptedPeer.Seen> chunks = peer.take(Chunk.DATA);
        assertThat(chunks).extracting(chunk -> chunk.i32(8)).containsExactly(50, 51, 53, 56, 57);
        assertThat(chunks).extracting(chunk -> chunk.value().length - 12).endsWith(4, 4, 1, 1);
        assertThat(chunks).extracting(chunk -> chunk.u16(6)).as("stream sequence").containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void both_sides_open_and_talk_on_many_channels_at_once() {
        SctpNet net = new SctpNet(21).connected();
        net.loss = 0.03;
        net.jitter = 15 * MILLI;
        List<DataChannel> ours = new ArrayList<>();
        List<DataChannel> theirs = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ours.add(net.client.open("c" + i, i % 2 == 0, Reliability.RELIABLE));
            theirs.add(net.server.open("s" + i, true, Reliability.RELIABLE));
        }
        for (int number = 0; number < 50; number++) {
            for (DataChannel channel : ours) net.client.send(channel, number, 200);
            for (DataChannel channel : theirs) net.server.send(channel, number, 200);
        }
        net.run(60 * SECOND);
        List<Integer> all = IntStream.range(0, 50).boxed().toList();
        for (int i = 0; i < 20; i++) {
            assertThat(net.client.numbers("s" + i)).as("seed 21").isEqualTo(all);
            if (i % 2 == 0) assertThat(net.server.numbers("c" + i)).as("seed 21").isEqualTo(all);
            else assertThat(net.server.numbers("c" + i)).as("seed 21").containsExactlyInAnyOrderElementsOf(all);
        }
    }

    @Test
    void the_send_buffer_has_an_end_and_says_so() {
        SctpNet net = new SctpNet(22, new SctpSettings(1_150, 65_535, 100_000, 1 << 20)).connected();
        DataChannel channel = net.client.open("a", true, Reliability.RELIABLE);
        int accepted = 0;
        while (net.client.send(channel, accepted, 10_000)) accepted++;
        assertThat(accepted).isEqualTo(9); // the open message is in there too
        assertThat(net.client.channels.drops().get(Drop.SEND_QUEUE_FULL)).isEqualTo(1);
        net.run(5 * SECOND);
        assertThat(channel.bufferedBytes()).isZero();
        assertThat(net.client.send(channel, 9, 10_000)).isTrue();
        net.run(5 * SECOND);
        assertThat(net.server.numbers()).isEqualTo(IntStream.rangeClosed(0, 9).boxed().toList());
    }

    @Test
    void a_message_beyond_the_agreed_size_is_refused_and_one_of_that_size_passes() {
        SctpNet net = new SctpNet(23).connected();
        DataChannel channel = net.client.open("a", true, Reliability.RELIABLE);
        assertThat(net.client.send(channel, 1, 65_536)).isFalse();
        assertThat(net.client.channels.drops().get(Drop.SCTP_MESSAGE_TOO_LARGE)).isEqualTo(1);
        net.loss = 0.1;
        for (int number = 2; number < 22; number++) assertThat(net.client.send(channel, number, 65_535)).isTrue();
        net.run(60 * SECOND);
        assertThat(net.server.numbers()).isEqualTo(IntStream.range(2, 22).boxed().toList());
        for (SctpNet.Message message : net.server.messages) {
            assertThat(message.bytes()).isEqualTo(SctpNet.numbered(message.number(), 65_535));
        }
    }

    @Test
    void what_was_sent_before_close_arrives_before_the_channel_closes() {
        SctpNet net = new SctpNet(24).connected();
        DataChannel channel = net.client.open("a", true, Reliability.RELIABLE);
        net.loss = 0.1;
        for (int number = 0; number < 100; number++) net.client.send(channel, number, 1_000);
        net.client.channels.close(net.now, channel);
        assertThat(net.client.send(channel, 100, 10)).isFalse();
        net.run(60 * SECOND);
        assertThat(net.server.numbers()).isEqualTo(IntStream.range(0, 100).boxed().toList());
        assertThat(net.server.closed).hasSize(1);
        assertThat(net.client.closed).containsExactly(channel);
        assertThat(channel.isOpen()).isFalse();
        assertThat(net.server.channels.send(net.now, net.server.closed.getFirst(), true, new byte[1], 0, 1)).isFalse();
    }

    @Test
    void both_sides_may_close_at_once() {
        SctpNet net = new SctpNet(25).connected();
        net.loss = 0.2;
        DataChannel channel = net.client.open("a", true, Reliability.RELIABLE);
        net.run(20 * SECOND);
        net.client.channels.close(net.now, channel);
        net.server.channels.close(net.now, net.server.opened.getFirst());
        net.run(30 * SECOND);
        assertThat(net.client.closed).containsExactly(channel);
        assertThat(net.server.closed).hasSize(1);
        assertThat(net.client.failures).isEmpty();
    }

    /** RFC 6525: after the reset both directions count from zero again, so the other side may open the stream once more. */
    @Test
    void a_stream_can_be_used_again_after_its_reset() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        for (int round = 0; round < 3; round++) {
            int resetSeq = ScriptedPeer.FIRST_TSN + round;
            peer.receive(peer.dcepOpen(1, 0, 0, "round " + round));
            ScriptedPeer.Seen ack = peer.take(Chunk.DATA).getFirst();
            assertThat(ack.u16(6)).as("our numbering begins anew").isZero();
            peer.receive(ScriptedPeer.sack(ack.i32(0), 1 << 20), ScriptedPeer.message(peer.tsn++, 1, 1, "hi"));
            assertThat(peer.messages).hasSize(round + 1);
            peer.take();
            peer.receive(ScriptedPeer.resetRequest(resetSeq, peer.tsn - 1, 1));
            List<ScriptedPeer.Seen> answers = peer.take(Chunk.RE_CONFIG);
            ScriptedPeer.Seen performed = answers.stream().filter(c -> c.u16(0) == 16).findFirst().orElseThrow();
            assertThat(performed.i32(4)).isEqualTo(resetSeq);
            assertThat(performed.i32(8)).as("performed").isEqualTo(1);
            peer.ours.flush(peer.now);
            answers = answers.size() > 1 ? answers : peer.take(Chunk.RE_CONFIG);
            ScriptedPeer.Seen request = answers.stream().filter(c -> c.u16(0) == 13).findFirst().orElseThrow();
            assertThat(request.i32(12)).as("our last TSN").isEqualTo(ack.i32(0));
            assertThat(request.u16(16)).as("the same stream").isEqualTo(1);
            assertThat(peer.closed).hasSize(round);
            peer.receive(ScriptedPeer.resetAnswer(request.i32(4), 1));
            assertThat(peer.closed).hasSize(round + 1);
        }
        assertThat(peer.opened).extracting(DataChannel::label).containsExactly("round 0", "round 1", "round 2");
    }

    @Test
    void a_reset_waits_for_the_data_before_it() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        peer.receive(peer.dcepOpen(1, 0, 0, "a"));
        byte[] last = ScriptedPeer.message(peer.tsn, 1, 1, "last words");
        peer.receive(ScriptedPeer.resetRequest(ScriptedPeer.FIRST_TSN, peer.tsn, 1));
        List<ScriptedPeer.Seen> answers = peer.take(Chunk.RE_CONFIG);
        assertThat(answers).hasSize(1);
        assertThat(answers.getFirst().i32(8)).as("in progress").isEqualTo(6);
        peer.receive(last);
        peer.receive(ScriptedPeer.resetRequest(ScriptedPeer.FIRST_TSN + 1, peer.tsn, 1));
        assertThat(peer.messages).hasSize(1);
        assertThat(peer.take(Chunk.RE_CONFIG).getFirst().i32(8)).as("performed").isEqualTo(1);
    }

    @Test
    void a_repeated_reset_request_is_answered_again_without_effect() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        peer.receive(peer.dcepOpen(1, 0, 0, "a"));
        byte[] request = ScriptedPeer.resetRequest(ScriptedPeer.FIRST_TSN, peer.tsn - 1, 1);
        peer.receive(request);
        peer.take();
        peer.receive(request);
        assertThat(peer.take(Chunk.RE_CONFIG)).anyMatch(c -> c.u16(0) == 16 && c.i32(8) == 1);
        peer.pass(400 * MILLI);
        assertThat(peer.failures).isEmpty();
    }

    @Test
    void an_abort_of_the_other_side_closes_everything_once() {
        ScriptedPeer peer = new ScriptedPeer(true).connect();
        peer.receive(peer.dcepOpen(1, 0, 0, "a"), peer.dcepOpen(3, 0, 0, "b"));
        peer.receive(ScriptedPeer.chunk(Chunk.ABORT, 0, new byte[0]));
        peer.receive(ScriptedPeer.chunk(Chunk.ABORT, 0, new byte[0]));
        assertThat(peer.closed).hasSize(2);
        assertThat(peer.failures).hasSize(1);
        assertThat(peer.ours.connected()).isFalse();
        assertThat(peer.ours.send(peer.now, peer.opened.getFirst(), true, new byte[1], 0, 1)).isFalse();
        assertThat(peer.ours.nextWake()).isEqualTo(Time.NEVER);
    }

    @Test
    void our_abort_reaches_the_other_side() {
        SctpNet net = new SctpNet(26).connected();
        net.client.open("a", true, Reliability.RELIABLE);
        net.run(SECOND);
        net.client.channels.abort();
        net.run(SECOND);
        assertThat(net.server.failures).hasSize(1);
        assertThat(net.server.closed).hasSize(1);
        assertThat(net.client.channels.connected()).isFalse();
    }

    @Test
    void sequence_numbers_of_streams_wrap() {
        SctpNet net = new SctpNet(27).connected();
        net.delay = MILLI;
        DataChannel channel = net.client.open("a", true, Reliability.RELIABLE);
        net.run(SECOND);
        int sent = 0;
        while (sent < 66_500) {
            for (int i = 0; i < 500; i++) net.client.send(channel, sent++, 4);
            int expected = sent;
            boolean arrived = net.runUntil(() -> net.server.messages.size() == expected, 10 * SECOND);
            assertThat(arrived).as("seed 27 at %d", sent).isTrue();
        }
        for (int i = 0; i < sent; i++) assertThat(net.server.messages.get(i).number()).isEqualTo(i);
        assertThat(Bytes.i32(net.server.messages.getLast().bytes(), 0)).isEqualTo(sent - 1);
    }
}
