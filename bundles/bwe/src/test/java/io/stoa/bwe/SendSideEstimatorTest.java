package io.stoa.bwe;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import org.junit.jupiter.api.Test;

/** Estimate against true capacity, over a bottleneck with a queue. Bounds are loose: what matters is that calls stay usable. */
class SendSideEstimatorTest {
    final Path path = new Path(4711);

    private void say(String name, double from, double to) {
        System.out.println(path.figures(name, from, to));
    }

    @Test
    void it_finds_the_capacity_and_stays_there() {
        path.capacity = t -> 1_000_000;
        path.run(60);
        say("1 Mbit/s from 3", 10, 60);
        assertThat(path.settles(0, 0.6, 1.2)).as("seconds").isLessThan(5);
        assertThat(path.utilisation(10, 60)).isGreaterThan(0.8);
        assertThat(path.overshoot(10, 60)).isLessThan(1.4);
        assertThat(path.queueMillis(10, 60)).isLessThan(100);
    }

    @Test
    void a_step_down_is_followed_within_two_seconds() {
        path.capacity = t -> t < 30 * SECOND ? 2_500_000 : 800_000;
        path.run(60);
        say("step down", 34, 60);
        System.out.println("  settles after " + path.settles(30, 0.5, 1.25));
        assertThat(path.settles(30, 0.5, 1.25)).isLessThan(3);
        assertThat(path.utilisation(34, 60)).isGreaterThan(0.75);
    }

    @Test
    void a_step_up_is_found_by_probes() {
        path.capacity = t -> t < 20 * SECOND ? 500_000 : 3_000_000;
        path.probeEvery = 3 * SECOND;
        path.run(60);
        say("step up, probes", 30, 60);
        System.out.println("  settles after " + path.settles(20, 0.7, 1.25));
        assertThat(path.settles(20, 0.7, 1.25)).isLessThan(12);
        assertThat(path.utilisation(35, 60)).isGreaterThan(0.75);
    }

    @Test
    void a_step_up_is_found_without_probes_too() {
        path.capacity = t -> t < 20 * SECOND ? 500_000 : 1_500_000;
        path.run(70);
        say("step up", 50, 70);
        System.out.println("  settles after " + path.settles(20, 0.7, 1.25));
        assertThat(path.settles(20, 0.7, 1.25)).isLessThan(35);
    }

    @Test
    void a_ramp_is_followed() {
        path.capacity = t -> t < 20 * SECOND ? 2_000_000 : Math.max(600_000, 2_000_000 - (t - 20 * SECOND) / SECOND * 70_000);
        path.run(50);
        say("ramp down", 20, 50);
        assertThat(path.utilisation(20, 50)).isGreaterThan(0.75);
        assertThat(path.queueMillis(20, 50)).isLessThan(120);
    }

    @Test
    void delay_does_not_matter_its_growth_does() {
        path.delay = 150 * MILLI;
        path.run(60);
        say("300 ms round trip", 15, 60);
        assertThat(path.utilisation(15, 60)).isGreaterThan(0.75);
        assertThat(path.overshoot(15, 60)).isLessThan(1.5);
    }

    @Test
    void jitter_is_no_queue() {
        path.jitter = 15 * MILLI;
        path.run(60);
        say("15 ms jitter", 15, 60);
        assertThat(path.utilisation(15, 60)).isGreaterThan(0.6);
    }

    @Test
    void bursts_of_loss_are_got_over() {
        path.loss = s -> s % 5 < 0.3 ? 0.5 : 0;
        path.run(60);
        say("bursts of loss", 15, 60);
        assertThat(path.utilisation(15, 60)).isGreaterThan(0.55);
    }

    @Test
    void ten_per_cent_of_random_loss_leave_most_of_the_rate() {
        path.loss = s -> 0.1;
        path.run(90);
        say("10 % loss", 40, 90);
        assertThat(path.utilisation(40, 90)).isGreaterThan(0.55);
    }

