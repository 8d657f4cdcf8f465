package io.stoa.bwe;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class StandingQueueTest {
    final StandingQueue queue = new StandingQueue();
    long now = Long.MAX_VALUE - 20 * SECOND;

    /** A packet every 20 ms. */
    private void pass(long seconds, LongUnaryOperator delay) {
        for (long at = 0; at < seconds * SECOND; at += 20 * MILLI, now += 20 * MILLI) queue.arrived(now, now + delay.applyAsLong(at));
    }

    @Test
    void a_delay_that_stays_is_a_queue_and_one_that_goes_is_none() {
        pass(10, at -> 30 * MILLI);
        assertThat(queue.stands()).isFalse();
        pass(3, at -> 90 * MILLI);
        assertThat(queue.stands()).as("may still be its own").isFalse();
        pass(3, at -> 90 * MILLI);
        assertThat(queue.stands()).isTrue();
        pass(5, at -> 30 * MILLI);
        assertThat(queue.stands()).isFalse();
    }

    @Test
    void a_queue_that_empties_now_and_then_does_not_stand() {
        pass(30, at -> 30 * MILLI + at % SECOND / 10);
        assertThat(queue.stands()).isFalse();
    }

    @Test
    void coming_by_being_empty_is_not_enough_to_be_gone() {
        pass(5, at -> 30 * MILLI);
        pass(60, at -> at % (4 * SECOND) < SECOND ? 32 * MILLI : 120 * MILLI);
        assertThat(queue.stands()).isFalse();
        pass(10, at -> 120 * MILLI);
        pass(1, at -> 30 * MILLI);
        pass(1, at -> 120 * MILLI);
        assertThat(queue.stands()).isTrue();
    }

    @Test
    void another_path_is_got_used_to() {
        pass(10, at -> 30 * MILLI);
        pass(70, at -> 150 * MILLI);
        assertThat(queue.stands()).isFalse();
    }

    @Test
    void clocks_of_different_speed_are_no_queue() {
        pass(10, at -> 0);
        for (int i = 0; i < 60; i++) {
            long base = i * SECOND / 1_000;
            pass(10, at -> base + at / 10_000);
            assertThat(queue.stands()).isFalse();
        }
    }

    @Test
    void a_pause_says_nothing() {
        pass(10, at -> 30 * MILLI);
        pass(3, at -> 90 * MILLI);
        now += 10 * SECOND;
        pass(2, at -> 90 * MILLI);
        assertThat(queue.stands()).isFalse();
    }
}
