package io.stoa.itests.framework;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.SignalResponse.MessageCase;
import io.stoa.protocol.livekit.UpdateParticipantMetadata;
import io.stoa.room.LiveRoom;
import io.stoa.room.RoomManager;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.wiring.BundleWiring;

/**
 * Room manager and signal server are replaced while two people signal as fast as they can: their WebSockets stay open, each request has its
 * effect once and in order, and nothing tells them that somebody else is in charge.
 */
@ExtendWith(InsideServer.class)
class HandOverIT {
    private static final int TIMES = 10;
    private static final long PAUSE_NANOS = 2_000_000;

    private final Server server;
    private final Jars jars;
    private final Caller caller;

    HandOverIT(Server server) {
        this.server = server;
        jars = server == null ? null : new Jars(server.home());
        caller = server == null ? null : new Caller(server.port());
    }

    @AfterEach
    void restore() {
        caller.close();
        server.startAll();
        Server.await("an empty house", () -> server.service(RoomManager.class).map(RoomManager::participants).orElse(0) == 0);
    }

    /** Ann talks without end, Bob listens, somebody asks the API who is there. */
    private final class Talk implements AutoCloseable {
        final Caller.Session ann;
        final Caller.Session bob;
        final Map<String, Integer> answers = new TreeMap<>();
        private final String room;
        private final AtomicBoolean running = new AtomicBoolean(true);
        private final Thread talking;
        private final Thread asking;
        private int said;

        Talk(String room) {
            this.room = room;
            ann = caller.joinQuietly("ann", room);
            bob = caller.joinQuietly("bob", room);
            talking = Thread.ofPlatform().daemon().name("ann").start(this::talk);
            asking = Thread.ofPlatform().daemon().name("api").start(this::ask);
        }

