package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.forward.Engines;
import io.stoa.media.PeerListener.SubscriptionEvent;
import io.stoa.media.TrackPreference;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who publishes and who subscribes live on different media loops: one hands the packets to the other. */
class HandOffTest {
    /** Ann publishes on the first loop; viewers are on both, with the same wishes. */
    private static final class Call implements AutoCloseable {
        final VirtualNet net;
        final Room room;
        final Client ann;
        final List<Client> viewers = new ArrayList<>();
        final Source camera = Source.simulcast("TR_camera").temporalLayers(2);
        final Source screen = Source.camera("TR_screen", Source.Coding.H264);
        final Source microphone = Source.microphone("TR_microphone");

        Call(long seed, double loss, long jitter) {
            net = VirtualNet.seeded(seed);
            room = new Room(net, 3);
            ann = room.onLoop(0).publisher("ann").conditions(link -> link.loss(loss).jitter(jitter));
            for (Source source : List.of(camera, screen, microphone)) ann.publish(source);
            List<TrackPreference> wishes = List.of(TrackPreference.EVERYTHING, new TrackPreference(true, 0, 3), new TrackPreference(true, 1, 0));
            for (int loop = 0; loop < 3; loop++)
                for (int i = 0; i < wishes.size(); i++) {
                    Client viewer = room.onLoop(loop).subscriber("viewer" + i + "on" + loop).conditions(link -> link.loss(loss).jitter(jitter));
                    viewers.add(viewer);
                    viewer.subscribe(ann, camera.trackSid, wishes.get(i));
                    viewer.subscribe(ann, screen);
                    viewer.subscribe(ann, microphone);
                }
            room.connected(ann);
            room.connected(viewers.toArray(Client[]::new));
            net.run(3 * SECOND);
        }

        /** The network is good from now on: what was lost on the way is there or given up soon. */
        void calm() {
            ann.conditions(link -> link.loss(0).jitter(0));
            for (Client viewer : viewers) viewer.conditions(link -> link.loss(0).jitter(0));
        }

        void judge(boolean lossless) {
            for (Client viewer : viewers) {
                for (Source source : List.of(camera, screen, microphone)) {
                    Incoming track = viewer.received(source);
                    assertThat(track.breaks).as("%s of %s, seed %d", track, viewer, net.seed).isEmpty();
                    if (lossless) track.isContinuous().isDecodable();
                    else if (source.video())
                        assertThat(track.lost.size()).as("%s of %s, seed %d", track, viewer, net.seed).isLessThanOrEqualTo(track.packets / 400 + 1);
                    assertThat(track.last().at()).as("%s of %s still flows, seed %d", track, viewer, net.seed).isGreaterThan(net.now() - 300 * MILLI);
                }
            }
        }

