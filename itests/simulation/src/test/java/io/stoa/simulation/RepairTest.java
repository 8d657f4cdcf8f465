package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done about packets that are lost, their requests and their repetitions, too. */
class RepairTest {
    private static final int TOP = 2;

    final VirtualNet net = VirtualNet.seeded(1_301);
    final Room room = new Room(net);
    final Client ann = room.publisher("ann");
    final Client bob = room.subscriber("bob");
    final Source camera = Source.simulcast("TR_camera");

    @AfterEach
    void close() {
        room.close();
    }

    private Incoming call() {
        ann.publish(camera);
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        net.run(3 * SECOND);
        assertThat(bob.received(camera).last().layer()).isEqualTo(TOP);
        bob.received(camera).asChromium();
        return bob.received(camera);
    }

    private static boolean isOf(byte[] datagram, int ssrc) {
        return datagram.length > 12 && (datagram[0] & 0xc0) == 0x80 && Bytes.i32(datagram, 8) == ssrc;
    }

    /** The next packet of the layer is lost, and whatever repeats it for so long. */
    private void lose(Client sender, int ssrc, int rtxSsrc, long nanos) {
        boolean[] once = {true};
        Link link = sender == ann ? ann.up : bob.down;
        link.lost = datagram -> {
            if (isOf(datagram, rtxSsrc)) return true;
            boolean first = once[0] && isOf(datagram, ssrc);
            if (first) once[0] = false;
            return first;
        };
        net.in(nanos, () -> link.lost = datagram -> false);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 300, 500})
    void a_path_that_repeats_nothing_for_a_while_is_outlived(int millis) {
        var seen = call();
        long since = net.now();
        lose(ann, camera.ssrc(TOP), camera.rtxSsrc(TOP), millis * MILLI);
        net.run(4 * SECOND);
        assertThat(seen.isContinuous().isDecodable().longestFreeze(since, net.now()) / MILLI).isBetween((long) millis, millis + 250L);
        assertThat(seen.since(since)).as("without another key frame").noneMatch(Incoming.Frame::key);
    }

    @Test
    void what_the_publisher_cannot_repeat_is_replaced_by_a_key_frame_long_before_the_viewer_asks_for_one() {
        var seen = call();
        long since = net.now();
        lose(ann, camera.ssrc(TOP), camera.rtxSsrc(TOP), 5 * SECOND);
        net.run(2 * SECOND);
        assertThat(seen.keyFramesAsked).isZero();
        assertThat(seen.since(since)).anyMatch(Incoming.Frame::key);
        assertThat(seen.last().at()).isGreaterThan(net.now() - 100 * MILLI);
        assertThat(seen.breaks).isEmpty();
        int keyFrames = camera.layer(TOP).keyFrames.size();
        net.run(3 * SECOND);
        assertThat(camera.layer(TOP).keyFrames).as("once").hasSize(keyFrames);
    }

    @Test
    void nobody_is_bothered_by_what_is_lost_of_a_layer_that_nobody_is_shown() {
        call();
        int asked = camera.layer(0).keyFramesAskedAt.size();
        lose(ann, camera.ssrc(0), camera.rtxSsrc(0), 5 * SECOND);
        net.run(4 * SECOND);
        assertThat(camera.layer(0).keyFramesAskedAt).hasSize(asked);
    }

    @Test
    void a_client_that_asks_ten_times_is_answered_ten_times() {
        var seen = call();
        long since = net.now();
        lose(bob, seen.ssrc, seen.rtxSsrc(), 850 * MILLI);
        net.run(4 * SECOND);
        assertThat(seen.isContinuous().isDecodable().longestFreeze(since, net.now()) / MILLI).isBetween(850L, 1_100L);
    }

    @Test
    void a_lost_request_for_a_key_frame_is_repeated_as_soon_as_it_can_be_known_to_be_lost() {
        var seen = call();
        for (int i = 0; i < 5; i++) {
            ann.down.loss = 1;
            long asked = net.now();
            seen.askForKeyFrame(asked);
            net.run(100 * MILLI);
            ann.down.loss = 0;
            net.run(3 * SECOND);
            var key = seen.since(asked).stream().filter(Incoming.Frame::key).toList();
            assertThat(key).hasSize(1);
            assertThat((key.getFirst().at() - asked) / MILLI).isBetween(100L, 700L);
        }
    }

    @Test
    void who_gets_key_frames_as_asked_for_is_asked_no_oftener_than_before() {
        var seen = call();
        int before = camera.layer(TOP).keyFrames.size();
        for (int i = 0; i < 50; i++) net.in(i * 100 * MILLI, () -> seen.askForKeyFrame(net.now()));
        net.run(5 * SECOND);
        assertThat(camera.layer(TOP).keyFrames.size() - before).isBetween(4, 6);
    }
}