        private void talk() {
            while (running.get()) {
                int number = ++said;
                ann.send(SignalRequest.newBuilder().setUpdateMetadata(UpdateParticipantMetadata.newBuilder().setRequestId(number).setMetadata("word " + number)));
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }

        private void ask() {
            while (running.get()) {
                Caller.Answer answer = caller.api("ListParticipants", "{\"room\": \"" + room + "\"}", Caller.grant(room));
                boolean whole = answer.status() == 200 && answer.text().contains("\"ann\"") && answer.text().contains("\"bob\"");
                answers.merge(whole ? "both" : answer.status() == 503 ? "unavailable" : answer.toString(), 1, Integer::sum);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }

        private List<Integer> heardByBob() {
            List<Integer> heard = new ArrayList<>();
            for (SignalResponse response : bob.heard())
                for (var info : response.getUpdate().getParticipantsList())
                    if (info.getIdentity().equals("ann") && info.getMetadata().startsWith("word ")) heard.add(Integer.parseInt(info.getMetadata().substring(5)));
            return heard;
        }

        void goOn() {
            int now = heardByBob().size();
            Server.await("20 more words", () -> heardByBob().size() >= now + 20);
        }

        /** All that was said was heard, once and in order, and the client was told that it worked. */
        void assertWhole() throws InterruptedException {
            running.set(false);
            talking.join();
            asking.join();
            List<Integer> all = IntStream.rangeClosed(1, said).boxed().toList();
            Server.await("the last word", () -> heardByBob().size() >= said);
            assertThat(heardByBob()).isEqualTo(all);
            Server.await("the last acknowledgement", () -> acknowledged().size() >= said);
            assertThat(acknowledged()).isEqualTo(all);
            for (Caller.Session one : List.of(ann, bob)) {
                assertThat(one.closed()).isFalse();
                assertThat(one.heard()).extracting(SignalResponse::getMessageCase).doesNotContain(MessageCase.LEAVE, MessageCase.RECONNECT, MessageCase.OFFER);
                assertThat(one.heard().stream().filter(SignalResponse::hasJoin)).hasSize(1);
            }
            assertThat(answers.keySet()).as("what the API answers").isSubsetOf("both", "unavailable");
            System.out.println(said + " words; the API answered " + answers);
        }

        private List<Integer> acknowledged() {
            return ann.heard().stream().filter(SignalResponse::hasRequestResponse).map(one -> one.getRequestResponse().getRequestId()).toList();
        }

        @Override
        public void close() {
            running.set(false);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"signal", "room"})
    void side_by_side(String part) throws Exception {
        Bundle shipped = server.part(part);
        try (Talk talk = new Talk("beside " + part)) {
            List<WeakReference<ClassLoader>> gone = new ArrayList<>();
            Bundle current = shipped;
            for (int i = 1; i <= TIMES; i++) {
                Bundle next = server.context().installBundle(part + " next " + i, jars.version(part, "0.2." + i));
                next.start();
                talk.goOn();
                current.stop();
                if (current != shipped) gone.add(uninstalled(current));
                current = next;
                talk.goOn();
            }
            awaitCollected(gone);
            shipped.start();
            current.stop();
            gone.add(uninstalled(current));
            current = null;
            talk.goOn();
            talk.assertWhole();
            awaitCollected(gone);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"signal", "room", "cluster"})
    void in_place(String part) throws Exception {
        Bundle bundle = server.part(part);
        try (Talk talk = new Talk("instead of " + part)) {
            List<WeakReference<ClassLoader>> gone = new ArrayList<>();
            for (int i = 1; i <= TIMES; i++) {
                gone.add(loader(bundle));
                bundle.update(jars.version(part, "0.3." + i));
                talk.goOn();
            }
            bundle.update(Files.newInputStream(jars.shipped(part)));
            talk.goOn();
            talk.assertWhole();
            awaitCollected(gone);
        }
    }

    @Test
    void both_at_once_and_the_line_before() throws Exception {
        try (Talk talk = new Talk("all at once")) {
            for (int i = 0; i < 5; i++) {
                server.part("handover").update(Files.newInputStream(jars.shipped("handover")));
                server.stop("signal");
                server.stop("room");
                server.start(i % 2 == 0 ? "room" : "signal");
                server.start(i % 2 == 0 ? "signal" : "room");
                talk.goOn();
            }
            talk.assertWhole();
        }
    }

    @Test
    void sids_times_and_versions_go_on() throws Exception {
        try (Talk talk = new Talk("memory")) {
            LiveRoom before = server.need(RoomManager.class).room("memory").orElseThrow();
            var info = before.info();
            var bob = before.participant("bob");
            server.part("room").update(jars.version("room", "0.4.0"));
            talk.goOn();
            LiveRoom after = server.need(RoomManager.class).room("memory").orElseThrow();
            assertThat(after).isNotSameAs(before);
            assertThat(after.info().getSid()).isEqualTo(info.getSid());
            assertThat(after.participant("bob")).isEqualTo(bob);
            server.part("room").update(Files.newInputStream(jars.shipped("room")));
            talk.goOn();
            talk.assertWhole();
        }
    }

    @Test
    void a_version_that_does_not_start_leaves_the_old_one_in_charge() throws Exception {
        try (Talk talk = new Talk("steady")) {
            Bundle broken = server.context().installBundle("room broken", new java.io.ByteArrayInputStream(jars.bytes("room", "0.5.0", "Import-Package", "io.stoa.nowhere")));
            assertThat(org.assertj.core.api.Assertions.catchThrowable(broken::start)).isInstanceOf(BundleException.class).hasMessageContaining("io.stoa.nowhere");
            talk.goOn();
            broken.uninstall();
            talk.assertWhole();
            assertThat(talk.answers.keySet()).containsExactly("both");
        }
    }

    @Test
    void without_a_successor_people_are_told_to_come_back_and_nothing_is_left() throws Exception {
        Caller.Session ann = caller.joinQuietly("ann", "forsaken");
        server.stop("room");
        assertThat(ann.closed()).isFalse();
        assertThat(ann.heard()).noneMatch(SignalResponse::hasLeave);
        assertThat(server.need(io.stoa.media.MediaPlane.class).stats().peers()).as("connections wait").isEqualTo(1);
        for (int i = 0; i < 4 && !ann.closed(); i++) waitATurn(ann);
        assertThat(ann.heard()).anyMatch(response -> response.hasLeave() && response.getLeave().getAction() == io.stoa.protocol.livekit.LeaveRequest.Action.RECONNECT);
        Server.await("no connections", () -> server.need(io.stoa.media.MediaPlane.class).stats().peers() == 0);
        server.start("room");
        Server.await("the room", () -> server.need(RoomManager.class).participants() == 0);
        assertThat(caller.knock("ann", "forsaken")).isEqualTo(101);
    }

    /** Ten seconds at most. */
    private static void waitATurn(Caller.Session session) {
        long until = System.nanoTime() + 9_000_000_000L;
        Server.await("ten seconds to pass, or the end", () -> session.closed() || System.nanoTime() - until > 0);
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
        Server.await("the class loaders of " + gone.size() + " bundles to be collected", () -> {
            System.gc();
            return gone.stream().allMatch(loader -> loader.get() == null);
        });
    }
}
