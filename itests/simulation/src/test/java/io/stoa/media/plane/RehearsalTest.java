package io.stoa.media.plane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.dtls.KeyOperations;
import io.stoa.forward.Engines;
import io.stoa.media.ForwardingEngine;
import io.stoa.media.LoopHandler;
import io.stoa.media.PacketIo;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.portable.PortableSrtpEngine;
import io.stoa.transport.RealSockets;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Over real sockets of loopback, in real time. */
class RehearsalTest {
    private static final int PACKETS_PER_FRAME = 5;

    private final ForwardingEngine forwarding = Engines.named("rehearsed");
    private final SrtpEngine srtp = new PortableSrtpEngine();
    private RealSockets sockets;

    @BeforeEach
    void open() throws IOException {
        sockets = new RealSockets();
    }

    @AfterEach
    void nothing_is_left() throws Exception {
        sockets.close();
        await(0);
    }

    @Test
    void what_one_sends_comes_to_all() throws Exception {
        long sent = (long) Rehearsal.FRAMES * PACKETS_PER_FRAME * Rehearsal.SUBSCRIBERS;
        long arrived = new Rehearsal(sockets.io(), forwarding, srtp, KeyOperations::ofJava, () -> false).play();
        assertThat(arrived).isBetween(sent * 95 / 100, sent); // what comes before a key frame does not go on
    }

    @Test
    void it_ends_when_somebody_comes() throws Exception {
        long sent = (long) Rehearsal.FRAMES * PACKETS_PER_FRAME * Rehearsal.SUBSCRIBERS;
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
        long arrived = new Rehearsal(sockets.io(), forwarding, srtp, KeyOperations::ofJava, () -> System.nanoTime() - until > 0).play();
        assertThat(arrived).isLessThan(sent);
    }

    @Test
    void it_is_held_when_both_engines_are_there_and_nobody_else() throws Exception {
        Rehearsals rehearsals = new Rehearsals(sockets.io(), KeyOperations::ofJava, true);
        rehearsals.with(forwarding);
        assertThat(threads()).isEmpty();
        rehearsals.with(srtp);
        await(2);
        rehearsals.without(srtp);
        assertThat(threads()).as("the engine may go").doesNotContain("media-rehearsal");
        await(0);
        rehearsals.with(srtp);
        await(2);
        rehearsals.guestCame();
        await(0);
        rehearsals.with(new PortableSrtpEngine());
        assertThat(threads()).as("there are guests").isEmpty();
    }

    @Test
    void an_engine_that_others_have_replaced_ends_nothing() throws Exception {
        Rehearsals rehearsals = new Rehearsals(sockets.io(), KeyOperations::ofJava, true);
        rehearsals.with(forwarding);
        rehearsals.with(srtp);
        rehearsals.with(Engines.named("next"));
        await(2);
        rehearsals.without(forwarding);
        assertThat(threads()).isNotEmpty();
        rehearsals.close();
    }

    @Test
    void without_sockets_there_is_none() {
        PacketIo none = new PacketIo() {
            @Override
            public String name() {
                return "none";
            }

            @Override
            public int loops() {
                return 1;
            }

            @Override
            public Attachment attach(IntFunction<LoopHandler> handlers) {
                throw new AssertionError("nobody attaches");
            }
        };
        assertThatThrownBy(() -> new Rehearsal(none, forwarding, srtp, KeyOperations::ofJava, () -> false).play())
                .isInstanceOf(IOException.class).hasMessage("this packet input and output has none");
    }

    /** Until so many loops turn for it; the threads of those that have ended are there for a moment. */
    private static void await(int loops) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (threads().stream().filter("rehearsal"::equals).count() != loops || loops == 0 && !threads().isEmpty()) {
            assertThat(System.nanoTime() - deadline).as("threads: %s", threads()).isNegative();
            Thread.sleep(5);
        }
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).filter(name -> name.contains("rehearsal")).toList();
    }
}
