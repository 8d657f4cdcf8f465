package io.stoa.sctp;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.Time;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Two ends of an association over a seeded link in which time flies. */
class DataChannelsTest {
    final Random random = new Random(42);
    final Side client = new Side("client", true);
    final Side server = new Side("server", false);
    final PriorityQueue<Packet> queue = new PriorityQueue<>((a, b) -> Long.compare(a.at, b.at));
    long now = 5;
    long delay = 10 * MILLI;
    long jitter;
    double loss;
    boolean mutate;

    record Packet(long at, Side to, byte[] bytes) {}

    void connect() {
        client.channels.start(now);
        server.channels.start(now);
        run(5 * SECOND);
        assertThat(client.channels.connected()).isTrue();
        assertThat(server.channels.connected()).isTrue();
    }

    void run(long nanos) {
        long end = now + nanos;
        flush();
        while (true) {
            long next = queue.isEmpty() ? Time.NEVER : queue.peek().at;
            next = Time.earlier(next, Time.earlier(client.channels.nextWake(), server.channels.nextWake()));
            if (next == Time.NEVER || next > end) break;
            now = Math.max(now, next);
            while (!queue.isEmpty() && queue.peek().at <= now) {
                Packet packet = queue.poll();
                packet.to.channels.receive(now, packet.bytes, 0, packet.bytes.length);
            }
            client.channels.wake(now);
            server.channels.wake(now);
            flush();
        }
        now = end;
    }

    void flush() {
        client.channels.flush(now);
        server.channels.flush(now);
    }

    byte[] message(int number, int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        Bytes.i32(bytes, 0, number);
        return bytes;
    }

    @Test
    void both_sides_may_begin_and_loss_only_delays_them() {
        loss = 0.3;
        connect();
    }

    @Test
    void a_channel_opens_on_the_other_side_with_its_properties() {
        connect();
        client.channels.open(now, "_lossy", "proto", false, new Reliability.MaxRetransmits(0));
        run(SECOND);
        assertThat(server.opened).hasSize(1);
        assertThat(server.opened.getFirst().label()).isEqualTo("_lossy");
        assertThat(server.opened.getFirst().ordered()).isFalse();
        assertThat(server.opened.getFirst().reliability()).isEqualTo(new Reliability.MaxRetransmits(0));
        assertThat(client.opened).hasSize(1);
        assertThat(client.opened.getFirst().stream()).isEven();
    }

    @Test
    void the_largest_messages_pass_both_ways_and_empty_ones_too() {
        DataChannel channel = client.channels.open(now, "_reliable", "", true, Reliability.RELIABLE);
        connect();
        byte[] large = message(1, 65_535);
        assertThat(client.channels.send(now, channel, true, large, 0, large.length)).isTrue();
        assertThat(client.channels.send(now, channel, false, large, 0, 0)).isTrue();
        assertThat(client.channels.send(now, channel, true, new byte[70_000], 0, 70_000)).isFalse();
        run(SECOND);
        assertThat(server.received).hasSize(2);
        assertThat(server.received.getFirst()).isEqualTo(large);
        assertThat(server.received.get(1)).isEmpty();
        server.channels.send(now, server.opened.getFirst(), true, large, 0, large.length);
        run(SECOND);
        assertThat(client.received.getFirst()).isEqualTo(large);
    }

    @Test
    void five_hundred_messages_arrive_once_and_in_order_over_a_bad_link() {
        DataChannel channel = client.channels.open(now, "_reliable", "", true, Reliability.RELIABLE);
        connect();
        loss = 0.05;
        jitter = 30 * MILLI;
        for (int i = 0; i < 500; i++) client.channels.send(now, channel, true, message(i, 1_000), 0, 1_000);
        run(60 * SECOND);
        assertThat(server.received).hasSize(500);
        for (int i = 0; i < 500; i++) assertThat(Bytes.i32(server.received.get(i), 0)).isEqualTo(i);
        assertThat(channel.bufferedBytes()).isZero();
    }

