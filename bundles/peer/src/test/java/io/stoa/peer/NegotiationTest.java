package io.stoa.peer;

import static io.stoa.base.Time.MILLI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.ice.IceCandidate;
import io.stoa.media.NegotiationException;
import io.stoa.media.PacketLoop.LocalEndpoint;
import io.stoa.media.PeerSpec.EnabledCodec;
import io.stoa.media.PeerSpec.Playout;
import io.stoa.media.PeerSpec;
import io.stoa.media.PeerSpec.Role;
import io.stoa.media.PublicationSpec;
import io.stoa.rtp.Extension;
import io.stoa.sdp.Codec;
import io.stoa.sdp.Direction;
import io.stoa.sdp.MediaDescription;
import io.stoa.sdp.MediaDescription.HeaderExtension;
import io.stoa.sdp.MediaDescription.Setup;
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SdpWriter;
import io.stoa.sdp.SessionDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers to what real clients offered, and offers of our own; RFC 8829, RFC 3264. */
class NegotiationTest {
    static final Codec VP8 = new Codec(96, "VP8", 90_000, 1, "", List.of());
    static final Codec H264 = new Codec(108, "H264", 90_000, 1, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f", List.of());
    static final Codec OPUS = new Codec(111, "opus", 48_000, 2, "minptime=10;useinbandfec=1", List.of());

    static PublicationSpec video(String sid, String cid, String mime) {
        return new PublicationSpec(sid, List.of(cid), true, mime, false, false, false, false);
    }

    static SenderSpec sending(String sid, boolean video, Codec codec) {
        return new SenderSpec(sid, "PA_y|" + sid, video, codec, 0, false);
    }

    static List<String> names(MediaDescription section) {
        return section.codecs.stream().map(Codec::name).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"chrome-offer-simulcast", "chrome-offer-candidates", "firefox-offer", "firefox-bundle-only", "rust-offer"})
    void every_answer_stays_within_its_offer(String name) throws Exception {
        SessionDescription offer = Recorder.recorded(name);
        var ann = new Recorder(Role.SINGLE);
        for (int i = 0; i < 4; i++) {
            ann.peer.addSender(0, sending("TR_v" + i, true, VP8));
            ann.peer.addSender(0, sending("TR_a" + i, false, OPUS));
        }
        SessionDescription answer = SdpParser.parse(SdpWriter.write(ann.peer.answer(0, offer)));
        assertThat(answer.media).hasSameSizeAs(offer.media);
        for (int i = 0; i < offer.media.size(); i++) {
            MediaDescription theirs = offer.media.get(i);
            MediaDescription mine = answer.media.get(i);
            assertThat(mine.kind).isEqualTo(theirs.kind);
            assertThat(mine.mid).isEqualTo(theirs.mid);
            assertThat(mine.protocol).isEqualTo(theirs.protocol);
            assertThat(mine.direction.sends() && !theirs.direction.receives()).isFalse();
            assertThat(mine.direction.receives() && !theirs.direction.sends()).isFalse();
            if (mine.rejected()) continue;
            assertThat(answer.bundle).contains(mine.mid);
            assertThat(mine.setup).isEqualTo(Setup.ACTIVE);
            assertThat(mine.iceUfrag).isEqualTo(ann.peer.localUfrag());
            for (Codec codec : mine.codecs) {
                Codec offered = theirs.codec(codec.payloadType());
                assertThat(offered.name()).isEqualTo(codec.name());
                assertThat(offered.feedback()).containsAll(codec.feedback());
                if (codec.isRtx()) assertThat(mine.codec(codec.apt())).as("what is repaired is taken, too").isNotNull();
            }
            for (HeaderExtension extension : mine.extensions) assertThat(theirs.extensionId(extension.uri())).isEqualTo(extension.id());
        }
        boolean receives = offer.media.stream().anyMatch(section -> section.direction == Direction.RECVONLY);
        assertThat(ann.events).contains(receives ? "bound TR_v0" : "sections 4 4");
    }

