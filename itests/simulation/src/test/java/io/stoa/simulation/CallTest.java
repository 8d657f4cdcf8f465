package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.media.TrackPreference;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls over networks of every quality; minutes in milliseconds. */
class CallTest {
    @Test
    void a_call_over_a_good_network_loses_nothing() {
        var net = VirtualNet.seeded(1);
        try (var room = new Room(net)) {
            var ann = room.publisher("ann");
            var bob = room.subscriber("bob");
            var camera = ann.publish(Source.camera("TR_camera"));
            var microphone = ann.publish(Source.microphone("TR_microphone"));
            bob.subscribe(ann, camera);
            bob.subscribe(ann, microphone);
            room.connected(ann, bob);
            net.run(60 * SECOND);

            var picture = bob.received(camera).isContinuous().isDecodable();
            var sound = bob.received(microphone).isContinuous();
            assertThat(picture.frames).hasSizeGreaterThan(59 * 30);
            assertThat(sound.frames).hasSizeGreaterThan(59 * 50);
            assertThat(picture.nacksSent).isZero();
            assertThat(picture.keyFramesAsked).isZero();
            assertThat(picture.last().number()).isGreaterThanOrEqualTo(camera.frames(0) - 3);
            assertThat(picture.longestFreeze(picture.frames.getFirst().at(), net.now())).isLessThan(70 * MILLI);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void what_is_lost_on_either_side_is_repaired(long seed) {
        var net = VirtualNet.seeded(seed);
        try (var room = new Room(net)) {
            var ann = room.publisher("ann").conditions(link -> link.loss(0.05));
            var bob = room.subscriber("bob").conditions(link -> link.loss(0.05));
            var camera = ann.publish(Source.camera("TR_camera"));
            bob.subscribe(ann, camera);
            room.connected(ann, bob);
            net.run(60 * SECOND);

            var picture = bob.received(camera);
            assertThat(picture.breaks).isEmpty();
            // Each direction may lose the packet, its request and its repetition: what is left after all tries is next to nothing.
            assertThat(picture.lost.size()).as("%s, seed %d", picture, seed).isLessThanOrEqualTo(picture.packets / 1_000);
            assertThat(picture.frames.size()).as("%s, seed %d", picture, seed).isGreaterThan(58 * 30);
            assertThat(picture.repaired).isGreaterThan(100);
            assertThat(camera.layer(0).retransmitted).isGreaterThan(100);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void packets_that_differ_by_a_byte_are_made_equal_where_a_repetition_has_a_number_of_its_own(boolean rtx) {
        var net = VirtualNet.seeded(14);
        try (var room = new Room(net)) {
            var ann = room.publisher("ann");
            var bob = room.subscriber("bob").conditions(link -> link.loss(0.02));
            if (!rtx) bob.unsupported("rtx");
            var camera = ann.publish(Source.camera("TR_camera"));
            camera.bodyBytes = 1_001;
            camera.ragged = true;
            bob.subscribe(ann, camera);
            room.connected(ann, bob);
            var picture = bob.received(camera);
            picture.doubts = true;
            net.run(20 * SECOND);

            assertThat(picture.breaks).isEmpty();
            if (!rtx) assertThat(picture.repetitions).isPositive();
            assertThat(picture.frames).hasSizeGreaterThan(19 * 30);
            assertThat(picture.nacksSent).isPositive();
            assertThat(picture.lengths).hasSize(rtx ? 1 : 2);
        }
    }

    @Test
    void nothing_is_sealed_twice_when_a_client_gives_up_retransmission_streams_in_the_call() {
        var net = VirtualNet.seeded(15);
        try (var room = new Room(net)) {
            var ann = room.publisher("ann");
            var bob = room.subscriber("bob").conditions(link -> link.delay(100 * MILLI));
            var camera = ann.publish(Source.camera("TR_camera"));
            camera.bodyBytes = 1_001;
            camera.ragged = true;
            bob.subscribe(ann, camera);
            room.connected(ann, bob);
            var picture = bob.received(camera);
            picture.doubts = true;
            net.run(2 * SECOND);
            int before = picture.nacksSent;
            bob.unsupported("rtx");
            bob.subscribe(ann, ann.publish(Source.microphone("TR_microphone")));
            net.run(5 * SECOND);

            assertThat(picture.lengths).as("padded before, not after").hasSize(3);
            assertThat(picture.nacksSent).isGreaterThan(before);
            assertThat(picture.breaks).isEmpty();
        }
    }

    @Test
    void packets_name_their_section_until_the_client_has_spoken_of_them() {
        var net = VirtualNet.seeded(16);
        try (var room = new Room(net)) {
            var ann = room.publisher("ann");
            var bob = room.single("bob").conditions(link -> link.delay(20 * MILLI).loss(0.05));
            bob.unsupported("rtx");
            var camera = ann.publish(Source.camera("TR_camera"));
            var microphone = ann.publish(Source.microphone("TR_microphone"));
            bob.publish(Source.microphone("TR_bob"));
            net.settle();
            bob.subscribe(ann, camera);
            bob.subscribe(ann, microphone);
            room.connected(ann, bob);
            List<Incoming> both = List.of(bob.received(camera), bob.received(microphone));
            for (Incoming track : both) {
                track.doubts = true;
                track.repairsAudio = true;
            }
            net.run(10 * SECOND);

            assertThat(both.get(0).mids).hasSize(1).isNotEqualTo(both.get(1).mids);
            for (Incoming track : both) {
                assertThat(track.mids).hasSize(1);
                assertThat(track.named).as("%s", track).isBetween(1, 250);
                assertThat(track.packets).isGreaterThan(450);
                assertThat(track.repetitions).isPositive();
                assertThat(track.breaks).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"21, 20, 30, 0.0, 0.0", "22, 200, 0, 0.0, 0.0", "23, 200, 60, 0.02, 0.05", "24, 20, 0, 0.0, 0.2", "25, 5, 80, 0.01, 0.02"})
    void delay_reordering_and_duplication(long seed, long delayMillis, long jitterMillis, double loss, double duplication) {
        var net = VirtualNet.seeded(seed);
        try (var room = new Room(net)) {
            var ann = room.publisher("ann").conditions(link -> link.delay(delayMillis * MILLI).jitter(jitterMillis * MILLI).loss(loss).duplication(duplication));
            var bob = room.subscriber("bob").conditions(link -> link.delay(delayMillis * MILLI).jitter(jitterMillis * MILLI).loss(loss).duplication(duplication));
            var camera = ann.publish(Source.camera("TR_camera"));
            var microphone = ann.publish(Source.microphone("TR_microphone"));
            bob.subscribe(ann, camera);
            bob.subscribe(ann, microphone);
            room.connected(ann, bob);
            net.run(30 * SECOND);

            var picture = bob.received(camera);
            assertThat(picture.breaks).isEmpty();
            assertThat(picture.lost.size()).as("%s, seed %d", picture, seed).isLessThanOrEqualTo(loss == 0 ? 0 : picture.packets / 500);
            assertThat(picture.frames.size()).as("%s, seed %d", picture, seed).isGreaterThan(28 * 30);
            var sound = bob.received(microphone);
            assertThat(sound.breaks).isEmpty();
            assertThat(sound.frames.size()).as("%s, seed %d", sound, seed).isGreaterThan((int) (29 * 50 * (1 - 2.5 * loss)) - 50);
        }
    }

    @Test
    void a_call_before_the_zero_of_monotonic_time() {
        var net = VirtualNet.startingAt(31, -15 * SECOND);
        try (var room = new Room(net)) {
            var ann = room.publisher("ann").conditions(link -> link.loss(0.02));
            var bob = room.subscriber("bob");
            var camera = ann.publish(Source.simulcast("TR_camera"));
            bob.subscribe(ann, camera);
            room.connected(ann, bob);
            net.run(30 * SECOND);
            assertThat(bob.received(camera).isContinuous().frames.size()).isGreaterThan(28 * 30);
            assertThat(ann.feedback.breaks).isEmpty();
        }
    }

    @Test
    void three_people_on_one_connection_each() {
        var net = VirtualNet.seeded(41);
        try (var room = new Room(net)) {
            var people = new Client[] {room.single("ann"), room.single("bob"), room.single("cat")};
            var cameras = new Source[3];
            for (int i = 0; i < 3; i++) {
                cameras[i] = people[i].publish(Source.simulcast("TR_camera_" + i));
                people[i].publish(Source.microphone("TR_microphone_" + i));
            }
            net.settle();
            for (var viewer : people)
                for (int i = 0; i < 3; i++)
                    if (people[i] != viewer) {
                        viewer.subscribe(people[i], cameras[i]);
                        viewer.subscribe(people[i], "TR_microphone_" + i, TrackPreference.EVERYTHING);
                    }
            room.connected(people);
            net.run(20 * SECOND);
            for (var viewer : people)
                for (int i = 0; i < 3; i++) {
                    if (people[i] == viewer) continue;
                    assertThat(viewer.received(cameras[i]).isContinuous().frames.size()).isGreaterThan(18 * 30);
                    assertThat(viewer.incoming.get("TR_microphone_" + i).isContinuous().frames.size()).isGreaterThan(18 * 50);
                }
            assertThat(room.drops(Drop.RTP_UNKNOWN_SSRC)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {61, 62, 63})
    void people_find_each_other_over_bad_networks(long seed) {
        var net = VirtualNet.seeded(seed);
        try (var room = new Room(net)) {
            var ann = room.publisher("ann");
            var bob = room.subscriber("bob");
            for (var client : new Client[] {ann, bob}) {
                client.up.loss(0.1).jitter(40 * MILLI).duplication(0.1);
                client.down.loss(0.1).jitter(40 * MILLI).duplication(0.1);
            }
            var camera = ann.publish(Source.camera("TR_camera"));
            bob.subscribe(ann, camera);
            room.connected(ann, bob);
            net.run(5 * SECOND);
            assertThat(bob.received(camera).frames).hasSizeGreaterThan(60);
        }
    }

    @Test
    void the_same_seed_makes_the_same_call() {
        assertThat(lossyCall(51)).isEqualTo(lossyCall(51)).isNotEqualTo(lossyCall(52));
    }

    private static String lossyCall(long seed) {
        var net = VirtualNet.seeded(seed);
        try (var room = new Room(net)) {
            var ann = room.publisher("ann").conditions(link -> link.loss(0.03).jitter(15 * MILLI));
            var bob = room.subscriber("bob").conditions(link -> link.loss(0.03).jitter(15 * MILLI));
            var camera = ann.publish(Source.camera("TR_camera"));
            bob.subscribe(ann, camera);
            room.connected(ann, bob);
            net.run(10 * SECOND);
            return bob.received(camera).toString();
        }
    }
}
