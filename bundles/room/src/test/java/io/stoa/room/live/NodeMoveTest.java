package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.LEAVE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.OFFER;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.RECONNECT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.auth.KeyProvider;
import io.stoa.media.DataLane;
import io.stoa.protocol.handover.TakeRequest;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.MuteTrackRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse.MessageCase;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.protocol.livekit.UpdateTrackSettings;
import io.stoa.protocol.livekit.VideoQuality;
import io.stoa.room.RoomException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node drains: its rooms go on on another one, and nobody is sent away. */
class NodeMoveTest {
    private final Neighbours cluster = new Neighbours();
    private final Rig.Store store = new Rig.Store();
    private final Rig.Clock clock = new Rig.Clock();
    private Rig here;
    private Rig there;
    private Client ann;
    private Client bob;
    private String camera;
    private String microphone;

    @BeforeEach
    void open() {
        here = Rig.on("ND_here", cluster, store, clock);
        there = Rig.on("ND_there", cluster, store, clock);
        cluster.routes.put(Rig.ROOM, "ND_here");
        ann = here.single("ann");
        bob = here.dual("bob");
        camera = ann.publishesCamera();
        microphone = bob.publishesMicrophone();
        clock.advance(3_000);
    }

    @AfterEach
    void close() {
        here.close();
        there.close();
    }

    private void drain() {
        cluster.draining.add("ND_here");
        here.rooms.drain();
    }

    // -- it leaves

    @Test
    void the_room_goes_on_there_as_it_was_and_everybody_is_told_to_resume() {
        List<ParticipantInfo> people = here.room().participants();
        bob.forget();
        here.events.clear();
        drain();

        assertThat(here.rooms.room(Rig.ROOM)).isEmpty();
        assertThat(there.room().participants()).isEqualTo(people);
        assertThat(there.room().info().getSid()).isEqualTo("RM_1");
        assertThat(cluster.routes).containsEntry(Rig.ROOM, "ND_there");
        assertThat(bob.order()).containsExactly(LEAVE);
        assertThat(bob.leave().getAction()).isEqualTo(LeaveRequest.Action.RESUME);
        assertThat(bob.closed).isTrue();
        assertThat(here.events).containsExactly("room departed");
        assertThat(there.events).containsExactly("room arrived with 2");
        Rig.await(() -> store.room(Rig.ROOM).isPresent());
    }

    @Test
    void media_goes_on_here_until_clients_have_their_connections_there() {
        drain();
        assertThat(ann.publisher.closed).isFalse();
        assertThat(bob.subscriber.closed).isFalse();
        assertThat(bob.subscriber.subscriptions).containsKey(camera);
        assertThat(here.rooms.participants()).isEqualTo(2);
        clock.advance(5_000);
        assertThat(here.rooms.participants()).isZero();
    }

    @Test
    void keys_of_connections_stay_and_what_clients_know_of_them_goes_along() {
        drain();
        FakeMediaPlane.FakePeer again = there.plane.peer("bob", io.stoa.media.PeerSpec.Role.SUBSCRIBER);
        assertThat(again.before.getSectionsList()).anyMatch(section -> section.getSent().getTrackSid().equals(camera));
        assertThat(again.subscriptions).containsKey(camera);
        assertThat(there.plane.peer("ann", io.stoa.media.PeerSpec.Role.SINGLE).expected).containsKey(camera);
    }

