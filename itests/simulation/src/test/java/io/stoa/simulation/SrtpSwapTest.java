package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.SrtpState;
import io.stoa.srtp.linux.LibCryptoEngine;
import io.stoa.srtp.portable.PortableSrtpEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The SRTP engine is replaced while people talk, in both directions: nobody connects again, and nothing is missing. */
class SrtpSwapTest {
    private static final List<Drop> REFUSALS = List.of(Drop.SRTP_AUTHENTICATION, Drop.SRTP_REPLAY, Drop.SRTP_TOO_OLD, Drop.SRTP_MALFORMED);

    /** One publisher, and more viewers than change their engine in one turn. */
    private static final class Call implements AutoCloseable {
        static final int VIEWERS = 20;

        final VirtualNet net;
        final Room room;
        final Client ann;
        final List<Client> viewers = new ArrayList<>();
        final Source camera = Source.camera("TR_camera", Source.Coding.H264);
        final Source microphone = Source.microphone("TR_microphone");

        Call(long seed, SrtpEngine first) {
            net = VirtualNet.seeded(seed);
            room = new Room(net);
            room.protect(first);
            ann = room.publisher("ann");
            ann.publish(camera);
            ann.publish(microphone);
            for (int i = 0; i < VIEWERS; i++) {
                Client viewer = room.subscriber("viewer" + i);
                viewers.add(viewer);
                viewer.subscribe(ann, camera);
                viewer.subscribe(ann, microphone);
            }
            room.connected(ann);
            room.connected(viewers.toArray(Client[]::new));
            net.run(3 * SECOND);
        }

        void judge() {
            net.run(SECOND);
            for (Client viewer : viewers)
                for (Source source : List.of(camera, microphone)) {
                    Incoming track = viewer.received(source);
                    assertThat(track.breaks).as("%s, seed %d", track, net.seed).isEmpty();
                    track.isContinuous().isDecodable();
                    assertThat(track.last().at()).as("%s still flows, seed %d", track, net.seed).isGreaterThan(net.now() - 300 * MILLI);
                }
            for (Drop refusal : REFUSALS) assertThat(room.drops(refusal)).as("%s, seed %d", refusal, net.seed).isZero();
        }

        @Override
        public void close() {
            room.close();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {701, 702, 703})
    void there_and_back_at_many_moments(long seed) {
        LibCryptoEngine libcrypto = new LibCryptoEngine();
        try (var call = new Call(seed, new PortableSrtpEngine())) {
            var random = new SplittableRandom(seed);
            for (int i = 0; i < 20; i++) {
                call.net.run(random.nextLong(400 * MILLI));
                boolean there = i % 2 == 0;
                call.room.protect(there ? libcrypto : new PortableSrtpEngine());
                // Two ciphers for each of two directions of everybody's connection.
                assertThat(libcrypto.open()).as("swap %d, seed %d", i, seed).isEqualTo(there ? 4 * (Call.VIEWERS + 1) : 0);
            }
            call.judge();
        }
    }

    @Test
    void memory_goes_with_the_connections() {
        LibCryptoEngine libcrypto = new LibCryptoEngine();
        try (var call = new Call(711, libcrypto)) {
            call.judge();
            assertThat(libcrypto.open()).isEqualTo(4 * (Call.VIEWERS + 1));
        }
        assertThat(libcrypto.open()).as("ciphers that are left").isZero();
    }

    @Test
    void who_comes_during_the_change_is_protected_by_the_next() {
        LibCryptoEngine libcrypto = new LibCryptoEngine();
        try (var call = new Call(721, new PortableSrtpEngine())) {
            Client late = call.room.subscriber("late");
            late.subscribe(call.ann, call.camera);
            call.room.protect(libcrypto);
            call.room.connected(late);
            call.net.run(SECOND);
            assertThat(libcrypto.open()).isEqualTo(4 * (Call.VIEWERS + 2));
            late.received(call.camera).isDecodable();
            call.judge();
        }
    }

    @Test
    void an_engine_that_cannot_take_over_leaves_connections_with_the_one_before() {
        LibCryptoEngine libcrypto = new LibCryptoEngine();
        try (var call = new Call(731, libcrypto)) {
            SrtpEngine broken = new SrtpEngine() {
                @Override
                public String name() {
                    return "broken";
                }

                @Override
                public SrtpContext context(SrtpState state) {
                    if (state.direction() == SrtpState.Direction.INBOUND) throw new IllegalStateException("not today");
                    return libcrypto.context(state);
                }
            };
            call.room.protect(broken);
            call.judge();
            assertThat(libcrypto.open()).as("what was made for the other direction is given back").isEqualTo(4 * (Call.VIEWERS + 1));
            call.room.protect(new PortableSrtpEngine());
            call.judge();
            assertThat(libcrypto.open()).isZero();
        }
    }

    /** In place: for a moment there is none. */
    @Test
    void without_an_engine_connections_go_on_as_they_are() {
        try (var call = new Call(741, new PortableSrtpEngine())) {
            call.room.driven.unbind(call.room.srtp);
            call.net.run(2 * SECOND);
            call.judge();
            LibCryptoEngine libcrypto = new LibCryptoEngine();
            call.room.protect(libcrypto);
            assertThat(libcrypto.open()).isEqualTo(4 * (Call.VIEWERS + 1));
            call.judge();
        }
    }
}
