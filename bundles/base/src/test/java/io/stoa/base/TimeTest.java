package io.stoa.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TimeTest {
    @Test
    void a_beat_is_never_late_and_at_most_50_ms_early() {
        for (long deadline : new long[] {0, 1, 49_999_999, 50_000_000, 123_456_789_012L, -1, -50_000_000, -50_000_001, Long.MIN_VALUE + Time.SECOND})
            assertThat(deadline - Time.onBeat(deadline)).as("%d", deadline).isBetween(0L, 50 * Time.MILLI - 1);
        assertThat(Time.onBeat(Time.NEVER)).isEqualTo(Time.NEVER);
    }

    @Test
    void a_thousand_deadlines_of_a_second_are_twenty_beats() {
        Set<Long> beats = new HashSet<>();
        for (int i = 0; i < 1_000; i++) beats.add(Time.onBeat(-7 * Time.SECOND / 10 + i * Time.MILLI));
        assertThat(beats).hasSize(20);
    }
}
