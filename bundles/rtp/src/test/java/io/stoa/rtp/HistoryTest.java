package io.stoa.rtp;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.NEVER;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.rtp.SendHistory.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is remembered of packets that came, went, or are missing. */
class HistoryTest {
    @Test
    void a_ring_never_gives_other_bytes_than_it_was_given() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new SplittableRandom(seed);
            var ring = new PacketRing(64, 2_000, 20_000);
            var model = new TreeMap<Long, byte[]>();
            long index = 65_536;
            for (int i = 0; i < 2_000; i++) {
                index += random.nextInt(8) == 0 ? random.nextInt(5) : 1;
                long at = random.nextInt(10) == 0 ? Math.max(65_536, index - random.nextInt(30)) : index;
                byte[] packet = new byte[1 + random.nextInt(i < 1_000 ? 400 : 1_500)];
                random.nextBytes(packet);
                ring.add(0, at, packet, 0, packet.length);
                model.put(at, packet);
                long asked = index - random.nextInt(100);
                if (!ring.find(asked)) continue;
                assertThat(Arrays.copyOfRange(ring.bytes(), ring.offset(), ring.offset() + ring.length())).as("seed %d", seed).isEqualTo(model.get(asked));
            }
            assertThat(ring.find(model.lastKey())).isTrue();
            assertThat(ring.highest()).isEqualTo(model.lastKey());
        }
    }

    @Test
    void a_ring_grows_until_the_wanted_packets_fit() {
        var ring = new PacketRing(64, 1_000, 100_000);
        byte[] packet = new byte[1_000];
        for (int i = 0; i < 500; i++) ring.add(0, i, packet, 0, packet.length);
        for (int i = 500 - 60; i < 500; i++) assertThat(ring.find(i)).as("%d", i).isTrue();
        assertThat(ring.find(500 - 65)).isFalse();
        ring.clear();
        assertThat(ring.find(499)).isFalse();
        assertThat(ring.highest()).isEqualTo(-1);
    }

    @Test
    void the_ring_grows_for_what_comes_in_three_seconds_and_no_further() {
        var ring = new PacketRing(512, 10_000, 100_000);
        byte[] packet = new byte[1_000];
        for (int i = 0; i < 500; i++) ring.add(i * 100 * MILLI, i, packet, 0, packet.length);
        assertThat(ring.find(500 - 30)).isTrue();
        assertThat(ring.bytes().length).isBetween(30_000, 50_000);
        for (int i = 500; i < 1_000; i++) ring.add(50 * SECOND + i * 10 * MILLI, i, packet, 0, packet.length);
        assertThat(ring.bytes().length).as("faster than there is room for").isEqualTo(100_000);
    }

    @Test
    void a_ring_knows_how_far_back_it_reaches() {
        var ring = new PacketRing(64, 64_000, 64_000);
        byte[] packet = new byte[500];
        for (int i = 100; i < 200; i++) if (i % 10 != 3) ring.add(0, i, packet, 0, packet.length);
        assertThat(ring.reachesBackTo(150)).isTrue();
        assertThat(ring.reachesBackTo(143)).as("never came, but what followed is there").isTrue();
        assertThat(ring.reachesBackTo(200)).as("nothing since").isTrue();
        assertThat(ring.reachesBackTo(130)).isFalse();
        for (int i = 200; i < 240; i++) ring.add(0, i, new byte[1_500], 0, 1_500);
        assertThat(ring.reachesBackTo(180)).as("its bytes were overwritten").isFalse();
        assertThat(ring.reachesBackTo(210)).isTrue();
    }

    @Test
    void a_packet_is_repeated_at_a_pace() {
        var history = new SendHistory(16);
        history.add(7, 2, 70_007, 123, true, 0xabcL);
        assertThat(history.find(0, 8, 0)).isEqualTo(Verdict.UNKNOWN);
        assertThat(history.find(0, 7, 20 * MILLI)).isEqualTo(Verdict.RESEND);
        assertThat(history.layer()).isEqualTo(2);
        assertThat(history.index()).isEqualTo(70_007);
        assertThat(history.timestamp()).isEqualTo(123);
        assertThat(history.marker()).isTrue();
        assertThat(history.descriptor()).isEqualTo(0xabcL);
        assertThat(history.find(14 * MILLI, 7, 20 * MILLI)).isEqualTo(Verdict.TOO_OFTEN);
        assertThat(history.find(15 * MILLI, 7, 20 * MILLI)).isEqualTo(Verdict.RESEND);
        assertThat(history.find(114 * MILLI, 7, SECOND)).isEqualTo(Verdict.TOO_OFTEN);
        assertThat(history.find(115 * MILLI, 7, SECOND)).isEqualTo(Verdict.RESEND);
        history.add(7 + 16, 0, 1, 1, false, 0);
        assertThat(history.find(SECOND, 7, 0)).as("overwritten").isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void missing_packets_are_asked_for_after_a_grace_and_at_most_ten_times() {
        var nacks = new NackList();
        int[] into = new int[100];
        nacks.roundTrip(100 * MILLI);
        nacks.received(0, 70_000);
        assertThat(nacks.nextWake()).isEqualTo(NEVER);
        nacks.received(0, 70_003);
        assertThat(nacks.take(9 * MILLI, into)).isZero();
        assertThat(nacks.nextWake()).isEqualTo(10 * MILLI);
        assertThat(nacks.take(10 * MILLI, into)).isEqualTo(2);
        assertThat(into).startsWith(70_001 & 0xffff, 70_002 & 0xffff);
        assertThat(nacks.received(20 * MILLI, 70_001)).isTrue();
        List<Long> asked = new ArrayList<>();
        for (long now = 20 * MILLI; nacks.size() > 0; now += MILLI) if (nacks.take(now, into) > 0) asked.add(now / MILLI);
        assertThat(asked).hasSize(9).startsWith(110L, 235L);
        assertThat(nacks.nextWake()).isEqualTo(NEVER);
        assertThat(nacks.takeGivenUp()).isEqualTo(70_002);
        assertThat(nacks.takeGivenUp()).isEqualTo(-1);
    }

    @Test
    void the_less_a_round_trip_takes_the_more_a_moment_without_any_packet_is_outlived() {
        var nacks = new NackList();
        int[] into = new int[100];
        nacks.roundTrip(MILLI);
        nacks.received(0, 70_000);
        nacks.received(0, 70_002);
        long last = 0;
        for (long now = 0; nacks.size() > 0; now += MILLI) if (nacks.take(now, into) > 0) last = now;
        assertThat(last / MILLI).as("the tenth time").isBetween(450L, 550L);
    }

    @Test
    void only_the_last_hundred_are_asked_for_and_late_ones_are_not_missing() {
        var nacks = new NackList();
        nacks.received(0, 70_000);
        nacks.received(0, 71_000);
        assertThat(nacks.size()).isEqualTo(100);
        assertThat(nacks.takeGivenUp()).as("those before").isEqualTo(70_899);
        assertThat(nacks.received(0, 70_950)).isTrue();
        assertThat(nacks.received(0, 70_500)).isFalse();
        assertThat(nacks.size()).isEqualTo(99);
        nacks.clear();
        assertThat(nacks.size()).isZero();
    }

    @Test
    void sequence_numbers_become_indexes_that_do_not_wrap() {
        for (long seed = 0; seed < 100; seed++) {
            var random = new SplittableRandom(seed);
            var extender = new SequenceExtender();
            long truth = random.nextInt(65_536);
            long offset = extender.extend((int) truth) - truth;
            for (int i = 0; i < 5_000; i++) {
                truth += random.nextInt(30);
                long late = Math.max(0, truth - random.nextInt(20_000));
                assertThat(extender.extend((int) truth & 0xffff)).as("seed %d", seed).isEqualTo(truth + offset);
                assertThat(extender.extend((int) late & 0xffff)).as("late, seed %d", seed).isEqualTo(late + offset);
            }
            assertThat(extender.highest()).isEqualTo(truth + offset);
        }
    }
}
