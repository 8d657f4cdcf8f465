package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.stoa.forward.Engines;
import io.stoa.media.PeerSpec.Playout;
import io.stoa.media.PeerSpec.Role;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Spec 6.10, 6.13: when something was captured, and when it is to be played. */
class PlayoutTest {
    final VirtualNet net = VirtualNet.seeded(901);
    final Room room = new Room(net, 2);

    @AfterEach
    void close() {
        room.close();
    }

    private Client client(String name, Role role) {
        return room.onLoop(0).client(name, role);
    }

    // -- time of capture

    /** @return of how many frames the receiver knows when they were captured */
    private static int captured(Source source, Incoming track) {
        int known = 0;
        for (Incoming.Frame frame : track.frames) {
            Long at = track.captured.get(frame.timestamp());
            if (at == null) continue;
            assertThat(at).as("frame %d of %s", frame.number(), track).isEqualTo(source.captured.get(frame.number()));
            known++;
        }
        return known;
    }

    @Test
    void the_time_of_capture_is_told_as_the_publisher_has_said_it_also_in_repetitions_and_across_a_swap() {
        Client ann = client("ann", Role.PUBLISHER);
        Source camera = Source.camera("TR_camera");
        Source microphone = Source.microphone("TR_microphone");
        camera.capturesEvery = 3;
        microphone.capturesEvery = 5;
        ann.publish(camera);
        ann.publish(microphone);
        Client bob = client("bob", Role.SUBSCRIBER).conditions(link -> link.loss(0.02));
        Client cat = client("cat", Role.SINGLE);
        cat.offer(false);
        Client dan = room.onLoop(1).client("dan", Role.SUBSCRIBER);
        dan.unsupported("rtx");
        List<Client> all = List.of(bob, cat, dan);
        for (Client one : all) {
            one.subscribe(ann, camera);
            one.subscribe(ann, microphone);
        }
        room.connected(ann, bob, cat, dan);
        net.run(SECOND);
        for (Client one : all) {
            one.received(camera).doubts = true;
            one.received(microphone).doubts = true;
            one.received(microphone).repairsAudio = true;
        }
        net.run(5 * SECOND);
        room.swap(Engines.named("second"));
        net.run(5 * SECOND);
        for (Client one : all) {
            for (Source source : List.of(camera, microphone)) {
                Incoming track = one.received(source);
                assertThat(track.breaks).as("%s, seed %d", track, net.seed).isEmpty();
                int said = track.frames.size() / source.capturesEvery;
                assertThat(captured(source, track)).as("%s, seed %d", track, net.seed).isBetween(said * 9 / 10, said + 2);
                sameClock(source, track);
            }
            assertThat(one.received(microphone).repetitions).as("under their own numbers").isPositive();
        }
        assertThat(dan.received(camera).repetitions).isPositive();
    }

    /** Frames were captured when sender reports say it. */
    private static void sameClock(Source source, Incoming track) {
        Incoming.Frame frame = track.frames.reversed().stream().filter(f -> track.captured.containsKey(f.timestamp())).findFirst().orElseThrow();
        Incoming.SenderReport report = track.senderReports.getLast();
        double byReport = seconds(report.ntp()) + (frame.timestamp() - report.timestamp()) / (double) source.coding.clockRate;
        assertThat(seconds(track.captured.get(frame.timestamp()))).as(track.toString()).isCloseTo(byReport, offset(0.005));
    }

    private static double seconds(long ntp) {
        return (ntp >>> 32) + (ntp & 0xffff_ffffL) / 4_294_967_296.0;
    }

    @Test
    void of_what_was_only_in_the_redundancy_of_later_packets_it_is_not_known() {
        room.red = true;
        Client ann = client("ann", Role.PUBLISHER);
        Source microphone = Source.microphone("TR_microphone", 2);
        microphone.capturesEvery = 1;
        ann.publish(microphone);
        Client bob = client("bob", Role.SUBSCRIBER);
        Client cat = client("cat", Role.SUBSCRIBER);
        cat.unsupported("red");
        for (Client one : List.of(bob, cat)) one.subscribe(ann, microphone);
        room.connected(ann, bob, cat);
        net.run(SECOND);
        cat.received(microphone).doubts = true;
        ann.up.loss(0.1);
        net.run(20 * SECOND);
        for (Client one : List.of(bob, cat)) {
            Incoming track = one.received(microphone);
            assertThat(track.breaks).as("%s, seed %d", track, net.seed).isEmpty();
            assertThat(captured(microphone, track)).as(track.toString()).isGreaterThan(800);
        }
        assertThat(bob.received(microphone).redPackets).isPositive();
        Incoming plain = cat.received(microphone);
        assertThat(plain.repetitions).isPositive();
        long recovered = plain.frames.stream().filter(f -> !plain.captured.containsKey(f.timestamp())).count();
        assertThat(recovered).as("heard out of redundancy").isGreaterThan(20);
    }

