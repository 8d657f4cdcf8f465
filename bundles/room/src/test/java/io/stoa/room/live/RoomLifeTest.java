package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.CONNECTION_QUALITY;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.LEAVE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.ROOM_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.stoa.cluster.Router;
import io.stoa.media.MediaPeer.PeerStats;
import io.stoa.media.PeerState;
import io.stoa.protocol.livekit.ConnectionQuality;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.ParticipantInfo.State;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantPermission;
import io.stoa.protocol.livekit.RequestResponse.Reason;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.UpdateParticipantMetadata;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.room.RoomException;
import io.stoa.room.RoomListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Spec 5.2, 5.5, 5.12: rooms open, change and close. */
class RoomLifeTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void a_room_that_nobody_joins_closes_after_its_empty_timeout() {
        Rig.ok(() -> rig.rooms.create(CreateRoomRequest.newBuilder().setName(Rig.ROOM).setEmptyTimeout(30).build()));
        rig.advance(29_000);
        assertThat(rig.rooms.room(Rig.ROOM)).isPresent();
        rig.advance(2_000);
        assertThat(rig.rooms.room(Rig.ROOM)).isEmpty();
        assertThat(rig.events).containsExactly("room started", "room finished");
        Rig.await(() -> rig.store.publishers(Rig.ROOM) < 0);
    }

    /** Rooms ask for it while somebody joins: two at once must not wait for each other. */
    @Test
    void participants_are_counted_without_waiting_for_a_room() {
        rig.dual("ann");
        var turns = new ArrayList<Runnable>();
        boolean[] late = {true};
        rig.turns(task -> {
            if (late[0]) turns.add(task);
            else task.run();
        });
        Rig.ok(() -> rig.rooms.create(CreateRoomRequest.newBuilder().setName("busy").build()));
        ((ActiveRoom) rig.rooms.room("busy").orElseThrow()).post(() -> {});
        assertThat(turns).as("a room whose turn does not come").hasSize(1);
        assertThat(rig.rooms.participants()).isEqualTo(1);
        late[0] = false;
        turns.forEach(Runnable::run);
    }

    @Test
    void a_room_that_everybody_left_closes_after_its_departure_timeout() {
        rig.dual("ann").leaves();
        rig.advance(19_000);
        assertThat(rig.rooms.room(Rig.ROOM)).isPresent();
        rig.dual("bob");
        rig.advance(60_000);
        assertThat(rig.rooms.room(Rig.ROOM)).isPresent();
        Rig.ok(() -> {
            rig.room().removeParticipant("bob");
            return null;
        });
        rig.advance(21_000);
        assertThat(rig.rooms.room(Rig.ROOM)).isEmpty();
    }

    @Test
    void dependent_participants_do_not_keep_a_room() {
        Client agent = rig.client("agent").allowed(it -> it.setAgent(true)).join().connected();
        assertThat(rig.room().info().getNumParticipants()).isZero();
        rig.advance(301_000);
        assertThat(rig.rooms.room(Rig.ROOM)).isEmpty();
        assertThat(agent.leave().getReason()).isEqualTo(DisconnectReason.ROOM_CLOSED);
    }

    @Test
    void creating_an_open_room_changes_nothing() {
        var first = Rig.ok(() -> rig.rooms.create(CreateRoomRequest.newBuilder().setName(Rig.ROOM).setMetadata("a").build()));
        var second = Rig.ok(() -> rig.rooms.create(CreateRoomRequest.newBuilder().setName(Rig.ROOM).setMetadata("b").build()));
        assertThat(second.getSid()).isEqualTo(first.getSid());
        assertThat(second.getMetadata()).isEqualTo("a");
    }

    @Test
    void deleting_a_room_sends_everybody_home() {
        Client ann = rig.dual("ann");
        Client bob = rig.single("bob");
        Rig.ok(() -> {
            rig.room().delete();
            return null;
        });
        assertThat(ann.leave().getReason()).isEqualTo(DisconnectReason.ROOM_DELETED);
        assertThat(bob.leave().getReason()).isEqualTo(DisconnectReason.ROOM_DELETED);
        assertThat(rig.rooms.rooms()).isEmpty();
        assertThat(rig.plane.peers).allMatch(peer -> peer.closed);
    }

    @Test
    void removing_somebody() {
        Client ann = rig.dual("ann");
        Client bob = rig.dual("bob");
        Rig.ok(() -> {
            rig.room().removeParticipant("bob");
            return null;
        });
        assertThat(bob.leave().getReason()).isEqualTo(DisconnectReason.PARTICIPANT_REMOVED);
        assertThat(ann.stateOf("bob")).isEqualTo(State.DISCONNECTED);
        assertThat(Rig.refused(() -> {
                    rig.room().removeParticipant("bob");
                    return null;
                }))
                .hasMessage("participant does not exist");
    }

    @Test
    void a_server_that_stops_says_so() {
        Client ann = rig.dual("ann");
        rig.rooms.drain();
        assertThat(Rig.refused(rig.client("bob")::tryJoin).code()).isEqualTo(RoomException.Code.UNAVAILABLE);
        assertThat(rig.rooms.participants()).isEqualTo(1);
        rig.rooms.shutdown();
        assertThat(ann.leave().getReason()).isEqualTo(DisconnectReason.SERVER_SHUTDOWN);
        assertThat(rig.rooms.participants()).isZero();
    }

    @Test
    void metadata_of_the_room_reaches_everybody_at_once() {
        Client ann = rig.dual("ann");
        assertThat(Rig.ok(() -> rig.room().updateMetadata("new")).getMetadata()).isEqualTo("new");
        assertThat(ann.last(ROOM_UPDATE).getRoomUpdate().getRoom().getMetadata()).isEqualTo("new");
    }

    @Test
    void an_admin_describes_a_participant() {
        Client ann = rig.dual("ann");
        Client bob = rig.dual("bob");
        int[] grants = new int[1];
        bob.session.onGrantsChanged(() -> grants[0]++);
        var request = UpdateParticipantRequest.newBuilder().setIdentity("bob");
        ParticipantInfo info = Rig.ok(() -> rig.room().updateParticipant(
                request.setName("Bob").setMetadata("m").putAttributes("a", "1").putAttributes("b", "2").build()));
        assertThat(info.getName()).isEqualTo("Bob");
        assertThat(ann.about("bob").getMetadata()).isEqualTo("m");
        assertThat(bob.about("bob").getName()).isEqualTo("Bob");
        assertThat(grants[0]).isEqualTo(1);
        var claims = JsonParser.parseString(bob.session.grantsJson()).getAsJsonObject();
        assertThat(claims.get("name").getAsString()).isEqualTo("Bob");
        assertThat(claims.get("sub").getAsString()).isEqualTo("bob");

        Rig.ok(() -> rig.room().updateParticipant(
                UpdateParticipantRequest.newBuilder().setIdentity("bob").putAttributes("a", "").build()));
        assertThat(ann.about("bob").getAttributesMap()).isEqualTo(Map.of("b", "2"));
        assertThat(ann.about("bob").getName()).as("empty is unchanged").isEqualTo("Bob");

        Rig.ok(() -> rig.room().updateParticipant(UpdateParticipantRequest.newBuilder()
                .setIdentity("bob")
                .setPermission(ParticipantPermission.newBuilder().setHidden(true).setCanSubscribe(true))
                .build()));
        assertThat(ann.stateOf("bob")).as("hidden from now on").isEqualTo(State.DISCONNECTED);
    }

    @Test
    void a_participant_describes_itself_if_it_may() {
        Client ann = rig.dual("ann");
        Client bob = rig.client("bob").allowed(it -> it.setCanUpdateMetadata(true)).join().connected();

        update(ann, 1, "me");
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.NOT_ALLOWED);
        assertThat(ann.refusal().getRequestId()).isEqualTo(1);

        update(bob, 2, "me");
        assertThat(bob.refusal().getReason()).isEqualTo(Reason.OK);
        assertThat(bob.refusal().getRequestId()).isEqualTo(2);
        assertThat(ann.about("bob").getMetadata()).isEqualTo("me");

        update(bob, 3, "m".repeat(1_001));
        assertThat(bob.refusal().getReason()).isEqualTo(Reason.LIMIT_EXCEEDED);
        assertThat(ann.about("bob").getMetadata()).isEqualTo("me");
    }

    private static void update(Client client, int id, String metadata) {
        client.send(SignalRequest.newBuilder().setUpdateMetadata(UpdateParticipantMetadata.newBuilder().setRequestId(id).setMetadata(metadata)));
    }

    @Test
    void connection_quality_is_told_when_it_changes() {
        Client ann = rig.single("ann");
        Client bob = rig.dual("bob");
        ann.publishesMicrophone();
        rig.advance(5_000);
        assertThat(quality(bob, ann)).isEqualTo(ConnectionQuality.EXCELLENT);
        assertThat(quality(ann, ann)).isEqualTo(ConnectionQuality.EXCELLENT);
        int told = bob.all(CONNECTION_QUALITY).size();
        rig.advance(20_000);
        assertThat(bob.all(CONNECTION_QUALITY)).hasSize(told);

        ann.publisher.stats = new PeerStats(PeerState.CONNECTED, "", 900, 0.3, 0, 0, Map.of());
        rig.advance(5_000);
        assertThat(quality(bob, ann)).isIn(ConnectionQuality.POOR, ConnectionQuality.LOST);
        ann.publisher.stats = new PeerStats(PeerState.CONNECTED, "", 20, 0, 0, 0, Map.of());
        rig.advance(5_000);
        assertThat(quality(bob, ann)).isEqualTo(ConnectionQuality.EXCELLENT);
    }

    private static ConnectionQuality quality(Client to, Client about) {
        ConnectionQuality found = null;
        for (var response : to.all(CONNECTION_QUALITY))
            for (var update : response.getConnectionQuality().getUpdatesList())
                if (update.getParticipantSid().equals(about.sid())) found = update.getQuality();
        return found;
    }

    @Test
    void the_store_knows_who_is_there_and_a_new_one_learns_it() {
        rig.dual("ann").publishesMicrophone();
        rig.advance(3_000);
        Rig.await(() -> rig.store.participants(Rig.ROOM).size() == 1 && rig.store.publishers(Rig.ROOM) == 1);

        var next = new Rig.Store();
        rig.rooms.bindStore(next);
        rig.rooms.unbindStore(rig.store);
        Rig.await(() -> next.participants(Rig.ROOM).size() == 1 && next.publishers(Rig.ROOM) == 1);
    }

    @Test
    void without_a_store_changes_wait() {
        rig.rooms.unbindStore(rig.store);
        Client ann = rig.dual("ann");
        rig.dual("bob");
        ann.leaves();
        var next = new Rig.Store();
        rig.rooms.bindStore(next);
        Rig.await(() -> next.participants(Rig.ROOM).size() == 1 && next.participant(Rig.ROOM, "bob").isPresent());
    }

    @Test
    void a_store_that_is_back_forgets_who_left_meanwhile() {
        Client ann = rig.dual("ann");
        rig.dual("bob");
        Rig.await(() -> rig.store.participants(Rig.ROOM).size() == 2);
        var other = new Rig.Store();
        rig.rooms.bindStore(other);
        rig.rooms.unbindStore(rig.store);
        ann.leaves();
        rig.rooms.bindStore(rig.store);
        Rig.await(() -> rig.store.participants(Rig.ROOM).size() == 1 && rig.store.participant(Rig.ROOM, "bob").isPresent());
    }

    @Test
    void a_store_that_is_back_forgets_rooms_that_closed_meanwhile() {
        ghost();
        rig.store.putRoom(io.stoa.protocol.livekit.Room.newBuilder().setName("of others").build(), null);
        rig.rooms.bindStore(rig.store);
        Rig.await(() -> rig.store.publishers(Rig.ROOM) < 0);
        assertThat(rig.store.participants(Rig.ROOM)).isEmpty();
        assertThat(rig.store.room("of others")).isPresent();
    }

    @Test
    void a_room_that_closed_here_and_opened_again_stays_in_the_store_that_is_back() {
        ghost();
        rig.dual("bob");
        rig.advance(2_000);
        rig.rooms.bindStore(rig.store);
        Rig.await(() -> rig.store.participant(Rig.ROOM, "bob").isPresent() && rig.store.participants(Rig.ROOM).size() == 1);
        assertThat(rig.store.room(Rig.ROOM)).isPresent();
    }

    @Test
    void a_room_that_closed_here_and_opened_on_another_node_is_left_alone() {
        ghost();
        rig.rooms.bindRouter(new Router() {
            @Override
            public Optional<String> nodeOf(String roomName) {
                return Optional.of("ND_2");
            }

            @Override
            public void assign(String roomName, String nodeId) {}

            @Override
            public String claim(String roomName, String before, String nodeId) {
                return nodeId;
            }

            @Override
            public void clear(String roomName, String nodeId) {}
        });
        rig.rooms.bindStore(rig.store);
        rig.rooms.store().putRoom(io.stoa.protocol.livekit.Room.newBuilder().setName("written last").build(), null);
        Rig.await(() -> rig.store.room("written last").isPresent());
        assertThat(rig.store.room(Rig.ROOM)).isPresent();
    }

    /** A room that closed while another store was in charge. */
    private void ghost() {
        rig.dual("ann");
        rig.advance(2_000);
        Rig.await(() -> rig.store.participants(Rig.ROOM).size() == 1 && rig.store.room(Rig.ROOM).isPresent());
        var other = new Rig.Store();
        rig.rooms.bindStore(other);
        rig.rooms.unbindStore(rig.store);
        Rig.ok(() -> {
            rig.room().delete();
            return null;
        });
        Rig.await(() -> other.publishers(Rig.ROOM) < 0);
        assertThat(rig.store.room(Rig.ROOM)).isPresent();
    }

    @Test
    void a_router_that_comes_is_told_which_rooms_are_here() {
        rig.dual("ann");
        var routes = new ConcurrentHashMap<String, String>();
        rig.rooms.bindRouter(new Router() {
            @Override
            public Optional<String> nodeOf(String roomName) {
                return Optional.ofNullable(routes.get(roomName));
            }

            @Override
            public void assign(String roomName, String nodeId) {
                routes.put(roomName, nodeId);
            }

            @Override
            public String claim(String roomName, String before, String nodeId) {
                routes.put(roomName, nodeId);
                return nodeId;
            }

            @Override
            public void clear(String roomName, String nodeId) {
                routes.remove(roomName);
            }
        });
        Rig.await(() -> rig.rooms.nodeId().equals(routes.get(Rig.ROOM)));
    }

    /** The store is written by a thread of its own. */
    @Test
    void a_listener_that_fails_is_skipped() {
        rig.rooms.addListener(new RoomListener() {
            @Override
            public void participantJoined(io.stoa.protocol.livekit.Room room, ParticipantInfo participant) {
                throw new IllegalStateException("bad plug-in");
            }
        });
        Client ann = rig.dual("ann");
        assertThat(ann.wasTold(LEAVE)).isFalse();
        assertThat(rig.events).contains("ann joined");
    }

    @Test
    void who_has_entered_is_told_of_before_it_connects() {
        List<String> heard = new ArrayList<>();
        rig.rooms.addListener(new RoomListener() {
            @Override
            public void participantEntered(io.stoa.protocol.livekit.Room room, ParticipantInfo participant) {
                heard.add(participant.getIdentity() + " is " + participant.getState());
            }

            @Override
            public void participantJoined(io.stoa.protocol.livekit.Room room, ParticipantInfo participant) {
                heard.add(participant.getIdentity() + " is " + participant.getState());
            }
        });
        rig.dual("ann");
        assertThat(heard).containsExactly("ann is JOINED", "ann is ACTIVE");
    }

    @Test
    void a_join_while_media_goes_away_leaves_nothing_behind() {
        Client ann = rig.dual("ann");
        rig.plane.refuse = true;
        RoomException refused = Rig.refused(rig.client("bob")::tryJoin);
        rig.plane.refuse = false;
        assertThat(refused.code()).isIn(RoomException.Code.UNAVAILABLE, RoomException.Code.INTERNAL);
        assertThat(rig.room().participants()).extracting(ParticipantInfo::getIdentity).containsExactly("ann");
        assertThat(ann.about("bob")).isNull();
    }
}
