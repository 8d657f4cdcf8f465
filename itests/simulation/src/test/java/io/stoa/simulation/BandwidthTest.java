package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.DownstreamSettings;
import io.stoa.media.TrackPreference;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A subscriber behind a narrow line. Layers take about 0.26, 0.5 and 1 Mbit/s, audio 0.13. */
class BandwidthTest {
    final VirtualNet net = VirtualNet.seeded(901);
    final Room room = new Room(net);
    final Client ann = room.publisher("ann");
    final Client bob = room.subscriber("bob");
    final Source camera = wide(Source.simulcast("TR_camera"));
    final Source microphone = Source.microphone("TR_microphone");

    static Source wide(Source source) {
        source.bodyBytes = 1_000;
        return source;
    }

    void call() {
        ann.publish(camera);
        ann.publish(microphone);
        bob.subscribe(ann, camera);
        bob.subscribe(ann, microphone);
        room.connected(ann, bob);
    }

    @AfterEach
    void close() {
        room.close();
    }

    int layer() {
        return bob.received(camera).last().layer();
    }

    /** How often the layer changed between frames since a moment. */
    long switches(long since) {
        var frames = bob.received(camera).since(since);
        long count = 0;
        for (int i = 1; i < frames.size(); i++) if (frames.get(i).layer() != frames.get(i - 1).layer()) count++;
        return count;
    }

    double freeze(long since) {
        return bob.received(camera).longestFreeze(since, net.now()) / 1e9;
    }

    @Test
    void a_wide_line_carries_the_highest_layer_at_once() {
        bob.down.capacity(20_000_000);
        call();
        net.run(SECOND);
        assertThat(layer()).isEqualTo(2);
        net.run(20 * SECOND);
        long settled = net.now();
        net.run(40 * SECOND);
        assertThat(switches(settled)).isZero();
        assertThat(freeze(settled)).isLessThan(0.2);
        bob.received(camera).isContinuous().isDecodable();
    }

    @Test
    void a_line_that_becomes_narrow_gets_what_it_carries_and_becomes_wide_again() {
        bob.down.capacity(3_000_000);
        call();
        net.run(15 * SECOND);
        assertThat(layer()).isEqualTo(2);
        bob.down.capacity(900_000);
        long narrow = net.now();
        boolean down = net.runUntil(() -> layer() < 2, 5 * SECOND);
        System.out.println("down after " + (net.now() - narrow) / MILLI + " ms");
        assertThat(down).isTrue();
        net.run(10 * SECOND);
        long settled = net.now();
        net.run(60 * SECOND);
        System.out.println("narrow: layer " + layer() + ", switches " + switches(settled) + ", longest freeze " + freeze(settled));
        assertThat(layer()).isEqualTo(1);
        assertThat(switches(settled)).isLessThanOrEqualTo(6);
        assertThat(freeze(settled)).isLessThan(1.5);
        bob.down.capacity(3_000_000);
        long wide = net.now();
        boolean up = net.runUntil(() -> layer() == 2, 40 * SECOND);
        System.out.println("up after " + (net.now() - wide) / MILLI + " ms");
        assertThat(up).isTrue();
        net.run(5 * SECOND);
        settled = net.now();
        net.run(30 * SECOND);
        assertThat(switches(settled)).isZero();
        assertThat(bob.received(camera).breaks).isEmpty();
    }

    @Test
    void whenever_a_line_becomes_wide_again_that_is_found_out_within_seconds() {
        bob.down.capacity(3_000_000);
        call();
        net.run(15 * SECOND);
        long longest = 0;
        for (int seconds = 30; seconds < 40; seconds++) {
            bob.down.capacity(900_000);
            net.run(seconds * SECOND);
            assertThat(layer()).isLessThan(2);
            bob.down.capacity(3_000_000);
            long wide = net.now();
            assertThat(net.runUntil(() -> layer() == 2, 40 * SECOND)).isTrue();
            longest = Math.max(longest, net.now() - wide);
            net.run(10 * SECOND);
        }
        System.out.println("wide again: the longest of ten " + longest / MILLI + " ms");
        assertThat(longest / MILLI).isLessThan(8_000);
        assertThat(bob.received(camera).breaks).isEmpty();
    }

    @Test
    void audio_does_not_suffer() {
        bob.down.capacity(600_000);
        bob.down.queue = 200 * MILLI;
        call();
        net.run(10 * SECOND);
        int lost = bob.received(microphone).lost.size();
        int before = bob.received(microphone).packets;
        net.run(60 * SECOND);
        System.out.println("audio lost " + (bob.received(microphone).lost.size() - lost) + " of " + (bob.received(microphone).packets - before));
        assertThat(bob.received(microphone).lost.size() - lost).isLessThan(60);
    }

    @Test
    void a_cap_is_obeyed_at_once_and_forgotten_at_once() {
        call();
        net.run(3 * SECOND);
        assertThat(layer()).isEqualTo(2);
        bob.peer.downstream(new DownstreamSettings(false, 400_000));
        net.run(800 * MILLI);
        assertThat(layer()).isZero();
        net.run(10 * SECOND);
        assertThat(layer()).isZero();
        bob.peer.downstream(DownstreamSettings.DEFAULT);
        net.run(2 * SECOND);
        assertThat(layer()).isEqualTo(2);
        bob.received(camera).isContinuous();
    }

