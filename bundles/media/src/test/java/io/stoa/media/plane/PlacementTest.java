package io.stoa.media.plane;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.PeerSpec.Role;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** Small rooms are on one loop; big ones use all of them. */
class PlacementTest {
    final Placement placement = new Placement(4, 10);

    int[] place(int count, String room, Role role) {
        int[] counts = new int[4];
        for (int i = 0; i < count; i++) counts[placement.place(room, role)]++;
        return counts;
    }

    @Test
    void a_small_room_is_on_one_loop() {
        assertThat(place(10, "RM_small", Role.SUBSCRIBER)).containsOnlyOnce(10);
    }

    @Test
    void who_receives_in_a_big_room_is_spread_evenly() {
        assertThat(place(10, "RM_big", Role.PUBLISHER)).containsOnlyOnce(10);
        place(2_990, "RM_big", Role.SUBSCRIBER);
        int[] more = place(4, "RM_big", Role.SINGLE);
        assertThat(more).containsOnly(1);
    }

    @Test
    void publishers_stay_at_home() {
        assertThat(place(50, "RM_big", Role.PUBLISHER)).containsOnlyOnce(50);
    }

    @Test
    void places_of_those_who_have_left_are_taken_again() {
        Queue<Integer> taken = new ArrayDeque<>();
        for (int i = 0; i < 40; i++) taken.add(placement.place("RM_big", Role.SUBSCRIBER));
        int home = taken.peek();
        for (int i = 0; i < 10; i++) placement.left("RM_big", home);
        assertThat(place(10, "RM_big", Role.SUBSCRIBER)[home]).isEqualTo(10);
        for (int loop = 0; loop < 4; loop++) for (int i = 0; i < 10; i++) placement.left("RM_big", loop);
        assertThat(placement.rooms()).as("a room that nobody is in is forgotten").isZero();
    }
}
