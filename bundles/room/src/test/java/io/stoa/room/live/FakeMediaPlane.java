package io.stoa.room.live;

import io.stoa.media.DataLane;
import io.stoa.media.DownstreamSettings;
import io.stoa.media.Hindrance;
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
import io.stoa.protocol.handover.ConnectionState;
import io.stoa.protocol.handover.SectionState;
import io.stoa.protocol.handover.SentTrack;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Media without media: remembers what rooms ask of it, and lets a test say what clients and packets do. */
final class FakeMediaPlane implements MediaPlane {
    final List<FakePeer> peers = new CopyOnWriteArrayList<>();
    boolean refuse;
    /** Happens once, when a peer is made. */
    Runnable onOpen = () -> {};

    @Override
    public MediaPeer open(PeerSpec spec, PeerListener listener, ConnectionState before) {
        if (refuse) throw new IllegalStateException("the media plane is going away");
        var peer = new FakePeer(spec, listener, before);
        peers.add(peer);
        Runnable happens = onOpen;
        onOpen = () -> {};
        happens.run();
        return peer;
    }

    @Override
    public PlaneStats stats() {
        return new PlaneStats(peers.size(), 0, 0, 0, 0, 0, 0, Map.of(), "fake", "fake", "fake", 0);
    }

    @Override
    public Optional<MediaPeer> adopt(String key, PeerListener listener) {
        for (FakePeer peer : peers) if (!peer.closed && key.equals(peer.parkedAs)) return Optional.of(peer.adoptedBy(listener));
        return Optional.empty();
    }

