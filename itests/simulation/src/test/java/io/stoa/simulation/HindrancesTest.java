package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.forward.Engines;
import io.stoa.media.Hindrance;
import io.stoa.media.TrackPreference;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Why a subscriber does not see a track has a name at every step of its way. */
class HindrancesTest {
    final VirtualNet net = VirtualNet.seeded(977);
    final Room room = new Room(net);
    final Client ann = room.publisher("ann");
    final Client bob = room.subscriber("bob");
    final Source camera = Source.camera("TR_camera");

    @AfterEach
    void close() {
        room.close();
    }

    private List<Hindrance> why(String trackSid) {
        var asked = bob.peer.hindrances(trackSid).toCompletableFuture();
        assertThat(net.runUntil(asked::isDone, SECOND)).as("seed %d", net.seed).isTrue();
        return asked.join();
    }

    @Test
    void before_there_is_a_call() {
        assertThat(why("TR_camera")).containsExactly(Hindrance.NO_SUBSCRIPTION);
        bob.subscribe(ann, "TR_camera", TrackPreference.EVERYTHING);
        assertThat(why("TR_camera")).containsExactly(Hindrance.PUBLISHER_NOT_CONNECTED, Hindrance.NO_MEDIA_SECTION, Hindrance.NOT_CONNECTED);
    }

    @Test
    void in_a_call_one_after_the_other() {
        camera.paused = true;
        ann.publish(camera);
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        net.run(SECOND);
        assertThat(why("TR_camera")).containsExactly(Hindrance.NO_PACKETS);

        camera.paused = false;
        net.run(SECOND);
        assertThat(why("TR_camera")).isEmpty();
        assertThat(bob.received(camera).packets).isPositive();

        camera.paused = true;
        net.run(4 * SECOND);
        assertThat(why("TR_camera")).containsExactly(Hindrance.SILENT);
        camera.paused = false;
        net.run(SECOND);

        ann.peer.setPublicationMuted("TR_camera", true);
        bob.peer.prefer("TR_camera", new TrackPreference(false, 2, 3));
        net.run(100 * MILLI);
        assertThat(why("TR_camera")).containsExactly(Hindrance.MUTED, Hindrance.PAUSED);
        ann.peer.setPublicationMuted("TR_camera", false);
        bob.peer.prefer("TR_camera", TrackPreference.EVERYTHING);
        net.run(SECOND);
        assertThat(why("TR_camera")).isEmpty();

        room.stop();
        assertThat(why("TR_camera")).containsExactly(Hindrance.NO_ENGINE);
        room.start(Engines.named("the next"));
        net.run(SECOND);
        assertThat(why("TR_camera")).isEmpty();

        ann.vanish();
        net.run(20 * SECOND);
        assertThat(why("TR_camera")).contains(Hindrance.PUBLISHER_NOT_CONNECTED);
    }

    @Test
    void until_the_client_has_taken_it() {
        ann.publish(camera);
        room.connected(ann);
        bob.subscribe(ann, camera); // asked in the same turn
        assertThat(why("TR_camera")).contains(Hindrance.NOT_NEGOTIATED);
        room.connected(bob);
        net.run(SECOND);
        assertThat(why("TR_camera")).isEmpty();
    }

    @Test
    void a_codec_that_the_client_does_not_take_ends_the_subscription() {
        bob.unsupported("VP8");
        ann.publish(camera);
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        net.run(SECOND);
        assertThat(bob.events).anyMatch(event -> event.contains("CODEC_UNSUPPORTED"));
        assertThat(why("TR_camera")).containsExactly(Hindrance.NO_SUBSCRIPTION);
    }
}
