package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.media.TrackPreference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers that viewers want, that live and die, and key frames in between. */
class SimulcastTest {
    final VirtualNet net = VirtualNet.seeded(201);
    final Room room = new Room(net);
    final Client ann = room.publisher("ann");
    final Client bob = room.subscriber("bob");
    final Source camera = ann.publish(Source.simulcast("TR_camera"));

    @BeforeEach
    void call() {
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        net.run(3 * SECOND);
    }

    @AfterEach
    void close() {
        room.close();
    }

    @Test
    void everybody_gets_the_best_layer_by_default() {
        assertThat(bob.received(camera).isContinuous().last().layer()).isEqualTo(2);
        assertThat(room.drops(Drop.NOT_TARGET_LAYER)).isPositive();
    }

    @Test
    void down_and_up_at_key_frames() {
        int[] wishes = {0, 2, 1, 0, 1, 2};
        for (int wish : wishes) {
            bob.peer.prefer(camera.trackSid, new TrackPreference(true, wish, 3));
            net.run(2 * SECOND);
            assertThat(bob.received(camera).last().layer()).isEqualTo(wish);
        }
        var picture = bob.received(camera).isContinuous().isDecodable();
        for (int i = 1; i < picture.frames.size(); i++) {
            var frame = picture.frames.get(i);
            if (frame.layer() != picture.frames.get(i - 1).layer()) assertThat(frame.key()).isTrue();
        }
        assertThat(picture.longestFreeze(picture.frames.getFirst().at(), net.now())).isLessThan(100 * MILLI);
    }

    @Test
    void a_layer_that_falls_silent_is_replaced_and_comes_back() {
        camera.layer(2).on = false;
        net.run(4 * SECOND);
        var picture = bob.received(camera);
        assertThat(picture.last().layer()).isEqualTo(1);
        assertThat(picture.longestFreeze(net.now() - 4 * SECOND, net.now())).as("until it counts as gone").isLessThan(1_900 * MILLI);
        camera.layer(2).on = true;
        net.run(2 * SECOND);
        assertThat(picture.isContinuous().isDecodable().last().layer()).isEqualTo(2);
    }

    @Test
    void all_layers_pause_and_the_lowest_comes_back_first() {
        for (int layer = 0; layer < 3; layer++) camera.layer(layer).on = false;
        net.run(6 * SECOND);
        camera.layer(0).on = true;
        net.run(2 * SECOND);
        var picture = bob.received(camera).isContinuous();
        assertThat(picture.last().layer()).isZero();
        assertThat(picture.last().at()).isGreaterThan(net.now() - 100 * MILLI);
        camera.layer(2).on = true;
        net.run(2 * SECOND);
        assertThat(picture.isContinuous().last().layer()).isEqualTo(2);
    }

    @Test
    void a_viewer_may_pause_and_come_back_with_a_key_frame() {
        bob.peer.prefer(camera.trackSid, new TrackPreference(false, 2, 3));
        net.run(SECOND);
        var picture = bob.received(camera);
        int before = picture.packets;
        net.run(5 * SECOND);
        assertThat(picture.packets).isEqualTo(before);
        bob.peer.prefer(camera.trackSid, TrackPreference.EVERYTHING);
        long back = net.now();
        net.run(SECOND);
        assertThat(picture.isContinuous().isDecodable().since(back).getFirst().key()).isTrue();
        assertThat(picture.since(back).getFirst().at() - back).isLessThan(300 * MILLI);
        assertThat(room.drops(Drop.PAUSED)).isPositive();
    }

    @Test
    void a_late_viewer_sees_a_picture_within_half_a_second_and_others_notice_nothing() {
        var cat = room.subscriber("cat");
        cat.subscribe(ann, camera);
        room.connected(cat);
        long connected = net.now();
        net.run(SECOND);
        assertThat(cat.received(camera).isContinuous().isDecodable().frames.getFirst().at() - connected).isLessThan(500 * MILLI);
        bob.received(camera).isContinuous().isDecodable();
    }

    @Test
    void key_frames_are_asked_of_the_publisher_no_more_often_than_it_bears() {
        for (int i = 0; i < 50; i++)
            net.in(i * 100 * MILLI, () -> {
                bob.rtcp().pli(1, bob.received(camera).ssrc);
                bob.transmitRtcp();
            });
        long begun = net.now();
        net.run(6 * SECOND);
        var asked = camera.layer(2).keyFramesAskedAt.stream().filter(at -> at > begun).toList();
        assertThat(asked).hasSizeBetween(4, 7);
        for (int i = 1; i < asked.size(); i++) assertThat(asked.get(i) - asked.get(i - 1)).isGreaterThanOrEqualTo(990 * MILLI);
        bob.received(camera).isContinuous();
    }

    @ParameterizedTest
    @ValueSource(longs = {211, 212, 213})
    void restless_viewers_over_bad_networks(long seed) {
        var other = VirtualNet.seeded(seed);
        try (var busy = new Room(other)) {
            var publisher = busy.publisher("publisher").conditions(link -> link.loss(0.01).jitter(15 * MILLI));
            var viewer = busy.subscriber("viewer").conditions(link -> link.loss(0.01).jitter(15 * MILLI));
            var source = publisher.publish(Source.simulcast("TR_busy").temporalLayers(2));
            viewer.subscribe(publisher, source);
            busy.connected(publisher, viewer);
            other.run(2 * SECOND);
            for (int i = 0; i < 60; i++) {
                viewer.peer.prefer(source.trackSid, new TrackPreference(other.random.nextInt(8) > 0, other.random.nextInt(3), other.random.nextInt(4)));
                int layer = other.random.nextInt(3);
                source.layer(layer).on = other.random.nextInt(4) > 0;
                other.run(other.random.nextLong(800 * MILLI));
            }
            for (int layer = 0; layer < 3; layer++) source.layer(layer).on = true;
            viewer.peer.prefer(source.trackSid, TrackPreference.EVERYTHING);
            publisher.conditions(link -> link.loss(0).jitter(0));
            viewer.conditions(link -> link.loss(0).jitter(0));
            other.run(5 * SECOND);
            var picture = viewer.received(source);
            assertThat(picture.breaks).as("%s, seed %d", picture, seed).isEmpty();
            assertThat(picture.last().layer()).isEqualTo(2);
            assertThat(picture.last().at()).isGreaterThan(other.now() - 200 * MILLI);
        }
    }
}
