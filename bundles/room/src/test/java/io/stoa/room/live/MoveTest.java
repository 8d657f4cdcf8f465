package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.LEAVE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.OFFER;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.ROOM_MOVED;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.SPEAKERS_CHANGED;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.TRACK_UNPUBLISHED;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.auth.AccessTokens;
import io.stoa.auth.Claims;
import io.stoa.auth.KeyProvider;
import io.stoa.auth.VideoGrant;
import io.stoa.media.DataLane;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantInfo.State;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomMovedResponse;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.MuteTrackRequest;
import io.stoa.room.RoomException.Code;
import io.stoa.room.RoomListener;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MoveParticipant: one leaves a room for another and keeps all it has. */
class MoveTest {
    private static final String HALL = "hall";

    private final Rig rig = new Rig();

    @BeforeEach
    void keys() {
        rig.rooms.keys = new KeyProvider() {
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

    @AfterEach
    void close() {
        rig.close();
    }

    private Client inHall(String identity) {
        return rig.client(identity).with(start -> start.setRoomName(HALL)).claiming(Claims.of(identity, VideoGrant.join(HALL))).join().connected();
    }

    private ActiveRoom hall() {
        return (ActiveRoom) rig.rooms.room(HALL).orElseThrow();
    }

    private void move(String identity, String to) {
        Rig.ok(() -> {
            rig.room().moveParticipant(identity, to);
            return null;
        });
    }

    private Code refused(String identity, String to) {
        return Rig.refused(() -> {
            rig.room().moveParticipant(identity, to);
            return null;
        }).code();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void it_leaves_the_one_room_and_is_in_the_other_with_its_tracks(boolean single) {
        Client ann = single ? rig.single("ann") : rig.dual("ann");
        String camera = ann.publishesCamera();
        Client bob = rig.dual("bob");
        String microphone = bob.publishesMicrophone();
        Client cid = inHall("cid");
        String theirs = cid.publishesMicrophone();
        String sid = ann.sid();
        int peers = rig.plane.peers.size();
        ann.forget();
        move("ann", HALL);

        rig.advance(50);
        RoomMovedResponse moved = ann.last(ROOM_MOVED).getRoomMoved();
        assertThat(moved.getRoom().getName()).isEqualTo(HALL);
        assertThat(moved.getRoom().getSid()).isEqualTo(hall().sid());
        assertThat(moved.getParticipant().getIdentity()).isEqualTo("ann");
        assertThat(moved.getParticipant().getSid()).isEqualTo(sid);
        assertThat(moved.getParticipant().getState()).isEqualTo(State.ACTIVE);
        assertThat(moved.getParticipant().getTracksList()).extracting(t -> t.getSid()).containsExactly(camera);
        assertThat(moved.getOtherParticipantsList()).extracting(ParticipantInfo::getIdentity).containsExactly("cid");
        assertThat(moved.getOtherParticipants(0).getTracks(0).getSid()).isEqualTo(theirs);
        assertThat(ann.wasTold(LEAVE)).isFalse();
        assertThat(ann.wasTold(TRACK_UNPUBLISHED)).isFalse();
        if (!single) assertThat(ann.order().indexOf(OFFER)).as("offers come behind").isGreaterThan(ann.order().indexOf(ROOM_MOVED));

        assertThat(bob.about("ann").getState()).isEqualTo(State.DISCONNECTED);
        assertThat(bob.about("ann").getDisconnectReason()).isEqualTo(DisconnectReason.MIGRATION);
        assertThat(bob.subscriber.subscriptions).doesNotContainKey(camera);
        assertThat(ann.subscriber.subscriptions).doesNotContainKey(microphone).containsKey(theirs);
        assertThat(cid.stateOf("ann")).isEqualTo(State.ACTIVE);
        assertThat(cid.subscriber.subscriptions.get(camera).streamId()).isEqualTo(sid + "|" + camera);
        assertThat(rig.plane.peers).as("no connection was made or closed").hasSize(peers).noneMatch(peer -> peer.closed);

        assertThat(rig.room().participants()).extracting(ParticipantInfo::getIdentity).containsExactly("bob");
        assertThat(hall().participants()).extracting(ParticipantInfo::getIdentity).containsExactly("cid", "ann");
        assertThat(rig.events).endsWith("ann unpublished CAMERA", "ann left", "ann joined", "ann published CAMERA");
        Rig.await(() -> rig.store.participant(Rig.ROOM, "ann").isEmpty() && rig.store.participant(HALL, "ann").isPresent());
    }

    @Test
    void the_token_is_for_the_other_room() throws Exception {
        Client ann = rig.client("ann").allowed(permission -> permission.setCanPublish(false)).join().connected();
        move("ann", HALL);
        Claims claims = AccessTokens.verify(ann.last(ROOM_MOVED).getRoomMoved().getToken(), rig.rooms.keys, Instant.now());
        assertThat(claims.identity()).isEqualTo("ann");
        assertThat(claims.video().room()).isEqualTo(HALL);
        assertThat(claims.video().roomJoin()).isTrue();
        assertThat(claims.video().permission().getCanPublish()).as("permissions stay").isFalse();
        assertThat(Claims.fromJson(ann.session.grantsJson()).video().room()).as("so do those of refreshed tokens").isEqualTo(HALL);
        assertThat(ann.session.roomName()).isEqualTo(HALL);
    }

    @Test
    void all_that_follows_happens_in_the_other_room() {
        Client ann = rig.dual("ann");
        String camera = ann.publishesCamera();
        Client bob = rig.dual("bob");
        Client cid = inHall("cid");
        move("ann", HALL);
        bob.forget();

        ann.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(camera).setMuted(true)));
        assertThat(cid.track("ann", camera).getMuted()).isTrue();
        String microphone = ann.publishesMicrophone();
        assertThat(cid.subscriber.subscriptions).containsKey(microphone);
        ann.sends(DataLane.RELIABLE, Client.packet("hello"));
        assertThat(cid.received(DataLane.RELIABLE)).hasSize(1);
        assertThat(bob.received(DataLane.RELIABLE)).isEmpty();
        cid.sends(DataLane.RELIABLE, Client.packet("welcome"));
        assertThat(ann.received(DataLane.RELIABLE)).hasSize(1);
        ann.publisher.levels.put(microphone, 0.5);
        rig.advance(500);
        assertThat(cid.last(SPEAKERS_CHANGED).getSpeakersChanged().getSpeakers(0).getSid()).isEqualTo(ann.sid());
        ann.leaves();
        assertThat(cid.stateOf("ann")).isEqualTo(State.DISCONNECTED);
        assertThat(bob.about("ann")).as("the old room hears nothing").isNull();
    }

    @Test
    void its_signalling_comes_back_to_the_other_room() {
        Client ann = rig.dual("ann");
        move("ann", HALL);
        ann.session.signalClosed();
        Client again = ann.with(start -> start.setRoomName(HALL)).resume();
        assertThat(again.wasTold(LEAVE)).isFalse();
        assertThat(hall().participants()).hasSize(1);
        assertThat(rig.room().participants()).isEmpty();
    }

    @Test
    void it_may_go_on_and_come_back() {
        Client ann = rig.single("ann");
        String camera = ann.publishesCamera();
        Client bob = rig.dual("bob");
        move("ann", HALL);
        Rig.ok(() -> {
            hall().moveParticipant("ann", "attic");
            return null;
        });
        Rig.ok(() -> {
            rig.rooms.room("attic").orElseThrow().moveParticipant("ann", Rig.ROOM);
            return null;
        });
        assertThat(bob.stateOf("ann")).isEqualTo(State.ACTIVE);
        assertThat(bob.subscriber.subscriptions).containsKey(camera);
        rig.advance(21_000);
        assertThat(rig.rooms.rooms()).hasSize(1);
    }

    @Test
    void a_room_that_is_opened_for_it_stays_open() {
        rig.dual("ann");
        move("ann", HALL);
        rig.advance(60_000);
        assertThat(rig.rooms.room(HALL)).isPresent();
        assertThat(rig.rooms.room(Rig.ROOM)).as("the old one is empty").isEmpty();
        assertThat(hall().info().getNumParticipants()).isEqualTo(1);
    }

    @Test
    void what_cannot_be_is_refused_and_changes_nothing() {
        Client ann = rig.dual("ann");
        assertThat(refused("nobody", HALL)).isEqualTo(Code.NOT_FOUND);
        assertThat(refused("ann", "")).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(refused("ann", Rig.ROOM)).isEqualTo(Code.INVALID_ARGUMENT);

        inHall("ann");
        assertThat(refused("ann", HALL)).isEqualTo(Code.ALREADY_EXISTS);

        rig.settled = room -> room.setMaxParticipants(1);
        rig.client("dan").with(start -> start.setRoomName("cell")).claiming(Claims.of("dan", VideoGrant.join("cell"))).join().connected();
        assertThat(refused("ann", "cell")).isEqualTo(Code.RESOURCE_EXHAUSTED);

        rig.client("old").with(start -> start.setClient(start.getClient().toBuilder().setProtocol(15))).join().connected();
        assertThat(refused("old", HALL)).isEqualTo(Code.FAILED_PRECONDITION);

        rig.client("new").join();
        assertThat(refused("new", HALL)).isEqualTo(Code.FAILED_PRECONDITION);

        ann.session.signalClosed();
        assertThat(refused("ann", "attic")).isEqualTo(Code.UNAVAILABLE);
        assertThat(rig.room().participants()).extracting(ParticipantInfo::getIdentity).contains("ann", "old", "new");
        assertThat(List.copyOf(ann.all(ROOM_MOVED))).isEmpty();
    }

    @Test
    void a_room_that_closes_on_the_way_leaves_nobody_in_between() {
        Client ann = rig.dual("ann");
        Client bob = rig.dual("bob");
        ActiveRoom[] hall = {null};
        Rig.ok(() -> rig.rooms.create(CreateRoomRequest.newBuilder().setName(HALL).build()));
        rig.rooms.addListener(new RoomListener() {
            @Override
            public void participantLeft(Room room, ParticipantInfo participant) {
                hall[0] = hall();
                hall[0].end(DisconnectReason.ROOM_DELETED);
            }
        });
        assertThat(refused("ann", HALL)).isEqualTo(Code.UNAVAILABLE);
        assertThat(ann.leave().getReason()).isEqualTo(DisconnectReason.STATE_MISMATCH);
        assertThat(ann.publisher.closed).isTrue();
        assertThat(bob.stateOf("ann")).isEqualTo(State.DISCONNECTED);
        assertThat(hall[0].members()).isEmpty();
    }

    @Test
    void without_a_key_nobody_is_sent_where_it_could_not_come_back() {
        rig.dual("ann");
        rig.rooms.keys = null;
        assertThat(refused("ann", HALL)).isEqualTo(Code.UNAVAILABLE);
    }
}
