package io.stoa.room.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.protocol.livekit.AutoTrackEgress;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomCompositeEgressRequest;
import io.stoa.protocol.livekit.RoomEgress;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.room.EgressLauncher;
import io.stoa.room.RoomException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rooms that are recorded without being asked for each time (spec 3.1). */
class RecordingTest {
    private static final CreateRoomRequest RECORDED = CreateRoomRequest.newBuilder()
            .setName("hall")
            .setEgress(RoomEgress.newBuilder().setRoom(RoomCompositeEgressRequest.newBuilder().setLayout("grid")))
            .build();

    private final Rig rig = new Rig();
    private final List<String> recorded = new ArrayList<>();
    private String refusal = "";

    private final EgressLauncher launcher = new EgressLauncher() {
        @Override
        public void created(Room room, RoomCompositeEgressRequest request) throws RoomException {
            if (!refusal.isEmpty()) throw new RoomException(RoomException.Code.UNAVAILABLE, refusal);
            recorded.add("room " + room.getName() + " " + request.getLayout());
        }

        @Override
        public void published(Room room, RoomInternal wishes, ParticipantInfo participant, TrackInfo track) {
            recorded.add(participant.getIdentity() + " " + track.getSid() + " " + wishes.getTrackEgress().getFilepath());
        }
    };

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void a_room_is_recorded_when_it_is_created_and_only_then() throws Exception {
        rig.rooms.egress = launcher;
        rig.rooms.create(RECORDED);
        rig.rooms.create(RECORDED);
        rig.rooms.create(RECORDED.toBuilder().setName("lounge").clearEgress().build());
        assertThat(recorded).containsExactly("room hall grid");
    }

    @Test
    void who_creates_a_room_is_told_that_it_is_not_recorded_and_who_joins_is_let_in() throws Exception {
        assertThatThrownBy(() -> rig.rooms.create(RECORDED)).hasMessageStartingWith("egress is not available: bundle service.egress");
        rig.rooms.egress = launcher;
        refusal = "no response from servers";
        assertThatThrownBy(() -> rig.rooms.create(RECORDED.toBuilder().setName("hall 2").build())).hasMessage("no response from servers");
        assertThat(rig.rooms.room("hall 2")).isPresent();
        assertThat(rig.rooms.opened(RECORDED.toBuilder().setName("hall 3").build()).name()).isEqualTo("hall 3");
        refusal = "";
        rig.rooms.opened(RECORDED.toBuilder().setName("hall 4").build());
        assertThat(recorded).containsExactly("room hall 4 grid");
    }

    @Test
    void tracks_of_a_room_that_wishes_it_are_recorded() {
        rig.rooms.egress = launcher;
        rig.single("ann").publishesCamera();
        assertThat(recorded).as("nobody wishes it").isEmpty();
        rig.room().end(io.stoa.protocol.livekit.DisconnectReason.ROOM_DELETED);
        rig.internal = RoomInternal.newBuilder().setTrackEgress(AutoTrackEgress.newBuilder().setFilepath("f")).build();
        String sid = rig.single("bob").publishesCamera();
        assertThat(recorded).containsExactly("bob " + sid + " f");
        rig.rooms.egress = null;
        rig.single("cid").publishesCamera();
        assertThat(recorded).hasSize(1);
    }
}
