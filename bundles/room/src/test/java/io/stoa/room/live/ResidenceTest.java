package io.stoa.room.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.CreateRoomRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Mailboxes of two rooms that get their turns by chance: what concerns a participant happens in its order, wherever that is. */
class ResidenceTest {
    @Test
    void everything_happens_in_its_order_and_in_the_room_that_it_is_in_then() {
        for (long seed = 1; seed <= 300; seed++) new Scenario(seed).play();
    }

    private static final class Scenario {
        final SplittableRandom random;
        final long seed;
        final List<Runnable> turns = new ArrayList<>();
        final List<Integer> done = new ArrayList<>();
        final List<ActiveRoom> rooms = new ArrayList<>();
        final Rig rig = new Rig();
        final Residence residence;
        ActiveRoom at;
        int posted;

        Scenario(long seed) {
            this.seed = seed;
            random = new SplittableRandom(seed);
            rig.turns(turns::add);
            for (String name : List.of("a", "b", "c")) {
                Rig.ok(() -> rig.rooms.create(CreateRoomRequest.newBuilder().setName(name).build()));
                rooms.add((ActiveRoom) rig.rooms.room(name).orElseThrow());
            }
            at = rooms.getFirst();
            residence = new Residence(at);
        }

        void play() {
            for (int i = 0; i < 200; i++) {
                switch (random.nextInt(8)) {
                    case 0, 1, 2, 3 -> post();
                    case 4 -> move(at);
                    default -> turn();
                }
            }
            while (!turns.isEmpty()) turn();
            assertThat(done).as("seed %d", seed).containsExactlyElementsOf(IntStream.range(0, posted).boxed().toList());
        }

        private void post() {
            int number = posted++;
            residence.post(() -> {
                assertThat(residence.room()).as("seed %d", seed).isSameAs(at);
                done.add(number);
            });
        }

        /** On the mailbox of its room, if it still is there when it has its turn. */
        private void move(ActiveRoom here) {
            here.post(() -> {
                if (at != here || residence.room() != here) return;
                ActiveRoom next = rooms.get((rooms.indexOf(here) + 1) % rooms.size());
                residence.leaveFor(next, () -> {
                    at = next;
                    residence.arrived();
                });
            });
        }

        private void turn() {
            if (!turns.isEmpty()) turns.remove(random.nextInt(turns.size())).run();
        }
    }
}
