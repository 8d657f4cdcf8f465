package io.stoa.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SequenceMapTest {
    private static final int WINDOW = 1_024;

    @Test
    void numbers_stay_contiguous_over_packets_that_were_left_out() {
        SequenceMap map = new SequenceMap(99);
        map.anchor(1_000);
        assertThat(map.translate(1_000)).isEqualTo(100);
        map.drop(1_001);
        map.drop(1_002);
        assertThat(map.translate(1_003)).isEqualTo(101);
        assertThat(map.translate(1_002)).isEqualTo(-1);
    }

    @Test
    void a_late_packet_gets_the_number_that_was_kept_for_it() {
        SequenceMap map = new SequenceMap(99);
        map.anchor(1_000);
        map.translate(1_000);
        assertThat(map.translate(1_002)).isEqualTo(102);
        map.drop(1_003);
        assertThat(map.translate(1_004)).isEqualTo(103);
        assertThat(map.translate(1_001)).isEqualTo(101);
    }

    @Test
    void nothing_before_the_anchor_and_nothing_older_than_the_window_is_translated() {
        SequenceMap map = new SequenceMap(99);
        map.anchor(1_000);
        map.translate(1_000);
        assertThat(map.translate(999)).isEqualTo(-1);
        map.translate(1_000 + WINDOW);
        assertThat(map.translate(1_000)).isEqualTo(-1);
        assertThat(map.translate(1_001)).isEqualTo(101);
    }

    @Test
    void what_was_lost_just_before_a_hand_over_keeps_its_number() {
        SequenceMap map = new SequenceMap(0);
        map.resume(4_980, 5_000, 700);
        assertThat(map.translate(5_001)).isEqualTo(701);
        assertThat(map.translate(4_990)).isEqualTo(690);
        assertThat(map.translate(4_979)).as("before, something had been left out").isEqualTo(-1);
        assertThat(map.translate(5_000 - WINDOW)).isEqualTo(-1);
    }

    /** Every number is remembered by the model; the map must agree for as long as its window reaches. */
    @Test
    void agrees_with_a_model_that_forgets_nothing() {
        for (long seed = 1; seed <= 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            SequenceMap map = new SequenceMap(65_535);
            long next = 70_000;
            map.anchor(next);
            long out = 65_536;
            Map<Long, Long> numbers = new HashMap<>();
            Set<Long> dropped = new HashSet<>();
            for (int step = 0; step < 5_000; step++) {
                int gap = random.nextInt(20) == 0 ? random.nextInt(1, 40) : 0;
                for (int i = 0; i < gap; i++) numbers.put(next++, out++);
                if (random.nextInt(3) == 0) {
                    dropped.add(next);
                    map.drop(next++);
                } else {
                    numbers.put(next, out);
                    assertThat(map.translate(next++)).as("seed %d, step %d", seed, step).isEqualTo(out++);
                }
                long late = next - random.nextInt(1, WINDOW - 1);
                if (late < 70_000) continue;
                assertThat(map.translate(late)).as("seed %d, step %d, late %d", seed, step, next - late).isEqualTo(dropped.contains(late) ? -1 : numbers.get(late));
            }
        }
    }
}
