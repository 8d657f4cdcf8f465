package io.stoa.sdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which formats name one stream (RFC 6184, RFC 7798, RFC 9628 and the AV1 payload format). */
class CodecMatchTest {
    private static Codec codec(String text) {
        String[] parts = text.split(" ", 2);
        String[] map = parts[0].split("/");
        int channels = map.length > 2 ? Integer.parseInt(map[2]) : 1;
        return new Codec(100, map[0], Integer.parseInt(map[1]), channels, parts.length > 1 ? parts[1] : "", List.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "VP8/90000 | vp8/90000",
                "opus/48000/2 minptime=10;useinbandfec=1 | OPUS/48000/2 stereo=1",
                "VP9/90000 | VP9/90000 profile-id=0",
                "VP9/90000 profile-id=2 | VP9/90000 profile-id=2;max-fs=12288",
                "AV1/90000 | AV1/90000 level-idx=5;profile=0;tier=0",
                "H265/90000 | H265/90000 profile-id=1;tier-flag=0;level-id=93;tx-mode=SRST",
                "H264/90000 packetization-mode=1;profile-level-id=42e01f | H264/90000 profile-level-id=42E034; packetization-mode=1",
                "H264/90000 packetization-mode=1;profile-level-id=640c1f | h264/90000 packetization-mode=1;profile-level-id=640c32",
                "H264/90000 profile-level-id=42e01f | H264/90000 packetization-mode=0;level-asymmetry-allowed=1;profile-level-id=42e01f",
            })
    void same(String a, String b) {
        assertThat(CodecMatch.same(codec(a), codec(b))).isTrue();
        assertThat(CodecMatch.same(codec(b), codec(a))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "VP8/90000 | VP9/90000",
                "opus/48000/2 | opus/48000",
                "telephone-event/8000 | telephone-event/48000",
                "VP9/90000 | VP9/90000 profile-id=2",
                "AV1/90000 | AV1/90000 profile=1",
                "H265/90000 | H265/90000 profile-id=2",
                "H264/90000 packetization-mode=1;profile-level-id=42e01f | H264/90000 profile-level-id=42e01f",
                "H264/90000 packetization-mode=1;profile-level-id=42e01f | H264/90000 packetization-mode=1;profile-level-id=42001f",
                "H264/90000 packetization-mode=1;profile-level-id=42e01f | H264/90000 packetization-mode=1;profile-level-id=4d001f",
                "H264/90000 packetization-mode=1;profile-level-id=64001f | H264/90000 packetization-mode=1;profile-level-id=42e01f"
            })
    void different(String a, String b) {
        assertThat(CodecMatch.same(codec(a), codec(b))).isFalse();
        assertThat(CodecMatch.same(codec(b), codec(a))).isFalse();
    }

    @Test
    void a_parameter_is_found_whatever_stands_around_it() {
        Codec codec = new Codec(96, "H264", 90_000, 1, " Level-Asymmetry-Allowed=1 ; packetization-mode = 1;bare;;profile-level-id=42e01f;x=1;x=2=3", List.of());
        assertThat(codec.parameter("level-asymmetry-allowed")).isEqualTo("1");
        assertThat(codec.parameter("PACKETIZATION-MODE")).isEqualTo("1");
        assertThat(codec.parameter("bare")).isEmpty();
        assertThat(codec.parameter("profile-level-id", "none")).isEqualTo("42e01f");
        assertThat(codec.parameter("x")).isEqualTo("2=3");
        assertThat(codec.parameter("profile-level")).isNull();
        assertThat(codec.parameter("", "none")).isEqualTo("none");
        assertThat(codec.withFmtp("").parameter("x")).isNull();
    }

    @ParameterizedTest
    @CsvSource({"apt=96,96", "rtx-time=3000;apt=97,97", "APT = 98,98", "apt=x,-1", "'',-1", "111/111,-1"})
    void the_repaired_payload_type_is_read_from_the_parameters(String fmtp, int apt) {
        assertThat(new Codec(100, "rtx", 90_000, 1, fmtp, List.of()).apt()).isEqualTo(apt);
    }

    @ParameterizedTest
    @CsvSource({"111/111,111", "111,111", "96/96/96,96", "111/0,-1", "111/,-1", "/,-1", "x/x,-1", "'',-1"})
    void what_red_carries_is_read_from_the_parameters(String fmtp, int payloadType) {
        assertThat(new Codec(63, "red", 48_000, 2, fmtp, List.of()).redPrimary()).isEqualTo(payloadType);
        assertThat(new Codec(63, "opus", 48_000, 2, fmtp, List.of()).redPrimary()).isEqualTo(-1);
    }
}
