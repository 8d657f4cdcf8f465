package io.stoa.rtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.stoa.base.Drop;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Redundant audio as bytes, RFC 2198. */
class RedTest {
    static final int OPUS = 111;
    static final int AT = 5;

    final RedView red = new RedView();
    final RedWriter writer = new RedWriter();

    static byte[] block(int length, int fill) {
        byte[] block = new byte[length];
        Arrays.fill(block, (byte) fill);
        return block;
    }

    byte[] block(int back) {
        return Arrays.copyOfRange(red.bytes(), red.offset(back), red.offset(back) + red.length(back));
    }

    Drop set(byte[] payload) {
        byte[] slab = new byte[AT + payload.length + 7];
        System.arraycopy(payload, 0, slab, AT, payload.length);
        return red.set(slab, AT, payload.length);
    }

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) bytes[i] = (byte) values[i];
        return bytes;
    }

    @Test
    void what_a_browser_sends() {
        // one block of 3 bytes, 960 samples older, and a primary of 4
        assertThat(set(bytes(0x80 | OPUS, 0x0f, 0x00, 0x03, OPUS, 1, 2, 3, 4, 5, 6, 7))).isNull();
        assertThat(red.redundant()).isEqualTo(1);
        assertThat(red.timestampOffset(1)).isEqualTo(960);
        assertThat(block(1)).containsExactly(1, 2, 3);
        assertThat(red.timestampOffset(0)).isZero();
        assertThat(block(0)).containsExactly(4, 5, 6, 7);
        assertThat(red.carriesOnly(OPUS)).isTrue();
        assertThat(red.carriesOnly(96)).isFalse();
    }

    @Test
    void a_primary_alone() {
        assertThat(set(bytes(OPUS, 9, 8))).isNull();
        assertThat(red.redundant()).isZero();
        assertThat(block(0)).containsExactly(9, 8);
    }

    @Test
    void two_blocks_the_oldest_first_with_the_largest_numbers_that_fit() {
        writer.begin(block(20, 0), 0, 20);
        assertThat(writer.add(960, block(30, 1), 0, 30)).isTrue();
        assertThat(writer.add(0x3fff, block(1_023, 2), 0, 1_023)).isTrue();
        int length = writer.write(OPUS);
        assertThat(length).isEqualTo(4 + 4 + 1 + 1_023 + 30 + 20);
        assertThat(red.set(writer.bytes(), 0, length)).isNull();
        assertThat(red.redundant()).isEqualTo(2);
        assertThat(red.timestampOffset(2)).isEqualTo(0x3fff);
        assertThat(block(2)).isEqualTo(block(1_023, 2));
        assertThat(red.timestampOffset(1)).isEqualTo(960);
        assertThat(block(1)).isEqualTo(block(30, 1));
        assertThat(block(0)).isEqualTo(block(20, 0));
    }

    @Test
    void what_the_headers_cannot_say_is_left_out() {
        writer.begin(block(20, 0), 0, 20);
        assertThat(writer.add(0x4000, block(30, 1), 0, 30)).as("too old").isFalse();
        assertThat(writer.add(960, block(1_024, 1), 0, 1_024)).as("too long").isFalse();
        assertThat(writer.add(960, block(0, 1), 0, 0)).as("empty").isFalse();
        assertThat(writer.add(0, block(30, 1), 0, 30)).as("of the same time").isFalse();
        assertThat(writer.write(OPUS)).as("nothing redundant in it").isZero();
        assertThat(writer.add(960, block(30, 1), 0, 30)).isTrue();
        assertThat(writer.add(960, block(30, 1), 0, 30)).as("not older than the one before").isFalse();
        assertThat(writer.add(1_920, block(30, 1), 0, 30)).isTrue();
        assertThat(writer.add(2_880, block(30, 1), 0, 30)).as("a third one").isFalse();
    }

    @Test
    void packets_stay_short_enough_for_every_path() {
        writer.begin(block(500, 0), 0, 500);
        assertThat(writer.add(960, block(600, 1), 0, 600)).isTrue();
        assertThat(writer.add(1_920, block(100, 2), 0, 100)).isFalse();
        assertThat(writer.write(OPUS)).isEqualTo(4 + 1 + 600 + 500);
        writer.begin(block(1_400, 0), 0, 1_400);
        assertThat(writer.add(960, block(10, 1), 0, 10)).isFalse();
        assertThat(writer.write(OPUS)).isZero();
    }

    @Test
    void what_ends_early_is_no_payload() {
        assertThat(set(bytes())).isEqualTo(Drop.PAYLOAD_MALFORMED);
        assertThat(set(bytes(0x80 | OPUS))).isEqualTo(Drop.PAYLOAD_MALFORMED);
        assertThat(set(bytes(0x80 | OPUS, 0x0f, 0x00, 0x03))).as("no primary").isEqualTo(Drop.PAYLOAD_MALFORMED);
        assertThat(set(bytes(0x80 | OPUS, 0x0f, 0x00, 0x03, OPUS, 1, 2))).as("a block reaches beyond the end").isEqualTo(Drop.PAYLOAD_MALFORMED);
        assertThat(set(bytes(0x80 | OPUS, 0x0f, 0x00, 0x03, OPUS, 1, 2, 3))).as("an empty primary").isNull();
    }

    @Test
    void other_payload_types_for_another_client() {
        byte[] payload = bytes(0, 0x80 | OPUS, 0x0f, 0x00, 0x01, 0x80 | OPUS, 0x07, 0x80, 0x02, OPUS, 0xff, 0xfe, 0xfd, 0xfc);
        RedView.retype(payload, 1, 96);
        assertThat(payload).containsExactly(bytes(0, 0x80 | 96, 0x0f, 0x00, 0x01, 0x80 | 96, 0x07, 0x80, 0x02, 96, 0xff, 0xfe, 0xfd, 0xfc));
    }

    @Test
    void hostile_bytes_get_a_verdict_and_blocks_lie_inside() {
        long seed = 2198;
        Random random = new Random(seed);
        byte[] slab = new byte[400];
        int wellFormed = 0;
        for (int i = 0; i < 300_000; i++) {
            random.nextBytes(slab);
            int length = random.nextInt(300);
            int headers = random.nextInt(4);
            // often headers with small lengths, so that much of it can be right
            for (int h = 0; h < headers; h++) {
                slab[AT + 4 * h] |= (byte) 0x80;
                slab[AT + 4 * h + 2] &= (byte) 0xfc;
            }
            if (random.nextBoolean()) slab[AT + 4 * headers] &= 0x7f;
            byte[] before = slab.clone();
            try {
                if (red.set(slab, AT, length) != null) continue;
                wellFormed++;
                int at = red.offset(red.redundant());
                for (int back = red.redundant(); back >= 0; back--) {
                    assertThat(red.offset(back)).isEqualTo(at);
                    at += red.length(back);
                    assertThat(red.timestampOffset(back)).isBetween(0, 0x3fff);
                }
                assertThat(at).isEqualTo(AT + length);
                RedView.retype(slab, AT, OPUS);
                assertThat(red.set(slab, AT, length)).isNull();
                assertThat(red.carriesOnly(OPUS)).isTrue();
                assertThat(Arrays.equals(slab, red.offset(red.redundant()), slab.length, before, red.offset(red.redundant()), slab.length)).isTrue();
            } catch (RuntimeException e) {
                fail("seed " + seed + " input " + i + " " + Arrays.toString(Arrays.copyOfRange(before, AT, AT + length)), e);
            }
        }
        assertThat(wellFormed).isGreaterThan(10_000);
    }
}
