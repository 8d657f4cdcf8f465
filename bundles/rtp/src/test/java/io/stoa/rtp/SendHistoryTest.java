package io.stoa.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Time;
import io.stoa.rtp.SendHistory.Verdict;
import org.junit.jupiter.api.Test;

class SendHistoryTest {
    private static final long ROUND_TRIP = 20 * Time.MILLI;

    private final SendHistory history = new SendHistory(64);

    @Test
    void gives_back_what_was_sent() {
        history.add(65_535, 2, 1L << 40 | 7, 0xfedc_ba98, true, -5);
        history.add(0, 0, 8, 12, false, 0);
        assertThat(history.find(1, 65_535, ROUND_TRIP)).isEqualTo(Verdict.RESEND);
        assertThat(history.layer()).isEqualTo(2);
        assertThat(history.index()).isEqualTo(1L << 40 | 7);
        assertThat(history.timestamp()).isEqualTo(0xfedc_ba98);
        assertThat(history.marker()).isTrue();
        assertThat(history.descriptor()).isEqualTo(-5);
        assertThat(history.find(1, 0, ROUND_TRIP)).isEqualTo(Verdict.RESEND);
        assertThat(history.marker()).isFalse();
        assertThat(history.timestamp()).isEqualTo(12);
    }

    @Test
    void does_not_know_what_it_never_sent_or_has_overwritten() {
        assertThat(history.find(1, 0, ROUND_TRIP)).isEqualTo(Verdict.UNKNOWN);
        history.add(5, 0, 5, 0, false, 0);
        history.add(5 + 64, 0, 69, 0, false, 0);
        assertThat(history.find(1, 5, ROUND_TRIP)).isEqualTo(Verdict.UNKNOWN);
        assertThat(history.find(1, 69, ROUND_TRIP)).isEqualTo(Verdict.RESEND);
    }

    @Test
    void answers_whoever_asks_once_per_round_trip_ten_times_and_nobody_sooner() {
        history.add(9, 1, 9, 0, false, 0);
        for (int i = 0; i < 10; i++) {
            assertThat(history.find(i * ROUND_TRIP, 9, ROUND_TRIP)).isEqualTo(Verdict.RESEND);
            assertThat(history.find(i * ROUND_TRIP + ROUND_TRIP / 2, 9, ROUND_TRIP)).isEqualTo(Verdict.TOO_OFTEN);
        }
        assertThat(history.find(20 * ROUND_TRIP, 9, ROUND_TRIP)).isEqualTo(Verdict.TOO_OFTEN);
    }

    @Test
    void a_number_that_comes_round_again_may_be_repeated_anew() {
        history.add(9, 1, 9, 0, false, 0);
        for (int i = 0; i < 11; i++) history.find(i * Time.SECOND, 9, ROUND_TRIP);
        history.add(9, 1, 65_545, 0, false, 0);
        assertThat(history.find(12 * Time.SECOND, 9, ROUND_TRIP)).isEqualTo(Verdict.RESEND);
        assertThat(history.index()).isEqualTo(65_545);
    }
}
