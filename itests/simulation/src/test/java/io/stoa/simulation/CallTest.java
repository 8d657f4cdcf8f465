package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
}
