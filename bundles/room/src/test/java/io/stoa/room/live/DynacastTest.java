package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.SUBSCRIBED_QUALITY_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.media.TrackPreference;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SubscribedQuality;
import io.stoa.protocol.livekit.SubscribedQualityUpdate;
import io.stoa.protocol.livekit.SubscriptionPermission;
import io.stoa.protocol.livekit.UpdateTrackSettings;
import io.stoa.protocol.livekit.VideoLayer;
import io.stoa.protocol.livekit.VideoQuality;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Spec 5.13: a publisher is told what somebody needs, more at once, less after a while. */
class DynacastTest {
    private static final long PAUSE = 5_000;

    private Rig rig = new Rig();
    private final Client ann = rig.single("ann");

    @AfterEach
    void close() {
        rig.close();
    }

    private static AddTrackRequest.Builder camera(int layers) {
        AddTrackRequest.Builder track = Client.camera("ann-camera");
        for (int i = 0; i < layers; i++)
            track.addLayers(VideoLayer.newBuilder().setQualityValue(i).setWidth(320 << i).setHeight(180 << i).setBitrate(150_000 << i));
        return track;
    }

    private String publishes(int layers) {
        return ann.publishes(camera(layers), "video/VP8");
    }

    private static UpdateTrackSettings.Builder settings(String track) {
        return UpdateTrackSettings.newBuilder().addTrackSids(track);
    }

    private int told() {
        return ann.all(SUBSCRIBED_QUALITY_UPDATE).size();
    }

    /** The qualities that are enabled, as they were told last. */
    private static List<VideoQuality> last(Client publisher) {
        SubscribedQualityUpdate update = publisher.last(SUBSCRIBED_QUALITY_UPDATE).getSubscribedQualityUpdate();
        assertThat(update.getSubscribedQualitiesList()).as("what old clients read").isEqualTo(update.getSubscribedCodecs(0).getQualitiesList());
        assertThat(update.getSubscribedCodecs(0).getCodec()).isEqualTo("vp8");
        return update.getSubscribedCodecs(0).getQualitiesList().stream().filter(SubscribedQuality::getEnabled).map(SubscribedQuality::getQuality).toList();
    }

    private List<VideoQuality> last() {
        return last(ann);
    }

    @Test
    void a_track_that_nobody_needs_is_told_so_after_ten_seconds() {
        String track = publishes(3);
        rig.advance(Dynacast.NEW_MILLIS - 1);
        assertThat(told()).isZero();
        rig.advance(1);
        assertThat(last()).isEmpty();
        rig.dual("bob");
        assertThat(last()).as("at once").containsExactly(VideoQuality.LOW, VideoQuality.MEDIUM, VideoQuality.HIGH);
        assertThat(ann.last(SUBSCRIBED_QUALITY_UPDATE).getSubscribedQualityUpdate().getTrackSid()).isEqualTo(track);
    }

    @Test
    void only_layers_that_the_track_has() {
        rig.dual("bob");
        publishes(1);
        assertThat(last()).containsExactly(VideoQuality.LOW);
        assertThat(told()).isEqualTo(1);
    }

    @Test
    void all_three_where_nothing_is_known_of_layers() {
        rig.dual("bob");
        publishes(0);
        assertThat(last()).hasSize(3);
    }

    @Test
    void less_is_told_when_it_has_been_so_for_a_while() {
        Client bob = rig.dual("bob");
        Client cat = rig.dual("cat");
        String track = publishes(3);
        bob.wants(settings(track).setQuality(VideoQuality.LOW));
        rig.advance(2 * PAUSE);
        assertThat(told()).as("the other one needs all").isEqualTo(1);
        cat.wants(settings(track).setQuality(VideoQuality.MEDIUM));
        rig.advance(PAUSE - 1);
        assertThat(told()).isEqualTo(1);
        rig.advance(1);
        assertThat(last()).containsExactly(VideoQuality.LOW, VideoQuality.MEDIUM);
        cat.wants(settings(track).setDisabled(true));
        bob.wants(settings(track).setQuality(VideoQuality.OFF));
        rig.advance(PAUSE);
        assertThat(last()).isEmpty();
        bob.wants(settings(track).setWidth(600).setHeight(340));
        assertThat(last()).as("by size").containsExactly(VideoQuality.LOW, VideoQuality.MEDIUM);
    }