    @Test
    void a_track_that_does_not_fit_is_paused_where_that_is_allowed_and_comes_back() {
        call();
        bob.peer.downstream(new DownstreamSettings(true, 0));
        net.run(3 * SECOND);
        bob.peer.downstream(new DownstreamSettings(true, 20_000));
        net.run(SECOND);
        assertThat(bob.events).contains("subscription TR_camera PAUSED");
        int before = bob.received(camera).packets;
        int spoken = bob.received(microphone).packets;
        net.run(5 * SECOND);
        assertThat(bob.received(camera).packets).isEqualTo(before);
        assertThat(bob.received(microphone).packets - spoken).as("audio goes on").isBetween(245, 255);
        bob.peer.downstream(new DownstreamSettings(true, 0));
        long back = net.now();
        net.run(2 * SECOND);
        assertThat(bob.events.getLast()).isEqualTo("subscription TR_camera RESUMED");
        assertThat(bob.received(camera).since(back).getFirst().key()).isTrue();
        assertThat(layer()).isEqualTo(2);
        bob.received(camera).isContinuous().isDecodable();
    }

    @Test
    void temporal_layers_go_before_the_picture_does() {
        camera.temporalLayers(2);
        call();
        net.run(3 * SECOND);
        bob.peer.downstream(new DownstreamSettings(true, 300_000));
        net.run(4 * SECOND);
        long since = net.now();
        net.run(5 * SECOND);
        var frames = bob.received(camera).since(since);
        assertThat(frames).hasSizeBetween(70, 80).allMatch(frame -> frame.layer() == 0 && frame.temporal() == 0);
        assertThat(bob.events).doesNotContain("subscription TR_camera PAUSED");
        bob.received(camera).isContinuous().isDecodable();
    }

    @Test
    void the_screen_comes_before_the_cameras_and_these_share_the_rest() {
        Source screen = ann.publish(wide(Source.camera("TR_screen")));
        Source second = ann.publish(wide(Source.simulcast("TR_second")));
        call();
        bob.subscribe(ann, "TR_screen", new TrackPreference(true, 2, 3, 255));
        bob.subscribe(ann, second);
        net.run(5 * SECOND);
        bob.peer.downstream(new DownstreamSettings(true, 1_700_000));
        net.run(5 * SECOND);
        long since = net.now();
        net.run(5 * SECOND);
        assertThat(bob.received(screen).since(since)).hasSizeBetween(148, 152);
        assertThat(List.of(layer(), bob.received(second).last().layer())).containsExactly(1, 1);
    }

    @Test
    void two_cameras_over_a_line_for_one_and_a_half_do_not_take_turns() {
        Source second = ann.publish(wide(Source.simulcast("TR_second")));
        bob.down.capacity(1_500_000);
        call();
        bob.subscribe(ann, second);
        net.run(20 * SECOND);
        long settled = net.now();
        net.run(60 * SECOND);
        System.out.println("two cameras: layers " + layer() + " " + bob.received(second).last().layer() + ", switches " + switches(settled) + ", freeze " + freeze(settled));
        assertThat(switches(settled)).isLessThanOrEqualTo(8);
        assertThat(freeze(settled)).isLessThan(1.5);
    }

    @Test
    void a_client_that_tells_nothing_is_sent_what_is_usual() {
        bob.reportsArrivals = false;
        call();
        net.run(10 * SECOND);
        assertThat(layer()).isEqualTo(2);
        bob.received(camera).isContinuous().isDecodable();
    }

    @Test
    void where_there_is_one_connection_it_is_the_same() {
        Client cat = room.single("cat");
        ann.publish(camera);
        cat.offer(false);
        cat.subscribe(ann, camera);
        room.connected(ann, cat);
        net.run(3 * SECOND);
        assertThat(cat.received(camera).last().layer()).isEqualTo(2);
        cat.down.capacity(700_000);
        net.run(10 * SECOND);
        assertThat(cat.received(camera).last().layer()).isLessThan(2);
        cat.peer.downstream(new DownstreamSettings(true, 20_000));
        net.run(SECOND);
        assertThat(cat.events).contains("subscription TR_camera PAUSED");
        assertThat(cat.received(camera).breaks).isEmpty();
    }

    @Test
    void an_estimate_of_the_client_is_believed_where_it_tells_no_arrivals() {
        bob.reportsArrivals = false;
        call();
        net.run(3 * SECOND);
        assertThat(layer()).isEqualTo(2);
        for (int i = 0; i < 10; i++) net.in(i * SECOND, () -> bob.sendProtectedRtcp(remb(500_000)));
        net.run(10 * SECOND);
        assertThat(layer()).isZero();
        bob.sendProtectedRtcp(remb(5_000_000));
        net.run(4 * SECOND);
        assertThat(layer()).isEqualTo(2);
        bob.received(camera).isContinuous();
    }

    private static byte[] remb(int bps) {
        byte[] packet = {(byte) 0x8f, (byte) 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 'R', 'E', 'M', 'B', 1, 0, 0, 0, 0, 0, 0, 2};
        int mantissa = bps >> 6;
        packet[17] = (byte) (6 << 2 | mantissa >> 16);
        packet[18] = (byte) (mantissa >> 8);
        packet[19] = (byte) mantissa;
        return packet;
    }

    @Test
    void a_burst_of_a_key_frame_waits_for_its_turn_and_nothing_is_lost() {
        bob.down.capacity(1_500_000);
        bob.down.queue = 60 * MILLI;
        call();
        net.run(10 * SECOND);
        long dropped = bob.down.dropped;
        for (int i = 0; i < 10; i++) {
            bob.received(camera).askForKeyFrame(net.now());
            net.run(2 * SECOND);
        }
        System.out.println("key frames: dropped " + (bob.down.dropped - dropped) + ", layer " + layer());
        assertThat(bob.down.dropped - dropped).isLessThan(30);
        assertThat(bob.received(camera).breaks).isEmpty();
    }
}
