package io.stoa.bwe;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PacerTest {
    final Pacer pacer = new Pacer();

    @Test
    void without_a_rate_everything_passes() {
        for (int i = 0; i < 10_000; i++) assertThat(pacer.pass(-SECOND, 1_200)).isTrue();
    }

    @Test
    void a_burst_is_spread_by_the_rate() {
        long now = -3 * SECOND;
        pacer.rate(now, 2_400_000); // a packet of 1200 bytes takes 4 ms
        int atOnce = 0;
        while (pacer.pass(now, 1_200)) atOnce++;
        assertThat(atOnce).isEqualTo(3);
        int later = 0;
        for (long begun = now; now - begun < SECOND; now = pacer.nextPass(now)) while (pacer.pass(now, 1_200)) later++;
        assertThat(later).isBetween(248, 252);
    }

    @Test
    void who_sends_less_than_the_rate_never_waits_and_saves_nothing_up() {
        long now = 0;
        pacer.rate(now, 2_400_000);
        for (int i = 0; i < 1_000; i++, now += 5 * MILLI) assertThat(pacer.pass(now, 1_200)).isTrue();
        now += 10 * SECOND;
        int atOnce = 0;
        while (pacer.pass(now, 1_200)) atOnce++;
        assertThat(atOnce).isEqualTo(3);
    }

    @Test
    void what_does_not_wait_makes_the_others_wait() {
        pacer.rate(0, 2_400_000);
        for (int i = 0; i < 10; i++) pacer.spend(0, 1_200);
        assertThat(pacer.pass(0, 1_200)).isFalse();
        assertThat(pacer.nextPass(0)).isBetween(30 * MILLI - 1_000, 30 * MILLI + 1_000);
    }
}