        @Override
        public void close() {
            room.close();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {901, 902, 903})
    void everybody_sees_and_hears_all_of_it_whatever_the_loop(long seed) {
        try (var call = new Call(seed, 0, 0)) {
            call.net.run(5 * SECOND);
            call.judge(true);
            for (int i = 0; i < 3; i++)
                for (int loop = 1; loop < 3; loop++) {
                    Incoming here = call.viewers.get(i).received(call.camera);
                    Incoming there = call.viewers.get(loop * 3 + i).received(call.camera);
                    assertThat(there.last().layer()).as("the same layer, seed %d", seed).isEqualTo(here.last().layer());
                    assertThat(there.last().temporal()).as("seed %d", seed).isLessThanOrEqualTo(i == 2 ? 0 : 2);
                }
            assertThat(call.room.drops(Drop.LOOP_BEHIND)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {911, 912, 913})
    void losses_are_repaired_on_the_subscribers_loop(long seed) {
        try (var call = new Call(seed, 0.02, 20 * MILLI)) {
            call.net.run(8 * SECOND);
            call.calm();
            call.net.run(3 * SECOND);
            call.judge(false);
            assertThat(call.viewers.getLast().received(call.screen).repaired).as("seed %d", seed).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {921, 922})
    void the_engine_is_replaced_on_all_of_them(long seed) {
        try (var call = new Call(seed, 0, 0)) {
            var random = new SplittableRandom(seed);
            for (int i = 0; i < 10; i++) {
                call.net.run(random.nextLong(400 * MILLI));
                call.room.swap(Engines.named("engine " + i));
            }
            for (int i = 0; i < 5; i++) {
                call.net.run(random.nextLong(400 * MILLI));
                call.room.stop();
                call.net.run(random.nextLong(300 * MILLI));
                call.room.start(Engines.named("new engine " + i));
            }
            call.net.run(SECOND);
            call.judge(true);
        }
    }

    @Test
    void sender_reports_cross_over_so_that_sound_and_picture_stay_together() {
        try (var call = new Call(931, 0, 0)) {
            call.net.run(6 * SECOND);
            for (Source source : List.of(call.camera, call.microphone)) {
                var near = call.viewers.getFirst().received(source).senderReports;
                var far = call.viewers.getLast().received(source).senderReports;
                assertThat(far).as("reports of %s", source.trackSid).hasSizeGreaterThanOrEqualTo(near.size() - 1).isNotEmpty();
            }
        }
    }

    @Test
    void a_lost_picture_is_asked_for_across_the_loops() {
        try (var call = new Call(941, 0, 0)) {
            Client far = call.viewers.getLast();
            int before = keys(far.received(call.screen));
            far.received(call.screen).askForKeyFrame(call.net.now());
            call.net.run(SECOND);
            assertThat(keys(far.received(call.screen))).isGreaterThan(before);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void redundant_sound_crosses_over_as_it_came_unpacked_or_composed(boolean composed) {
        var net = VirtualNet.seeded(composed ? 991 : 992);
        try (var room = new Room(net, 2)) {
            room.red = true;
            room.driven.composeRed(composed);
            Source microphone = Source.microphone("TR_microphone", composed ? 0 : 2);
            Client ann = room.onLoop(0).publisher("ann");
            Client bob = room.onLoop(1).subscriber("bob");
            Client cat = room.onLoop(1).subscriber("cat");
            cat.unsupported("red");
            ann.publish(microphone);
            for (Client listener : List.of(bob, cat)) listener.subscribe(ann, microphone);
            room.connected(ann, bob, cat);
            net.run(5 * SECOND);
            for (Client listener : List.of(bob, cat)) {
                Incoming track = listener.received(microphone);
                assertThat(track.breaks).as("%s, seed %d", track, net.seed).isEmpty();
                assertThat(track.last().at()).as("%s, seed %d", track, net.seed).isGreaterThan(net.now() - 300 * MILLI);
            }
            assertThat(bob.received(microphone).redPackets).isGreaterThan(200);
            assertThat(cat.received(microphone).redPackets).isZero();
        }
    }

    private static String ended(Source source) {
        return "subscription " + source.trackSid + " " + SubscriptionEvent.ENDED;
    }

    private static int keys(Incoming track) {
        return (int) track.frames.stream().filter(Incoming.Frame::key).count();
    }

    @Test
    void a_muted_track_pauses_and_goes_on_with_a_key_frame() {
        try (var call = new Call(951, 0, 0)) {
            Client far = call.viewers.getLast();
            call.ann.peer.setPublicationMuted(call.screen.trackSid, true);
            call.net.run(2 * SECOND);
            assertThat(far.received(call.screen).last().at()).isLessThan(call.net.now() - SECOND);
            call.ann.peer.setPublicationMuted(call.screen.trackSid, false);
            long back = call.net.now();
            call.net.run(2 * SECOND);
            assertThat(far.received(call.screen).since(back).getFirst().key()).isTrue();
            far.received(call.screen).isContinuous().isDecodable();
        }
    }

    @Test
    void what_ends_on_one_loop_ends_on_the_other() {
        try (var call = new Call(961, 0, 0)) {
            Client far = call.viewers.getLast();
            call.ann.unpublish(call.screen);
            call.net.run(SECOND);
            assertThat(far.events).contains(ended(call.screen));
            call.ann.leave();
            call.net.run(SECOND);
            assertThat(far.events).contains(ended(call.camera), ended(call.microphone));
            assertThat(call.room.stats().subscribedTracks()).isZero();

            far.subscribe(call.ann, call.camera);
            call.net.run(SECOND);
            assertThat(far.events).contains("subscription " + call.camera.trackSid + " " + SubscriptionEvent.NOT_FOUND);
        }
    }

    @Test
    void a_subscription_may_come_before_its_track_go_and_come_again() {
        var net = VirtualNet.seeded(971);
        try (var room = new Room(net, 2)) {
            Client ann = room.onLoop(0).publisher("ann");
            Client bob = room.onLoop(1).subscriber("bob");
            Source camera = Source.camera("TR_camera");
            bob.subscribe(ann, camera);
            net.run(SECOND);
            ann.publish(camera);
            room.connected(ann, bob);
            net.run(2 * SECOND);
            var before = bob.received(camera).isContinuous().isDecodable();

            bob.peer.unsubscribe(camera.trackSid);
            net.run(SECOND);
            assertThat(room.stats().subscribedTracks()).isZero();
            bob.subscribe(ann, camera);
            net.run(2 * SECOND);
            assertThat(bob.received(camera)).isNotSameAs(before);
            assertThat(bob.received(camera).isContinuous().isDecodable().frames.size()).isGreaterThan(50);
        }
    }

    /** One publisher's packets change loops once for each other loop, however many watch there. */
    @Test
    void a_big_room_is_spread_over_the_loops() {
        var net = VirtualNet.seeded(985);
        try (var room = new Room(net, 3, 4)) {
            Client ann = room.publisher("ann");
            Source camera = Source.camera("TR_camera");
            ann.publish(camera);
            List<Client> viewers = new ArrayList<>();
            for (int i = 0; i < 11; i++) {
                Client viewer = room.subscriber("viewer" + i);
                viewers.add(viewer);
                viewer.subscribe(ann, camera);
            }
            room.connected(ann);
            room.connected(viewers.toArray(Client[]::new));
            net.run(4 * SECOND);
            for (Client viewer : viewers) assertThat(viewer.received(camera).isContinuous().isDecodable().frames.size()).as("%s", viewer).isGreaterThan(90);
            assertThat(room.io.loops).as("connections of each loop").allMatch(loop -> loop.flows().size() == 4);

            for (Client viewer : viewers) viewer.leave();
            ann.leave();
            net.run(SECOND);
            assertThat(room.driven.rooms()).isZero();
        }
    }

    /** A loop that does not get its turn must not make the other keep everything for it. */
    @Test
    void a_loop_that_is_far_behind_loses_packets_and_finds_back() {
        try (var call = new Call(981, 0, 0)) {
            call.room.io.loops.get(2).stalled = true;
            call.net.run(5 * SECOND);
            call.room.io.loops.get(2).stalled = false;
            call.net.run(3 * SECOND);
            Client far = call.viewers.getLast();
            assertThat(call.room.drops(Drop.LOOP_BEHIND)).isPositive();
            assertThat(far.received(call.camera).last().at()).isGreaterThan(call.net.now() - 300 * MILLI);
            assertThat(call.viewers.getFirst().received(call.camera).isContinuous().last().at()).isGreaterThan(call.net.now() - 300 * MILLI);
        }
    }
}