    @Test
    void who_wants_it_again_meanwhile_is_not_noticed() {
        Client bob = rig.dual("bob");
        String track = publishes(3);
        bob.wants(settings(track).setDisabled(true));
        rig.advance(PAUSE - 1);
        bob.wants(settings(track).setQuality(VideoQuality.HIGH));
        rig.advance(1);
        bob.wants(settings(track).setDisabled(true));
        rig.advance(PAUSE - 1);
        assertThat(told()).as("the time has begun anew").isEqualTo(1);
        rig.advance(1);
        assertThat(last()).isEmpty();
    }

    @Test
    void whoever_goes_needs_nothing() {
        Client bob = rig.dual("bob");
        String track = publishes(3);
        bob.subscribes(false, track);
        rig.advance(PAUSE);
        assertThat(last()).isEmpty();
        bob.subscribes(true, track);
        assertThat(last()).hasSize(3);
        ann.send(SignalRequest.newBuilder().setSubscriptionPermission(SubscriptionPermission.newBuilder()));
        rig.advance(PAUSE);
        assertThat(last()).as("not allowed").isEmpty();
        ann.send(SignalRequest.newBuilder().setSubscriptionPermission(SubscriptionPermission.newBuilder().setAllParticipants(true)));
        assertThat(last()).hasSize(3);
        bob.leaves();
        rig.advance(PAUSE);
        assertThat(last()).isEmpty();
    }

    @Test
    void an_adaptive_client_begins_low_and_sees_it_again_when_it_subscribes_again() {
        Client bob = rig.client("bob").with(start -> start.setAdaptiveStream(true)).join().connected();
        String track = publishes(3);
        assertThat(last()).containsExactly(VideoQuality.LOW);
        bob.wants(settings(track).setDisabled(true));
        rig.advance(PAUSE);
        assertThat(last()).isEmpty();
        bob.subscribes(false, track);
        bob.subscribes(true, track);
        assertThat(last()).isNotEmpty();
        assertThat(bob.subscriber.subscriptions.get(track).preference()).extracting(TrackPreference::enabled).isEqualTo(true);
    }

    @Test
    void whoever_cannot_be_told_is_told_when_it_resumes() {
        Client bob = rig.dual("bob");
        String track = publishes(3);
        Signalling anns = rig.room().member("ann").signalling();
        int generation = anns.generation();
        rig.room().post(() -> anns.closed(generation));
        bob.wants(settings(track).setDisabled(true));
        rig.advance(PAUSE + 1);
        assertThat(told()).isEqualTo(1);
        Client again = ann.resume();
        assertThat(last(again)).isEmpty();
    }

    @Test
    void who_watches_in_another_room_counts() {
        String track = publishes(3);
        Client cid = rig.client("cid").with(start -> start.setRoomName("hall")).claiming(Claims.of("cid", VideoGrant.join("hall"))).join().connected();
        Rig.ok(() -> {
            rig.room().forwardParticipant("ann", "hall");
            return null;
        });
        assertThat(last()).hasSize(3);
        cid.wants(settings(track).setQuality(VideoQuality.LOW));
        rig.advance(PAUSE);
        assertThat(last()).containsExactly(VideoQuality.LOW);
        Rig.ok(() -> {
            rig.rooms.room("hall").orElseThrow().removeParticipant("ann");
            return null;
        });
        rig.advance(PAUSE);
        assertThat(last()).isEmpty();
    }

    @Test
    void it_goes_on_under_the_next_room_manager() {
        Client bob = rig.dual("bob");
        String track = publishes(3);
        rig.advance(100); // the offer is out, and answered
        Rig next = rig.next();
        rig.leave();
        rig = next;
        ann.follows(rig);
        bob.follows(rig);
        rig.advance(2 * PAUSE);
        assertThat(told()).as("nothing has changed").isEqualTo(1);
        bob.wants(settings(track).setQuality(VideoQuality.LOW));
        rig.advance(PAUSE);
        assertThat(last()).containsExactly(VideoQuality.LOW);
    }
}
