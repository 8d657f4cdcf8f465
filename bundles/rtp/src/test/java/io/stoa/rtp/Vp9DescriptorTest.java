package io.stoa.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Vp9DescriptorTest {
    private static long parse(int... bytes) {
        byte[] b = new byte[bytes.length + 2];
        for (int i = 0; i < bytes.length; i++) b[i + 2] = (byte) bytes[i];
        return Vp9Descriptor.parse(b, 2, bytes.length);
    }

    @Test
    void nonFlexibleKeyFrameWithItsStructure() {
        long word = parse(0b1010_1010, 0x81, 0x23, 0b000_1_000_0, 0x77, 0b010_0_1_000);
        assertThat(Vp9Descriptor.hasPictureId(word)).isTrue();
        assertThat(Vp9Descriptor.isWide(word)).isTrue();
        assertThat(Vp9Descriptor.pictureId(word)).isEqualTo(0x123);
        assertThat(Vp9Descriptor.frameStart(word)).isTrue();
        assertThat(Vp9Descriptor.frameEnd(word)).isFalse();
        assertThat(Vp9Descriptor.interPicture(word)).isFalse();
        assertThat(Vp9Descriptor.switchingUp(word)).isTrue();
        assertThat(Vp9Descriptor.spatialLayers(word)).isEqualTo(3);
    }

    @Test
    void interPredictedFrameOfUpperLayers() {
        long word = parse(0b1111_0100, 0x05, 0b010_0_001_1, 0x02);
        assertThat(Vp9Descriptor.isWide(word)).isFalse();
        assertThat(Vp9Descriptor.pictureId(word)).isEqualTo(5);
        assertThat(Vp9Descriptor.tid(word)).isEqualTo(2);
        assertThat(Vp9Descriptor.sid(word)).isEqualTo(1);
        assertThat(Vp9Descriptor.interLayer(word)).isTrue();
        assertThat(Vp9Descriptor.interPicture(word)).isTrue();
        assertThat(Vp9Descriptor.switchingUp(word)).isFalse();
        assertThat(Vp9Descriptor.frameEnd(word)).isTrue();
        assertThat(Vp9Descriptor.spatialLayers(word)).isZero();
    }

    @Test
    void withoutLayers() {
        long word = parse(0b1000_1100, 0x05, 0x00);
        assertThat(Vp9Descriptor.hasLayers(word)).isFalse();
        assertThat(Vp9Descriptor.frameEnd(word)).isTrue();
    }

    @Test
    void tooShortForWhatItSays() {
        assertThat(parse()).isZero();
        assertThat(parse(0x80)).isZero();
        assertThat(parse(0x80, 0x81)).isZero();
        assertThat(parse(0xa0, 0x01)).isZero();
    }
}
