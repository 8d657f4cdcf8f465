package io.stoa.bwe;

import static io.stoa.base.Time.MICRO;
import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.NEVER;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The wire format by the rules of draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1, read independently. */
class TransportFeedbackTest {
    final TransportFeedback feedback = new TransportFeedback();

    /** @param arrivals per status in nanoseconds, rounded down to 250 µs; null = not received */
    record Report(int base, int count, List<Long> arrivals) {}

    static Report decode(byte[] b, int length) {
        assertThat(b[0] & 0xff).isEqualTo(0x8f);
        assertThat(b[1] & 0xff).isEqualTo(205);
        assertThat(4 + 4 * Bytes.u16(b, 2)).isEqualTo(length);
        int count = Bytes.u16(b, 14);
        long time = (long) (Bytes.u24(b, 16) << 8 >> 8) * 64 * MILLI;
        List<Integer> symbols = new ArrayList<>();
        int p = 20;
        for (; symbols.size() < count; p += 2) {
            int chunk = Bytes.u16(b, p);
            if (chunk < 0x8000) for (int i = chunk & 0x1fff; i > 0; i--) symbols.add(chunk >> 13 & 3);
            else if (chunk < 0xc000) for (int i = 13; i >= 0; i--) symbols.add(chunk >> i & 1);
            else for (int i = 6; i >= 0; i--) symbols.add(chunk >> 2 * i & 3);
        }
        List<Long> arrivals = new ArrayList<>();
        for (int symbol : symbols.subList(0, count)) {
            if (symbol == 0) {
                arrivals.add(null);
                continue;
            }
            assertThat(symbol).isIn(1, 2);
            int delta = symbol == 1 ? b[p] & 0xff : (short) Bytes.u16(b, p);
            p += symbol;
            time += delta * 250 * MICRO;
            arrivals.add(time);
        }
        assertThat(p).as("deltas end before the padding does").isBetween(length - 3, length);
        return new Report(Bytes.u16(b, 12), count, arrivals);
    }

    Report report(long now) {
        int length = feedback.write(now, 1, 2);
        return length == 0 ? null : decode(feedback.bytes(), length);
    }

    @Test
    void arrivals_come_back_to_a_quarter_of_a_millisecond() {
        feedback.received(SECOND, 100);
        feedback.received(SECOND + 5 * MILLI, 101);
        feedback.received(SECOND + 90 * MILLI, 103);
        feedback.received(SECOND + 89 * MILLI, 102);
        assertThat(feedback.nextWake()).isEqualTo(SECOND + 50 * MILLI);
        Report report = report(SECOND + 100 * MILLI);
        assertThat(report.base).isEqualTo(100);
        assertThat(report.arrivals).containsExactly(SECOND, SECOND + 5 * MILLI, SECOND + 89 * MILLI, SECOND + 90 * MILLI);
        assertThat(feedback.nextWake()).isEqualTo(NEVER);
        assertThat(report(SECOND + 100 * MILLI)).isNull();
    }

    @Test
    void losses_between_two_reports_are_told_in_the_second() {
        feedback.received(SECOND, 10);
        assertThat(report(SECOND + 50 * MILLI).count).isEqualTo(1);
        feedback.received(SECOND + 60 * MILLI, 14);
        Report report = report(SECOND + 110 * MILLI);
        assertThat(report.base).isEqualTo(11);
        assertThat(report.arrivals).containsExactly(null, null, null, SECOND + 60 * MILLI);
    }

    @Test
    void a_hundred_packets_do_not_wait() {
        for (int i = 0; i < 100; i++) feedback.received(SECOND + i * MICRO, i);
        assertThat(feedback.nextWake() - SECOND).isLessThan(MILLI);
        assertThat(report(SECOND + MILLI).count).isEqualTo(100);
    }

    @Test
    void every_arrival_is_told_once_over_loss_reordering_pauses_and_the_wrap() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new SplittableRandom(seed);
            var other = new TransportFeedback();
            long now = random.nextLong(-100 * SECOND, 100 * SECOND);
            long index = 65_536 - random.nextInt(500);
            long first = index;
            Long[] truth = new Long[3_000];
            Long[] told = new Long[3_000];
            boolean[] covered = new boolean[3_000];
            long nextIndex = -1;
            int count = -1;
            while (index - first < 2_900) {
                now += random.nextLong(random.nextInt(100) == 0 ? 12 * SECOND : 3 * MILLI);
                if (random.nextInt(10) > 0 || index == first) {
                    other.received(now, (int) index & 0xffff);
                    truth[(int) (index - first)] = now;
                }
                index += random.nextInt(200) == 0 ? 1 + random.nextInt(60) : 1;
                for (int rounds = 0; rounds < 8 && other.nextWake() != NEVER && other.nextWake() - now <= 0; rounds++) {
                    int length = other.write(now, 1, 2);
                    if (length == 0) break;
                    Report report = decode(other.bytes(), length);
                    int number = other.bytes()[19] & 0xff;
                    if (count >= 0) assertThat(number).isEqualTo(count + 1 & 0xff);
                    count = number;
                    long base = nextIndex < 0 ? first : nextIndex + (short) (report.base - (int) nextIndex);
                    assertThat(base).as("reports do not overlap, seed %d", seed).isGreaterThanOrEqualTo(nextIndex);
                    for (int i = 0; i < report.count; i++) {
                        int at = (int) (base + i - first);
                        covered[at] = true;
                        told[at] = report.arrivals.get(i);
                    }
                    nextIndex = base + report.count;
                }
            }
            for (int i = 0; i + first < nextIndex; i++) {
                assertThat(covered[i]).as("packet %d is in a report, seed %d", i, seed).isTrue();
                if (truth[i] == null) assertThat(told[i]).as("lost packet %d, seed %d", i, seed).isNull();
                else assertThat(truth[i] - told[i]).as("packet %d, seed %d", i, seed).isBetween(0L, 250 * MICRO - 1);
            }
            assertThat(nextIndex - first).isGreaterThan(2_500);
        }
    }

    @Test
    void a_jump_that_no_report_could_hold_begins_anew() {
        feedback.received(SECOND, 10);
        report(SECOND + 50 * MILLI);
        feedback.received(2 * SECOND, 10 + 20_000);
        Report report = report(2 * SECOND + 50 * MILLI);
        assertThat(report.base).isEqualTo(20_010);
        assertThat(report.arrivals).containsExactly(2 * SECOND);
    }

    @Test
    void hostile_numbers_keep_reports_well_formed() {
        for (long seed = 0; seed < 50; seed++) {
            var random = new SplittableRandom(seed);
            var other = new TransportFeedback();
            long now = SECOND;
            for (int i = 0; i < 3_000; i++) {
                now += random.nextLong(random.nextInt(50) == 0 ? 20 * SECOND : MILLI);
                other.received(now, random.nextInt(3) == 0 ? random.nextInt(65_536) : i & 0xffff);
                for (int rounds = 0; rounds < 8 && other.nextWake() != NEVER && other.nextWake() - now <= 0; rounds++) {
                    int length = other.write(now, 1, 2);
                    if (length == 0) break;
                    assertThat(length).isLessThanOrEqualTo(1_400);
                    decode(other.bytes(), length);
                }
            }
        }
    }
}
