package io.stoa.bwe;

import static io.stoa.base.Time.MICRO;
import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FeedbackViewTest {
    final FeedbackView view = new FeedbackView();

    @Test
    void what_one_writes_the_other_reads() {
        for (long seed = 0; seed < 100; seed++) {
            var random = new SplittableRandom(seed);
            var writer = new TransportFeedback();
            var reader = new FeedbackView();
            Long[] arrivals = new Long[4_000];
            long clock = Long.MIN_VALUE;
            long now = random.nextLong(100 * SECOND);
            int first = random.nextInt(0x10000);
            for (int i = 0; i < 2_000; i++) {
                now += random.nextLong(5 * MILLI);
                if (random.nextInt(10) > 0) {
                    writer.received(now, first + i & 0xffff);
                    arrivals[i] = now;
                }
                if (i % 50 != 49) continue;
                int length = writer.write(now, 1, 2);
                if (length == 0) continue;
                assertThat(reader.set(writer.bytes(), 0, length)).isNull();
                while (reader.next()) {
                    int at = reader.seq() - first & 0xffff;
                    assertThat(reader.received()).as("packet %d, seed %d", at, seed).isEqualTo(arrivals[at] != null);
                    if (!reader.received()) continue;
                    if (clock == Long.MIN_VALUE) clock = arrivals[at] - reader.arrivedAt();
                    assertThat(arrivals[at] - reader.arrivedAt() - clock).as("packet %d, seed %d", at, seed).isBetween(-250 * MICRO, 250 * MICRO);
                }
            }
        }
    }

    private static byte[] packet(int base, int statuses, int reference, int... rest) {
        byte[] packet = new byte[20 + rest.length];
        packet[0] = (byte) 0x8f;
        packet[1] = (byte) 205;
        Bytes.u16(packet, 12, base);
        Bytes.u16(packet, 14, statuses);
        Bytes.u24(packet, 16, reference);
        for (int i = 0; i < rest.length; i++) packet[20 + i] = (byte) rest[i];
        return packet;
    }

    @Test
    void runs_and_both_vectors() {
        // A run of three arrivals, one bit vector of 14 with the first two arrived, two bits each: large delta, nothing, small.
        byte[] packet = packet(0xfffe, 20, 5, 0x20, 3, 0xb0, 0, 0xe1, 0, 4, 4, 4, 4, 4, 0xff, 0xfc, 8);
        assertThat(view.set(packet, 0, packet.length)).isNull();
        int received = 0;
        long last = 0;
        int seq = 0xfffe;
        while (view.next()) {
            assertThat(view.seq()).isEqualTo(seq++ & 0xffff);
            if (!view.received()) continue;
            received++;
            last = view.arrivedAt();
        }
        assertThat(received).isEqualTo(7);
        assertThat(last).isEqualTo(5 * 64 * MILLI + (5 * 4 - 4 + 8) * 250 * MICRO);
    }

    @Test
    void the_receivers_clock_goes_on_over_its_wrap() {
        byte[] before = packet(1, 1, 0xffffff, 0x20, 1, 0, 0);
        byte[] after = packet(2, 1, 0x000001, 0x20, 1, 0, 0);
        view.set(before, 0, before.length);
        view.next();
        long first = view.arrivedAt();
        view.set(after, 0, after.length);
        view.next();
        assertThat(view.arrivedAt() - first).isEqualTo(2 * 64 * MILLI);
    }

    @Test
    void malformed_packets_have_a_name() {
        for (byte[] bad : new byte[][] {
            new byte[12], // no room for the header
            packet(1, 3, 0), // no chunk
            packet(1, 1, 0, 0x20, 1), // no delta
            packet(1, 2, 0, 0x40, 2, 0, 0, 0), // half a delta is missing
            packet(1, 1, 0, 0x60, 1, 0, 0), // reserved status
            packet(1, 9, 0, 0, 0, 0, 0), // a run of none
            packet(1, 0xffff, 0, 0x1f, 0xff, 0, 0) // more than anybody has sent
        }) {
            assertThat(view.set(bad, 0, bad.length)).isEqualTo(Drop.TRANSPORT_FEEDBACK_MALFORMED);
            assertThat(view.next()).isFalse();
        }
    }

    @Test
    void hostile_feedback_neither_throws_nor_moves_the_estimate_out_of_bounds() {
        for (long seed = 0; seed < 300; seed++) {
            var random = new SplittableRandom(seed);
            var estimator = new SendSideEstimator();
            long now = random.nextLong(-100 * SECOND, 100 * SECOND);
            for (int i = 0; i < 200; i++) {
                now += random.nextLong(20 * MILLI);
                for (int n = random.nextInt(5); n > 0; n--) estimator.sent(now, random.nextInt(20_000));
                byte[] bytes = new byte[random.nextInt(1, 200)];
                random.nextBytes(bytes);
                if (bytes.length >= 20 && random.nextInt(4) > 0) {
                    Bytes.u16(bytes, 12, random.nextInt(600));
                    Bytes.u16(bytes, 14, random.nextInt(300));
                }
                Drop drop = estimator.feedback(now, bytes, 0, bytes.length);
                assertThat(drop).isIn(null, Drop.TRANSPORT_FEEDBACK_MALFORMED, Drop.TRANSPORT_FEEDBACK_UNKNOWN);
                if (random.nextInt(20) == 0) estimator.probe(now, random.nextLong(1_000_000_000), random.nextLong(SECOND));
                if (random.nextInt(20) == 0) estimator.remb(now, random.nextLong());
                estimator.tick(now);
                assertThat(estimator.bps(now)).as("seed %d", seed).isBetween(SendSideEstimator.MIN_BPS, SendSideEstimator.MAX_BPS);
            }
        }
    }

    @Test
    void the_history_grows_while_more_is_in_flight_and_forgets_the_rest() {
        var history = new SentPackets();
        for (int i = 0; i < 5_000; i++) assertThat(history.add(SECOND + i * 10 * MICRO, 1_000 + i % 100, 0)).isEqualTo(i & 0xffff);
        for (int i = 0; i < 5_000; i++) {
            assertThat(history.find(i)).as("packet %d", i).isTrue();
            assertThat(history.bytes()).isEqualTo(1_000 + i % 100);
            assertThat(history.sentAt(2 * SECOND)).isEqualTo(SECOND + i * 10 * MICRO);
            history.told(true);
            assertThat(history.find(i)).isFalse();
        }
        assertThat(history.find(5_000)).as("not sent yet").isFalse();
        for (int i = 5_000; i < 200_000; i++) history.add(2 * SECOND + i * MICRO, 100, 0);
        assertThat(history.find(199_999 & 0xffff)).isTrue();
        assertThat(history.find(170_000 & 0xffff)).as("longer ago than anybody remembers").isFalse();
    }
}
