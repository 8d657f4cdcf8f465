package io.stoa.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.PlayoutDelay;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.store.RoomStore.RoomLock;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of rooms does. */
public abstract class RoomStoreContract {
    private RoomStore store;

    /** An empty one. */
    protected abstract RoomStore open() throws Exception;

    @BeforeEach
    void begin() throws Exception {
        store = open();
    }

    @Test
    void gives_back_what_was_stored_last() throws Exception {
        var internal = RoomInternal.newBuilder().setPlayoutDelay(PlayoutDelay.newBuilder().setEnabled(true)).build();
        store.putRoom(room("a", 1), internal);
        store.putRoom(room("a", 2), internal);

        assertThat(store.room("a")).hasValueSatisfying(record -> {
            assertThat(record.room()).isEqualTo(room("a", 2));
            assertThat(record.internal()).isEqualTo(internal);
        });
        assertThat(store.room("b")).isEmpty();
    }

    @Test
    void internal_part_is_the_default_instance_where_none_was_stored_last() throws Exception {
        store.putRoom(room("a", 1), RoomInternal.newBuilder().setSyncStreams(true).build());
        store.putRoom(room("a", 1), null);
        assertThat(store.room("a").orElseThrow().internal()).isEqualTo(RoomInternal.getDefaultInstance());
    }

    @Test
    void lists_all_rooms_or_those_asked_for() throws Exception {
        for (String name : List.of("a", "b", "c")) store.putRoom(room(name, 0), null);
        assertThat(store.rooms(List.of())).extracting(Room::getName).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(store.rooms(List.of("c", "x", "a", "c"))).extracting(Room::getName).containsExactlyInAnyOrder("c", "a");
        assertThat(store.rooms(List.of("x"))).isEmpty();
    }

    @Test
    void a_deleted_room_takes_its_participants_with_it() throws Exception {
        store.putRoom(room("a", 0), RoomInternal.newBuilder().setSyncStreams(true).build());
        store.putParticipant("a", person("ann"));
        store.putParticipant("b", person("bob"));
        store.deleteRoom("a");
        store.deleteRoom("unknown");

        assertThat(store.room("a")).isEmpty();
        assertThat(store.participants("a")).isEmpty();
        assertThat(store.participants("b")).containsExactly(person("bob"));
        store.putRoom(room("a", 0), null);
        assertThat(store.room("a").orElseThrow().internal()).isEqualTo(RoomInternal.getDefaultInstance());
    }

    @Test
    void participants_come_and_go_by_identity() throws Exception {
        store.putParticipant("a", person("ann"));
        store.putParticipant("a", person("bob"));
        store.putParticipant("a", person("ann").toBuilder().setName("Ann").build());

        assertThat(store.participants("a")).extracting(ParticipantInfo::getIdentity).containsExactlyInAnyOrder("ann", "bob");
        assertThat(store.participant("a", "ann").orElseThrow().getName()).isEqualTo("Ann");

        store.deleteParticipant("a", "ann");
        store.deleteParticipant("a", "nobody");
        store.deleteParticipant("nowhere", "bob");
        assertThat(store.participant("a", "ann")).isEmpty();
        assertThat(store.participants("a")).containsExactly(person("bob"));
    }

    @Test
    void names_are_any_text() throws Exception {
        String odd = "Größe: \"a b\"\n{c}|*?[d] \uD83C\uDFA4";
        store.putRoom(room(odd, 3), null);
        store.putParticipant(odd, person(odd));
        assertThat(store.rooms(List.of(odd))).containsExactly(room(odd, 3));
        assertThat(store.participant(odd, odd)).contains(person(odd));
    }

    @Test
    void one_at_a_time_settles_a_room() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        List<Integer> seen = Crowd.of(5, who -> {
            try (RoomLock _ = store.lock("a")) {
                int now = inside.incrementAndGet();
                store.putRoom(room("a", who), null);
                inside.decrementAndGet();
                return now;
            }
        });
        assertThat(seen).containsOnly(1);
    }

    @Test
    void rooms_are_settled_beside_each_other() throws Exception {
        try (RoomLock one = store.lock("a"); RoomLock other = store.lock("b")) {
            assertThat(one).isNotSameAs(other);
        }
    }

    protected static Room room(String name, int maxParticipants) {
        return Room.newBuilder().setName(name).setMaxParticipants(maxParticipants).setCreationTime(1).build();
    }

    protected static ParticipantInfo person(String identity) {
        return ParticipantInfo.newBuilder().setIdentity(identity).build();
    }
}
