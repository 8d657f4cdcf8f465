package io.stoa.sctp;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How long things take, in the link's time. */
class ThroughputTest {
    @Test
    void five_hundred_messages_on_a_near_link_take_less_than_a_tenth_of_a_second() {
        SctpNet net = new SctpNet(41).connected();
        net.delay = MILLI;
        DataChannel channel = net.client.open("_reliable", true, Reliability.RELIABLE);
        net.run(SECOND);
        long begun = net.now;
        for (int number = 0; number < 500; number++) net.client.send(channel, number, 1_000);
        assertThat(net.runUntil(() -> net.server.messages.size() == 500, SECOND)).isTrue();
        assertThat(net.now - begun).isLessThan(100 * MILLI);
    }

    @Test
    void a_megabyte_over_twenty_milliseconds_takes_less_than_half_a_second() {
        SctpNet net = new SctpNet(42).connected();
        net.delay = 20 * MILLI;
        DataChannel channel = net.client.open("_reliable", true, Reliability.RELIABLE);
        net.run(SECOND);
        long begun = net.now;
        for (int number = 0; number < 70; number++) net.client.send(channel, number, 15_000);
        assertThat(net.runUntil(() -> net.server.messages.size() == 70, 5 * SECOND)).isTrue();
        assertThat(net.now - begun).isLessThan(500 * MILLI);
    }

    /** A relay in the middle: what one side sends is sent on to two. */
    @Test
    void five_hundred_messages_reach_two_receivers_through_a_relay() {
        SctpNet sender = new SctpNet(43).connected();
        SctpNet[] receivers = {new SctpNet(44).connected(), new SctpNet(45).connected()};
        sender.delay = 2 * MILLI;
        DataChannel in = sender.client.open("_reliable", true, Reliability.RELIABLE);
        DataChannel[] out = new DataChannel[2];
        for (int i = 0; i < 2; i++) {
            receivers[i].delay = 2 * MILLI;
            out[i] = receivers[i].server.open("_reliable", true, Reliability.RELIABLE);
            receivers[i].run(SECOND);
        }
        sender.run(SECOND);
        for (int number = 0; number < 500; number++) sender.client.send(in, number, 1_000);
        int relayed = 0;
        for (int turn = 0; turn < 500; turn++) {
            sender.run(MILLI);
            for (; relayed < sender.server.messages.size(); relayed++) {
                byte[] bytes = sender.server.messages.get(relayed).bytes();
                for (int i = 0; i < 2; i++) {
                    receivers[i].server.channels.send(receivers[i].now, out[i], true, bytes, 0, bytes.length);
                }
            }
            for (SctpNet receiver : receivers) receiver.run(MILLI);
        }
        List<Integer> all = IntStream.range(0, 500).boxed().toList();
        for (SctpNet receiver : receivers) assertThat(receiver.client.numbers()).isEqualTo(all);
    }

    @Test
    void packets_are_filled() {
        SctpNet net = new SctpNet(46).connected();
        DataChannel channel = net.client.open("_reliable", true, Reliability.RELIABLE);
        net.run(SECOND);
        int before = net.client.transmitted;
        for (int number = 0; number < 1_000; number++) net.client.send(channel, number, 100);
        net.run(5 * SECOND);
        assertThat(net.server.messages).hasSize(1_000);
        assertThat(net.client.transmitted - before).isLessThan(140); // nine or ten in each
    }
}
