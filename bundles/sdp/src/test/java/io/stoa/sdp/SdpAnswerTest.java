package io.stoa.sdp;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.sdp.MediaDescription.HeaderExtension;
import io.stoa.sdp.MediaDescription.Msid;
import io.stoa.sdp.MediaDescription.Rid;
import io.stoa.sdp.MediaDescription.Setup;
import io.stoa.sdp.MediaDescription.SsrcGroup;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Descriptions of ours, built field by field, say on the wire what was meant. */
class SdpAnswerTest {
    private static final Codec OPUS = new Codec(111, "opus", 48_000, 2, "minptime=10;useinbandfec=1", List.of("transport-cc", "nack"));
    private static final Codec VP8 = new Codec(96, "VP8", 90_000, 1, "", List.of("nack", "nack pli", "ccm fir"));
    private static final Codec RTX = new Codec(97, "rtx", 90_000, 1, "apt=96", List.of());

    private static SessionDescription answer() {
        var session = new SessionDescription();
        session.sessionId = 0xf000_0000_0000_0001L;
        session.version = 3;
        session.bundle.addAll(List.of("0", "1", "2"));
        session.extmapAllowMixed = true;
        session.iceLite = true;
        session.media.add(audio());
        session.media.add(video());
        session.media.add(data());
        return session;
    }

    private static MediaDescription section(String kind, String mid) {
        var media = new MediaDescription();
        media.kind = kind;
        media.mid = mid;
        media.iceUfrag = "ufrag";
        media.icePwd = "a password of enough letters";
        media.fingerprint = new Fingerprint("sha-256", new byte[32]);
        media.setup = Setup.PASSIVE;
        return media;
    }

    private static MediaDescription audio() {
        var media = section("audio", "0");
        media.direction = Direction.SENDONLY;
        media.codecs.add(OPUS);
        media.extensions.add(new HeaderExtension(1, null, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"));
        media.extensions.add(new HeaderExtension(200, Direction.RECVONLY, "urn:ietf:params:rtp-hdrext:sdes:mid"));
        media.rtcpMux = true;
        media.rtcpReducedSize = true;
        media.msids.add(new Msid("PA_x", "TR_y"));
        media.ssrcs.put(0xffff_ffffL, new HashMap<>(Map.of("cname", "PA_x")));
        media.candidates.add("candidate:1 1 udp 2130706431 127.0.0.1 7882 typ host");
        media.endOfCandidates = true;
        return media;
    }

    private static MediaDescription video() {
        var media = section("video", "1");
        media.direction = Direction.RECVONLY;
        media.codecs.addAll(List.of(VP8, RTX));
        media.rids.addAll(List.of(new Rid("q", "recv", ""), new Rid("h", "recv", "max-width=640;max-fps=15")));
        media.simulcastReceive.addAll(List.of("q", "h"));
        media.ssrcGroups.add(new SsrcGroup("FID", List.of(1L, 2L)));
        media.bundleOnly = true;
        media.port = 0;
        media.otherAttributes.add("x-google-flag:conference");
        return media;
    }

    private static MediaDescription data() {
        var media = section("application", "2");
        media.protocol = "UDP/DTLS/SCTP";
        media.formats.add("webrtc-datachannel");
        media.sctpPort = 5_000;
        media.maxMessageSize = 65_535;
        return media;
    }

    @Test
    void what_was_built_is_read_back_field_by_field() throws Exception {
        assertThat(SdpParser.parse(SdpWriter.write(answer()))).usingRecursiveComparison().isEqualTo(answer());
    }

    @Test
    void the_text_has_the_lines_that_browsers_expect() {
        assertThat(SdpWriter.write(answer()).split("\r\n"))
                .startsWith("v=0", "o=- 17293822569102704641 3 IN IP4 0.0.0.0", "s=-", "t=0 0")
                .contains(
                        "a=group:BUNDLE 0 1 2",
                        "a=ice-lite",
                        "a=extmap-allow-mixed",
                        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
                        "a=rtpmap:111 opus/48000/2",
                        "a=fmtp:111 minptime=10;useinbandfec=1",
                        "a=rtcp-fb:111 transport-cc",
                        "a=extmap:200/recvonly urn:ietf:params:rtp-hdrext:sdes:mid",
                        "a=msid:PA_x TR_y",
                        "a=ssrc:4294967295 cname:PA_x",
                        "a=setup:passive",
                        "m=video 0 UDP/TLS/RTP/SAVPF 96 97",
                        "a=bundle-only",
                        "a=rtpmap:96 VP8/90000",
                        "a=rid:q recv",
                        "a=rid:h recv max-width=640;max-fps=15",
                        "a=simulcast:recv q;h",
                        "a=ssrc-group:FID 1 2",
                        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
                        "a=sctp-port:5000",
                        "a=max-message-size:65535");
    }

    @Test
    void a_rejected_section_keeps_its_place_and_a_legal_media_line() throws Exception {
        var session = answer();
        var rejected = new MediaDescription();
        rejected.kind = "video";
        rejected.mid = "1";
        rejected.port = 0;
        rejected.direction = Direction.INACTIVE;
        session.media.set(1, rejected);
        String text = SdpWriter.write(session);
        assertThat(text).contains("m=video 0 UDP/TLS/RTP/SAVPF 0\r\n");
        var read = SdpParser.parse(text);
        assertThat(read.media.get(1).rejected()).isTrue();
        assertThat(read.media.get(2).mid).isEqualTo("2");
    }

    @Test
    void media_that_goes_both_ways_in_simulcast_has_both_lists_on_one_line() throws Exception {
        var session = answer();
        session.media.get(1).simulcastSend.add("f");
        String text = SdpWriter.write(session);
        assertThat(text).contains("a=simulcast:send f recv q;h\r\n");
        var read = SdpParser.parse(text).media.get(1);
        assertThat(read.simulcastSend).containsExactly("f");
        assertThat(read.simulcastReceive).containsExactly("q", "h");
    }

    @Test
    void codecs_are_found_by_payload_type_and_repair() {
        var video = video();
        assertThat(video.codec(96)).isEqualTo(VP8);
        assertThat(video.codec(98)).isNull();
        assertThat(video.rtxOf(96)).isEqualTo(RTX);
        assertThat(video.rtxOf(97)).isNull();
        assertThat(audio().extensionId("urn:ietf:params:rtp-hdrext:sdes:mid")).isEqualTo(200);
        assertThat(audio().extensionId("urn:unknown")).isZero();
    }
}
