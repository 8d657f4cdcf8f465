package io.stoa.peer;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.media.PeerSpec.Playout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client is asked to wait, and how often it is asked (spec 6.13). */
class PlayoutDelayTest {
    private final PlayoutDelay delay = new PlayoutDelay(new Playout(true, 100, 2_000, false));

    private static int word(int shortest, int longest) {
        return shortest / 10 << 12 | longest / 10;
    }

    @Test
    void it_is_said_until_a_packet_that_said_it_has_arrived() {
        assertThat(delay.say(0, 65_530)).isEqualTo(word(100, 2_000));
        delay.acknowledge(65_529);
        assertThat(delay.say(1, 65_531)).as("what arrived was from before").isEqualTo(word(100, 2_000));
        delay.acknowledge(0x7_0003);
        assertThat(delay.say(2, 5)).as("across the end of numbers").isEqualTo(PlayoutDelay.NONE);
    }

    @Test
    void before_anything_was_said_nothing_is_acknowledged_and_nothing_changes() {
        delay.acknowledge(7);
        delay.follow(SECOND, 100, 10);
        assertThat(delay.say(2 * SECOND, 7)).isEqualTo(word(100, 2_000));
    }

    @Test
    void it_follows_ten_times_the_jitter_by_80_ms_in_a_second() {
        delay.say(0, 1);
        delay.acknowledge(1);
        delay.follow(SECOND, 50, 100);
        assertThat(delay.say(SECOND, 2)).isEqualTo(word(180, 2_000));
        delay.follow(SECOND + 500 * MILLI, 50, 200);
        assertThat(delay.say(SECOND + 500 * MILLI, 3)).isEqualTo(word(220, 2_000));
        delay.follow(60 * SECOND, 50, 300);
        assertThat(delay.say(60 * SECOND, 4)).as("however long it was").isEqualTo(word(300, 2_000));
        for (int i = 61; i < 70; i++) assertThat(followed(i, 50)).isEqualTo(word(Math.min(500, 300 + 80 * (i - 60)), 2_000));
        assertThat(followed(71, 0)).isEqualTo(word(420, 2_000));
    }

    @Test
    void it_stays_within_the_limits() {
        delay.say(0, 1);
        for (int i = 1; i < 100; i++) followed(i, 1_000);
        assertThat(followed(100, 1_000)).isEqualTo(word(2_000, 2_000));
        for (int i = 101; i < 200; i++) followed(i, 0);
        assertThat(followed(200, 0)).isEqualTo(word(100, 2_000));
    }

    private int followed(int seconds, int jitterMillis) {
        delay.follow(seconds * SECOND, jitterMillis, 0);
        return delay.say(seconds * SECOND, seconds);
    }

    @Test
    void a_change_that_cannot_be_told_is_not_told() {
        delay.say(0, 1);
        delay.acknowledge(1);
        delay.follow(50 * MILLI, 50, 100);
        assertThat(delay.say(50 * MILLI, 2)).as("104 ms").isEqualTo(PlayoutDelay.NONE);
        delay.follow(150 * MILLI, 50, 100);
        assertThat(delay.say(150 * MILLI, 3)).as("112 ms").isEqualTo(word(110, 2_000));
    }

    @Test
    void many_repetitions_lengthen_it() {
        delay.say(0, 1);
        delay.acknowledge(1);
        delay.missed(60);
        delay.follow(SECOND, 10, 100);
        assertThat(delay.say(SECOND, 2)).as("60 % are not many").isEqualTo(PlayoutDelay.NONE);
        delay.missed(80);
        delay.follow(2 * SECOND, 10, 200);
        assertThat(delay.say(2 * SECOND, 3)).as("20 % above").isEqualTo(word(140, 2_000));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0, 0", "100, 0, 100, 10000", "100, 2000, 100, 2000", "500, 200, 200, 200", "4294967295, 4294967295, 40950, 40950"})
    void limits_of_rooms_are_made_to_fit(long min, long max, int shortest, int longest) {
        assertThat(Playout.delayed(min, max, true)).isEqualTo(new Playout(true, shortest, longest, true));
    }

    @Test
    void others_are_refused() {
        assertThatThrownBy(() -> new Playout(true, 3, 2, false)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("3 to 2 ms");
        assertThatThrownBy(() -> new Playout(true, 0, 40_960, false)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("40950");
    }
}
