package io.stoa.bwe;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Estimate against true capacity, over a bottleneck with a queue. Bounds are loose: what matters is that calls stay usable. Prints the table
 * of docs/benchmarks.md.
 */
@TestMethodOrder(OrderAnnotation.class)
class SendSideEstimatorTest {
    private static final List<String> TABLE = new ArrayList<>();

    final Path path = new Path(4711);

    @AfterAll
    static void print() {
        System.out.println("| path | settled after | utilisation | overshoot | queue | the other's share |");
        System.out.println("|---|---|---|---|---|---|");
        TABLE.forEach(System.out::println);
    }

    private void row(String name, double from, double to, double settled) {
        TABLE.add(path.row(name, from, to, settled));
    }

    private void row(String name, double from, double to) {
        row(name, from, to, Double.NaN);
    }

    /** From some seconds on, what is said next to them. */
    private static LongUnaryOperator steps(double... secondsAndValues) {
        return t -> {
            int at = 0;
            while (at + 2 < secondsAndValues.length && secondsAndValues[at + 2] * 1e9 <= t) at += 2;
            return (long) secondsAndValues[at + 1];
        };
    }

    private static LongUnaryOperator ramp(double from, double to, double beginSeconds, double seconds) {
        return t -> (long) (from + (to - from) * Math.clamp((t / 1e9 - beginSeconds) / seconds, 0, 1));
    }

    @Test
    @Order(1)
    void it_finds_the_capacity_and_stays_there() {
        path.run(60);
        row("constant, from the first 3 Mbit/s", 10, 60, path.settles(0, 0.6, 1.2));
        assertThat(path.settles(0, 0.6, 1.2)).as("seconds").isLessThan(5);
        assertThat(path.utilisation(10, 60)).isGreaterThan(0.85);
        assertThat(path.overshoot(10, 60)).isLessThan(1.2);
        assertThat(path.queueMillis(10, 60)).isLessThan(20);
    }

    @Test
    @Order(2)
    void a_step_down_is_followed_within_two_seconds() {
        path.capacity = steps(0, 2.5e6, 30, 8e5);
        path.run(60);
        row("2.5 → 0.8 Mbit/s", 34, 60, path.settles(30, 0.5, 1.25));
        assertThat(path.settles(30, 0.5, 1.25)).isLessThan(2);
        assertThat(path.utilisation(34, 60)).isGreaterThan(0.85);
        assertThat(path.queueMillis(34, 60)).isLessThan(60);
    }

    @Test
    @Order(3)
    void a_step_up_is_found_without_probes_too() {
        path.capacity = steps(0, 5e5, 20, 1.5e6);
        path.run(70);
        row("0.5 → 1.5 Mbit/s, no probes", 50, 70, path.settles(20, 0.7, 1.25));
        assertThat(path.settles(20, 0.7, 1.25)).isLessThan(20);
    }

    @Test
    @Order(4)
    void a_step_up_is_found_by_probes() {
        path.capacity = steps(0, 5e5, 20, 3e6);
        path.probeEvery = 3 * SECOND;
        path.run(60);
        row("0.5 → 3 Mbit/s, a probe every 3 s", 30, 60, path.settles(20, 0.7, 1.25));
        assertThat(path.settles(20, 0.7, 1.25)).isLessThan(8);
        assertThat(path.utilisation(35, 60)).isGreaterThan(0.8);
    }

    /** RFC 8867 section 5.1. */
    @Test
    @Order(5)
    void capacity_that_varies_is_followed_up_and_down() {
        path.capacity = steps(0, 1e6, 40, 2.5e6, 60, 6e5, 80, 1e6);
        path.delay = t -> 50 * MILLI;
        path.probeEvery = 5 * SECOND;
        path.run(100);
        double slowest = DoubleStream.of(0, 40, 60, 80).map(from -> path.settles(from, 0.6, 1.25)).max().orElseThrow();
        row("1, 2.5, 0.6, 1 Mbit/s in 100 s, 100 ms of round trip, a probe every 5 s", 5, 100, slowest);
        assertThat(slowest).isLessThan(10);
        assertThat(path.utilisation(5, 100)).isGreaterThan(0.75);
        assertThat(path.overshoot(5, 100)).isLessThan(1.6);
        assertThat(path.queueMillis(5, 100)).isLessThan(60);
    }

    @Test
    @Order(6)
    void a_ramp_down_is_followed() {
        path.capacity = ramp(2e6, 6e5, 20, 20);
        path.run(50);
        row("ramp from 2 to 0.6 Mbit/s in 20 s", 20, 50);
        assertThat(path.utilisation(20, 50)).isGreaterThan(0.85);
        assertThat(path.queueMillis(20, 50)).isLessThan(40);
    }

    @Test
    @Order(7)
    void a_ramp_up_is_followed() {
        path.capacity = ramp(6e5, 2e6, 20, 20);
        path.run(50);
        row("ramp from 0.6 to 2 Mbit/s in 20 s, no probes", 20, 50);
        assertThat(path.utilisation(20, 50)).isGreaterThan(0.6);
        assertThat(path.overshoot(20, 50)).isLessThan(1.2);
    }

    @Test
    @Order(8)
    void delay_does_not_matter_its_growth_does() {
        path.delay = t -> 150 * MILLI;
        path.run(60);
        row("300 ms of round trip", 15, 60, path.settles(0, 0.6, 1.2));
        assertThat(path.utilisation(15, 60)).isGreaterThan(0.85);
        assertThat(path.overshoot(15, 60)).isLessThan(1.2);
    }

