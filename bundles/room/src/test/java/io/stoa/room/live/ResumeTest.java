package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.JOIN;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.LEAVE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.OFFER;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.RECONNECT;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.ROOM_UPDATE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.DataLane;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.ICEServer;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantInfo.State;
import io.stoa.protocol.livekit.SessionDescription;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SyncState;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.TrackPublishedResponse;
import io.stoa.protocol.livekit.UpdateSubscription;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Spec 4.7, 4.8: signalling and media come and go, the participant stays, or is told why it does not. */
class ResumeTest {
    private final Rig rig = new Rig();
    private Client ann;

    @BeforeEach
    void open() {
        ann = rig.single("ann");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void a_resumed_client_hears_everything_again_in_order() {
        Client bob = rig.dual("bob");
        bob.publishesCamera();
        bob.session.signalClosed();
        Client again = bob.resume();

        assertThat(again.order()).containsExactly(RECONNECT, UPDATE, ROOM_UPDATE, OFFER);
        assertThat(again.last(UPDATE).getUpdate().getParticipantsList()).extracting(ParticipantInfo::getIdentity).containsExactlyInAnyOrder("ann", "bob");
        assertThat(bob.subscriber.restarts).as("ICE restart").last().isEqualTo(true);
        assertThat(ann.stateOf("bob")).isEqualTo(State.ACTIVE);
        assertThat(rig.room().participants()).hasSize(2);
        assertThat(again.last(RECONNECT).getReconnect().getIceServersCount()).isPositive();
        assertThat(again.last(RECONNECT).getReconnect().getServerInfo().getNodeId()).isEqualTo("ND_1");

        rig.advance(120_000);
        assertThat(again.closed).isFalse();
    }

    @Test
    void configured_stun_and_turn_servers_are_told_at_the_join_and_at_the_resume() {
        assertThat(urls(ann.last(JOIN).getJoin().getIceServersList())).containsExactly(
                "stun:global.stun.twilio.com:3478", "stun:stun.l.google.com:19302", "stun:stun1.l.google.com:19302");
        rig.rooms.turnServers = List.of(sid -> List.of(ICEServer.newBuilder().addUrls("turn:relay").setUsername("for " + sid).build()));
        Client bob = rig.single("bob");
        List<ICEServer> told = bob.last(JOIN).getJoin().getIceServersList();
        assertThat(urls(told)).as("TURN servers answer STUN, too").containsExactly("turn:relay");
        assertThat(told.getFirst().getUsername()).isEqualTo("for " + bob.sid());
        rig.stunServers = new String[] {"one:1", "two:2"};
        bob.session.signalClosed();
        told = bob.resume().last(RECONNECT).getReconnect().getIceServersList();
        assertThat(urls(told)).containsExactly("turn:relay", "stun:one:1", "stun:two:2");
        assertThat(told.getFirst().getUsername()).isEqualTo("for " + bob.sid());
    }

    @Test
    void turn_servers_of_the_highest_ranking_come_first_and_turn_over_tls_alone_tells_no_addresses() {
        rig.rooms.turnServers = List.of(sid -> List.of(ICEServer.newBuilder().addUrls("turn:external").build()),
                sid -> List.of(ICEServer.newBuilder().addUrls("turns:embedded").build()));
        assertThat(urls(rig.single("bob").last(JOIN).getJoin().getIceServersList())).containsExactly("turns:embedded", "turn:external");
        rig.rooms.turnServers = List.of(sid -> List.of(), sid -> List.of(ICEServer.newBuilder().addUrls("turns:embedded").build()));
        assertThat(urls(rig.single("cid").last(JOIN).getJoin().getIceServersList())).hasSize(4).startsWith("turns:embedded", "stun:global.stun.twilio.com:3478");
    }

    private static List<String> urls(List<ICEServer> servers) {
        return servers.stream().flatMap(server -> server.getUrlsList().stream()).toList();
    }

    @Test
    void with_one_peer_connection_the_client_offers_after_a_resume() {
        ann.session.signalClosed();
        Client again = ann.resume();
        assertThat(again.order()).containsExactly(RECONNECT, UPDATE, ROOM_UPDATE);
        again.offer("restart", 9);
        assertThat(ann.publisher.offers).contains("restart");
    }

    @Test
    void a_new_socket_replaces_one_that_is_still_open() {
        Client again = ann.resume();
        assertThat(ann.closed).isTrue();
        assertThat(ann.wasTold(LEAVE)).isFalse();
        ann.session.signalClosed();
        ann.leaves();
        assertThat(again.closed).as("the old session has nothing to say any more").isFalse();
    }

    @Test
    void the_last_message_is_known() {
        for (int i = 1; i <= 7; i++) ann.sends(DataLane.RELIABLE, Client.packet("x").setSequence(i));
        assertThat(ann.resume().last(RECONNECT).getReconnect().getLastMessageSeq()).isEqualTo(7);
    }

    @Test
    void a_stranger_cannot_resume() {
        Client nobody = rig.client("nobody").onePeerConnection().resume();
        assertThat(nobody.order()).containsExactly(LEAVE);
        assertThat(nobody.leave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(nobody.leave().getReason()).isEqualTo(DisconnectReason.STATE_MISMATCH);
        assertThat(nobody.closed).isTrue();
    }

    @Test
    void who_never_had_media_ends_with_its_socket() {
        Client bob = rig.client("bob").join();
        rig.advance(Crowd.PAUSE_MILLIS);
        bob.session.signalClosed();
        assertThat(ann.stateOf("bob")).isEqualTo(State.DISCONNECTED);
        assertThat(bob.session.open()).isFalse();
    }

    @Test
    void who_has_media_stays_without_a_socket_but_not_for_ever() {
        Client bob = rig.dual("bob");
        bob.session.signalClosed();
        rig.advance(59_999);
        assertThat(ann.stateOf("bob")).isEqualTo(State.ACTIVE);
        rig.advance(1);
        assertThat(ann.stateOf("bob")).isEqualTo(State.DISCONNECTED);
    }

    @Test
    void without_a_socket_lost_media_is_the_end() {
        Client bob = rig.dual("bob");
        bob.session.signalClosed();
        bob.subscriber.failed();
        rig.advance(5_000);
        assertThat(ann.stateOf("bob")).isEqualTo(State.DISCONNECTED);
        assertThat(ann.about("bob").getDisconnectReason()).isEqualTo(DisconnectReason.CONNECTION_TIMEOUT);
    }

    @Test
    void lost_media_asks_for_a_resume_and_waits_a_little() {
        ann.publisher.failed();
        assertThat(ann.leave().getAction()).isEqualTo(LeaveRequest.Action.RESUME);
        assertThat(ann.leave().getReason()).isEqualTo(DisconnectReason.CONNECTION_TIMEOUT);
        assertThat(ann.closed).isTrue();
        assertThat(ann.session.open()).isTrue();
        rig.advance(4_999);
        Client again = ann.resume();
        rig.advance(60_000);
        assertThat(again.closed).isFalse();
    }

    @Test
    void lost_media_without_a_resume_ends_the_participant() {
        Client bob = rig.dual("bob");
        ann.publisher.failed();
        rig.advance(5_000);
        assertThat(bob.stateOf("ann")).isEqualTo(State.DISCONNECTED);
        assertThat(bob.about("ann").getDisconnectReason()).isEqualTo(DisconnectReason.CONNECTION_TIMEOUT);
        assertThat(ann.session.open()).isFalse();
    }

    @Test
    void whose_connection_the_media_plane_has_ended_is_to_reconnect() {
        ann.publisher.ended();
        assertThat(ann.leave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(ann.leave().getReason()).isEqualTo(DisconnectReason.STATE_MISMATCH);
    }

    @Test
    void both_connections_failing_is_one_failure() {
        Client bob = rig.dual("bob");
        bob.publisher.failed();
        bob.subscriber.failed();
        assertThat(bob.leave().getAction()).isEqualTo(LeaveRequest.Action.RESUME);
        assertThat(bob.session.open()).as("there is time to resume").isTrue();
        assertThat(bob.resume().wasTold(RECONNECT)).isTrue();
    }

    @Test
    void what_left_in_between_is_told_on_resume() {
        Client bob = rig.dual("bob");
        rig.dual("cy");
        bob.session.signalClosed();
        ann.leaves();
        Client again = bob.resume();
        assertThat(again.stateOf("ann")).isEqualTo(State.DISCONNECTED);
    }

    @Test
    void a_state_that_fits_is_taken_over() {
        String camera = ann.publishesCamera();
        Client bob = rig.dual("bob");
        String theirs = bob.publishesCamera();
        Client again = ann.resume();
        again.send(SignalRequest.newBuilder().setSyncState(sync(camera)
                .addTrackSidsDisabled(theirs)
                .setSubscription(UpdateSubscription.newBuilder().setSubscribe(true))));
        assertThat(again.closed).isFalse();
        assertThat(ann.subscriber.preferences.get(theirs).enabled()).isFalse();
    }

    @Test
    void a_state_that_does_not_fit_needs_a_full_reconnect() {
        Client again = ann.resume();
        again.send(SignalRequest.newBuilder().setSyncState(sync("TR_forgotten")));
        assertThat(again.leave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(again.leave().getReason()).isEqualTo(DisconnectReason.STATE_MISMATCH);
    }

    private static SyncState.Builder sync(String sid) {
        return SyncState.newBuilder().addPublishTracks(TrackPublishedResponse.newBuilder().setTrack(TrackInfo.newBuilder().setSid(sid)));
    }

    @Test
    void an_answer_to_an_offer_that_was_lost_is_no_answer_to_the_next_one() {
        Client bob = rig.client("bob").join();
        bob.connected().answers = false;
        ann.publishesCamera();
        rig.advance(20);
        int lost = bob.last(OFFER).getOffer().getId();
        bob.session.signalClosed();
        Client again = bob.resume();
        int answers = bob.subscriber.answers.size();
        again.send(SignalRequest.newBuilder().setAnswer(SessionDescription.newBuilder().setType("answer").setSdp("late").setId(lost)));
        assertThat(bob.subscriber.answers).hasSize(answers);
        again.send(SignalRequest.newBuilder().setAnswer(SessionDescription.newBuilder().setType("answer").setSdp("of an old client")));
        assertThat(bob.subscriber.answers).endsWith("of an old client");
    }

    @Test
    void a_resume_in_the_middle_of_a_negotiation_gets_a_new_offer() {
        Client bob = rig.client("bob").join();
        bob.connected().answers = false;
        ann.publishesCamera();
        rig.advance(20);
        assertThat(bob.all(OFFER)).hasSize(2);
        bob.session.signalClosed();
        assertThat(bob.resume().wasTold(OFFER)).isTrue();
    }
}
