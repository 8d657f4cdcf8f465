package io.stoa.sctp;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Minutes of mixed traffic over bad links: every kind of channel keeps its promise, whatever the others do. */
class SoakTest {
    private static final int SEEDS = Integer.getInteger("stoa.soak.seeds", 40);

    @Test
    void every_kind_of_channel_keeps_its_promise() {
        for (int seed = 0; seed < SEEDS; seed++) new Scenario(seed).play();
    }

    private static final class Scenario {
        final Random random;
        final SctpNet net;
        final int seed;
        final Map<DataChannel, Integer> sent = new HashMap<>();
        final List<DataChannel> channels = new ArrayList<>();

        Scenario(int seed) {
            this.seed = seed;
            random = new Random(seed);
            net = new SctpNet(seed).connected();
        }

        void play() {
            net.delay = (1 + random.nextInt(60)) * MILLI;
            for (int i = 0; i < 6; i++) channels.add(net.client.open("c" + i, i % 2 == 0, reliability(i)));
            net.run(5 * SECOND);
            net.loss = random.nextDouble() * 0.15;
            net.duplication = random.nextDouble() * 0.1;
            net.jitter = random.nextBoolean() ? 0 : 1 + random.nextInt(40) * MILLI;
            for (int turn = 0; turn < 400; turn++) {
                for (int burst = random.nextInt(5); burst > 0; burst--) {
                    DataChannel channel = channels.get(random.nextInt(channels.size()));
                    int size = random.nextInt(20) == 0 ? 4 + random.nextInt(30_000) : 4 + random.nextInt(1_500);
                    if (net.client.send(channel, sent.getOrDefault(channel, 0), size)) sent.merge(channel, 1, Integer::sum);
                }
                net.run(random.nextInt(20) * MILLI);
            }
            boolean drained = net.runUntil(() -> channels.stream().allMatch(c -> c.bufferedBytes() == 0), 900 * SECOND);
            assertThat(drained).as("seed %d drains", seed).isTrue();
            net.loss = 0;
            for (DataChannel channel : channels) {
                if (net.client.send(channel, -1, 100)) sent.merge(channel, 1, Integer::sum);
            }
            net.run(60 * SECOND);
            for (DataChannel channel : channels) verify(channel);
            assertThat(net.client.failures).as("seed %d", seed).isEmpty();
        }

        static Reliability reliability(int i) {
            if (i < 2) return Reliability.RELIABLE;
            return i < 4 ? new Reliability.MaxRetransmits(i - 2) : new Reliability.MaxLifetime(150);
        }

        void verify(DataChannel channel) {
            List<Integer> arrived = new ArrayList<>(net.server.numbers(channel.label()));
            int count = sent.getOrDefault(channel, 0);
            String story = "seed " + seed + " " + channel;
            assertThat(channel.bufferedBytes()).as(story).isZero();
            assertThat(arrived).as(story).doesNotHaveDuplicates();
            assertThat(arrived).as(story).contains(-1); // sent last, when nothing was lost any more
            if (channel.ordered()) {
                assertThat(arrived.getLast()).as(story).isEqualTo(-1);
                assertThat(arrived.subList(0, arrived.size() - 1)).as(story).isSorted();
            }
            if (channel.reliability().equals(Reliability.RELIABLE)) {
                assertThat(new HashSet<>(arrived)).as(story).hasSize(count)
                        .containsAll(IntStream.range(0, count - 1).boxed().toList());
            }
            for (SctpNet.Message message : net.server.messages) {
                assertThat(message.bytes()).isEqualTo(SctpNet.numbered(message.number(), message.bytes().length));
            }
        }
    }
}