    /** The newest peer of a participant in that role. */
    FakePeer peer(String identity, PeerSpec.Role role) {
        return peers.reversed().stream()
                .filter(peer -> peer.spec.identity().equals(identity) && peer.spec.role() == role)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + role + " peer of " + identity + " among " + peers));
    }

    /** Called from room threads and test threads; each list is safe for both. */
    static final class FakePeer implements MediaPeer {
        final PeerSpec spec;
        /** What its client knew of another connection. */
        final ConnectionState before;
        volatile PeerListener listener;
        volatile String parkedAs;
        /** What happened while parked. */
        private final List<Consumer<PeerListener>> waiting = new CopyOnWriteArrayList<>();
        final List<String> offers = new CopyOnWriteArrayList<>();
        final List<Boolean> restarts = new CopyOnWriteArrayList<>();
        final List<String> answers = new CopyOnWriteArrayList<>();
        final List<String> candidates = new CopyOnWriteArrayList<>();
        final Map<String, PublicationSpec> expected = Collections.synchronizedMap(new LinkedHashMap<>());
        final Map<String, SubscriptionSpec> subscriptions = Collections.synchronizedMap(new LinkedHashMap<>());
        final Map<String, TrackPreference> preferences = Collections.synchronizedMap(new LinkedHashMap<>());
        final Map<String, Integer> regressed = Collections.synchronizedMap(new LinkedHashMap<>());
        final List<String> unpublished = new CopyOnWriteArrayList<>();
        final List<String> unsubscribed = new CopyOnWriteArrayList<>();
        final Map<String, Boolean> muted = Collections.synchronizedMap(new LinkedHashMap<>());
        final List<Sent> sent = new CopyOnWriteArrayList<>();
        final Map<String, Double> levels = Collections.synchronizedMap(new LinkedHashMap<>());
        private final Set<DataLane> open = Collections.synchronizedSet(EnumSet.noneOf(DataLane.class));
        volatile PeerStats stats = new PeerStats(PeerState.CONNECTED, "UDP a <- b", 20, 0, 0, 0, Map.of());
        volatile List<Hindrance> hindrances = List.of();
        volatile DownstreamSettings downstream = DownstreamSettings.DEFAULT;
        volatile boolean closed;
        /** What was said last, if anything was. */
        volatile Boolean tcpOnly;
        /** Its loop does not get to answer offers. */
        volatile boolean busy;
        private volatile boolean outstanding;

        /** @param message as it was given */
        record Sent(DataLane lane, byte[] message) {}

        FakePeer(PeerSpec spec, PeerListener listener, ConnectionState before) {
            this.before = before;
            this.spec = spec;
            this.listener = listener;
        }

        // -- what rooms do

        @Override
        public CompletionStage<Answer> answer(String offerSdp) {
            offers.add(offerSdp);
            if (busy) return new CompletableFuture<>();
            Map<String, String> mids = new LinkedHashMap<>();
            int mid = 0;
            for (String sid : List.copyOf(subscriptions.keySet())) mids.put(String.valueOf(mid++), sid);
            return CompletableFuture.completedFuture(new Answer("answer to " + offerSdp, mids));
        }

        @Override
        public CompletionStage<String> offer(boolean restartIce) {
            if (outstanding && !restartIce) return CompletableFuture.failedFuture(new IllegalStateException("an offer is outstanding"));
            outstanding = true;
            restarts.add(restartIce);
            return CompletableFuture.completedFuture("offer " + restarts.size());
        }

        @Override
        public CompletionStage<Void> acceptAnswer(String answerSdp) {
            outstanding = false;
            answers.add(answerSdp);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void addCandidate(String candidate) {
            candidates.add(candidate);
        }

        @Override
        public void expect(PublicationSpec publication) {
            expected.put(publication.trackSid(), publication);
        }

        @Override
        public void unpublish(String trackSid) {
            unpublished.add(trackSid);
            expected.remove(trackSid);
        }

        @Override
        public void regress(String trackSid, int rank) {
            regressed.put(trackSid, rank);
        }

        @Override
        public void setPublicationMuted(String trackSid, boolean isMuted) {
            muted.put(trackSid, isMuted);
        }

        @Override
        public double audioLevel(String trackSid) {
            return levels.getOrDefault(trackSid, 0.0);
        }

        @Override
        public void subscribe(MediaPeer publisher, SubscriptionSpec subscription) {
            subscriptions.put(subscription.trackSid(), subscription);
            preferences.putIfAbsent(subscription.trackSid(), subscription.preference());
            switch (spec.role()) {
                case SUBSCRIBER -> listener.offerNeeded();
                case SINGLE -> listener.sectionsRequired(0, 0);
                case PUBLISHER -> throw new AssertionError("a publishing peer receives nothing");
            }
        }

        @Override
        public void unsubscribe(String trackSid) {
            unsubscribed.add(trackSid);
            if (subscriptions.remove(trackSid) != null && spec.role() == PeerSpec.Role.SUBSCRIBER) listener.offerNeeded();
        }

        @Override
        public void prefer(String trackSid, TrackPreference preference) {
            preferences.put(trackSid, preference);
        }

        @Override
        public void downstream(DownstreamSettings settings) {
            downstream = settings;
        }

        @Override
        public void tcpOnly(boolean alone) {
            tcpOnly = alone;
        }

        @Override
        public void send(DataLane lane, byte[] message) {
            if (isOpen(lane)) sent.add(new Sent(lane, message));
        }

        @Override
        public boolean isOpen(DataLane lane) {
            return open.contains(lane);
        }

        @Override
        public CompletionStage<PeerStats> stats() {
            return CompletableFuture.completedFuture(stats);
        }

        @Override
        public CompletionStage<ConnectionState> describe() {
            ConnectionState.Builder state = ConnectionState.newBuilder().addSections(SectionState.newBuilder().setKind("application").setMid("0"));
            for (String sid : subscriptions.keySet())
                state.addSections(SectionState.newBuilder().setKind("video").setSent(SentTrack.newBuilder().setTrackSid(sid)));
            return CompletableFuture.completedFuture(state.build());
        }

        @Override
        public CompletionStage<String> park() {
            if (closed) return CompletableFuture.failedFuture(new IllegalStateException("the connection is closed"));
            parkedAs = spec.participantSid() + "/" + spec.role();
            listener = (PeerListener) Proxy.newProxyInstance(
                    PeerListener.class.getClassLoader(), new Class<?>[] {PeerListener.class}, (proxy, method, arguments) -> {
                        waiting.add(next -> {
                            try {
                                method.invoke(next, arguments);
                            } catch (ReflectiveOperationException e) {
                                throw new AssertionError(e);
                            }
                        });
                        return null;
                    });
            return CompletableFuture.completedFuture(parkedAs);
        }

        private FakePeer adoptedBy(PeerListener next) {
            parkedAs = null;
            listener = next;
            waiting.forEach(event -> event.accept(next));
            waiting.clear();
            return this;
        }

        @Override
        public CompletionStage<List<Hindrance>> hindrances(String trackSid) {
            return CompletableFuture.completedFuture(hindrances);
        }

        @Override
        public void close() {
            closed = true;
        }

        // -- what clients and packets do

        FakePeer connected() {
            listener.stateChanged(PeerState.CONNECTED, "");
            return this;
        }

        FakePeer over(PeerPath path) {
            listener.path(path);
            return this;
        }

        FakePeer connecting() {
            listener.stateChanged(PeerState.CONNECTING, "checking");
            return this;
        }

        /** No answer to consent checks for 8 s. */
        FakePeer silent() {
            listener.stateChanged(PeerState.DISCONNECTED, "no answer");
            return this;
        }

        /** The media plane has ended it. */
        FakePeer ended() {
            listener.stateChanged(PeerState.CLOSED, "closed");
            return this;
        }

        FakePeer failed() {
            listener.stateChanged(PeerState.FAILED, "consent expired");
            return this;
        }

        /** DTLS close_notify. */
        FakePeer closedByClient() {
            listener.stateChanged(PeerState.CLOSED_BY_CLIENT, "closed by the client");
            return this;
        }

        FakePeer open(DataLane lane) {
            open.add(lane);
            listener.laneOpen(lane);
            return this;
        }

        FakePeer lanes() {
            return open(DataLane.RELIABLE).open(DataLane.LOSSY).open(DataLane.DATA_TRACK);
        }

        /** The announced track, or codec of a track, with that client id is in the client's description and its first packet has come. */
        void media(String cid, String mime) {
            for (PublicationSpec publication : List.copyOf(expected.values()))
                for (int rank = 0; rank < publication.codecs(); rank++)
                    if (publication.named(rank, cid)) {
                        media(publication, rank, cid, mime);
                        return;
                    }
            throw new AssertionError("nothing announced as " + cid);
        }

        private void media(PublicationSpec publication, int rank, String cid, String mime) {
            listener.published(new PublishedTrack(
                    publication.trackSid(), String.valueOf(7 + rank), mime, cid, List.of(), List.of(1111L + rank), List.of(), publication.stereo(), rank));
            if (rank == 0) listener.firstPacket(publication.trackSid());
        }

        void bound(String trackSid) {
            bound(trackSid, 0);
        }

        /** Its client takes the track, in the codec of that rank. */
        void bound(String trackSid, int rank) {
            listener.codecTaken(trackSid, rank);
            listener.subscription(trackSid, PeerListener.SubscriptionEvent.BOUND, "");
        }

        List<byte[]> sent(DataLane lane) {
            var messages = new ArrayList<byte[]>();
            for (Sent each : sent) if (each.lane == lane) messages.add(each.message);
            return messages;
        }

        @Override
        public String toString() {
            return spec.identity() + "/" + spec.role() + (closed ? " closed" : "");
        }
    }
}
