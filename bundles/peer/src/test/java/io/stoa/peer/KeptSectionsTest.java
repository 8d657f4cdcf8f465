package io.stoa.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.PeerSpec.Role;
import io.stoa.sdp.Direction;
import io.stoa.sdp.MediaDescription;
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SdpWriter;
import io.stoa.sdp.SessionDescription;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A peer goes on with a connection that its client has had with another one: the client's sections are what they were. */
class KeptSectionsTest {
    private static SessionDescription written(SessionDescription description) throws Exception {
        return SdpParser.parse(SdpWriter.write(description));
    }

    private static List<String> mids(SessionDescription description) {
        return description.media.stream().map(section -> section.mid).toList();
    }

    private static List<String> tracks(SessionDescription description) {
        return description.media.stream().map(section -> section.msids.isEmpty() ? "" : section.msids.getFirst().track()).toList();
    }

    @Test
    void an_offer_has_the_sections_and_tracks_of_before() throws Exception {
        var before = new Recorder(Role.SUBSCRIBER);
        before.peer.addSender(0, NegotiationTest.sending("TR_a", false, NegotiationTest.OPUS));
        before.peer.addSender(0, NegotiationTest.sending("TR_v", true, NegotiationTest.VP8));
        SessionDescription first = written(before.peer.offer(0, false));

        var after = new Recorder(Role.SUBSCRIBER);
        after.peer.goOn(before.peer.keptSections(), before.peer.keptLanes(), 1);
        assertThat(after.peer.goOnSending("TR_v", "PA_y|TR_v")).isNotNull();
        assertThat(after.peer.goOnSending("TR_a", "PA_y|TR_a")).isNotNull();
        assertThat(after.peer.goOnSending("TR_v", "PA_y|TR_v")).as("it has its section").isNull();
        SessionDescription next = written(after.peer.offer(0, true));
        assertThat(mids(next)).isEqualTo(mids(first));
        assertThat(tracks(next)).isEqualTo(tracks(first)).contains("TR_a", "TR_v");
    }

    @Test
    void a_track_that_nobody_subscribes_to_again_leaves_its_section_inactive() throws Exception {
        var before = new Recorder(Role.SUBSCRIBER);
        before.peer.addSender(0, NegotiationTest.sending("TR_v", true, NegotiationTest.VP8));
        SessionDescription first = written(before.peer.offer(0, false));
        var after = new Recorder(Role.SUBSCRIBER);
        after.peer.goOn(before.peer.keptSections(), before.peer.keptLanes(), 1);
        SessionDescription next = written(after.peer.offer(0, true));
        assertThat(mids(next)).isEqualTo(mids(first));
        assertThat(next.media.getLast().direction).isEqualTo(Direction.INACTIVE);
    }

    @Test
    void an_answer_sends_the_tracks_of_before_in_their_sections_whichever_comes_back_first() throws Exception {
        SessionDescription offer = Recorder.recorded("chrome-offer-candidates");
        var before = new Recorder(Role.SINGLE);
        for (int i = 0; i < 3; i++) before.peer.addSender(0, NegotiationTest.sending("TR_v" + i, true, NegotiationTest.VP8));
        SessionDescription first = written(before.peer.answer(0, offer));

        var after = new Recorder(Role.SINGLE);
        after.peer.goOn(before.peer.keptSections(), before.peer.keptLanes(), 1);
        for (MediaDescription section : first.media.reversed()) if (!section.msids.isEmpty()) assertThat(after.peer.goOnSending(section.msids.getFirst().track(), section.msids.getFirst().stream())).isNotNull();
        assertThat(tracks(written(after.peer.answer(0, offer)))).isEqualTo(tracks(first));
    }

    @Test
    void a_track_that_comes_back_later_or_as_another_participants_is_negotiated_as_others_are() throws Exception {
        var before = new Recorder(Role.SUBSCRIBER);
        before.peer.addSender(0, NegotiationTest.sending("TR_v", true, NegotiationTest.VP8));
        SessionDescription first = written(before.peer.offer(0, false));
        var after = new Recorder(Role.SUBSCRIBER);
        after.peer.goOn(before.peer.keptSections(), before.peer.keptLanes(), 1);
        assertThat(after.peer.goOnSending("TR_v", "PA_another|TR_v")).isNull();
        after.peer.offer(0, true);
        String stream = first.media.getLast().msids.getFirst().stream();
        assertThat(after.peer.goOnSending("TR_v", stream)).as("nobody would offer it").isNull();
    }
}