    @Test
    void clients_resume_there() {
        drain();
        Client back = bob.resumesOn(there);
        assertThat(back.order().getFirst()).isEqualTo(RECONNECT);
        assertThat(back.wasTold(OFFER)).isTrue();
        assertThat(back.subscriber.restarts).containsExactly(true);
        back.established();
        Client annBack = ann.resumesOn(there).established();
        assertThat(annBack.stateOf("bob")).isEqualTo(ParticipantInfo.State.ACTIVE);
        assertThat(annBack.track("bob", microphone)).isNotNull();

        back.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(microphone).setMuted(true)));
        assertThat(annBack.track("bob", microphone).getMuted()).isTrue();
        assertThat(there.events).doesNotContain("ann joined", "bob joined", "room started");
    }

    @Test
    void what_was_wished_muted_and_changed_goes_along() throws RoomException {
        bob.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(microphone).setMuted(true)));
        bob.wants(UpdateTrackSettings.newBuilder().addTrackSids(camera).setQuality(VideoQuality.LOW));
        bob.subscribes(false, "TR_of_the_future");
        here.room().updateParticipant(UpdateParticipantRequest.newBuilder().setIdentity("ann").setMetadata("changed").putAttributes("a", "b").build());
        for (int i = 1; i <= 3; i++) ann.sends(DataLane.RELIABLE, Client.packet("x").setSequence(i));
        int before = bob.about("ann").getVersion();
        drain();

        assertThat(there.plane.peer("bob", io.stoa.media.PeerSpec.Role.PUBLISHER).muted).containsEntry(microphone, true);
        assertThat(there.plane.peer("bob", io.stoa.media.PeerSpec.Role.SUBSCRIBER).subscriptions.get(camera).preference().maxSpatial()).isZero();
        assertThat(there.room().participant("ann").getMetadata()).isEqualTo("changed");
        assertThat(there.room().participant("ann").getAttributesMap()).containsEntry("a", "b");
        assertThat(there.room().participant("ann").getVersion()).isGreaterThanOrEqualTo(before);
        Client back = ann.resumesOn(there);
        assertThat(back.last(RECONNECT).getReconnect().getLastMessageSeq()).isEqualTo(3);
        assertThat(there.room().member("bob").subscriptions().wished("TR_of_the_future")).isTrue();
    }

    @Test
    void what_is_said_reliably_while_the_room_stands_still_and_until_the_client_leaves_comes_there() {
        there.plane.onOpen = () -> ann.sends(DataLane.RELIABLE, Client.packet("meanwhile").setSequence(1));
        drain();
        ann.sends(DataLane.RELIABLE, Client.packet("afterwards").setSequence(2));
        Client annBack = ann.resumesOn(there);
        assertThat(annBack.last(RECONNECT).getReconnect().getLastMessageSeq()).isEqualTo(2);
        annBack.established().sends(DataLane.RELIABLE, Client.packet("there").setSequence(3));
        Client bobBack = bob.resumesOn(there).established();
        assertThat(bobBack.received(DataLane.RELIABLE)).extracting(packet -> packet.getUser().getPayload().toStringUtf8()).containsExactly("meanwhile", "afterwards", "there");
    }

    @Test
    void connections_that_clients_have_left_are_closed() {
        drain();
        clock.advance(30_000);
        assertThat(here.plane.peers).allMatch(peer -> peer.closed);
    }

    @Test
    void reliable_data_waits_there_for_who_comes_later() {
        drain();
        Client annBack = ann.resumesOn(there).established();
        annBack.sends(DataLane.RELIABLE, Client.packet("early"));
        Client bobBack = bob.resumesOn(there).established();
        assertThat(bobBack.received(DataLane.RELIABLE)).anyMatch(packet -> packet.getUser().getPayload().toStringUtf8().equals("early"));
    }

    @Test
    void who_does_not_come_is_gone_in_the_end() {
        drain();
        bob.resumesOn(there).established();
        clock.advance(31_000);
        assertThat(there.room().participants()).extracting(ParticipantInfo::getIdentity).containsExactly("bob");
    }

    @Test
    void who_was_only_just_connecting_begins_anew() {
        Client cid = here.client("cid").join();
        drain();
        assertThat(there.room().participants()).extracting(ParticipantInfo::getIdentity).containsExactly("ann", "bob");
        assertThat(cid.leave().getAction()).isEqualTo(LeaveRequest.Action.RESUME);
        assertThat(cid.resumesOn(there).leave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
    }

    @Test
    void a_large_room_goes_in_parts() throws RoomException {
        here.room().updateMetadata("m".repeat(3 * Moves.PART_BYTES));
        drain();
        assertThat(there.room().info().getMetadata()).hasSize(3 * Moves.PART_BYTES);
        assertThat(cluster.requests.stream().filter(request -> request instanceof TakeRequest take && take.getParts() == 4)).hasSize(4);
    }

    @Test
    void a_room_without_people_goes_as_well() {
        ann.leaves();
        bob.leaves();
        drain();
        assertThat(there.rooms.room(Rig.ROOM)).isPresent();
        assertThat(there.events).containsExactly("room arrived with 0");
        assertThat(here.events).doesNotContain("room finished");
    }

    @Test
    void rooms_that_nobody_takes_now_leave_as_soon_as_somebody_does() {
        cluster.deaf.add("ND_there");
        drain();
        assertThat(here.rooms.room(Rig.ROOM)).isPresent();
        assertThat(here.rooms.roomsToLeave()).as("nobody waits for what may never come").isZero();
        cluster.deaf.clear();
        clock.advance(500);
        assertThat(here.rooms.room(Rig.ROOM)).isEmpty();
        assertThat(there.rooms.room(Rig.ROOM)).isPresent();
    }

    // -- one participant goes, into a room there

    private static KeyProvider someKey() {
        return new KeyProvider() {
            @Override
            public Optional<String> secret(String key) {
                return key.equals("key") ? Optional.of("a secret of 32 characters or more") : Optional.empty();
            }

            @Override
            public Optional<String> firstKey() {
                return Optional.of("key");
            }
        };
    }

    private Client other() {
        there.rooms.keys = someKey();
        here.rooms.keys = someKey();
        Client other = there.client("cid").with(start -> start.setRoomName("other")).join().connected();
        cluster.routes.put("other", "ND_there");
        return other;
    }

    @Test
    void a_participant_moves_into_a_room_of_the_other_node() throws RoomException {
        Client cid = other();
        String sid = ann.sid();
        here.room().moveParticipant("ann", "other");

        assertThat(here.room().participants()).extracting(ParticipantInfo::getIdentity).containsExactly("bob");
        assertThat(bob.about("ann").getDisconnectReason()).isEqualTo(DisconnectReason.MIGRATION);
        ActiveRoom other = (ActiveRoom) there.rooms.room("other").orElseThrow();
        assertThat(other.participant("ann").getSid()).isEqualTo(sid);
        assertThat(cid.stateOf("ann")).isEqualTo(ParticipantInfo.State.ACTIVE);
        assertThat(cid.subscriber.subscriptions).containsKey(camera);
        assertThat(there.plane.peer("ann", io.stoa.media.PeerSpec.Role.SINGLE).subscriptions).doesNotContainKey(microphone);

        var moved = ann.last(MessageCase.ROOM_MOVED).getRoomMoved();
        assertThat(moved.getRoom().getName()).isEqualTo("other");
        assertThat(moved.getOtherParticipantsList()).extracting(ParticipantInfo::getIdentity).containsExactly("cid");
        assertThat(moved.getToken()).isNotEmpty();
        assertThat(ann.leave().getAction()).isEqualTo(LeaveRequest.Action.RESUME);
        assertThat(here.events).contains("ann left");
        assertThat(there.events).contains("ann joined", "ann published CAMERA");

        Client back = ann.with(start -> start.setRoomName("other")).resumesOn(there).established();
        assertThat(back.order().getFirst()).isEqualTo(RECONNECT);
        back.sends(DataLane.RELIABLE, Client.packet("here").setSequence(1));
        assertThat(cid.received(DataLane.RELIABLE)).anyMatch(packet -> packet.getUser().getPayload().toStringUtf8().equals("here"));
    }

    @Test
    void a_participant_that_the_other_node_does_not_take_stays_where_it_was() {
        other();
        cluster.deaf.add("ND_there");
        assertThatThrownBy(() -> here.room().moveParticipant("ann", "other")).isInstanceOf(RoomException.class);
        assertThat(ann.wasTold(LEAVE)).isFalse();
        ann.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(camera).setMuted(true)));
        assertThat(bob.track("ann", camera).getMuted()).isTrue();
        ann.sends(DataLane.RELIABLE, Client.packet("as before"));
        assertThat(bob.received(DataLane.RELIABLE)).anyMatch(packet -> packet.getUser().getPayload().toStringUtf8().equals("as before"));
    }

    @Test
    void who_is_there_already_is_not_replaced() {
        other();
        Client twin = there.client("ann").with(start -> start.setRoomName("other")).join().connected();
        assertThatThrownBy(() -> here.room().moveParticipant("ann", "other"))
                .isInstanceOfSatisfying(RoomException.class, e -> assertThat(e.code()).isEqualTo(RoomException.Code.ALREADY_EXISTS));
        assertThat(twin.wasTold(LEAVE)).isFalse();
        assertThat(ann.wasTold(LEAVE)).isFalse();
    }

    // -- it stays

    private void staysAndGoesOn() {
        assertThat(here.rooms.room(Rig.ROOM)).isPresent();
        assertThat(there.rooms.room(Rig.ROOM)).isEmpty();
        assertThat(cluster.routes).containsEntry(Rig.ROOM, "ND_here");
        assertThat(bob.wasTold(LEAVE)).isFalse();
        bob.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(microphone).setMuted(true)));
        assertThat(ann.track("bob", microphone).getMuted()).isTrue();
        ann.sends(DataLane.RELIABLE, Client.packet("as before"));
        assertThat(bob.received(DataLane.RELIABLE)).anyMatch(packet -> packet.getUser().getPayload().toStringUtf8().equals("as before"));
    }

    private boolean move() throws InterruptedException {
        return here.rooms.moves().move(here.room(), "ND_there");
    }

    @Test
    void a_room_that_nobody_takes_stays_where_it_was() throws InterruptedException {
        cluster.deaf.add("ND_there");
        assertThat(move()).isFalse();
        staysAndGoesOn();
    }

    @Test
    void a_room_whose_claim_does_not_pass_stays_where_it_was() throws InterruptedException {
        cluster.claimsFail = true;
        assertThat(move()).isFalse();
        staysAndGoesOn();
        assertThat(there.plane.peers).isNotEmpty().allMatch(peer -> peer.closed);
    }

    @Test
    void what_happens_to_a_room_that_stays_while_nobody_knows_is_not_lost() throws InterruptedException {
        cluster.claimsFail = true;
        there.plane.onOpen = () -> ann.sends(DataLane.RELIABLE, Client.packet("meanwhile"));
        assertThat(move()).isFalse();
        assertThat(bob.received(DataLane.RELIABLE)).anyMatch(packet -> packet.getUser().getPayload().toStringUtf8().equals("meanwhile"));
    }

    @Test
    void a_room_has_left_when_only_the_answer_is_lost() throws InterruptedException {
        cluster.losesAnswers = true;
        assertThat(move()).isTrue();
        assertThat(here.rooms.room(Rig.ROOM)).isEmpty();
        assertThat(there.rooms.room(Rig.ROOM)).isPresent();
        assertThat(bob.leave().getAction()).isEqualTo(LeaveRequest.Action.RESUME);
    }

    @Test
    void a_node_that_drains_takes_no_rooms() throws InterruptedException {
        there.rooms.drain();
        assertThat(move()).isFalse();
        staysAndGoesOn();
    }

    @Test
    void a_room_that_is_open_there_as_well_is_not_replaced() throws InterruptedException {
        Client other = there.single("other");
        assertThat(move()).isFalse();
        assertThat(here.rooms.room(Rig.ROOM)).isPresent();
        assertThat(there.room().participants()).extracting(ParticipantInfo::getIdentity).containsExactly("other");
        assertThat(other.wasTold(LEAVE)).isFalse();
    }

    @Test
    void parts_that_do_not_follow_each_other_are_no_room() {
        var arrivals = new Arrivals(there.rooms);
        TakeRequest second = TakeRequest.newBuilder().setMove("m").setRoom("x").setFrom("ND_here").setPart(1).setParts(2).build();
        assertThatThrownBy(() -> arrivals.take(second)).hasMessage("a part is missing");
        TakeRequest nonsense = second.toBuilder().setPart(0).setParts(1).setState(com.google.protobuf.ByteString.copyFromUtf8("no room")).build();
        assertThatThrownBy(() -> arrivals.take(nonsense)).isInstanceOf(io.stoa.rpc.RpcException.class).hasMessageContaining("state");
        assertThat(there.rooms.rooms()).isEmpty();
    }
}
