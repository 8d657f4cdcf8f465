package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.forward.Engines;
import io.stoa.media.Forwarder;
import io.stoa.media.ForwarderSpec;
import io.stoa.media.ForwarderState;
import io.stoa.media.ForwardingEngine;
import io.stoa.media.TrackPreference;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The forwarding engine is replaced while people talk: receivers see a gap in time at most, never in sequence. */
class EngineSwapTest {
    /** One publisher with everything, three viewers who want different things of it. */
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
            room = new Room(net);
            ann = room.publisher("ann").conditions(link -> link.loss(loss).jitter(jitter));
            for (Source source : List.of(camera, screen, microphone)) ann.publish(source);
            List<TrackPreference> wishes = List.of(TrackPreference.EVERYTHING, new TrackPreference(true, 0, 3), new TrackPreference(true, 1, 0));
            for (int i = 0; i < wishes.size(); i++) {
                Client viewer = room.subscriber("viewer" + i).conditions(link -> link.loss(loss).jitter(jitter));
                viewers.add(viewer);
                viewer.subscribe(ann, camera.trackSid, wishes.get(i));
                viewer.subscribe(ann, screen);
                viewer.subscribe(ann, microphone);
            }
            room.connected(ann);
            room.connected(viewers.toArray(Client[]::new));
            net.run(3 * SECOND);
        }

        /** @param late how many packets may have come too late: after a swap, the numbers before the last frame left out cannot be told */
        void judge(boolean lossless, int late) {
            for (Client viewer : viewers) {
                for (Source source : List.of(camera, screen, microphone)) {
                    Incoming track = viewer.received(source);
                    assertThat(track.breaks).as("%s, seed %d", track, net.seed).isEmpty();
                    if (lossless) track.isContinuous().isDecodable();
                    else if (source.video()) assertThat(track.lost.size()).as("%s, seed %d", track, net.seed).isLessThanOrEqualTo(track.packets / 400 + 1 + late);
                    assertThat(track.last().at()).as("%s still flows, seed %d", track, net.seed).isGreaterThan(net.now() - 300 * MILLI);
                }
            }
        }

        void judge() {
            judge(true, 0);
        }

        @Override
        public void close() {
            room.close();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {101, 102, 103})
    void side_by_side_at_many_moments(long seed) {
        try (var call = new Call(seed, 0, 0)) {
            var random = new SplittableRandom(seed);
            for (int i = 0; i < 40; i++) {
                call.net.run(random.nextLong(400 * MILLI));
                call.room.swap(Engines.named("engine " + i));
            }
            call.net.run(SECOND);
            call.judge();
            for (Client viewer : call.viewers)
                assertThat(viewer.received(call.camera).longestFreeze(call.net.now() - 8 * SECOND, call.net.now())).isLessThan(140 * MILLI);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {111, 112, 113})
    void side_by_side_over_bad_networks(long seed) {
        try (var call = new Call(seed, 0.02, 20 * MILLI)) {
            var random = new SplittableRandom(seed);
            for (int i = 0; i < 40; i++) {
                call.net.run(random.nextLong(400 * MILLI));
                call.room.swap(Engines.named("engine " + i));
            }
            call.net.run(3 * SECOND);
            call.judge(false, 10);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {121, 122, 123})
    void in_place_the_media_is_held_and_caught_up(long seed) {
        try (var call = new Call(seed, 0, 0)) {
            var random = new SplittableRandom(seed);
            for (int i = 0; i < 20; i++) {
                call.net.run(random.nextLong(500 * MILLI));
                call.room.stop();
                call.net.run(random.nextLong(300 * MILLI));
                call.room.start(Engines.named("engine " + i));
            }
            call.net.run(SECOND);
            call.judge();
            for (Client viewer : call.viewers) {
                Incoming screen = viewer.received(call.screen);
                assertThat(screen.frames.getLast().number() - screen.frames.getFirst().number()).as("no frame was skipped, seed %d", seed)
                        .isEqualTo(screen.frames.size() - 1);
            }
            assertThat(call.room.drops(Drop.NO_ENGINE)).isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {131, 132})
    void in_place_over_bad_networks(long seed) {
        try (var call = new Call(seed, 0.02, 20 * MILLI)) {
            var random = new SplittableRandom(seed);
            for (int i = 0; i < 20; i++) {
                call.net.run(random.nextLong(500 * MILLI));
                call.room.stop();
                call.net.run(random.nextLong(300 * MILLI));
                call.room.start(Engines.named("engine " + i));
            }
            call.net.run(3 * SECOND);
            call.judge(false, 10);
        }
    }

    @Test
    void a_long_absence_ends_with_a_key_frame_and_time_has_gone_on() {
        try (var call = new Call(141, 0, 0)) {
            call.room.stop();
            call.net.run(8 * SECOND);
            long back = call.net.now();
            call.room.start(Engines.named("late"));
            call.net.run(2 * SECOND);
            call.judge();
            for (Client viewer : call.viewers) {
                for (Source source : List.of(call.camera, call.screen, call.microphone)) {
                    Incoming track = viewer.received(source);
                    Incoming.Frame after = track.since(back).getFirst();
                    Incoming.Frame before = track.frames.get(track.frames.indexOf(after) - 1);
                    if (source.video()) assertThat(after.key()).as("%s", track).isTrue();
                    long elapsed = (after.timestamp() - before.timestamp()) * SECOND / source.coding.clockRate;
                    assertThat(elapsed).as("RTP time over the gap of %s", track).isBetween(after.at() - before.at() - 300 * MILLI, after.at() - before.at() + 300 * MILLI);
                }
            }
        }
    }

    @Test
    void the_publisher_begins_anew_while_there_is_no_engine() {
        try (var call = new Call(151, 0, 0)) {
            call.room.stop();
            call.net.run(200 * MILLI);
            for (Source source : List.of(call.camera, call.screen, call.microphone)) source.restart();
            call.ann.offer(false);
            call.net.run(200 * MILLI);
            call.room.start(Engines.named("late"));
            call.net.run(3 * SECOND);
            call.judge();
        }
    }

    @Test
    void an_engine_that_refuses_a_state_leaves_the_old_forwarder_in_charge() {
        try (var call = new Call(161, 0, 0)) {
            var picky = new Wrapped("picky") {
                @Override
                public Forwarder create(ForwarderSpec spec, ForwarderState from) {
                    if (from != null && spec.mime().equals("video/VP8")) throw new IllegalArgumentException("not this one");
                    return super.create(spec, from);
                }
            };
            call.room.swap(picky);
            call.net.run(2 * SECOND);
            call.judge();
            assertThat(call.room.stats().engine()).isEqualTo("picky");
            call.room.swap(Engines.named("generous"));
            call.net.run(2 * SECOND);
            call.judge();
        }
    }

    @Test
    void an_engine_that_does_not_link_leaves_the_old_forwarders_in_charge() {
        try (var call = new Call(171, 0, 0)) {
            call.room.swap(new Wrapped("broken") {
                @Override
                public Forwarder create(ForwarderSpec spec, ForwarderState from) {
                    throw new NoClassDefFoundError("io/stoa/rtp/Gone");
                }
            });
            call.net.run(2 * SECOND);
            call.judge();
        }
    }

    @Test
    void an_engine_that_fails_on_a_packet_harms_one_subscription_until_the_next_engine() {
        try (var call = new Call(181, 0, 0)) {
            call.room.swap(new Wrapped("faulty") {
                @Override
                public Forwarder create(ForwarderSpec spec, ForwarderState from) {
                    Forwarder sound = super.create(spec, from);
                    if (!spec.subscriberSid().equals("PA_viewer1") || !spec.trackSid().equals("TR_screen")) return sound;
                    return (Forwarder) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Forwarder.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("forward")) throw new IllegalStateException("a bug");
                        return method.invoke(sound, arguments);
                    });
                }
            });
            call.net.run(SECOND);
            assertThat(call.room.drops(Drop.ENGINE_FAILED)).isEqualTo(1);
            assertThat(call.viewers.get(1).received(call.screen).longestFreeze(call.net.now() - SECOND, call.net.now())).isGreaterThan(900 * MILLI);
            assertThat(call.viewers.get(0).received(call.screen).longestFreeze(call.net.now() - SECOND, call.net.now())).isLessThan(100 * MILLI);
            call.room.swap(Engines.named("sound"));
            call.net.run(2 * SECOND);
            call.judge();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void the_gap_of_a_swap_is_told_by_the_clock_of_the_loops(int loops) {
        VirtualNet net = VirtualNet.seeded(191);
        try (var room = new Room(net, loops)) {
            room.swap(Engines.named("side by side"));
            assertThat(room.stats().longestSwapGapNanos()).as("side by side, seed %d", net.seed).isZero();
            net.run(SECOND);
            room.stop();
            net.run(250 * MILLI);
            room.start(Engines.named("in place"));
            assertThat(room.stats().longestSwapGapNanos()).as("in place, seed %d", net.seed).isEqualTo(250 * MILLI);
            net.run(SECOND);
            room.swap(Engines.named("side by side again"));
            assertThat(room.stats().longestSwapGapNanos()).as("of the last swap only, seed %d", net.seed).isZero();
        }
    }

    /** The default engine with a change. */
    private static class Wrapped implements ForwardingEngine {
        private final ForwardingEngine engine;

        Wrapped(String name) {
            engine = Engines.named(name);
        }

        @Override
        public String name() {
            return engine.name();
        }

        @Override
        public Forwarder create(ForwarderSpec spec, ForwarderState from) {
            return engine.create(spec, from);
        }
    }
}