    @Test
    void candidates_say_how_others_see_this_machine_each_once() throws Exception {
        var ann = new Recorder(Role.PUBLISHER);
        var seen = TransportAddress.of("192.0.2.7", 7_882);
        ann.peer.localEndpoints(List.of(
                new LocalEndpoint(Flow.Protocol.UDP, TransportAddress.of("10.0.0.5", 7_882), List.of(seen)),
                new LocalEndpoint(Flow.Protocol.UDP, TransportAddress.of("10.0.1.5", 7_882), List.of(seen)),
                new LocalEndpoint(Flow.Protocol.TCP, TransportAddress.of("10.0.0.5", 7_881), List.of(TransportAddress.of("192.0.2.7", 7_881))),
                new LocalEndpoint(Flow.Protocol.UDP, TransportAddress.of("127.0.0.1", 7_882))));
        assertThat(said(ann)).containsExactly("UDP 192.0.2.7:7882", "TCP 192.0.2.7:7881", "UDP 127.0.0.1:7882");
    }

    @Test
    void one_that_is_seen_in_two_ways_is_announced_in_both_and_to_firefox_as_it_is_seen_from_outside() throws Exception {
        List<LocalEndpoint> endpoints = new ArrayList<>();
        for (String[] one : new String[][] {{"10.0.0.5", "192.0.2.7", "10.0.0.5"}, {"10.0.1.5", "10.0.1.5"}, {"127.0.0.1", "127.0.0.1"}, {"2001:db8::5", "2001:db8::5"}})
            endpoints.add(new LocalEndpoint(Flow.Protocol.UDP, TransportAddress.of(one[0], 7_882),
                    Stream.of(one).skip(1).map(said -> TransportAddress.of(said, 7_882)).toList()));
        var ann = new Recorder(Role.PUBLISHER);
        ann.peer.localEndpoints(endpoints);
        assertThat(said(ann)).containsExactly("UDP 192.0.2.7:7882", "UDP 10.0.0.5:7882", "UDP 10.0.1.5:7882", "UDP 127.0.0.1:7882", "UDP [2001:db8:0:0:0:0:0:5]:7882");
        List<Long> priorities = new ArrayList<>();
        for (String line : ann.candidates.subList(0, 5)) priorities.add(IceCandidate.parse(line).priority());
        assertThat(priorities).doesNotHaveDuplicates().allMatch(priority -> priority >= priorities.get(1));
        var firefox = new Recorder(new PeerSpec("RM_x", "PA_x", "bob", Role.PUBLISHER, List.of(), true, false, false));
        firefox.peer.localEndpoints(endpoints);
        assertThat(said(firefox)).containsExactly("UDP 192.0.2.7:7882", "UDP 127.0.0.1:7882", "UDP [2001:db8:0:0:0:0:0:5]:7882");
        var inside = new Recorder(new PeerSpec("RM_x", "PA_x", "cat", Role.PUBLISHER, List.of(), true, false, false));
        inside.peer.localEndpoints(endpoints.subList(1, 2));
        assertThat(said(inside)).as("where nothing is seen otherwise").containsExactly("UDP 10.0.1.5:7882");
    }

