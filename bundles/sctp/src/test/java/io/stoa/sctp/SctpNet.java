package io.stoa.sctp;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.Time;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Two ends of an association over a seeded link that loses, delays, doubles and reorders; time flies. */
final class SctpNet {
    final long seed;
    final End client;
    final End server;
    long now = -3 * Time.SECOND; // monotonic time may be negative
    long delay = 10 * Time.MILLI;
    long jitter;
    double loss;
    double duplication;
    /** Packets for which it holds are lost, whatever else the link does. */
    Predicate<byte[]> lost = packet -> false;

    private final Random random;
    private final PriorityQueue<Packet> way =
            new PriorityQueue<>(Comparator.comparingLong(Packet::at).thenComparingLong(Packet::number));
    private long packets;

    private record Packet(long at, long number, End to, byte[] bytes) {}

    record Message(DataChannel channel, boolean binary, byte[] bytes) {
        int number() {
            return Bytes.i32(bytes, 0);
        }
    }

    SctpNet(long seed) {
        this(seed, SctpSettings.DEFAULT);
    }

    SctpNet(long seed, SctpSettings settings) {
        this.seed = seed;
        random = new Random(seed);
        client = new End(true, settings);
        server = new End(false, settings);
    }

    SctpNet connected() {
        client.channels.start(now);
        server.channels.start(now);
        assertThat(runUntil(this::up, 10 * Time.SECOND)).as("connects, seed %d", seed).isTrue();
        return this;
    }

    boolean up() {
        return client.channels.connected() && server.channels.connected();
    }

    void run(long nanos) {
        runUntil(() -> false, nanos);
    }

    /** @return whether it came true in time */
    boolean runUntil(BooleanSupplier done, long nanos) {
        long end = now + nanos;
        flush();
        while (!done.getAsBoolean()) {
            long next = way.isEmpty() ? Time.NEVER : way.peek().at;
            next = Time.earlier(next, Time.earlier(client.channels.nextWake(), server.channels.nextWake()));
            if (next == Time.NEVER || next - end > 0) {
                now = end;
                return done.getAsBoolean();
            }
            if (next - now > 0) now = next;
            while (!way.isEmpty() && way.peek().at - now <= 0) {
                Packet packet = way.poll();
                packet.to.channels.receive(now, packet.bytes, 0, packet.bytes.length);
            }
            client.channels.wake(now);
            server.channels.wake(now);
            flush();
        }
        return true;
    }

    private void flush() {
        client.channels.flush(now);
        server.channels.flush(now);
    }

    /** A message that carries its number, filled with what follows from it. */
    static byte[] numbered(int number, int size) {
        byte[] bytes = new byte[size];
        new Random(number).nextBytes(bytes);
        Bytes.i32(bytes, 0, number);
        return bytes;
    }

    /** One side, with everything that it was told. */
    final class End implements DataChannelHandler {
        final DataChannels channels;
        final List<DataChannel> opened = new ArrayList<>();
        final List<DataChannel> closed = new ArrayList<>();
        final List<Message> messages = new ArrayList<>();
        final List<String> failures = new ArrayList<>();
        int connected;
        int transmitted;
        private final int longest;

        End(boolean even, SctpSettings settings) {
            channels = new DataChannels(settings, even, new Random(seed * 2 + (even ? 0 : 1)), this);
            longest = settings.packetBytes();
        }

        DataChannel open(String label, boolean ordered, Reliability reliability) {
            return channels.open(now, label, "", ordered, reliability);
        }

        boolean send(DataChannel channel, int number, int size) {
            return channels.send(now, channel, true, numbered(number, size), 0, size);
        }

        List<Integer> numbers() {
            return messages.stream().map(Message::number).toList();
        }

        /** What arrived on the channel of that label. */
        List<Integer> numbers(String label) {
            return messages.stream().filter(m -> m.channel.label().equals(label)).map(Message::number).toList();
        }

        @Override
        public void transmit(byte[] bytes, int offset, int length) {
            transmitted++;
            assertThat(length).as("packet length, seed %d", seed).isLessThanOrEqualTo(longest);
            byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
            Arrays.fill(bytes, (byte) 0xee); // whoever composes may not rely on what it left in there
            int copies = random.nextDouble() < duplication ? 2 : 1;
            for (int i = 0; i < copies; i++) {
                if (random.nextDouble() < loss || lost.test(copy)) continue;
                long extra = jitter == 0 ? 0 : random.nextLong(jitter);
                way.add(new Packet(now + delay + extra, packets++, this == client ? server : client, copy));
            }
        }

        @Override
        public void connected() {
            connected++;
        }

        @Override
        public void opened(DataChannel channel) {
            opened.add(channel);
        }

        @Override
        public void message(DataChannel channel, boolean binary, byte[] bytes, int offset, int length) {
            messages.add(new Message(channel, binary, Arrays.copyOfRange(bytes, offset, offset + length)));
        }

        @Override
        public void closed(DataChannel channel) {
            closed.add(channel);
        }

        @Override
        public void failed(String reason) {
            failures.add(reason);
        }
    }
}
