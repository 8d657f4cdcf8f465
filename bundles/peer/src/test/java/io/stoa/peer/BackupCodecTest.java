package io.stoa.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.PeerSpec;
import io.stoa.media.PeerSpec.EnabledCodec;
import io.stoa.media.PeerSpec.Role;
import io.stoa.media.PublicationSpec;
import io.stoa.sdp.Codec;
import io.stoa.sdp.Direction;
import io.stoa.sdp.MediaDescription;
import io.stoa.sdp.MediaDescription.Msid;
import io.stoa.sdp.MediaDescription.Setup;
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SdpWriter;
import io.stoa.sdp.SessionDescription;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A track in several codecs: a section of each that is sent, one section for whoever receives it. */
class BackupCodecTest {
    private static final Codec VP9 = new Codec(98, "VP9", 90_000, 1, "profile-id=0", List.of());
    private static final Codec VP8 = new Codec(96, "VP8", 90_000, 1, "", List.of());
    private static final SenderSpec CAMERA = new SenderSpec("TR_v", "PA_y|TR_v", true, List.of(VP9, VP8), 0, 0, false, false);

    private static PublicationSpec camera(String backupCid) {
        return new PublicationSpec(
                "TR_v", List.of("cam"), true, "video/vp9", false, false, false, false, List.of(new PublicationSpec.Backup("video/vp8", backupCid)));
    }

    /** A browser's offer whose sections 3, 4, … send these, and nothing else. */
    private static SessionDescription sending(String... cids) throws Exception {
        SessionDescription offer = Recorder.recorded("chrome-offer-simulcast");
        for (MediaDescription section : offer.media) if (section.direction == Direction.SENDONLY) section.direction = Direction.INACTIVE;
        for (int i = 0; i < cids.length; i++) {
            MediaDescription section = offer.byMid(String.valueOf(3 + i));
            section.direction = Direction.SENDONLY;
            section.msids.add(new Msid("-", cids[i]));
        }
        return offer;
    }

    private static List<String> ranks(Recorder peer) {
        return peer.receivers.stream().map(receiver -> receiver.publication().trackSid() + " " + receiver.rank() + " " + receiver.codec().name()).toList();
    }

    @Test
    void each_codec_has_a_section_of_its_own() throws Exception {
        var ann = new Recorder(Role.PUBLISHER);
        ann.peer.expect(camera(""));
        SessionDescription answer = ann.peer.answer(0, sending("cam", "stranger"));
        assertThat(NegotiationTest.names(answer.byMid("3"))).startsWith("VP9", "VP9", "VP8");
        assertThat(ranks(ann)).as("nobody has announced the other one").containsExactly("TR_v 0 VP9");
        assertThat(ann.receivers.getFirst().backups()).extracting(Codec::name).containsExactly("VP8");

        ann.peer.expect(camera("backup"));
        answer = ann.peer.answer(0, sending("cam", "backup"));
        assertThat(NegotiationTest.names(answer.byMid("4"))).startsWith("VP8").contains("VP9");
        assertThat(ranks(ann)).containsExactly("TR_v 0 VP9", "TR_v 1 VP8");
        assertThat(ann.receivers.get(1).cid()).isEqualTo("backup");

        ann.peer.answer(0, sending("cam"));
        assertThat(ranks(ann)).as("it may end alone").containsExactly("TR_v 0 VP9");
        ann.peer.answer(0, sending("cam", "backup"));
        ann.peer.unpublish(0, "TR_v");
        assertThat(ann.receivers).isEmpty();
    }

    @Test
    void a_backup_that_was_announced_is_found_under_another_name_too() throws Exception {
        var ann = new Recorder(Role.PUBLISHER);
        ann.peer.expect(camera("backup"));
        ann.peer.answer(0, sending("cam", "{0c1d}"));
        assertThat(ranks(ann)).containsExactly("TR_v 0 VP9", "TR_v 1 VP8");
        ann.peer.expect(NegotiationTest.video("TR_w", "screen", "video/vp8"));
        ann.peer.answer(0, sending("cam", "{0c1d}", "screen"));
        assertThat(ranks(ann)).containsExactly("TR_v 0 VP9", "TR_v 1 VP8", "TR_w 0 VP8");
    }

    /** The client's answer to an offer, without a codec. */
    private static SessionDescription answer(SessionDescription offer, String without) throws Exception {
        SessionDescription answer = SdpParser.parse(SdpWriter.write(offer));
        for (MediaDescription section : answer.media) {
            section.setup = Setup.ACTIVE;
            if (section.direction == Direction.SENDONLY) section.direction = Direction.RECVONLY;
            List<Integer> gone = section.codecs.stream().filter(codec -> codec.is(without)).map(Codec::payloadType).toList();
            section.codecs = section.codecs.stream().filter(codec -> !gone.contains(codec.payloadType()) && !gone.contains(codec.apt())).toList();
        }
        return answer;
    }

