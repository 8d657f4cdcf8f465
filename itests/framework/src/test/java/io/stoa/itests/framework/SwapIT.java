package io.stoa.itests.framework;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.MediaPlane;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

/**
 * The forwarding engine is replaced during a call, again and again, and so is what protects and what carries packets: who watches sees every
 * number and every picture, and nothing of the engines before stays.
 */
@ExtendWith(InsideServer.class)
class SwapIT {
    private static final int TIMES = 20;
    private static final int PICTURES = 25;

    private final Server server;
    private final Jars jars;

    SwapIT(Server server) {
        this.server = server;
        jars = server == null ? null : new Jars(server.home());
    }

    @BeforeEach
    void complete() {
        server.awaitNativeCrypto();
    }

    @AfterEach
    void restore() {
        server.startAll();
    }

    @Test
    void side_by_side_nothing_is_lost_and_nothing_stays() throws Exception {
        Bundle shipped = server.part("forward");
        MediaPlane plane = server.need(MediaPlane.class);
        try (Call call = Call.begin(server, 11)) {
            List<String> threads = threads();
            List<WeakReference<ClassLoader>> gone = new ArrayList<>();
            Bundle current = shipped;
            long longestGapNanos = 0;
            for (int i = 1; i <= TIMES; i++) {
                Bundle next = server.context().installBundle("forward next " + i, jars.version("forward", "0.2." + i));
                next.start();
                current.stop();
                if (current != shipped) gone.add(uninstalled(current));
                current = next;
                call.goOn(PICTURES);
                assertThat(plane.stats().engine()).isEqualTo("forward 0.2." + i);
                longestGapNanos = Math.max(longestGapNanos, plane.stats().longestSwapGapNanos());
            }
            awaitCollected(gone);
            Server.await("no thread is left behind", () -> threads().equals(threads));

            shipped.start();
            current.stop();
            gone.add(uninstalled(current));
            current = null;
            call.goOn(PICTURES);
            call.end();
            awaitCollected(gone);
            System.out.printf("%d swaps side by side, %d packets, longest without an engine %.3f ms%n", TIMES + 1, call.bobSees().packets(), longestGapNanos / 1e6);
            assertThat(call.bobSees().missingNumbers()).isZero();
            assertThat(call.bobSees().skippedFrames()).isZero();
            assertThat(call.drops()).doesNotContainKey("NO_ENGINE");
        }
    }

    @Test
    void in_place_pictures_come_late_and_not_one_less() throws Exception {
        Bundle forward = server.part("forward");
        MediaPlane plane = server.need(MediaPlane.class);
        try (Call call = Call.begin(server, 12)) {
            List<String> threads = threads();
            List<WeakReference<ClassLoader>> gone = new ArrayList<>();
            long longestGapNanos = 0;
            for (int i = 1; i <= TIMES; i++) {
                gone.add(loader(forward));
                forward.update(jars.version("forward", "0.3." + i));
                call.goOn(PICTURES);
                assertThat(plane.stats().engine()).isEqualTo("forward 0.3." + i);
                longestGapNanos = Math.max(longestGapNanos, plane.stats().longestSwapGapNanos());
            }
            awaitCollected(gone);
            Server.await("no thread is left behind", () -> threads().equals(threads));

            forward.update(Files.newInputStream(jars.shipped("forward")));
            call.goOn(PICTURES);
            call.end();
            System.out.printf("%d swaps in place, %d packets, longest without an engine %.1f ms%n", TIMES + 1, call.bobSees().packets(), longestGapNanos / 1e6);
            assertThat(call.bobSees().missingNumbers()).isZero();
            assertThat(call.bobSees().skippedFrames()).isZero();
        }
    }

    @Test
    void without_an_engine_for_a_while_the_numbering_goes_on_where_it_was() throws Exception {
        MediaPlane plane = server.need(MediaPlane.class);
        try (Call call = Call.begin(server, 13)) {
            call.goOn(PICTURES);
            server.stop("forward");
            awaitHeld(call, 300);
            int seen = call.bobSees().lastFrame();
            awaitHeld(call, 600);
            assertThat(call.bobSees().lastFrame()).isEqualTo(seen);
            server.start("forward");
            call.goOn(PICTURES);
            call.end();
            assertThat(call.bobSees().missingNumbers()).isZero();
            assertThat(call.bobSees().skippedFrames()).as("one gap in time").isLessThanOrEqualTo(1);
        }
    }

