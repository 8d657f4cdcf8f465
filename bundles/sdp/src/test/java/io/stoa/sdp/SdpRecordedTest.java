package io.stoa.sdp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What real browsers and LiveKit wrote comes out again line by line: nothing is lost between reading and writing. */
class SdpRecordedTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "chrome-offer-simulcast", "chrome-offer-candidates", "chrome-inactive", "firefox-offer", "firefox-bundle-only",
                "rust-offer", "livekit-single-answer", "livekit-simulcast-answer", "livekit-subscriber-offer"
            })
    void every_attribute_and_every_media_line_is_written_again(String name) throws Exception {
        String text = SdpTest.resource(name);
        List<List<String>> before = sections(text);
        List<List<String>> after = sections(SdpWriter.write(SdpParser.parse(text)));
        assertThat(after).hasSameSizeAs(before);
        for (int i = 1; i < before.size(); i++) assertThat(after.get(i)).as("%s, section %d", name, i).containsAll(before.get(i));
        assertThat(SdpParser.parse(text).sessionId).isNotZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"chrome-offer-candidates", "chrome-inactive", "firefox-bundle-only", "livekit-simulcast-answer"})
    void writing_is_stable(String name) throws Exception {
        String once = SdpWriter.write(SdpParser.parse(SdpTest.resource(name)));
        assertThat(SdpWriter.write(SdpParser.parse(once))).isEqualTo(once).contains("\r\n").doesNotContain("\n\n");
    }

    /** Media sections as lists of comparable lines; what the model deliberately puts elsewhere or writes shorter is evened out. */
    private static List<List<String>> sections(String text) {
        List<List<String>> sections = new ArrayList<>(List.of(new ArrayList<>()));
        for (String line : text.split("\r?\n")) {
            if (line.startsWith("m=")) sections.add(new ArrayList<>());
            if (line.startsWith("c=") || line.equals("a=extmap-allow-mixed")) continue;
            String audio = line.startsWith("a=rtpmap:") && line.endsWith("/1") ? line.substring(0, line.length() - 2) : line;
            sections.getLast().add(audio);
        }
        return sections;
    }

    @Test
    void an_answer_of_livekit_inherits_fingerprint_from_the_session() throws Exception {
        var answer = SdpParser.parse(SdpTest.resource("livekit-simulcast-answer"));
        assertThat(answer.media).hasSizeGreaterThan(1).allSatisfy(m -> {
            assertThat(m.fingerprint.algorithm()).isEqualTo("sha-256");
            assertThat(m.fingerprint.hash()).hasSize(32);
        });
        var video = answer.media.stream().filter(m -> m.kind.equals("video") && !m.rids.isEmpty()).findFirst().orElseThrow();
        assertThat(video.simulcastReceive).isNotEmpty().containsExactlyElementsOf(video.rids.stream().map(MediaDescription.Rid::id).toList());
        assertThat(video.direction).isEqualTo(Direction.RECVONLY);
        assertThat(answer.media).anySatisfy(m -> assertThat(m.endOfCandidates).isTrue());
    }

    @Test
    void a_bundle_only_section_is_not_a_rejected_one() throws Exception {
        var offer = SdpParser.parse(SdpTest.resource("firefox-bundle-only"));
        var bundled = offer.media.stream().filter(m -> m.bundleOnly).findFirst().orElseThrow();
        assertThat(bundled.port).isZero();
        assertThat(bundled.rejected()).isFalse();
        assertThat(offer.bundle).contains(bundled.mid);
        assertThat(offer.byMid(bundled.mid)).isSameAs(bundled);
        assertThat(offer.byMid("no such mid")).isNull();
    }

    @Test
    void a_data_channel_section_says_its_port_and_limit() throws Exception {
        var data = SdpParser.parse(SdpTest.resource("chrome-offer-candidates")).media.stream()
                .filter(m -> m.kind.equals("application"))
                .findFirst()
                .orElseThrow();
        assertThat(data.isRtp()).isFalse();
        assertThat(data.codecs).isEmpty();
        assertThat(data.formats).containsExactly("webrtc-datachannel");
        assertThat(data.sctpPort).isEqualTo(5000);
        assertThat(data.maxMessageSize).isEqualTo(262_144);
    }

    @Test
    void retransmission_groups_of_firefox_name_ssrcs_that_exist() throws Exception {
        var sending = SdpParser.parse(SdpTest.resource("firefox-bundle-only")).media.stream()
                .filter(m -> !m.ssrcGroups.isEmpty())
                .findFirst()
                .orElseThrow();
        assertThat(sending.ssrcGroups).allSatisfy(group -> {
            assertThat(group.semantics()).isEqualTo("FID");
            assertThat(group.ssrcs()).hasSize(2).allSatisfy(ssrc -> assertThat(sending.ssrcs).containsKey(ssrc));
        });
        assertThat(sending.ssrcs.values()).allSatisfy(attributes -> assertThat(attributes).containsKey("cname"));
    }
}
