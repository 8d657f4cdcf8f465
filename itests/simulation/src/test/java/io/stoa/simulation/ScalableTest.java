package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.forward.Engines;
import io.stoa.media.TrackPreference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** All spatial layers in one stream, of which every viewer gets one. */
class ScalableTest {
    final VirtualNet net = VirtualNet.seeded(204);
    final Room room = new Room(net);
    final Client ann = room.publisher("ann");
    final Client bob = room.subscriber("bob");
    final Client cid = room.subscriber("cid");
    final Source camera = ann.publish(Source.scalable("TR_camera", 3));

    @BeforeEach
    void call() {
        bob.subscribe(ann, camera);
        cid.subscribe(ann, camera);
        room.connected(ann, bob, cid);
        net.run(3 * SECOND);
    }

    @AfterEach
    void close() {
        room.close();
    }

    private void prefer(Client viewer, int spatial) {
        viewer.peer.prefer(camera.trackSid, new TrackPreference(true, spatial, 3));
    }

    @Test
    void everybody_gets_the_highest_layer_alone() {
        var picture = bob.received(camera).isContinuous().isDecodable();
        assertThat(picture.since(net.now() - SECOND)).hasSizeBetween(29, 31).allMatch(frame -> frame.layer() == 2);
        assertThat(room.drops(Drop.SPATIAL_LAYER)).isPositive();
    }

    @Test
    void down_and_up_at_key_frames_while_others_notice_nothing() {
        for (int wish : new int[] {0, 2, 1, 0, 1, 2}) {
            prefer(bob, wish);
            net.run(2 * SECOND);
            assertThat(bob.received(camera).last().layer()).isEqualTo(wish);
        }
        var picture = bob.received(camera).isContinuous().isDecodable();
        assertThat(picture.longestFreeze(picture.frames.getFirst().at(), net.now())).isLessThan(100 * MILLI);
        assertThat(picture.keyFramesAsked).isZero();
        assertThat(cid.received(camera).isContinuous().isDecodable().since(net.now() - SECOND)).allMatch(frame -> frame.layer() == 2);
    }

    @Test
    void lost_and_reordered_packets_are_repaired_whatever_layer_they_are_of() {
        prefer(bob, 1);
        net.run(SECOND);
        ann.up.loss(0.03).jitter(20 * MILLI);
        bob.down.loss(0.03);
        net.run(20 * SECOND);
        ann.up.loss(0).jitter(0);
        bob.down.loss(0);
        net.run(2 * SECOND);
        var picture = bob.received(camera).isContinuous().isDecodable();
        assertThat(picture.last().layer()).isEqualTo(1);
        assertThat(picture.repaired).isPositive();
    }

    @Test
    void another_engine_goes_on_with_the_layer() {
        prefer(bob, 1);
        net.run(SECOND);
        int keyFrames = camera.layer(0).keyFrames.size();
        for (int i = 0; i < 20; i++) {
            room.swap(Engines.named("engine " + i));
            net.run(170 * MILLI);
        }
        assertThat(bob.received(camera).isContinuous().isDecodable().last().layer()).isEqualTo(1);
        assertThat(camera.layer(0).keyFrames).hasSize(keyFrames);
    }

    @Test
    void what_does_not_fit_goes_in_a_lower_layer() {
        bob.down.capacity(300_000);
        net.run(20 * SECOND);
        assertThat(bob.received(camera).since(net.now() - 3 * SECOND)).isNotEmpty().allMatch(frame -> frame.layer() < 2);
        assertThat(cid.received(camera).last().layer()).isEqualTo(2);
    }
}