    // -- delay

    private Incoming delayed(Client viewer, boolean bursty) {
        Client ann = client("ann", Role.PUBLISHER);
        Source camera = ann.publish(Source.camera("TR_camera"));
        Source microphone = ann.publish(Source.microphone("TR_microphone"));
        if (viewer.role == Role.SINGLE) viewer.offer(false);
        viewer.subscribe(ann, camera, camera.trackSid, bursty);
        viewer.subscribe(ann, microphone);
        room.connected(ann, viewer);
        net.run(10 * SECOND);
        assertThat(viewer.received(microphone).delays).isEmpty();
        return viewer.received(camera);
    }

    @ParameterizedTest
    @EnumSource(value = Role.class, names = {"SUBSCRIBER", "SINGLE"})
    void a_delay_is_told_until_it_is_acknowledged_and_follows_the_jitter(Role role) {
        room.playout = Playout.delayed(100, 400, false);
        Client bob = client("bob", role);
        Incoming picture = delayed(bob, false);
        assertThat(picture.delays).isNotEmpty().allSatisfy(delay -> {
            assertThat(delay.shortest()).isEqualTo(100);
            assertThat(delay.longest()).isEqualTo(400);
        });
        assertThat(net.now() - picture.delays.getLast().at()).as("acknowledged").isGreaterThan(7 * SECOND);
        int packets = picture.packets;
        assertThat(picture.delays).hasSizeLessThan(packets / 4);

        bob.down.jitter(250 * MILLI);
        net.run(20 * SECOND);
        assertThat(picture.delays.getLast().shortest()).as("seed %d", net.seed).isEqualTo(400);
        bob.down.jitter(0);
        net.run(20 * SECOND);
        assertThat(picture.delays.getLast().shortest()).as("seed %d", net.seed).isEqualTo(100);
        Incoming.Delay before = null;
        List<Incoming.Delay> inOrder = picture.delays.stream().sorted(Comparator.comparingInt(d -> (short) (d.seq() - picture.highestSeq()))).toList();
        for (Incoming.Delay delay : inOrder) {
            if (before != null) assertThat(Math.abs(delay.shortest() - before.shortest())).as("from %s to %s", before, delay).isLessThanOrEqualTo(90);
            before = delay;
        }
        assertThat(picture.breaks).isEmpty();
    }

    @Test
    void it_is_told_with_every_packet_while_nobody_acknowledges_it() {
        room.playout = Playout.delayed(100, 0, false);
        Client bob = client("bob", Role.SUBSCRIBER);
        bob.reports = false;
        Incoming picture = delayed(bob, false);
        assertThat(picture.delays).hasSizeGreaterThan(picture.packets - 5).extracting(Incoming.Delay::longest).containsOnly(10_000);
        room.swap(Engines.named("second"));
        int before = picture.delays.size();
        net.run(SECOND);
        assertThat(picture.delays).hasSizeGreaterThan(before + 30);
    }

    @Test
    void bursts_of_a_screen_do_not_lengthen_it() {
        room.playout = Playout.delayed(100, 400, false);
        Client bob = client("bob", Role.SUBSCRIBER);
        Incoming picture = delayed(bob, true);
        int told = picture.delays.size();
        bob.down.jitter(120 * MILLI);
        net.run(10 * SECOND);
        assertThat(picture.delays).hasSize(told);
    }

    @Test
    void it_is_not_told_where_packets_are_repeated_under_their_own_numbers() {
        room.playout = Playout.delayed(100, 400, false);
        Client bob = client("bob", Role.SUBSCRIBER).conditions(link -> link.loss(0.02));
        bob.unsupported("rtx");
        Incoming picture = delayed(bob, false);
        picture.doubts = true;
        net.run(10 * SECOND);
        assertThat(picture.repetitions).isPositive();
        assertThat(picture.breaks).isEmpty();
        assertThat(picture.delays).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = Role.class, names = {"SUBSCRIBER", "SINGLE"})
    void rooms_without_a_delay_ask_for_none(Role role) {
        assertThat(delayed(client("bob", role), false).delays).isEmpty();
    }

