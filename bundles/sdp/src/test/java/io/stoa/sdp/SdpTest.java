package io.stoa.sdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SdpTest {
    static String resource(String name) throws IOException {
        try (var in = SdpTest.class.getResourceAsStream(name + ".sdp")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chrome-offer-simulcast", "livekit-subscriber-offer", "firefox-offer", "rust-offer", "livekit-single-answer"})
    void what_was_read_is_written_and_read_the_same(String name) throws Exception {
        var first = SdpParser.parse(resource(name));
        var again = SdpParser.parse(SdpWriter.write(first));
        assertThat(again).usingRecursiveComparison().isEqualTo(first);
        assertThat(first.media).isNotEmpty().allSatisfy(m -> assertThat(m.iceUfrag).isNotBlank());
        assertThat(first.media).allSatisfy(m -> assertThat(m.fingerprint).isNotNull());
    }

    @Test
    void simulcast_layers_and_codecs_of_a_browser_offer_are_seen() throws Exception {
        var offer = SdpParser.parse(resource("chrome-offer-simulcast"));
        var video = offer.media.stream().filter(m -> m.kind.equals("video") && m.direction.sends()).findFirst().orElseThrow();
        assertThat(video.rids).extracting(MediaDescription.Rid::id).containsExactlyElementsOf(video.simulcastSend).contains("q", "h");
        assertThat(video.msids).hasSize(1);
        var vp8 = video.codecs.stream().filter(c -> c.is("vp8")).findFirst().orElseThrow();
        assertThat(vp8.feedback()).contains("nack", "nack pli", "ccm fir", "transport-cc");
        assertThat(video.rtxOf(vp8.payloadType())).isNotNull();
    }

    @Test
    void codecs_match_by_what_makes_streams_incompatible() {
        var a = new Codec(102, "H264", 90000, 1, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f", List.of());
        var sameProfile = new Codec(108, "h264", 90000, 1, "profile-level-id=42E034;packetization-mode=1", List.of());
        var otherMode = new Codec(109, "H264", 90000, 1, "profile-level-id=42e01f", List.of());
        assertThat(CodecMatch.same(a, sameProfile)).isTrue();
        assertThat(CodecMatch.same(a, otherMode)).isFalse();
        assertThat(CodecMatch.same(new Codec(98, "VP9", 90000, 1, "", List.of()), new Codec(98, "VP9", 90000, 1, "profile-id=0", List.of())))
                .isTrue();
    }

    @Test
    void a_fault_names_its_line_and_what_is_allowed() {
        assertThatThrownBy(() -> SdpParser.parse("v=0\r\nm=audio x UDP/TLS/RTP/SAVPF 0\r\n"))
                .isInstanceOf(SdpException.class)
                .hasMessageContaining("line 2")
                .hasMessageContaining("number");
        assertThatThrownBy(() -> SdpParser.parse("v=0\r\nm=audio 9 RTP 0\r\na=setup:both\r\n")).hasMessageContaining("actpass");
        assertThatThrownBy(() -> SdpParser.parse("")).hasMessageContaining("empty");
    }
}