    @Test
    void all_codecs_are_offered_and_the_first_that_the_client_takes_is_it() throws Exception {
        for (String without : List.of("none", "VP9", "VP8")) {
            var bob = new Recorder(Role.SUBSCRIBER);
            Sender sender = bob.peer.addSender(0, CAMERA);
            SessionDescription offer = bob.peer.offer(0, false);
            assertThat(NegotiationTest.names(offer.media.get(1))).containsExactly("VP9", "rtx", "VP8", "rtx");
            bob.peer.accept(0, answer(offer, without));
            assertThat(sender.rank()).as("without " + without).isEqualTo(without.equals("VP9") ? 1 : 0);
            assertThat(sender.codec().name()).isEqualTo(without.equals("VP9") ? "VP8" : "VP9");
            bob.peer.accept(0, answer(bob.peer.offer(0, false), without));
            assertThat(bob.events).containsOnlyOnce("bound TR_v");
        }
    }

    @Test
    void the_sender_goes_on_in_another_codec_of_its_section() throws Exception {
        var bob = new Recorder(Role.SUBSCRIBER);
        Sender sender = bob.peer.addSender(0, CAMERA);
        bob.peer.accept(0, answer(bob.peer.offer(0, false), "none"));
        assertThat(bob.peer.take(sender, 1)).isTrue();
        assertThat(sender.codec().name()).isEqualTo("VP8");
        assertThat(sender.bound()).isTrue();
        SessionDescription again = bob.peer.offer(0, false);
        assertThat(NegotiationTest.names(again.media.get(1))).as("and in no other any more").containsExactly("VP8", "rtx");
        bob.peer.accept(0, answer(again, "none"));
        assertThat(sender.rank()).isEqualTo(1);
        assertThat(bob.events).containsOnlyOnce("bound TR_v");
        assertThat(bob.peer.take(sender, 2)).as("there is none").isFalse();
    }

    @Test
    void a_codec_that_is_settled_before_the_negotiation_is_the_only_one() throws Exception {
        var bob = new Recorder(Role.SINGLE);
        Sender sender = bob.peer.addSender(0, CAMERA);
        assertThat(bob.peer.take(sender, 1)).isTrue();
        SessionDescription answer = bob.peer.answer(0, Recorder.recorded("chrome-offer-simulcast"));
        assertThat(sender.rank()).isEqualTo(1);
        assertThat(answer.byMid(answer.media.stream().filter(section -> !section.msids.isEmpty()).findFirst().orElseThrow().mid).codecs.getFirst().name())
                .isEqualTo("VP8");
    }

    @Test
    void where_that_is_not_possible_it_says_so() throws Exception {
        var bob = new Recorder(Role.SUBSCRIBER);
        Sender sender = bob.peer.addSender(0, CAMERA);
        bob.peer.accept(0, answer(bob.peer.offer(0, false), "VP8"));
        assertThat(bob.peer.take(sender, 1)).as("not negotiated").isFalse();
        assertThat(sender.rank()).isZero();
        var old = new Recorder(new PeerSpec("RM_x", "PA_x", "cat", Role.SUBSCRIBER, List.of(), false, false, false, false, false, false, PeerSpec.Playout.AS_IT_COMES));
        sender = old.peer.addSender(0, CAMERA);
        old.peer.accept(0, answer(old.peer.offer(0, false), "none"));
        assertThat(old.peer.take(sender, 1)).as("the client stumbles over it").isFalse();
        assertThat(old.peer.take(sender, 0)).isTrue();
    }

    @Test
    void codecs_that_the_client_is_not_to_get_are_not_offered_beside_others() throws Exception {
        var bob = new Recorder(Role.SUBSCRIBER, new EnabledCodec("video/vp8", ""));
        Sender sender = bob.peer.addSender(0, CAMERA);
        SessionDescription offer = bob.peer.offer(0, false);
        assertThat(NegotiationTest.names(offer.media.get(1))).containsExactly("VP8", "rtx");
        bob.peer.accept(0, answer(offer, "none"));
        assertThat(sender.rank()).isEqualTo(1);
    }

    @Test
    void who_takes_none_of_them_is_told_to_the_owner() throws Exception {
        var bob = new Recorder(Role.SUBSCRIBER);
        bob.peer.addSender(0, new SenderSpec("TR_v", "PA_y|TR_v", true, VP9, 0, false));
        bob.peer.accept(0, answer(bob.peer.offer(0, false), "VP9"));
        assertThat(bob.events).contains("unsupported TR_v").doesNotContain("bound TR_v");
    }
}