    // -- streams

    @ParameterizedTest
    @EnumSource(value = Role.class, names = {"SUBSCRIBER", "SINGLE"})
    void tracks_that_are_played_together_share_a_stream_and_no_section(Role role) {
        assertThat(sections(new Playout(false, 0, 0, true), role)).isEqualTo("a section of its own, and the first one back");
    }

    @ParameterizedTest
    @EnumSource(value = Role.class, names = {"SUBSCRIBER", "SINGLE"})
    void others_use_the_sections_that_are_free(Role role) {
        assertThat(sections(Playout.AS_IT_COMES, role)).isEqualTo("the first one's section");
    }

    private String sections(Playout playout, Role role) {
        room.playout = playout;
        Client ann = client("ann", Role.PUBLISHER);
        Source camera = ann.publish(Source.camera("TR_camera"));
        Source microphone = ann.publish(Source.microphone("TR_microphone"));
        Source other = ann.publish(Source.camera("TR_other"));
        Client bob = client("bob", role);
        if (role == Role.SINGLE) bob.offer(false);
        bob.subscribe(ann, camera, "camera", false);
        bob.subscribe(ann, microphone, "camera", false);
        room.connected(ann, bob);
        net.run(2 * SECOND);
        assertThat(bob.streams).containsEntry("TR_camera", "ann|camera").containsEntry("TR_microphone", "ann|camera");
        String first = bob.mids.get("TR_camera");

        bob.peer.unsubscribe("TR_camera");
        net.run(SECOND);
        bob.subscribe(ann, other, "other", false);
        net.run(2 * SECOND);
        assertThat(bob.received(other).frames).as("seed %d; %s", net.seed, bob.events).isNotEmpty();
        boolean shared = bob.mids.get("TR_other").equals(first);
        bob.subscribe(ann, camera, "camera", false);
        net.run(2 * SECOND);
        bob.received(camera).isDecodable();
        assertThat(bob.received(camera).last().at()).isGreaterThan(net.now() - 300 * MILLI);
        if (shared) return "the first one's section";
        return bob.mids.get("TR_camera").equals(first) ? "a section of its own, and the first one back" : "sections of their own";
    }

    // -- losses

    @Test
    void a_publisher_of_audio_is_told_the_loss_of_whom_it_reaches_worst() {
        room.driven.proxyLoss(true);
        Client ann = client("ann", Role.PUBLISHER);
        Source camera = ann.publish(Source.camera("TR_camera"));
        Source microphone = ann.publish(Source.microphone("TR_microphone"));
        Client bob = client("bob", Role.SUBSCRIBER);
        Client cat = room.onLoop(1).client("cat", Role.SUBSCRIBER);
        for (Client one : List.of(bob, cat)) {
            one.subscribe(ann, camera);
            one.subscribe(ann, microphone);
        }
        room.connected(ann, bob, cat);
        net.run(5 * SECOND);
        assertThat(microphone.lastFractionLost).isZero();

        bob.down.loss(0.1);
        net.run(5 * SECOND);
        assertThat(microphone.lastFractionLost).as("of bob, in 1/256").isBetween(5, 70);
        cat.down.loss(0.5);
        net.run(5 * SECOND);
        assertThat(microphone.lastFractionLost).as("of cat, who is on another loop").isBetween(80, 180);
        assertThat(camera.lastFractionLost).as("of video nothing is told").isZero();

        cat.leave();
        net.run(3 * SECOND);
        assertThat(microphone.lastFractionLost).as("of bob again").isBetween(5, 70);
        bob.received(microphone).reports = false;
        net.run(12 * SECOND);
        assertThat(microphone.lastFractionLost).as("long ago").isZero();
    }

    @Test
    void unless_it_is_asked_for_a_publisher_is_told_its_own_loss() {
        Client ann = client("ann", Role.PUBLISHER);
        Source microphone = ann.publish(Source.microphone("TR_microphone"));
        Client bob = client("bob", Role.SUBSCRIBER);
        bob.subscribe(ann, microphone);
        room.connected(ann, bob);
        bob.down.loss(0.5);
        net.run(5 * SECOND);
        assertThat(microphone.lastFractionLost).isZero();
        room.driven.proxyLoss(true);
        net.run(3 * SECOND);
        assertThat(microphone.lastFractionLost).isPositive();
    }
}
