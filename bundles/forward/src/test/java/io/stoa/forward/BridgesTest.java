package io.stoa.forward;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.rtp.Vp8Descriptor;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The three translations on their own: numbers, time, pictures. */
class BridgesTest {
    @Test
    void numbers_follow_each_other_over_what_was_left_out() {
        for (long seed = 0; seed < 300; seed++) {
            var random = new SplittableRandom(seed);
            var map = new SequenceMap(70_000);
            map.anchor(1_000);
            Map<Long, Long> given = new HashMap<>();
            long expected = 70_001;
            long index = 1_000;
            for (int i = 0; i < 3_000; i++) {
                switch (random.nextInt(10)) {
                    case 0 -> map.drop(index++);
                    case 1 -> { // lost; some come later
                        long lost = index++;
                        given.put(lost, expected++);
                    }
                    case 2 -> {
                        long late = index - 1 - random.nextInt(900);
                        Long number = given.remove(late);
                        if (number != null && late < map.lastIn()) assertThat(map.translate(late)).as("late %d, seed %d", late, seed).isEqualTo(number);
                    }
                    default -> assertThat(map.translate(index++)).as("index %d, seed %d", index - 1, seed).isEqualTo(expected++);
                }
            }
        }
    }

    @Test
    void what_was_left_out_or_is_too_old_has_no_number() {
        var map = new SequenceMap(5);
        map.anchor(100);
        map.translate(100);
        map.drop(101);
        assertThat(map.translate(102)).isEqualTo(7);
        assertThat(map.translate(101)).isEqualTo(-1);
        assertThat(map.isBefore(99)).isTrue();
        assertThat(map.translate(102 + 1_024)).isEqualTo(7 + 1_024);
        assertThat(map.translate(102)).as("outside the window").isEqualTo(-1);
    }

    @Test
    void a_resumed_map_gives_late_packets_their_own_numbers_or_none() {
        var map = new SequenceMap(10);
        map.anchor(100);
        for (long i = 100; i < 110; i++) map.translate(i);
        map.drop(110);
        map.translate(112); // 111 is late
        map.translate(113);
        var next = new SequenceMap(0);
        next.resume(map.steadySince(), map.lastIn(), map.highestOut());
        assertThat(next.translate(114)).isEqualTo(map.translate(114));
        assertThat(next.translate(111)).isEqualTo(map.translate(111));
        assertThat(next.isBefore(109)).as("its number may be another's").isTrue();
    }

    @Test
    void time_goes_on_by_the_publishers_clock_where_it_is_known() {
        var bridge = new TimestampBridge(90_000, 1_000);
        long ntp = 3_976_214_400L << 32;
        bridge.senderReport(0, ntp, 50_000);
        bridge.senderReport(1, ntp + (1L << 31), 900_000); // half a second later
        bridge.change(-1, 0, 50_000, SECOND);
        assertThat(bridge.translate(50_000, SECOND)).isEqualTo(1_000);
        // 520 ms later by the publisher's clock; the packet took 30 ms longer
        bridge.change(0, 1, 900_000 + 1_800, SECOND + 550 * MILLI);
        assertThat(bridge.translate(900_000 + 1_800, SECOND + 550 * MILLI)).isEqualTo(1_000 + 45_000 + 1_800);
    }

    @Test
    void a_switch_goes_neither_back_nor_far_ahead() {
        for (long seed = 0; seed < 500; seed++) {
            var random = new SplittableRandom(seed);
            var bridge = new TimestampBridge(90_000, random.nextInt());
            for (int layer = 0; layer < 3; layer++)
                if (random.nextBoolean()) bridge.senderReport(layer, random.nextLong(1L << 34), random.nextInt()); // nonsense, too
            long now = random.nextLong(-SECOND, SECOND);
            int layer = 0;
            int in = random.nextInt();
            bridge.change(-1, 0, in, now);
            int before = bridge.translate(in, now);
            for (int i = 0; i < 50; i++) {
                long step = random.nextLong(1, SECOND);
                now += step;
                if (random.nextInt(4) == 0) {
                    int to = random.nextInt(3);
                    in = random.nextInt();
                    bridge.change(layer, to, in, now);
                    layer = to;
                } else {
                    in += (int) (step / 1_000 * 90_000 / 1_000_000) + 1;
                }
                int out = bridge.translate(in, now);
                long ticks = step / 1_000 * 90_000 / 1_000_000;
                assertThat(out - before).as("seed %d", seed).isBetween(1, (int) ticks + 4_501);
                before = out;
            }
        }
    }

    static long descriptor(int pictureId, boolean wide, int tl0) {
        byte[] b = wide
                ? new byte[] {(byte) 0x90, (byte) 0xc0, (byte) (0x80 | pictureId >> 8), (byte) pictureId, (byte) tl0, 0x11}
                : new byte[] {(byte) 0x90, (byte) 0xc0, (byte) pictureId, (byte) tl0, 0x11};
        return Vp8Descriptor.parse(b, 0, b.length);
    }

    @Test
    void pictures_of_seven_bits_become_a_line_of_fifteen() {
        var bridge = new Vp8Bridge();
        bridge.anchor(descriptor(120, false, 1));
        int before = -1;
        for (int i = 120; i < 1_000; i++) {
            int picture = Vp8Descriptor.pictureId(bridge.translate(descriptor(i & 0x7f, false, i & 0xff)));
            if (before >= 0) assertThat(picture).isEqualTo(before + 1);
            before = picture;
        }
        assertThat(Vp8Descriptor.pictureId(bridge.translate(descriptor(998 & 0x7f, false, 0)))).as("a late packet").isEqualTo(before - 1);
    }

    @Test
    void pictures_wrap() {
        var bridge = new Vp8Bridge();
        int before = -1;
        for (int i = 0x7ff0; i < 0x8010; i++) {
            int picture = Vp8Descriptor.pictureId(bridge.translate(descriptor(i & 0x7fff, true, i & 0xff)));
            if (before >= 0) assertThat(picture).isEqualTo(before + 1 & 0x7fff);
            before = picture;
        }
        bridge.anchor(descriptor(77, true, 9));
        assertThat(Vp8Descriptor.pictureId(bridge.translate(descriptor(77, true, 9)))).isEqualTo(before + 1);
    }
}
