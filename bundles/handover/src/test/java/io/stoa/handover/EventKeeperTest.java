package io.stoa.handover;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.IngressInfo;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.room.EventLine.Event;
import io.stoa.room.EventLine.Teller;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EventKeeperTest {
    private static final Room HALL = Room.newBuilder().setSid("RM_hall").setName("hall").build();
    private static final ParticipantInfo ANN = ParticipantInfo.newBuilder().setSid("PA_ann").setIdentity("ann").build();
    private static final TrackInfo CAMERA = TrackInfo.newBuilder().setSid("TR_cam").build();

    private long nanos = 5;
    private final EventKeeper line = new EventKeeper(new Random(7), () -> 1_700_000_000_999L, () -> nanos);

    /** Remembers what it was given, in order. */
    private static final class Remembering implements Teller {
        final List<Event> all = new ArrayList<>();
        boolean inCharge;

        @Override
        public void takeCharge(List<Event> waiting) {
            inCharge = true;
            all.addAll(waiting);
        }

        @Override
        public void take(Event event) {
            all.add(event);
        }

        List<String> rooms() {
            return all.stream().map(event -> event.event().getRoom().getName()).toList();
        }
    }

    private final Remembering first = new Remembering();
    private final Remembering second = new Remembering();

    private void opens(String name) {
        line.roomStarted(Room.newBuilder().setName(name).build());
    }

    @Test
    void everything_that_happens_is_told_with_its_name_and_whole() {
        line.enter(first, false);
        line.roomStarted(HALL);
        line.participantJoined(HALL, ANN);
        line.trackPublished(HALL, ANN, CAMERA);
        line.trackUnpublished(HALL, ANN, CAMERA);
        line.participantLeft(HALL, ANN);
        line.participantConnectionAborted(HALL, ANN);
        line.roomFinished(HALL);
        EgressInfo egress = EgressInfo.newBuilder().setEgressId("EG_1").setRoomId("RM_hall").setRoomName("hall").build();
        line.egressStarted(egress);
        line.egressUpdated(egress);
        line.egressEnded(egress);
        IngressInfo ingress = IngressInfo.newBuilder().setIngressId("IN_1").setRoomName("hall").build();
        line.ingressStarted(ingress);
        line.ingressEnded(ingress);
        Job job = Job.newBuilder().setId("AJ_1").setRoom(HALL).build();
        line.agentJobStarted(job);
        line.agentJobEnded(job);
        assertThat(first.all).extracting(event -> event.event().getEvent()).containsExactly("room_started", "participant_joined", "track_published",
                "track_unpublished", "participant_left", "participant_connection_aborted", "room_finished", "egress_started", "egress_updated",
                "egress_ended", "ingress_started", "ingress_ended", "agent_job_started", "agent_job_ended");
        assertThat(first.rooms()).containsOnly("hall");
        assertThat(first.all).allSatisfy(event -> {
            assertThat(event.event().getId()).startsWith("EV_");
            assertThat(event.event().getCreatedAt()).isEqualTo(1_700_000_000L);
            assertThat(event.told()).isEmpty();
        });
        assertThat(first.all).extracting(event -> event.event().getId()).doesNotHaveDuplicates();
        assertThat(first.all).extracting(Event::atNanos).isSorted().doesNotHaveDuplicates();
        assertThat(first.all.get(2).event()).satisfies(published -> {
            assertThat(published.getParticipant()).isEqualTo(ANN);
            assertThat(published.getTrack()).isEqualTo(CAMERA);
        });
        assertThat(first.all.get(7).event()).satisfies(started -> {
            assertThat(started.getEgressInfo()).isEqualTo(egress);
            assertThat(started.getRoom().getSid()).isEqualTo("RM_hall");
        });
        assertThat(first.all.get(10).event().getIngressInfo()).isEqualTo(ingress);
        assertThat(first.all.get(12).event().getJob()).isEqualTo(job);
    }

    @Test
    void who_comes_second_is_told_nothing_until_the_first_has_left() {
        line.enter(first, false);
        line.enter(second, false);
        opens("one");
        assertThat(second.inCharge).isFalse();
        line.hold(first);
        opens("two");
        assertThat(first.rooms()).containsExactly("one");
        line.leave(first, first.all);
        opens("three");
        assertThat(second.rooms()).as("first what was left, then what happened since").containsExactly("one", "two", "three");
    }

    @Test
    void what_happens_while_nobody_is_there_waits_with_who_has_it_already() {
        line.enter(first, false);
        opens("one");
        line.hold(first);
        line.leave(first, List.of(new Event(first.all.getFirst().atNanos(), first.all.getFirst().event(), Set.of("http://a"))));
        opens("two");
        line.enter(second, false);
        assertThat(second.rooms()).containsExactly("one", "two");
        assertThat(second.all.getFirst().told()).containsExactly("http://a");
        line.leave(second, List.of());
        Remembering third = new Remembering();
        line.enter(third, false);
        assertThat(third.all).as("told once").isEmpty();
    }

    @Test
    void who_leaves_before_its_turn_leaves_nothing() {
        line.enter(first, false);
        line.enter(second, false);
        opens("one");
        line.hold(second);
        line.leave(second, first.all);
        opens("two");
        assertThat(first.rooms()).containsExactly("one", "two");
        line.leave(first, List.of());
        line.enter(second, false);
        assertThat(second.all).isEmpty();
    }

    @Test
    void who_is_in_charge_stays_so_when_the_line_is_a_new_one() {
        line.enter(first, true);
        line.enter(second, false);
        opens("one");
        assertThat(first.rooms()).containsExactly("one");
        assertThat(second.inCharge).isFalse();
    }

    @Test
    void before_anybody_came_nothing_is_kept() {
        opens("one");
        line.enter(first, false);
        assertThat(first.all).isEmpty();
        assertThat(line.lost()).isZero();
    }

    @Test
    void what_waits_has_an_end_and_is_counted() {
        line.enter(first, false);
        line.leave(first, List.of());
        for (int i = 0; i < EventKeeper.MOST + 3; i++) opens("room " + i);
        assertThat(line.lost()).isEqualTo(3);
        nanos += EventKeeper.KEEP_NANOS * 2;
        opens("late");
        assertThat(line.lost()).as("nobody wants to hear of what is a minute old").isEqualTo(EventKeeper.MOST + 3);
        line.enter(second, false);
        assertThat(second.rooms()).containsExactly("late");
    }
}