    @Test
    void tcp_alone_where_it_is_wanted_and_there_is_any() throws Exception {
        var spec = new PeerSpec("RM_x", "PA_x", "ann", Role.PUBLISHER, List.of(), false, false, true);
        var udp = new LocalEndpoint(Flow.Protocol.UDP, TransportAddress.of("10.0.0.5", 7_882));
        var tcp = new LocalEndpoint(Flow.Protocol.TCP, TransportAddress.of("10.0.0.5", 7_881));
        var ann = new Recorder(spec);
        ann.peer.localEndpoints(List.of(udp, tcp));
        assertThat(said(ann)).containsExactly("TCP 10.0.0.5:7881");
        var bob = new Recorder(spec);
        bob.peer.localEndpoints(List.of(udp));
        assertThat(said(bob)).containsExactly("UDP 10.0.0.5:7882");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void descriptions_say_who_looks_for_paths(boolean lite) throws Exception {
        var ann = new Recorder(new PeerSpec("RM_x", "PA_x", "ann", Role.PUBLISHER, List.of(), false, false, false, lite, true, false, Playout.AS_IT_COMES));
        assertThat(SdpWriter.write(ann.peer.answer(0, Recorder.recorded("chrome-offer-simulcast"))).contains("a=ice-lite")).isEqualTo(lite);
        var bob = new Recorder(new PeerSpec("RM_x", "PA_x", "bob", Role.SUBSCRIBER, List.of(), false, false, false, lite, true, false, Playout.AS_IT_COMES));
        assertThat(SdpWriter.write(bob.peer.offer(0, false)).contains("a=ice-lite")).isEqualTo(lite);
    }

    @Test
    void two_that_wait_for_each_other_to_look_for_a_path_are_told() throws Exception {
        var offer = Recorder.recorded("chrome-offer-simulcast");
        offer.iceLite = true;
        var lite = new Recorder(new PeerSpec("RM_x", "PA_x", "ann", Role.PUBLISHER, List.of(), false, false, false, true, true, false, Playout.AS_IT_COMES));
        assertThatThrownBy(() -> lite.peer.answer(0, offer)).isInstanceOf(NegotiationException.class).hasMessageContaining("ICE lite");
        assertThat(new Recorder(Role.PUBLISHER).peer.answer(0, offer).media).isNotEmpty();
    }

    @Test
    void candidates_that_are_passed_over_are_counted_by_the_reason() {
        var ann = new Recorder(Role.PUBLISHER);
        ann.peer.addCandidate(0, "candidate:1 1 udp 2113937151 0f0e1a2b-1c1d-4e5f-8a9b-000000000000.local 51472 typ host");
        ann.peer.addCandidate(0, "nonsense");
        assertThat(ann.peer.drops().get(Drop.ICE_CANDIDATE_MDNS)).isEqualTo(1);
        assertThat(ann.peer.drops().get(Drop.ICE_CANDIDATE_MALFORMED)).isEqualTo(1);
        assertThat(ann.peer.drops().total()).isEqualTo(2);
    }

    /** The candidates that go with an answer. */
    private static List<String> said(Recorder one) throws Exception {
        one.peer.answer(0, Recorder.recorded("chrome-offer-simulcast"));
        one.peer.flush(0);
        List<String> said = new ArrayList<>();
        for (String line : one.candidates.subList(0, one.candidates.size() - 1)) {
            IceCandidate candidate = IceCandidate.parse(line);
            said.add(candidate.protocol() + " " + candidate.address());
        }
        return said;
    }

    @Test
    void simulcast_is_taken_as_offered_and_the_wanted_codec_comes_first() throws Exception {
        var ann = new Recorder(Role.SINGLE);
        ann.peer.expect(video("TR_x", "e9b89830-72cd-482c-973e-321ea081014b", "video/vp8"));
        MediaDescription mine = ann.peer.answer(0, Recorder.recorded("chrome-offer-simulcast")).byMid("7");
        assertThat(mine.direction).isEqualTo(Direction.RECVONLY);
        assertThat(names(mine)).startsWith("VP8", "H264").contains("AV1", "VP9");
        assertThat(mine.rids.stream().map(rid -> rid.id() + " " + rid.direction())).containsExactly("q recv", "h recv", "f recv");
        assertThat(mine.simulcastReceive).containsExactly("q", "h", "f");
        assertThat(mine.codecs.getFirst().feedback()).contains("transport-cc", "nack", "nack pli", "ccm fir");
        assertThat(ann.events).contains("receiver TR_x");
        Receiver receiver = ann.receivers.getFirst();
        assertThat(receiver.simulcast()).isTrue();
        assertThat(receiver.layerOf("q")).isZero();
        assertThat(receiver.layerOf("f")).isEqualTo(2);
    }

    @Test
    void firefox_which_ignores_the_order_gets_no_other_codec() throws Exception {
        var ann = new Recorder(new PeerSpec("RM_x", "PA_x", "ann", Role.SINGLE, List.of(), true, false, false));
        ann.peer.expect(video("TR_x", "e9b89830-72cd-482c-973e-321ea081014b", "video/vp8"));
        assertThat(names(ann.peer.answer(0, Recorder.recorded("chrome-offer-simulcast")).byMid("7"))).containsExactly("VP8", "rtx");
    }

    @Test
    void a_preferred_codec_that_the_client_does_not_offer_changes_nothing() throws Exception {
        var ann = new Recorder(Role.SINGLE);
        ann.peer.expect(video("TR_x", "e9b89830-72cd-482c-973e-321ea081014b", "video/h265"));
        assertThat(names(ann.peer.answer(0, Recorder.recorded("chrome-offer-simulcast")).byMid("7"))).contains("VP8", "H264", "VP9");
    }

    @Test
    void the_room_decides_what_is_spoken() throws Exception {
        var ann = new Recorder(Role.PUBLISHER, new EnabledCodec("video/vp8", ""), new EnabledCodec("audio/opus", ""));
        for (MediaDescription mine : ann.peer.answer(0, Recorder.recorded("chrome-offer-simulcast")).media)
            assertThat(names(mine)).isSubsetOf("VP8", "opus", "rtx");
        var none = new Recorder(Role.PUBLISHER, new EnabledCodec("audio/opus", ""));
        assertThat(none.peer.answer(0, Recorder.recorded("chrome-offer-simulcast")).byMid("7").rejected()).isTrue();
    }

    @Test
    void a_publication_that_is_not_announced_is_received_but_is_no_track() throws Exception {
        var ann = new Recorder(Role.PUBLISHER);
        ann.peer.answer(0, Recorder.recorded("chrome-offer-simulcast"));
        assertThat(ann.receivers).isEmpty();
    }

    @Test
    void senders_wait_until_the_client_has_sections_for_them() throws Exception {
        var bob = new Recorder(Role.SINGLE);
        for (int i = 0; i < 5; i++) bob.peer.addSender(0, sending("TR_v" + i, true, VP8));
        SessionDescription answer = bob.peer.answer(0, Recorder.recorded("chrome-offer-simulcast")); // three of each kind
        assertThat(bob.peer.trackSidByMid()).containsOnlyKeys("3", "4", "5");
        assertThat(bob.events).contains("sections 0 2");
        MediaDescription mine = answer.byMid("3");
        assertThat(mine.direction).isEqualTo(Direction.SENDONLY);
        assertThat(mine.msids.getFirst().track()).isEqualTo("TR_v0");
        assertThat(mine.ssrcGroups.getFirst().semantics()).isEqualTo("FID");
        assertThat(mine.ssrcs).hasSize(2);
    }

    @Test
    void a_freed_section_is_called_inactive_once_before_another_track_uses_it() throws Exception {
        var bob = new Recorder(Role.SINGLE);
        SessionDescription offer = Recorder.recorded("chrome-offer-simulcast");
        Sender first = bob.peer.addSender(0, sending("TR_1", true, VP8));
        bob.peer.answer(0, offer);
        assertThat(bob.peer.trackSidByMid()).containsEntry("3", "TR_1");
        bob.peer.removeSender(0, first);
        for (int i = 2; i < 5; i++) bob.peer.addSender(0, sending("TR_" + i, true, VP8));
        assertThat(bob.peer.answer(0, offer).byMid("3").direction).isEqualTo(Direction.INACTIVE);
        assertThat(bob.peer.trackSidByMid()).containsOnlyKeys("4", "5");
        assertThat(bob.peer.answer(0, offer).byMid("3").direction).isEqualTo(Direction.SENDONLY);
        assertThat(bob.peer.trackSidByMid().values()).containsExactlyInAnyOrder("TR_2", "TR_3", "TR_4");
    }

    @Test
    void a_codec_that_the_client_does_not_receive_is_told_and_blocks_nobody() throws Exception {
        var bob = new Recorder(Role.SINGLE, new EnabledCodec("video/vp8", ""));
        bob.peer.addSender(0, sending("TR_h264", true, H264));
        bob.peer.addSender(0, sending("TR_vp8", true, VP8));
        bob.peer.answer(0, Recorder.recorded("chrome-offer-simulcast"));
        assertThat(bob.events).contains("unsupported TR_h264", "bound TR_vp8");
        assertThat(bob.peer.trackSidByMid()).containsEntry("3", "TR_vp8");
    }

    @Test
    void a_client_that_gives_up_a_codec_is_sent_nothing_more_in_that_section() throws Exception {
        var bob = new Recorder(Role.SINGLE);
        bob.peer.addSender(0, sending("TR_h264", true, H264));
        bob.peer.answer(0, Recorder.recorded("chrome-offer-simulcast"));
        assertThat(bob.events).contains("bound TR_h264");
        SessionDescription without = Recorder.recorded("chrome-offer-simulcast");
        for (MediaDescription section : without.media) section.codecs.removeIf(codec -> codec.is("H264"));
        MediaDescription mine = bob.peer.answer(0, without).byMid("3");
        assertThat(bob.events).contains("unsupported TR_h264");
        assertThat(mine.direction).isEqualTo(Direction.INACTIVE);
        assertThat(mine.ssrcs).isEmpty();
        assertThat(bob.peer.trackSidByMid()).isEmpty();
    }

    @Test
    void an_offer_has_a_data_section_first_and_one_section_per_track() throws Exception {
        var bob = new Recorder(Role.SUBSCRIBER);
        bob.peer.addSender(0, sending("TR_a", false, OPUS));
        bob.peer.addSender(0, sending("TR_v", true, H264));
        assertThat(bob.events).contains("offer needed");
        SessionDescription offer = bob.peer.offer(0, false);
        assertThat(offer.media.stream().map(m -> m.kind)).containsExactly("application", "audio", "video");
        assertThat(names(offer.media.get(1))).containsExactly("opus");
        assertThat(names(offer.media.get(2))).containsExactly("H264", "rtx");
        assertThat(offer.media.get(2).codecs.get(1).apt()).isEqualTo(offer.media.get(2).codecs.getFirst().payloadType());
        assertThatThrownBy(() -> bob.peer.offer(0, false)).isInstanceOf(NegotiationException.class);
        bob.peer.flush(0);
        assertThat(bob.candidates).hasSize(2).last().isEqualTo("last");
    }

    @Test
    void sections_of_offers_have_an_end() throws Exception {
        var bob = new Recorder(Role.SUBSCRIBER);
        for (int i = 0; i <= Negotiation.MAX_SECTIONS; i++) bob.peer.addSender(0, sending("TR_" + i, false, OPUS));
        assertThat(bob.peer.offer(0, false).media).hasSize(Negotiation.MAX_SECTIONS);
        assertThat(bob.events).filteredOn(event -> event.startsWith("unsupported")).containsExactly("unsupported TR_999", "unsupported TR_1000");
    }

    private static PeerSpec playing(Role role, Playout playout) {
        return new PeerSpec("RM_x", "PA_x", "ann", role, List.of(), false, false, false, false, true, false, playout);
    }

    private static List<String> extensions(MediaDescription section) {
        return section.extensions.stream().map(extension -> extension.uri().replaceAll(".*[/:]", "")).toList();
    }

    @Test
    void the_time_of_capture_is_offered_and_the_delay_of_video_where_there_is_one() throws Exception {
        for (Playout playout : List.of(Playout.AS_IT_COMES, Playout.delayed(0, 100, false))) {
            var bob = new Recorder(playing(Role.SUBSCRIBER, playout));
            bob.peer.addSender(0, sending("TR_a", false, OPUS));
            bob.peer.addSender(0, sending("TR_v", true, VP8));
            SessionDescription offer = bob.peer.offer(0, false);
            assertThat(extensions(offer.media.get(1))).containsExactly("abs-capture-time");
            List<String> video = new ArrayList<>(List.of("draft-holmer-rmcat-transport-wide-cc-extensions-01", "abs-capture-time", "#dependency-descriptor-rtp-header-extension"));
            if (playout.delayed()) video.add("playout-delay");
            assertThat(extensions(offer.media.get(2))).containsExactlyElementsOf(video);
            assertThat(offer.media.get(2).extensions).extracting(HeaderExtension::id).doesNotHaveDuplicates();
            assertThat(offer.media.get(2).extensionId(Extension.ABS_CAPTURE_TIME.uri)).isEqualTo(offer.media.get(1).extensionId(Extension.ABS_CAPTURE_TIME.uri));
        }
    }

    @Test
    void the_time_of_capture_is_agreed_to_everywhere_and_the_delay_where_video_is_sent() throws Exception {
        for (Role role : List.of(Role.PUBLISHER, Role.SINGLE)) {
            for (Playout playout : List.of(Playout.AS_IT_COMES, Playout.delayed(0, 100, false))) {
                SessionDescription offer = Recorder.recorded("chrome-offer-simulcast");
                for (MediaDescription section : offer.media) {
                    section.extensions.removeIf(extension -> extension.uri().equals(Extension.PLAYOUT_DELAY.uri));
                    section.extensions.add(new HeaderExtension(13, null, Extension.PLAYOUT_DELAY.uri));
                    section.extensions.add(new HeaderExtension(14, null, Extension.ABS_CAPTURE_TIME.uri));
                }
                for (MediaDescription mine : new Recorder(playing(role, playout)).peer.answer(0, offer).media) {
                    if (!mine.isRtp()) continue;
                    assertThat(mine.extensionId(Extension.ABS_CAPTURE_TIME.uri)).isEqualTo(14);
                    boolean delays = role == Role.SINGLE && playout.delayed() && mine.kind.equals("video");
                    assertThat(extensions(mine).contains("playout-delay")).isEqualTo(delays);
                }
            }
        }
    }

    @Test
    void what_is_played_together_uses_the_sections_of_others_when_there_are_many() throws Exception {
        var bob = new Recorder(playing(Role.SUBSCRIBER, new Playout(false, 0, 0, true)));
        List<Sender> senders = new ArrayList<>();
        for (int i = 0; i < Negotiation.MANY_SECTIONS - 2; i++) senders.add(bob.peer.addSender(0, sending("TR_" + i, false, OPUS)));
        bob.peer.accept(0, accept(bob.peer.offer(0, false)));
        bob.peer.removeSender(0, senders.get(7));
        bob.peer.accept(0, accept(bob.peer.offer(0, false)));
        bob.peer.addSender(0, sending("TR_next", false, OPUS));
        bob.peer.accept(0, accept(bob.peer.offer(0, false)));
        assertThat(bob.peer.trackSidByMid()).as("the last new one").containsEntry(String.valueOf(Negotiation.MANY_SECTIONS - 1), "TR_next");
        bob.peer.addSender(0, sending("TR_late", false, OPUS));
        bob.peer.accept(0, accept(bob.peer.offer(0, false)));
        assertThat(bob.peer.trackSidByMid()).containsEntry("8", "TR_late");
        assertThat(bob.events).noneMatch(event -> event.startsWith("unsupported"));
    }

    @Test
    void what_is_played_together_asks_for_sections_that_nothing_has_used() throws Exception {
        var bob = new Recorder(playing(Role.SINGLE, new Playout(false, 0, 0, true)));
        SessionDescription offer = Recorder.recorded("chrome-offer-simulcast"); // three of each kind
        List<Sender> senders = new ArrayList<>();
        for (int i = 0; i < 3; i++) senders.add(bob.peer.addSender(0, sending("TR_" + i, true, VP8)));
        bob.peer.answer(0, offer);
        bob.peer.removeSender(0, senders.get(1));
        bob.peer.answer(0, offer);
        bob.events.clear();
        bob.peer.addSender(0, sending("TR_new", true, VP8));
        assertThat(bob.events).containsExactly("sections 0 1");
        bob.peer.addSender(0, sending("TR_1", true, VP8));
        bob.peer.answer(0, offer);
        assertThat(bob.peer.trackSidByMid()).containsEntry("4", "TR_1").doesNotContainValue("TR_new");
    }

    /** What a client that takes everything would answer. */
    static SessionDescription accept(SessionDescription offer) throws Exception {
        SessionDescription answer = SdpParser.parse(SdpWriter.write(offer));
        for (MediaDescription section : answer.media) {
            section.direction = section.direction.sends() ? Direction.RECVONLY : Direction.INACTIVE;
            section.setup = Setup.ACTIVE;
            section.ssrcs.clear();
            section.ssrcGroups.clear();
        }
        return answer;
    }

    @Test
    void an_offerer_uses_a_freed_section_again() throws Exception {
        var bob = new Recorder(Role.SUBSCRIBER);
        Sender first = bob.peer.addSender(0, sending("TR_1", true, VP8));
        bob.peer.accept(0, accept(bob.peer.offer(0, false)));
        assertThat(bob.events).contains("bound TR_1");
        bob.peer.removeSender(0, first);
        SessionDescription inactive = bob.peer.offer(0, false);
        assertThat(inactive.media.get(1).direction).isEqualTo(Direction.INACTIVE);
        bob.peer.accept(0, accept(inactive));
        bob.peer.addSender(0, sending("TR_2", true, H264));
        SessionDescription again = bob.peer.offer(0, false);
        assertThat(again.media).hasSize(2);
        assertThat(again.media.get(1).msids.getFirst().track()).isEqualTo("TR_2");
        bob.peer.accept(0, accept(again));
        assertThat(bob.events).contains("bound TR_2");
    }

    @Test
    void a_section_that_is_freed_while_an_offer_is_under_way_is_called_inactive_by_the_next() throws Exception {
        var bob = new Recorder(Role.SUBSCRIBER);
        Sender first = bob.peer.addSender(0, sending("TR_1", true, VP8));
        SessionDescription under = bob.peer.offer(0, false);
        bob.peer.removeSender(0, first);
        bob.events.clear();
        bob.peer.accept(0, accept(under));
        assertThat(bob.events).contains("offer needed");
        bob.peer.addSender(0, sending("TR_2", true, VP8));
        SessionDescription next = bob.peer.offer(0, false);
        assertThat(next.media.get(1).direction).isEqualTo(Direction.INACTIVE);
        assertThat(next.media.get(2).msids.getFirst().track()).isEqualTo("TR_2");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_section_that_is_free_waits_for_something_else_to_negotiate(boolean comes) throws Exception {
        var bob = new Recorder(Role.SUBSCRIBER);
        Sender first = bob.peer.addSender(0, sending("TR_1", true, VP8));
        bob.peer.accept(0, accept(bob.peer.offer(0, false)));
        bob.events.clear();
        bob.peer.removeSender(0, first);
        assertThat(bob.events).isEmpty();
        if (comes) {
            bob.peer.addSender(0, sending("TR_2", true, VP8));
            assertThat(bob.events).containsExactly("offer needed");
            bob.peer.accept(0, accept(bob.peer.offer(0, false)));
            bob.events.clear();
        }
        bob.peer.wake(499 * MILLI);
        assertThat(bob.events).doesNotContain("offer needed");
        assertThat(bob.peer.nextWake()).isLessThanOrEqualTo(500 * MILLI);
        bob.peer.wake(500 * MILLI);
        if (comes) assertThat(bob.events).doesNotContain("offer needed");
        else assertThat(bob.events).contains("offer needed");
    }

    @Test
    void an_answer_that_refuses_a_section_frees_it_after_telling() throws Exception {
        var bob = new Recorder(Role.SUBSCRIBER);
        bob.peer.addSender(0, sending("TR_1", true, H264));
        SessionDescription answer = accept(bob.peer.offer(0, false));
        answer.media.get(1).port = 0;
        bob.peer.accept(0, answer);
        assertThat(bob.events).contains("unsupported TR_1");
        bob.peer.addSender(0, sending("TR_2", true, VP8));
        SessionDescription next = bob.peer.offer(0, false);
        assertThat(next.media).hasSize(2);
        bob.peer.accept(0, accept(next));
        assertThat(bob.events).contains("bound TR_2");
    }

    @Test
    void an_answer_without_the_codec_frees_the_section_too() throws Exception {
        var bob = new Recorder(Role.SUBSCRIBER);
        bob.peer.addSender(0, sending("TR_1", true, H264));
        SessionDescription answer = accept(bob.peer.offer(0, false));
        answer.media.get(1).codecs = new ArrayList<>(List.of(VP8));
        bob.peer.accept(0, answer);
        assertThat(bob.events).contains("unsupported TR_1");
        bob.peer.accept(0, accept(bob.peer.offer(0, false)));
        bob.peer.addSender(0, sending("TR_2", true, VP8));
        SessionDescription next = bob.peer.offer(0, false);
        assertThat(next.media).hasSize(2);
        assertThat(next.media.get(1).msids.getFirst().track()).isEqualTo("TR_2");
    }

    @Test
    void descriptions_that_cannot_be_used_say_why() throws Exception {
        SessionDescription good = Recorder.recorded("chrome-offer-simulcast");
        var ann = new Recorder(Role.PUBLISHER);
        ann.peer.answer(0, good);
        SessionDescription shorter = Recorder.recorded("chrome-offer-simulcast");
        shorter.media.removeLast();
        assertThatThrownBy(() -> ann.peer.answer(0, shorter)).isInstanceOf(NegotiationException.class).hasMessageContaining("7 media sections");
        SessionDescription swapped = Recorder.recorded("chrome-offer-simulcast");
        swapped.media.getFirst().kind = "video";
        assertThatThrownBy(() -> ann.peer.answer(0, swapped)).isInstanceOf(NegotiationException.class).hasMessageContaining("was audio");
        SessionDescription bare = Recorder.recorded("chrome-offer-simulcast");
        for (MediaDescription section : bare.media) section.fingerprint = null;
        assertThatThrownBy(() -> new Recorder(Role.PUBLISHER).peer.answer(0, bare)).isInstanceOf(NegotiationException.class).hasMessageContaining("fingerprint");
        assertThatThrownBy(() -> new Recorder(Role.PUBLISHER).peer.answer(0, new SessionDescription())).isInstanceOf(NegotiationException.class);
        assertThatThrownBy(() -> new Recorder(Role.SUBSCRIBER).peer.accept(0, good)).isInstanceOf(NegotiationException.class);
    }
}
