package io.stoa.rtp;

import static io.stoa.rtp.RtpViewTest.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.rtp.FrameMeaning.Kind;
import org.junit.jupiter.api.Test;

/** What a packet of each codec means. */
class FrameMeaningTest {
    static long meaning(Kind kind, boolean marker, String payload) {
        byte[] packet = hex("80" + (marker ? "e0" : "60") + "0001 00000002 00000003" + payload);
        RtpView view = new RtpView();
        assertThat(view.set(packet, 0, packet.length)).isNull();
        return FrameMeaning.of(kind, view, kind == Kind.VP8 ? Vp8Descriptor.parse(packet, 12, packet.length - 12) : kind == Kind.VP9 ? Vp9Descriptor.parse(packet, 12, packet.length - 12) : 0);
    }

    static void key(Kind kind, String payload) {
        assertThat(FrameMeaning.keyFrame(meaning(kind, false, payload))).as(kind + " " + payload).isTrue();
        assertThat(FrameMeaning.frameStart(meaning(kind, false, payload))).as(kind + " " + payload).isTrue();
    }

    static void delta(Kind kind, String payload) {
        assertThat(FrameMeaning.keyFrame(meaning(kind, false, payload))).as(kind + " " + payload).isFalse();
    }

    @Test
    void kinds_by_mime() {
        assertThat(FrameMeaning.kindOf("video/VP8")).isEqualTo(Kind.VP8);
        assertThat(FrameMeaning.kindOf("VIDEO/h264")).isEqualTo(Kind.H264);
        assertThat(FrameMeaning.kindOf("audio/red")).isEqualTo(Kind.AUDIO);
        assertThat(FrameMeaning.kindOf("video/unheard")).isEqualTo(Kind.OTHER_VIDEO);
    }

    @Test
    void markers_end_frames_and_empty_packets_mean_nothing_else() {
        assertThat(FrameMeaning.frameEnd(meaning(Kind.VP8, true, "1011"))).isTrue();
        assertThat(FrameMeaning.frameEnd(meaning(Kind.VP8, false, "1011"))).isFalse();
        assertThat(meaning(Kind.H264, false, "")).isZero();
    }

    @Test
    void vp8() {
        key(Kind.VP8, "10 10 0200");
        delta(Kind.VP8, "10 11 0200");
        delta(Kind.VP8, "00 10 0200");
        assertThat(FrameMeaning.temporal(meaning(Kind.VP8, false, "90 20 80 11"))).isEqualTo(2);
    }

    /** RFC 9628 section 4.2. */
    @Test
    void vp9() {
        key(Kind.VP9, "88 11 00");
        key(Kind.VP9, "88 9267 00");
        delta(Kind.VP9, "c8 11 00");
        delta(Kind.VP9, "84 11 00");
        key(Kind.VP9, "a8 11 00 05");
        delta(Kind.VP9, "a8 11 02 05"); // spatial layer 1
        long layered = meaning(Kind.VP9, false, "e8 9267 4e 05");
        assertThat(FrameMeaning.temporal(layered)).isEqualTo(2);
        assertThat(FrameMeaning.spatial(layered)).isEqualTo(7);
        delta(Kind.VP9, "88");
        delta(Kind.VP9, "a8 11");
    }

    /** RFC 6184: single units, STAP-A, FU-A. */
    @Test
    void h264() {
        key(Kind.H264, "65 88");
        key(Kind.H264, "67 42");
        delta(Kind.H264, "41 9a");
        delta(Kind.H264, "68 ce");
        key(Kind.H264, "78 0002 6742 0002 68ce 0002 6588");
        key(Kind.H264, "78 0002 68ce 0002 6588");
        delta(Kind.H264, "78 0002 419a 0002 419a");
        key(Kind.H264, "7c 85 00");
        delta(Kind.H264, "7c 05 00"); // a later fragment
        delta(Kind.H264, "7c 81 00"); // the first fragment of another slice
        delta(Kind.H264, "7c");
        delta(Kind.H264, "78 ffff 41");
    }

    /** RFC 7798. */
    @Test
    void h265() {
        key(Kind.H265, "4001 00"); // VPS
        key(Kind.H265, "2601 00"); // IDR_W_RADL
        delta(Kind.H265, "0201 00");
        key(Kind.H265, "6001 0003 4001 00");
        key(Kind.H265, "6201 93 00");
        delta(Kind.H265, "6201 13 00");
    }

    @Test
    void av1() {
        key(Kind.AV1, "18 0a");
        delta(Kind.AV1, "10 32");
        assertThat(FrameMeaning.frameStart(meaning(Kind.AV1, false, "90 32"))).isFalse();
    }

    @Test
    void audio_begins_with_every_packet() {
        assertThat(FrameMeaning.frameStart(meaning(Kind.AUDIO, false, "78"))).isTrue();
    }
}
