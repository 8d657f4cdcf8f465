package io.stoa.itests.framework;

import io.stoa.media.DataLane;
import io.stoa.media.MediaPeer;
import io.stoa.media.MediaPlane;
import io.stoa.media.PeerListener;
import io.stoa.media.PeerPath;
import io.stoa.media.PeerSpec;
import io.stoa.media.PeerState;
import io.stoa.media.PublicationSpec;
import io.stoa.media.PublishedTrack;
import io.stoa.media.SubscriptionSpec;
import io.stoa.media.TrackPreference;
import io.stoa.srtp.SrtpEngine;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Ann sends video and Bob watches, over UDP on the loopback, through the running server's media plane. */
final class Call implements AutoCloseable {
    private static final long FRAME_NANOS = 2_000_000;

    private final CallPeer ann;
    private final CallPeer bob;
    private final MediaPeer annAtServer;
    private final MediaPeer bobAtServer;
    private final Thread camera;
    private final AtomicBoolean running = new AtomicBoolean(true);

    private Call(Server server, long seed) throws Exception {
        System.out.println("call with seed " + seed);
        MediaPlane plane = server.need(MediaPlane.class);
        SrtpEngine srtp = server.need(SrtpEngine.class);
        ann = new CallPeer(true, srtp, new Random(seed));
        bob = new CallPeer(false, srtp, new Random(seed + 1));
        annAtServer = plane.open(spec("PA_ann", "ann", PeerSpec.Role.PUBLISHER), new Listener(ann));
        annAtServer.expect(new PublicationSpec(CallPeer.TRACK, List.of(CallPeer.TRACK), true, "video/vp8", false, false, false, false));
        ann.publishTo(annAtServer);
        Server.await("ann connected", () -> ann.state() == PeerState.CONNECTED);
        var toBob = new Listener(bob);
        bobAtServer = plane.open(spec("PA_bob", "bob", PeerSpec.Role.SUBSCRIBER), toBob);
        bobAtServer.subscribe(annAtServer, new SubscriptionSpec(CallPeer.TRACK, "PA_ann|" + CallPeer.TRACK, TrackPreference.EVERYTHING));
        Server.await("something to offer", toBob.offerNeeded::get);
        bob.receiveFrom(bobAtServer);
        camera = Thread.ofPlatform().daemon().name("camera").start(this::film);
        Server.await("bob sees ann", () -> bob.reception().packets() > 0);
    }

    /** Returns when Bob sees Ann. */
    static Call begin(Server server, long seed) throws Exception {
        return new Call(server, seed);
    }

    private static PeerSpec spec(String sid, String identity, PeerSpec.Role role) {
        return new PeerSpec("RM_call", sid, identity, role, List.of(), false, false, false);
    }

    private void film() {
        while (running.get()) {
            ann.sendFrame();
            LockSupport.parkNanos(FRAME_NANOS);
        }
    }

    /** On Bob's way, by name. */
    Map<String, Long> drops() throws Exception {
        return bobAtServer.stats().toCompletableFuture().get().drops();
    }

    CallPeer.Reception bobSees() {
        return bob.reception();
    }

    /** Waits until Bob has seen more pictures than he has now. */
    void goOn(int pictures) {
        int now = bobSees().lastFrame();
        Server.await(pictures + " more pictures", () -> bobSees().lastFrame() >= now + pictures);
    }

    /** Ann stops filming, and what is under way arrives. */
    void end() {
        cut();
        Server.await("all numbers", () -> bobSees().missingNumbers() == 0);
    }

    private void cut() {
        running.set(false);
        Server.await("the end of filming", () -> !camera.isAlive());
    }

    @Override
    public void close() {
        cut();
        annAtServer.close();
        bobAtServer.close();
        ann.close();
        bob.close();
    }

    private static final class Listener implements PeerListener {
        private final CallPeer client;
        final AtomicBoolean offerNeeded = new AtomicBoolean();

        Listener(CallPeer client) {
            this.client = client;
        }

        @Override
        public void candidate(String candidate, String mid, int mlineIndex, boolean last) {
            if (!last) client.addCandidate(candidate);
        }

        @Override
        public void stateChanged(PeerState state, String reason) {}

        @Override
        public void path(PeerPath path) {}

        @Override
        public void laneOpen(DataLane lane) {}

        @Override
        public void data(DataLane lane, byte[] message) {}

        @Override
        public void published(PublishedTrack track) {}

        @Override
        public void unpublished(String trackSid) {}

        @Override
        public void firstPacket(String trackSid) {}

        @Override
        public void sectionsRequired(int audios, int videos) {}

        @Override
        public void offerNeeded() {
            offerNeeded.set(true);
        }

        @Override
        public void subscription(String trackSid, SubscriptionEvent event, String detail) {}

        @Override
        public void codecTaken(String trackSid, int rank) {}
    }
}