    @Test
    void without_an_srtp_engine_a_call_goes_on_and_newcomers_are_refused() throws Exception {
        MediaPlane plane = server.need(MediaPlane.class);
        try (Call call = Call.begin(server, 14); Caller caller = new Caller(server.port())) {
            server.stop("srtp.portable");
            server.stop("srtp.linux");
            call.goOn(PICTURES);
            assertThat(plane.stats().srtpEngine()).isEmpty();
            assertThat(caller.knock("cid", "hall")).isEqualTo(503);
            server.start("srtp.portable");
            assertThat(caller.knock("cid", "hall")).isEqualTo(101);
            call.goOn(PICTURES);
            call.end();
            assertThat(call.bobSees().skippedFrames()).isZero();
        }
    }

    @Test
    void packets_are_protected_by_one_engine_and_by_the_other_and_the_call_goes_on() throws Exception {
        MediaPlane plane = server.need(MediaPlane.class);
        try (Call call = Call.begin(server, 15)) {
            List<WeakReference<ClassLoader>> gone = new ArrayList<>();
            assertThat(plane.stats().srtpEngine()).startsWith("libcrypto");
            for (int i = 1; i <= 5; i++) {
                server.stop("srtp.linux");
                assertThat(plane.stats().srtpEngine()).startsWith("jitsi-srtp");
                call.goOn(PICTURES);
                Bundle next = server.context().installBundle("srtp.linux next " + i, jars.version("srtp.linux", "0.2." + i));
                next.start();
                assertThat(plane.stats().srtpEngine()).startsWith("libcrypto");
                call.goOn(PICTURES);
                next.stop();
                gone.add(uninstalled(next));
                server.start("srtp.linux");
                call.goOn(PICTURES);
            }
            awaitCollected(gone);
            call.end();
            assertThat(call.bobSees().missingNumbers()).isZero();
            assertThat(call.bobSees().skippedFrames()).isZero();
            assertThat(call.drops()).doesNotContainKeys("SRTP_AUTHENTICATION", "SRTP_REPLAY", "SRTP_TOO_OLD");
        }
    }

    @Test
    void packets_go_by_sockets_of_our_own_and_by_nettys_and_the_call_goes_on() throws Exception {
        MediaPlane plane = server.need(MediaPlane.class);
        Shell shell = new Shell(server);
        String shipped = plane.stats().packetIo();
        try (Call call = Call.begin(server, 16)) {
            for (int i = 0; i < 10; i++) {
                assertThat(shell.says("sockets " + (i % 2 == 0 ? "netty" : "own")).text()).startsWith(i % 2 == 0 ? "netty" : "own");
                assertThat(plane.stats().packetIo()).isEqualTo(i % 2 == 0 ? "netty-epoll" : shipped);
                call.goOn(PICTURES);
            }
            call.end();
            assertThat(call.bobSees().missingNumbers()).isZero();
            assertThat(call.bobSees().skippedFrames()).isZero();
        }
    }

    private static void awaitHeld(Call call, long packets) {
        Server.await("pictures held", () -> call.drops().getOrDefault("NO_ENGINE", 0L) > packets);
    }

    private static WeakReference<ClassLoader> loader(Bundle bundle) {
        return new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
    }

    private static WeakReference<ClassLoader> uninstalled(Bundle bundle) throws Exception {
        WeakReference<ClassLoader> loader = loader(bundle);
        assertThat(loader.get()).isNotNull();
        bundle.uninstall();
        return loader;
    }

    private static void awaitCollected(List<WeakReference<ClassLoader>> gone) {
        Server.await("the class loaders of " + gone.size() + " engines to be collected", () -> {
            System.gc();
            return gone.stream().allMatch(loader -> loader.get() == null);
        });
    }

    /** Platform threads by name; those of pools that come and go are the JDK's. */
    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> !name.startsWith("ForkJoinPool") && !name.startsWith("VirtualThread-unparker"))
                .sorted()
                .collect(Collectors.toList());
    }
}
