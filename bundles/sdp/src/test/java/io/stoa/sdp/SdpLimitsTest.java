package io.stoa.sdp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, where, and in which words; what is only ignored. */
class SdpLimitsTest {
    private static final String HEAD = "v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";
    private static final String VIDEO = HEAD + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n";

    static Stream<Arguments> faults() {
        return Stream.of(
                arguments("a=rtpmap:128 VP8/90000", "0 to 127"),
                arguments("a=fmtp:-1 x=1", "0 to 127"),
                arguments("a=rtpmap:x VP8/90000", "number"),
                arguments("a=extmap:0 urn:x", "1 to 255"),
                arguments("a=extmap:256 urn:x", "1 to 255"),
                arguments("a=ssrc:4294967296 cname:x", "32 bits"),
                arguments("a=ssrc:-1 cname:x", "32 bits"),
                arguments("a=ssrc-group:FID 1 4294967296", "32 bits"),
                arguments("a=rid:q both", "send|recv"),
                arguments("a=setup:sideways", "actpass, active, passive or holdconn"),
                arguments("a=fingerprint:sha-256", "algorithm and a hash"),
                arguments("a=sctp-port:many", "number"),
                arguments("a=max-message-size:99999999999999999999", "number"),
                arguments("m=audio 9", "formats"),
                arguments("m=audio nine RTP/SAVPF 0", "number"),
                arguments("o=- 1 2", "six fields"),
                arguments("v=1", "version 0"),
                arguments("nonsense", "<letter>=<value>"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void faults_name_the_line_its_text_and_what_is_allowed(String line, String allowed) {
        assertThatThrownBy(() -> SdpParser.parse(VIDEO + line + "\r\na=mid:1\r\n"))
                .isInstanceOf(SdpException.class)
                .hasMessageContaining("line 7")
                .hasMessageContaining(line)
                .hasMessageContaining(allowed);
    }

    @Test
    void at_most_a_thousand_sections() throws Exception {
        String section = "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n";
        assertThat(SdpParser.parse(HEAD + section.repeat(SdpParser.MAX_SECTIONS)).media).hasSize(1_000);
        assertThatThrownBy(() -> SdpParser.parse(HEAD + section.repeat(SdpParser.MAX_SECTIONS + 1)))
                .isInstanceOf(SdpException.class)
                .hasMessageContaining("line 1005")
                .hasMessageContaining("1000");
    }

    @Test
    void at_most_half_a_megabyte() throws Exception {
        String full = VIDEO + "a=x:" + "y".repeat(SdpParser.MAX_CHARACTERS - VIDEO.length() - 4);
        assertThat(SdpParser.parse(full).media).hasSize(1);
        assertThatThrownBy(() -> SdpParser.parse(full + "y")).isInstanceOf(SdpException.class).hasMessageContaining("524288");
    }

    @Test
    void at_most_256_ssrcs_in_a_section_each_with_any_number_of_attributes() throws Exception {
        StringBuilder text = new StringBuilder(VIDEO);
        for (int i = 0; i < 256; i++) text.append("a=ssrc:").append(i).append(" cname:x\r\na=ssrc:").append(i).append(" msid:a b\r\n");
        assertThat(SdpParser.parse(text.toString()).media.getFirst().ssrcs).hasSize(256);
        assertThatThrownBy(() -> SdpParser.parse(text + "a=ssrc:256 cname:x\r\n")).hasMessageContaining("at most 256 SSRCs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\r\n", "\n\n\t"})
    void nothing_is_not_a_description(String text) {
        assertThatThrownBy(() -> SdpParser.parse(text)).isInstanceOf(SdpException.class).hasMessageContaining("empty");
    }

    @Test
    void bare_line_feeds_and_a_missing_last_line_end_are_read() throws Exception {
        var session = SdpParser.parse(VIDEO.replace("\r\n", "\n") + "a=mid:v");
        assertThat(session.media.getFirst().mid).isEqualTo("v");
        assertThat(session.media.getFirst().codecs).hasSize(1);
    }

    @Test
    void values_of_the_session_hold_for_sections_that_say_nothing_else() throws Exception {
        var session = SdpParser.parse(HEAD + "a=ice-ufrag:all\r\na=ice-pwd:allpassword\r\na=ice-options:trickle\r\na=setup:actpass\r\n"
                + "a=fingerprint:sha-256 AA:bb\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\n"
                + "a=ice-ufrag:own\r\na=ice-pwd:ownpassword\r\na=setup:passive\r\na=fingerprint:SHA-512 CC:DD:EE\r\n");
        var audio = session.media.getFirst();
        assertThat(audio.iceUfrag).isEqualTo("all");
        assertThat(audio.icePwd).isEqualTo("allpassword");
        assertThat(audio.iceOptions).isEqualTo("trickle");
        assertThat(audio.setup).isEqualTo(MediaDescription.Setup.ACTPASS);
        assertThat(audio.fingerprint).hasToString("sha-256 AA:BB");
        var video = session.media.getLast();
        assertThat(video.iceUfrag).isEqualTo("own");
        assertThat(video.icePwd).isEqualTo("ownpassword");
        assertThat(video.setup).isEqualTo(MediaDescription.Setup.PASSIVE);
        assertThat(video.fingerprint).hasToString("sha-512 CC:DD:EE");
    }

    @Test
    void payload_types_without_a_map_are_known_if_the_standard_names_them() throws Exception {
        var audio = SdpParser.parse(HEAD + "m=audio 9 UDP/TLS/RTP/SAVPF 0 8 9 13 96 97\r\na=rtpmap:97 opus/48000/2\r\n").media.getFirst();
        assertThat(audio.codecs).extracting(Codec::name).containsExactly("PCMU", "PCMA", "G722", "CN", "opus");
    }

    @Test
    void feedback_for_all_is_feedback_for_each() throws Exception {
        var video = SdpParser.parse(VIDEO.replace("SAVPF 96", "SAVPF 96 97")
                        + "a=rtpmap:97 VP9/90000\r\na=rtcp-fb:* transport-cc\r\na=rtcp-fb:97 nack pli\r\n")
                .media.getFirst();
        assertThat(video.codec(96).feedback()).containsExactly("transport-cc");
        assertThat(video.codec(97).feedback()).containsExactlyInAnyOrder("transport-cc", "nack pli");
    }

    @Test
    void attributes_that_nobody_knows_are_kept() throws Exception {
        var session = SdpParser.parse(HEAD + "a=x-session:1\r\n" + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=x-flag\r\na=x-value:a:b c\r\n");
        assertThat(session.otherAttributes).containsExactly("x-session:1");
        assertThat(session.media.getFirst().otherAttributes).containsExactly("x-flag", "x-value:a:b c");
    }
}
