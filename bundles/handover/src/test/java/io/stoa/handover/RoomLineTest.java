package io.stoa.handover;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.room.HandOver.HandedRoom;
import io.stoa.room.HandOver.Manager;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoomLineTest {
    private final RoomLine line = new RoomLine();
    private final List<String> log = new ArrayList<>();
    private final Manager first = manager("first");
    private final Manager second = manager("second");
    private final Manager third = manager("third");

    private Manager manager(String name) {
        return rooms -> log.add(name + " " + rooms.stream().map(HandedRoom::name).toList());
    }

    private static List<HandedRoom> rooms(String... names) {
        return java.util.Arrays.stream(names).map(name -> new HandedRoom(name, new byte[0])).toList();
    }

    @Test
    void whoever_comes_first_is_in_charge_and_the_others_wait_for_their_turn() {
        line.enter(first, false);
        line.enter(second, false);
        line.enter(third, false);
        assertThat(log).containsExactly("first []");
        line.leave(first, rooms("hall", "lobby"));
        line.leave(second, rooms("hall"));
        assertThat(log).containsExactly("first []", "second [hall, lobby]", "third [hall]");
    }

    @Test
    void rooms_wait_for_the_next_one_and_are_given_once() {
        line.enter(first, false);
        line.leave(first, rooms("hall"));
        line.enter(second, false);
        line.leave(second, rooms());
        line.enter(third, false);
        assertThat(log).containsExactly("first []", "second [hall]", "third []");
    }

    @Test
    void who_leaves_the_line_before_its_turn_leaves_nothing() {
        line.enter(first, false);
        line.enter(second, false);
        line.enter(third, false);
        line.leave(second, rooms("dream"));
        line.leave(first, rooms("hall"));
        assertThat(log).containsExactly("first []", "third [hall]");
    }

    @Test
    void who_is_in_charge_stays_so_when_the_line_is_a_new_one() {
        line.enter(first, true);
        line.enter(second, false);
        assertThat(log).isEmpty();
        line.leave(first, rooms("hall"));
        assertThat(log).containsExactly("second [hall]");
    }
}
