package io.stoa.media.plane;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Time;
import org.junit.jupiter.api.Test;

class LatenessTest {
    final Lateness lateness = new Lateness();

    @Test
    void the_longest_pause_is_that_of_the_last_minute_and_long_ones_are_counted() {
        lateness.observe(Time.SECOND, Time.SECOND - 2 * Time.MILLI);
        lateness.observe(2 * Time.SECOND, 2 * Time.SECOND - 7 * Time.MILLI);
        lateness.observe(3 * Time.SECOND, 3 * Time.SECOND);
        assertThat(lateness.longest()).isEqualTo(7 * Time.MILLI);
        lateness.observe(32 * Time.SECOND, 32 * Time.SECOND - Time.MILLI);
        assertThat(lateness.longest()).isEqualTo(7 * Time.MILLI);
        lateness.observe(63 * Time.SECOND, 63 * Time.SECOND - Time.MICRO);
        assertThat(lateness.longest()).isEqualTo(Time.MILLI);
        assertThat(lateness.longOnes()).isEqualTo(1);
    }

    @Test
    void a_loop_without_a_deadline_is_not_late() {
        lateness.observe(Time.SECOND, Time.NEVER);
        lateness.observe(Time.SECOND, 2 * Time.SECOND);
        assertThat(lateness.longest()).isZero();
    }
}