    @Test
    void a_lossy_channel_loses_and_never_stalls() {
        DataChannel lossy = client.channels.open(now, "_lossy", "", false, new Reliability.MaxRetransmits(0));
        connect();
        loss = 0.2;
        for (int i = 0; i < 400; i++) {
            client.channels.send(now, lossy, true, message(i, 300), 0, 300);
            run(5 * MILLI);
        }
        loss = 0;
        for (int i = 0; i < 10; i++) client.channels.send(now, lossy, true, message(1_000 + i, 300), 0, 300);
        run(5 * SECOND);
        assertThat(server.received.size()).isBetween(200, 400);
        assertThat(server.received.stream().filter(b -> Bytes.i32(b, 0) >= 1_000)).hasSize(10);
        assertThat(lossy.bufferedBytes()).isZero();
    }

    @Test
    void a_megabyte_takes_a_few_round_trips() {
        DataChannel channel = client.channels.open(now, "_reliable", "", true, Reliability.RELIABLE);
        connect();
        long begun = now;
        for (int i = 0; i < 70; i++) client.channels.send(now, channel, true, message(i, 15_000), 0, 15_000);
        while (server.received.size() < 70 && now - begun < 10 * SECOND) run(10 * MILLI);
        assertThat(now - begun).isLessThan(400 * MILLI);
    }

    @Test
    void closing_closes_both_sides_and_frees_the_stream() {
        DataChannel channel = client.channels.open(now, "a", "", true, Reliability.RELIABLE);
        connect();
        loss = 0.2;
        client.channels.close(now, channel);
        run(20 * SECOND);
        assertThat(client.closed).contains(channel);
        assertThat(server.closed).hasSize(1);
    }

    @Test
    void a_silent_peer_ends_it() {
        DataChannel channel = client.channels.open(now, "a", "", true, Reliability.RELIABLE);
        connect();
        loss = 1;
        client.channels.send(now, channel, true, message(1, 100), 0, 100);
        run(300 * SECOND);
        assertThat(client.failure).contains("acknowledging");
    }

    @Test
    void whatever_arrives_gets_a_verdict() {
        connect();
        DataChannel channel = client.channels.open(now, "a", "", true, Reliability.RELIABLE);
        mutate = true;
        for (int i = 0; i < 3_000; i++) {
            client.channels.send(now, channel, true, message(i, 1 + random.nextInt(2_000) + 4), 0, 4);
            run(10 * MILLI);
            if (client.failure != null || server.failure != null) break;
        }
        assertThat(server.channels.drops().total()).isPositive();
    }

    final class Side implements DataChannelHandler {
        final DataChannels channels;
        final List<DataChannel> opened = new ArrayList<>();
        final List<DataChannel> closed = new ArrayList<>();
        final List<byte[]> received = new ArrayList<>();
        final boolean isClient;
        String failure;

        Side(String name, boolean even) {
            isClient = even;
            channels = new DataChannels(SctpSettings.DEFAULT, even, new Random(name.hashCode()), this);
        }

        @Override
        public void transmit(byte[] bytes, int offset, int length) {
            if (random.nextDouble() < loss) return;
            byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
            if (mutate && random.nextInt(3) == 0) {
                // damage behind the checksum, then mend the checksum: only the parser protects
                copy[12 + random.nextInt(copy.length - 12)] = (byte) random.nextInt();
                Bytes.i32(copy, 8, 0);
                var crc = new java.util.zip.CRC32C();
                crc.update(copy);
                Bytes.i32(copy, 8, Integer.reverseBytes((int) crc.getValue()));
            }
            long extra = jitter == 0 ? 0 : random.nextLong(jitter);
            queue.add(new Packet(now + delay + extra, isClient ? server : client, copy));
        }

        @Override
        public void connected() {}

        @Override
        public void opened(DataChannel channel) {
            opened.add(channel);
        }

        @Override
        public void message(DataChannel channel, boolean binary, byte[] bytes, int offset, int length) {
            received.add(Arrays.copyOfRange(bytes, offset, offset + length));
        }

        @Override
        public void closed(DataChannel channel) {
            closed.add(channel);
        }

        @Override
        public void failed(String reason) {
            failure = reason;
        }
    }
}
