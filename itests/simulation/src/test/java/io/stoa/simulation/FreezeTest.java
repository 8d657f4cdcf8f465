package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a viewer sees of a picture on its way over two networks that lose packets at random, both ways. */
class FreezeTest {
    private static final int SEEDS = 4;
    private static final int SECONDS = 60;

    /** Of all seeds. */
    private record Seen(double framesPerSecond, List<Long> freezes, int keyFrames) {
        long longest() {
            return freezes.isEmpty() ? 0 : Collections.max(freezes) / MILLI;
        }
    }

    private static Seen call(double loss, long delay, boolean simulcast) {
        double frames = 0;
        int keyFrames = 0;
        List<Long> freezes = new ArrayList<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            var net = VirtualNet.seeded(1_201 + seed);
            try (var room = new Room(net)) {
                var ann = room.publisher("ann");
                var bob = room.subscriber("bob");
                var camera = ann.publish(simulcast ? Source.simulcast("TR_camera") : Source.camera("TR_camera"));
                bob.subscribe(ann, camera);
                room.connected(ann, bob);
                bob.received(camera).asChromium();
                for (var client : List.of(ann, bob)) client.conditions(link -> link.delay(delay).loss(loss));
                net.run(3 * SECOND);
                long since = net.now();
                net.run(SECONDS * SECOND);
                var seen = bob.received(camera);
                assertThat(seen.breaks).as("%s, seed %d", seen, net.seed).isEmpty();
                frames += seen.since(since).size();
                freezes.addAll(seen.freezes(since, net.now()));
                keyFrames += seen.since(since).stream().filter(Incoming.Frame::key).count();
            }
        }
        return new Seen(frames / SEEDS / SECONDS, freezes, keyFrames);
    }

    @ParameterizedTest
    @CsvSource({"1, false", "1, true", "30, false", "30, true", "100, false"})
    void what_is_lost_is_repaired_before_a_viewer_has_to_wait_for_a_key_frame(long delayMillis, boolean simulcast) {
        for (double loss : new double[] {0, 0.02, 0.05, 0.1, 0.2}) {
            Seen seen = call(loss, delayMillis * MILLI, simulcast);
            System.out.printf("%.0f %% lost, %d ms, %s: %.1f frames/s, %.1f freezes per minute, longest %d ms, %d key frames%n",
                    100 * loss, delayMillis, simulcast ? "simulcast" : "one layer", seen.framesPerSecond, (double) seen.freezes.size() / SEEDS, seen.longest(), seen.keyFrames);
            if (loss == 0) assertThat(seen.freezes).isEmpty();
            if (loss < 0.2) assertThat(seen.longest()).as("%s lost: nobody shows nothing for so long that it asks for a key frame", loss).isLessThan(3_000);
        }
    }
}
