package io.stoa.room.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.media.Hindrance;
import io.stoa.media.MediaPeer.PeerStats;
import io.stoa.media.PeerListener.SubscriptionEvent;
import io.stoa.media.PeerState;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SubscriptionPermission;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.room.ParticipantReport;
import io.stoa.room.ParticipantReport.Connection;
import io.stoa.room.RoomException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operators are told of a room: who is there and how, and why somebody does not see something (spec 5.8). */
class InspectionTest {
    private final Rig rig = new Rig();
    private Client ann;
    private Client bob;
    private String camera;

    @BeforeEach
    void open() {
        ann = rig.single("ann");
        bob = rig.dual("bob");
        camera = ann.publishesCamera();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private List<String> why(String identity, String track) {
        return Rig.ok(() -> rig.room().explain(identity, track)).stream().map(line -> line.substring(0, line.indexOf(": "))).toList();
    }

    private void permit(String identity, boolean subscribe, boolean hidden) {
        Rig.ok(() -> rig.room().updateParticipant(UpdateParticipantRequest.newBuilder()
                .setIdentity(identity)
                .setPermission(rig.room().participant(identity).getPermission().toBuilder().setCanSubscribe(subscribe).setHidden(hidden))
                .build()));
    }

    @Test
    void everybody_is_shown_with_client_path_and_what_they_receive() throws RoomException {
        bob.publisher.stats = new PeerStats(PeerState.CONNECTING, "", 0, 0, 0, 0, Map.of());
        List<ParticipantReport> all = rig.room().inspect();
        assertThat(all).extracting(one -> one.info().getIdentity()).containsExactly("ann", "bob");
        ParticipantReport first = all.getFirst();
        assertThat(first.connections()).containsExactly(new Connection("SINGLE", "CONNECTED", "UDP a <- b", 20));
        assertThat(first.info().getTracksList()).extracting(track -> track.getSid()).containsExactly(camera);
        assertThat(first.receives()).isEmpty();
        ParticipantReport second = all.getLast();
        assertThat(second.connections()).containsExactly(new Connection("PUBLISHER", "CONNECTING", "", 0), new Connection("SUBSCRIBER", "CONNECTED", "UDP a <- b", 20));
        assertThat(second.receives()).containsExactly(camera);
        assertThat(second.signalled()).isTrue();
    }

    @Test
    void who_sees_it_has_no_reason_and_who_does_not_exist_is_told_so() {
        assertThat(why("bob", camera)).isEmpty();
        assertThat(why("ann", camera)).containsExactly("OWN_TRACK");
        assertThat(why("bob", "TR_none")).containsExactly("NO_SUCH_TRACK");
        assertThatThrownBy(() -> rig.room().explain("nobody", camera)).isInstanceOf(RoomException.class).hasMessage("participant does not exist");
    }

    @Test
    void the_rules_of_rooms_have_names() {
        bob.subscribes(false, camera);
        assertThat(why("bob", camera)).containsExactly("UNSUBSCRIBED");
        permit("bob", false, false);
        assertThat(why("bob", camera)).containsExactly("UNSUBSCRIBED", "NO_PERMISSION");
        rig.client("cy").with(start -> start.setAutoSubscribe(false)).join().connected();
        assertThat(why("cy", camera)).containsExactly("NOT_SUBSCRIBED");
        ann.send(SignalRequest.newBuilder().setSubscriptionPermission(SubscriptionPermission.newBuilder().setAllParticipants(false)));
        assertThat(why("cy", camera)).containsExactly("NOT_SUBSCRIBED", "NOT_PERMITTED_BY_PUBLISHER");
        permit("ann", true, true);
        assertThat(why("cy", camera)).startsWith("PUBLISHER_HIDDEN");
    }

    @Test
    void a_track_without_its_media_is_only_announced() {
        ann.send(SignalRequest.newBuilder().setAddTrack(Client.microphone("cid")));
        String announced = ann.publisher.expected.keySet().stream().filter(sid -> !sid.equals(camera)).findFirst().orElseThrow();
        assertThat(why("bob", announced)).containsExactly("NO_MEDIA_SECTION");
    }

    @Test
    void what_the_media_plane_knows_comes_behind() {
        bob.subscriber.hindrances = List.of(Hindrance.MUTED, Hindrance.PAUSED);
        assertThat(why("bob", camera)).containsExactly("MUTED", "PAUSED");
        assertThat(Rig.ok(() -> rig.room().explain("bob", camera))).first().isEqualTo("MUTED: the publisher has muted the track");
        bob.subscriber.listener.subscription(camera, SubscriptionEvent.ENDED, "");
        assertThat(why("bob", camera)).containsExactly("NO_SUBSCRIPTION");
    }
}