    @Test
    void loss_by_a_full_queue_is_believed() {
        path.queueNanos = 15 * MILLI;
        path.run(60);
        say("short queue", 15, 60);
        assertThat(path.overshoot(20, 60)).isLessThan(1.6);
        assertThat(path.utilisation(15, 60)).isGreaterThan(0.65);
    }

    /** Slow start, then a segment per round trip; half on a loss. */
    private static final class Tcp implements Path.Rival {
        private double rate = 200_000;
        private long lostAt;
        long bytes;

        @Override
        public long rate(long now) {
            return (long) rate;
        }

        @Override
        public void lost(long now) {
            if (now - lostAt < 200 * MILLI) return;
            lostAt = now;
            rate = Math.max(100_000, rate / 2);
        }

        @Override
        public void arrived(long now, int size) {
            bytes += size;
            rate += size * 8.0 * 9_600 / 0.1 / rate * 10 * 0.1;
        }
    }

    @Test
    void a_flow_that_fills_queues_leaves_it_a_share() {
        path.capacity = t -> 2_000_000;
        path.queueNanos = 150 * MILLI;
        path.rival = new Tcp();
        path.run(90);
        say("against TCP", 30, 90);
        assertThat(path.utilisation(30, 90)).as("its share").isBetween(0.08, 0.9);
    }

    @Test
    void who_sends_little_learns_little_and_a_probe_tells_the_rest() {
        path.capacity = t -> 5_000_000;
        path.demand = t -> t < 10 * SECOND ? Long.MAX_VALUE : 300_000;
        path.run(30);
        long before = path.estimator.acknowledgedBps();
        assertThat(before).isBetween(250_000L, 350_000L);
        assertThat(path.estimator.bps(77 * SECOND + 30 * SECOND)).as("what was known stays").isGreaterThan(2_500_000);
    }

    @Test
    void when_the_path_is_gone_the_estimate_falls() {
        path.run(10);
        long before = path.samples.getLast().estimate();
        path.loss = s -> 1;
        path.run(6);
        assertThat(path.samples.getLast().estimate()).isLessThan(before / 4);
        path.loss = s -> 0;
        path.probeEvery = 2 * SECOND;
        path.run(20);
        assertThat(path.samples.getLast().estimate()).isBetween(600_000L, 1_500_000L);
    }

    @Test
    void remb_is_believed_where_nothing_else_comes() {
        var estimator = path.estimator;
        assertThat(estimator.known()).isFalse();
        assertThat(estimator.bps(SECOND)).isEqualTo(SendSideEstimator.START_BPS);
        estimator.remb(SECOND, 700_000);
        assertThat(estimator.known()).isTrue();
        assertThat(estimator.bps(2 * SECOND)).isEqualTo(700_000);
        estimator.remb(3 * SECOND, Long.MAX_VALUE);
        assertThat(estimator.bps(4 * SECOND)).isEqualTo(SendSideEstimator.MAX_BPS);
    }

    @Test
    void what_was_never_sent_is_not_believed() {
        var receiver = new TransportFeedback();
        receiver.received(SECOND, 30_000);
        int length = receiver.write(SECOND + 100 * MILLI, 1, 2);
        assertThat(path.estimator.feedback(2 * SECOND, receiver.bytes(), 0, length)).isEqualTo(Drop.TRANSPORT_FEEDBACK_UNKNOWN);
        assertThat(path.estimator.known()).isFalse();
    }

    @Test
    void audio_beside_it_counts_as_a_part_of_what_the_path_carries() {
        var receiver = new TransportFeedback();
        var estimator = new SendSideEstimator();
        for (int i = 0; i < 400; i++) {
            long now = 100 * SECOND + i * 10 * MILLI;
            estimator.sentBeside(125);
            receiver.received(now + 20 * MILLI, estimator.sent(now, 1_000));
            if (i % 10 != 9) continue;
            int length = receiver.write(now + 20 * MILLI, 1, 2);
            assertThat(estimator.feedback(now + 40 * MILLI, receiver.bytes(), 0, length)).isNull();
        }
        assertThat(estimator.acknowledgedBps()).isBetween(880_000L, 920_000L);
    }
}
