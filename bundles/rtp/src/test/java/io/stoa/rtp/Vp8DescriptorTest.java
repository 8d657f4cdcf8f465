package io.stoa.rtp;

import static io.stoa.rtp.RtpViewTest.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** RFC 7741: the examples of section 4.5 (as far as they show a descriptor), and everything that a descriptor can say. */
class Vp8DescriptorTest {
    static long parse(String text) {
        byte[] bytes = hex(text);
        return Vp8Descriptor.parse(bytes, 0, bytes.length);
    }

    /** RFC 7741 section 4.5.1: S=1, X=1, I=1, PictureID 17; the payload begins with a key frame. */
    @Test
    void key_frame_in_a_single_packet() {
        long word = parse("90 80 11 10 0200 9d012a");
        assertThat(Vp8Descriptor.length(word)).isEqualTo(3);
        assertThat(Vp8Descriptor.pictureId(word)).isEqualTo(17);
        assertThat(Vp8Descriptor.isWide(word)).isFalse();
        assertThat(Vp8Descriptor.frameStart(word)).isTrue();
        assertThat(Vp8Descriptor.keyFrame(word)).isTrue();
    }

    /** Section 4.5.2: X=0, S=1, PID=0; an inter frame. */
    @Test
    void non_discardable_inter_frame_without_picture_id() {
        long word = parse("10 11 0200");
        assertThat(Vp8Descriptor.length(word)).isEqualTo(1);
        assertThat(Vp8Descriptor.hasPictureId(word)).isFalse();
        assertThat(Vp8Descriptor.frameStart(word)).isTrue();
        assertThat(Vp8Descriptor.keyFrame(word)).isFalse();
    }

    /** Section 4.5.3: the second packet begins no partition: S=0. */
    @Test
    void partitions_in_separate_packets() {
        long first = parse("90 80 11 10");
        long second = parse("81 80 11 10");
        assertThat(Vp8Descriptor.frameStart(first)).isTrue();
        assertThat(Vp8Descriptor.frameStart(second)).isFalse();
        assertThat(Vp8Descriptor.keyFrame(second)).isFalse();
        long third = parse("91 80 11 10");
        assertThat(Vp8Descriptor.frameStart(third)).as("a partition begins, but not the first").isFalse();
        assertThat(Vp8Descriptor.keyFrame(third)).isFalse();
    }

    /** Section 4.5.5: a picture id of 15 bits (4711). */
    @Test
    void long_picture_id() {
        long word = parse("90 80 9267 11");
        assertThat(Vp8Descriptor.pictureId(word)).isEqualTo(4711);
        assertThat(Vp8Descriptor.isWide(word)).isTrue();
        assertThat(Vp8Descriptor.length(word)).isEqualTo(4);
    }

    @Test
    void temporal_layers_and_key_index() {
        long word = parse("b0 f0 9267 2a b5 11");
        assertThat(Vp8Descriptor.tl0PicIdx(word)).isEqualTo(42);
        assertThat(Vp8Descriptor.tid(word)).isEqualTo(2);
        assertThat(Vp8Descriptor.layerSync(word)).isTrue();
        assertThat(Vp8Descriptor.keyIdx(word)).isEqualTo(21);
        long withoutKeyIdx = parse("90 e0 11 2a 5f 11");
        assertThat(Vp8Descriptor.tid(withoutKeyIdx)).isEqualTo(1);
        assertThat(Vp8Descriptor.hasKeyIdx(withoutKeyIdx)).isFalse();
        assertThat(Vp8Descriptor.keyIdx(withoutKeyIdx)).isZero();
    }

    @Test
    void what_is_cut_off_is_no_descriptor() {
        byte[] whole = hex("90 f0 9267 2a b5 11");
        for (int length = 0; length < whole.length; length++) assertThat(Vp8Descriptor.parse(whole, 0, length)).as("%d bytes", length).isZero();
        assertThat(Vp8Descriptor.parse(whole, 0, whole.length)).isNotZero();
    }

    @Test
    void what_is_written_is_what_was_read() {
        byte[] written = new byte[8];
        for (long seed = 0; seed < 20_000; seed++) {
            var random = new SplittableRandom(seed);
            byte[] bytes = new byte[8];
            random.nextBytes(bytes);
            bytes[0] &= (byte) 0xb7; // reserved bits are not kept
            bytes[1] &= (byte) 0xf0;
            long word = Vp8Descriptor.parse(bytes, 0, bytes.length);
            int length = Vp8Descriptor.write(word, written, 0);
            boolean plain = length == 1; // an extension byte that announces nothing may go
            if (plain) continue;
            assertThat(length).as("seed %d", seed).isEqualTo(Vp8Descriptor.length(word));
            long again = Vp8Descriptor.parse(Arrays.copyOf(written, 8), 0, 8);
            long keyFrame = 1L << 45;
            assertThat(again & ~keyFrame).as("seed %d", seed).isEqualTo(word & ~keyFrame);
        }
    }

    @Test
    void other_ids_in_the_same_descriptor() {
        long word = parse("90 f0 11 2a b5 11");
        long other = Vp8Descriptor.with(word, 0x4001, 7, 3);
        byte[] written = new byte[8];
        assertThat(Vp8Descriptor.write(other, written, 0)).as("the picture id has become wide").isEqualTo(6);
        assertThat(Arrays.copyOf(written, 6)).isEqualTo(hex("90 f0 c001 07 a3"));
        long none = parse("10 11 0200");
        assertThat(Vp8Descriptor.write(Vp8Descriptor.with(none, 5, 5, 5), written, 0)).isEqualTo(1);
    }
}
