package io.stoa.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.PlayoutDelay;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryRoomStoreTest {
    private final MemoryRoomStore store = new MemoryRoomStore();

    @Test
    void gives_back_what_was_stored_last() {
        var internal = RoomInternal.newBuilder().setPlayoutDelay(PlayoutDelay.newBuilder().setEnabled(true)).build();
        store.putRoom(room("a", 1), internal);
        store.putRoom(room("a", 2), internal);

        assertThat(store.room("a")).hasValueSatisfying(record -> {
            assertThat(record.room().getMaxParticipants()).isEqualTo(2);
            assertThat(record.internal()).isEqualTo(internal);
        });
        assertThat(store.room("b")).isEmpty();
    }

    @Test
    void internal_part_is_the_default_instance_where_none_was_stored() {
        store.putRoom(room("a", 1), null);
        assertThat(store.room("a").orElseThrow().internal()).isEqualTo(RoomInternal.getDefaultInstance());
    }

    @Test
    void lists_all_rooms_or_those_asked_for() {
        for (String name : List.of("a", "b", "c")) store.putRoom(room(name, 0), null);
        assertThat(store.rooms(List.of())).extracting(Room::getName).containsExactly("a", "b", "c");
        assertThat(store.rooms(List.of("c", "x", "a", "c"))).extracting(Room::getName).containsExactly("c", "a");
    }

    @Test
    void a_deleted_room_takes_its_participants_with_it() {
        store.putRoom(room("a", 0), null);
        store.putParticipant("a", person("ann"));
        store.putParticipant("b", person("bob"));
        store.deleteRoom("a");
        store.deleteRoom("unknown");

        assertThat(store.room("a")).isEmpty();
        assertThat(store.participants("a")).isEmpty();
        assertThat(store.participants("b")).containsExactly(person("bob"));
    }

    @Test
    void participants_come_and_go_by_identity() {
        store.putParticipant("a", person("ann"));
        store.putParticipant("a", person("bob"));
        store.putParticipant("a", person("ann").toBuilder().setName("Ann").build());

        assertThat(store.participants("a")).extracting(ParticipantInfo::getIdentity).containsExactly("ann", "bob");
        assertThat(store.participant("a", "ann").orElseThrow().getName()).isEqualTo("Ann");

        store.deleteParticipant("a", "ann");
        store.deleteParticipant("a", "nobody");
        store.deleteParticipant("nowhere", "bob");
        assertThat(store.participant("a", "ann")).isEmpty();
        assertThat(store.participants("a")).containsExactly(person("bob"));
    }

    private static Room room(String name, int maxParticipants) {
        return Room.newBuilder().setName(name).setMaxParticipants(maxParticipants).build();
    }

    private static ParticipantInfo person(String identity) {
        return ParticipantInfo.newBuilder().setIdentity(identity).build();
    }
}