    @Test
    @Order(9)
    void over_a_long_path_steps_are_followed() {
        path.delay = t -> 150 * MILLI;
        path.capacity = steps(0, 2.5e6, 30, 8e5, 60, 2.5e6);
        path.probeEvery = 5 * SECOND;
        path.run(90);
        row("300 ms of round trip, 2.5 → 0.8 Mbit/s, a probe every 5 s", 34, 60, path.settles(30, 0.5, 1.25));
        row("the same path → 2.5 Mbit/s", 60, 90, path.settles(60, 0.7, 1.25));
        assertThat(path.settles(30, 0.5, 1.25)).isLessThan(4);
        assertThat(path.settles(60, 0.7, 1.25)).isLessThan(12);
        assertThat(path.utilisation(34, 60)).isGreaterThan(0.75);
    }

    /** Longer by itself is no queue, at least not for longer than it takes to forget the other path. */
    @Test
    @Order(10)
    void a_path_may_become_another() {
        path.delay = steps(0, 20 * MILLI, 30, 150 * MILLI, 120, 20 * MILLI);
        path.run(180);
        row("40 → 300 ms of round trip", 31, 120, path.settles(31, 0.6, 1.25));
        row("300 → 40 ms of round trip", 120, 180, path.settles(120, 0.6, 1.25));
        assertThat(path.utilisation(31, 120)).isGreaterThan(0.8);
        assertThat(path.queueMillis(31, 120)).isLessThan(80);
        assertThat(path.queueMillis(100, 120)).isLessThan(20);
        assertThat(path.utilisation(120, 180)).isGreaterThan(0.8);
    }

    @Test
    @Order(11)
    void jitter_is_no_queue() {
        path.jitter = 15 * MILLI;
        path.run(60);
        row("15 ms of jitter", 15, 60);
        assertThat(path.utilisation(15, 60)).isGreaterThan(0.85);
        assertThat(path.queueMillis(15, 60)).isLessThan(20);
    }

    @Test
    @Order(12)
    void bursts_of_loss_are_got_over() {
        path.loss = s -> s % 5 < 0.3 ? 0.5 : 0;
        path.run(60);
        row("half of the packets lost for 0.3 s of every 5", 15, 60);
        assertThat(path.utilisation(15, 60)).isGreaterThan(0.8);
    }

    @Test
    @Order(13)
    void bursts_of_loss_are_got_over_on_a_long_path_too() {
        path.loss = s -> s % 5 < 0.3 ? 0.5 : 0;
        path.delay = t -> 150 * MILLI;
        path.run(60);
        row("the same with 300 ms of round trip", 15, 60);
        assertThat(path.utilisation(15, 60)).isGreaterThan(0.75);
    }

    @Test
    @Order(14)
    void ten_per_cent_of_random_loss_leave_most_of_the_rate() {
        path.loss = s -> 0.1;
        path.run(90);
        row("10 % of the packets lost", 40, 90);
        assertThat(path.utilisation(40, 90)).isGreaterThan(0.7);
    }

    @Test
    @Order(15)
    void a_queue_that_stays_full_is_let_go() {
        path.queueNanos = 15 * MILLI;
        path.run(60);
        row("a queue of 15 ms", 15, 60);
        assertThat(path.overshoot(20, 60)).isLessThan(1.25);
        assertThat(path.utilisation(15, 60)).isGreaterThan(0.85);
        assertThat(path.queueMillis(15, 60)).isLessThan(12);
    }

    private void beside(TcpFlow.Rule rule, String name) {
        path.capacity = t -> 2_000_000;
        path.queueNanos = 150 * MILLI;
        path.compete(rule, 10, 200);
        path.run(200);
        row("2 Mbit/s and a queue of 150 ms shared with a transfer by " + name, 30, 200);
        assertThat(path.utilisation(30, 100)).as("its share").isBetween(0.2, 0.7);
        assertThat(path.utilisation(100, 200)).as("its share later").isBetween(0.2, 0.7);
        assertThat(path.rivalShare(30, 200)).as("the other's share").isGreaterThan(0.3);
    }

    @Test
    @Order(16)
    void a_reno_flow_leaves_it_its_share_and_gets_its_own() {
        beside(TcpFlow.Rule.RENO, "TCP (Reno)");
    }

    @Test
    @Order(17)
    void a_cubic_flow_leaves_it_its_share_and_gets_its_own() {
        beside(TcpFlow.Rule.CUBIC, "TCP (CUBIC)");
    }

    /** RFC 8867 section 5.6. */
    @Test
    @Order(18)
    void a_long_transfer_over_a_long_queue_leaves_it_its_share() {
        path.capacity = t -> 2_000_000;
        path.delay = t -> 50 * MILLI;
        path.compete(TcpFlow.Rule.CUBIC, 10, 200);
        path.run(200);
        row("the same with a queue of 300 ms and 100 ms of round trip", 30, 200);
        assertThat(path.utilisation(30, 200)).as("its share").isBetween(0.2, 0.7);
    }

    @Test
    @Order(19)
    void when_the_other_has_gone_it_has_the_line_and_a_short_queue() {
        path.capacity = t -> 2_000_000;
        path.queueNanos = 150 * MILLI;
        path.probeEvery = 5 * SECOND;
        path.compete(TcpFlow.Rule.CUBIC, 10, 60);
        path.run(120);
        row("2 Mbit/s, after such a transfer has ended, a probe every 5 s", 60, 120, path.settles(60, 0.7, 1.25));
        assertThat(path.settles(60, 0.7, 1.25)).isLessThan(12);
        assertThat(path.utilisation(70, 120)).isGreaterThan(0.8);
        assertThat(path.queueMillis(80, 120)).isLessThan(30);
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
