package io.stoa.media.plane;

import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import io.stoa.base.Time;
import io.stoa.media.DataLane;
import io.stoa.media.DownstreamSettings;
import io.stoa.media.Hindrance;
import io.stoa.media.MediaPeer;
import io.stoa.media.NegotiationException;
import io.stoa.media.PacketLoop.PortLease;
import io.stoa.media.PacketMeta;
import io.stoa.media.PeerListener;
import io.stoa.media.PeerSpec;
import io.stoa.media.PeerState;
import io.stoa.media.PublicationSpec;
import io.stoa.media.SubscriptionSpec;
import io.stoa.media.TrackPreference;
import io.stoa.peer.Peer;
import io.stoa.protocol.handover.ConnectionState;
import io.stoa.rtp.RtpView;
import io.stoa.sdp.SdpException;
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SdpWriter;
import io.stoa.sdp.SessionDescription;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;

/**
 * A peer on its loop. The {@link MediaPeer} methods are called from anywhere and only post; everything else runs on the loop. What happens
 * there is in {@link PeerEvents}, {@link PublishedTracks} and {@link SubscribedTracks}.
 */
final class LoopPeer implements MediaPeer {
    final MediaLoop loop;
    private final PeerSpec spec;
    private final ConnectionState before;
    private PeerListener listener;
    private final Runnable left;
    private final PublishedTracks published;
    private final PeerEvents events;
    private final Demand demand = new Demand();
    private final Traffic traffic = new Traffic();
    private final Interludes interludes = new Interludes(this);

    private Peer peer;
    private PeerFlows flows;
    private SubscribedTracks subscribed;
    private Downstream downstream;
    private PortLease lease;
    private boolean closed;
    /** For the loop's heap and its list of peers that this turn has touched. */
    long wakeAt = Time.NEVER;
    int heapIndex = -1;
    boolean touched;
    /** ICE user names by which the loop finds it. */
    final List<String> ufrags = new ArrayList<>();

    /**
     * @param before what its client knows of the connection, if it has had it with another peer
     * @param ownPorts null: it has those of its loop
     * @param left runs when the connection has ended
     */
    LoopPeer(MediaLoop loop, PeerSpec spec, PeerListener listener, ConnectionState before, PortLease ownPorts, Runnable left) {
        this.loop = loop;
        this.spec = spec;
        this.before = before;
        this.listener = listener;
        this.left = left;
        lease = ownPorts;
        published = new PublishedTracks(this);
        events = new PeerEvents(this);
    }

    PeerSpec spec() {
        return spec;
    }

    Peer peer() {
        return peer;
    }

    /** On the loop, first of all. */
    void begin() {
        if (lease == null) lease = loop.lease();
        peer = new Peer(spec, loop.tools(), events);
        ConnectionWords.begin(peer, before);
        flows = new PeerFlows(this, peer);
        subscribed = new SubscribedTracks(this, peer);
        downstream = new Downstream(peer);
        peer.localEndpoints(lease.endpoints());
        loop.register(this);
    }

    DropCounters drops() {
        return peer.ownDrops();
    }

    Traffic traffic() {
        return traffic;
    }

    PublishedTracks published() {
        return published;
    }

    SubscribedTracks subscribed() {
        return subscribed;
    }

    PeerFlows flows() {
        return flows;
    }

    /** Whoever owns the peer now, or what waits for the next owner. */
    PeerListener listener() {
        return listener;
    }

    boolean closed() {
        return closed;
    }

    RtpView scratchView() {
        return loop.scratchView();
    }

    PacketMeta scratchMeta() {
        return loop.scratchMeta();
    }

    long roundTripNanos() {
        return peer.roundTripNanos();
    }

    Interludes interludes() {
        return interludes;
    }

    Downstream downstream() {
        return downstream;
    }

    /** Whether the client learns by answers of ours what it receives. */
    boolean answers() {
        return spec.role() == PeerSpec.Role.SINGLE;
    }

    /** Something of it is to be done at the end of the turn. */
    void touch() {
        loop.touch(this);
    }

    void tick(long now) {
        if (subscribed.count() == 0) return;
        subscribed.tick(now);
        downstream.tick(now);
    }

    void settle(long now) {
        downstream.settle(now);
    }

    void wake(long now) {
        peer.wake(now);
        downstream.wake(now);
        subscribed.wake(now);
        interludes.wake(now);
    }

    long nextWake(long now) {
        long own = Time.earlier(subscribed.nextWake(), interludes.nextWake());
        return Time.earlier(own, Time.earlier(peer.nextWake(), downstream.nextWake(now)));
    }

    // -- from anywhere

    void post(LongConsumer action) {
        if (!demand.asks()) {
            if (demand.ends()) loop.post(this::end); // its owner sees it closed
            return;
        }
        loop.post(() -> {
            demand.served();
            if (closed) return;
            action.accept(loop.now());
            loop.touch(this);
        });
    }

    /** Text is written on the loop: were it written elsewhere, the candidates at the end of this turn would overtake it. */
    @Override
    public CompletionStage<Answer> answer(String offerSdp) {
        return negotiate(offerSdp, (now, offer) -> {
            SessionDescription answer = peer.answer(now, offer);
            loop.claim(this);
            return new Answer(SdpWriter.write(answer), peer.trackSidByMid());
        });
    }

    @Override
    public CompletionStage<String> offer(boolean restartIce) {
        CompletableFuture<String> made = new CompletableFuture<>();
        run(made, now -> {
            SessionDescription offer = peer.offer(now, restartIce);
            loop.claim(this);
            return SdpWriter.write(offer);
        });
        return made;
    }

    @Override
    public CompletionStage<Void> acceptAnswer(String answerSdp) {
        return negotiate(answerSdp, (now, answer) -> {
            peer.accept(now, answer);
            return null;
        });
    }

    private interface Step<T> {
        T take(long now, SessionDescription description) throws NegotiationException;
    }

    private interface Work<T> {
        T run(long now) throws NegotiationException;
    }

    /** Text is parsed on the caller's thread. */
    private <T> CompletableFuture<T> negotiate(String sdp, Step<T> step) {
        CompletableFuture<T> result = new CompletableFuture<>();
        SessionDescription description;
        try {
            description = SdpParser.parse(sdp);
        } catch (SdpException e) {
            result.completeExceptionally(new NegotiationException(e.getMessage(), e));
            return result;
        }
        run(result, now -> step.take(now, description));
        return result;
    }

    private <T> void run(CompletableFuture<T> result, Work<T> work) {
        loop.promise(result);
        loop.post(() -> {
            finish(result, work);
            loop.touch(this);
        });
    }

    private <T> void finish(CompletableFuture<T> result, Work<T> work) {
        if (closed) {
            result.completeExceptionally(new NegotiationException("the connection is closed"));
            return;
        }
        try {
            result.complete(work.run(loop.now()));
        } catch (NegotiationException | RuntimeException e) {
            result.completeExceptionally(e);
        }
    }

    @Override
    public void addCandidate(String candidate) {
        post(now -> peer.addCandidate(now, candidate));
    }

    @Override
    public void expect(PublicationSpec publication) {
        post(now -> peer.expect(publication));
    }

    @Override
    public void unpublish(String trackSid) {
        post(now -> {
            published.forget(trackSid);
            peer.unpublish(now, trackSid);
        });
    }

    @Override
    public void regress(String trackSid, int rank) {
        post(now -> published.regress(now, trackSid, rank));
    }

    @Override
    public void setPublicationMuted(String trackSid, boolean muted) {
        post(now -> published.mute(now, trackSid, muted));
    }

    @Override
    public double audioLevel(String trackSid) {
        return published.audioLevel(trackSid);
    }

    @Override
    public void subscribe(MediaPeer publisher, SubscriptionSpec wanted) {
        post(now -> subscribed.subscribe(now, (LoopPeer) publisher, wanted));
    }

    @Override
    public void unsubscribe(String trackSid) {
        post(now -> subscribed.unsubscribe(now, trackSid));
    }

    @Override
    public void prefer(String trackSid, TrackPreference preference) {
        post(now -> subscribed.prefer(now, trackSid, preference));
    }

    @Override
    public void downstream(DownstreamSettings settings) {
        post(now -> downstream.settings(now, settings));
    }

    @Override
    public void tcpOnly(boolean tcpOnly) {
        post(now -> peer.tcpOnly(tcpOnly));
    }

    @Override
    public void send(DataLane lane, byte[] message) {
        if (!demand.gives(message.length)) return;
        loop.post(() -> {
            long refused = demand.taken(message.length);
            if (closed) return;
            for (; refused > 0; refused--) drops().count(Drop.SEND_QUEUE_FULL);
            peer.send(loop.now(), lane, message, 0, message.length);
            loop.touch(this);
        });
    }

    @Override
    public boolean isOpen(DataLane lane) {
        return events.isOpen(lane);
    }

    @Override
    public CompletionStage<PeerStats> stats() {
        CompletableFuture<PeerStats> result = new CompletableFuture<>();
        loop.promise(result);
        loop.postUnhurried(() -> finish(result, now -> {
            Map<String, Long> drops = new LinkedHashMap<>();
            peer.drops().nonZero().forEach((drop, count) -> drops.put(drop.name(), count));
            String path = peer.selected() == null ? "" : peer.selected().toString();
            return new PeerStats(
                    peer.state(), path, peer.roundTripNanos() / (double) Time.MILLI, peer.lossFraction(), traffic.packetsIn(), traffic.packetsOut(),
                    drops);
        }));
        return result;
    }

    @Override
    public CompletionStage<List<Hindrance>> hindrances(String trackSid) {
        CompletableFuture<Optional<Wanted>> wanted = new CompletableFuture<>();
        run(wanted, now -> Optional.ofNullable(subscribed.get(trackSid)).map(subscription -> new Wanted(subscription.publisher, subscription.key())));
        return wanted.thenCompose(found -> found.isEmpty()
                ? CompletableFuture.completedFuture(List.of(Hindrance.NO_SUBSCRIPTION))
                : found.get().publisher.hindrancesBefore(found.get().track).thenCompose(before -> hindrancesHere(trackSid, before)));
    }

    private record Wanted(LoopPeer publisher, TrackKey track) {}

    private CompletableFuture<List<Hindrance>> hindrancesHere(String trackSid, List<Hindrance> before) {
        CompletableFuture<List<Hindrance>> result = new CompletableFuture<>();
        run(result, now -> {
            SubscriptionTrack subscription = subscribed.get(trackSid);
            return subscription == null ? List.of(Hindrance.NO_SUBSCRIPTION) : subscription.hindrances(before);
        });
        return result;
    }

    /** Of a track that is published here, for all who subscribe to it. */
    private CompletableFuture<List<Hindrance>> hindrancesBefore(TrackKey key) {
        CompletableFuture<List<Hindrance>> result = new CompletableFuture<>();
        run(result, now -> {
            List<Hindrance> found = new ArrayList<>();
            if (peer.state() != PeerState.CONNECTED) found.add(Hindrance.PUBLISHER_NOT_CONNECTED);
            published.hindrance(key).ifPresent(found::add);
            return found;
        });
        return result.exceptionally(e -> List.of(Hindrance.PUBLISHER_NOT_CONNECTED));
    }

    @Override
    public CompletionStage<String> park() {
        CompletableFuture<String> key = new CompletableFuture<>();
        run(key, now -> {
            if (!(listener instanceof WaitingEvents)) listener = new WaitingEvents();
            return loop.parking().put(now, this);
        });
        return key;
    }

    @Override
    public CompletionStage<ConnectionState> describe() {
        CompletableFuture<ConnectionState> result = new CompletableFuture<>();
        run(result, now -> ConnectionWords.of(peer, before));
        return result;
    }

    /** From anywhere: the next owner listens, after what it has missed. */
    void adoptedBy(PeerListener next) {
        loop.post(() -> {
            PeerListener before = listener;
            listener = next;
            if (before instanceof WaitingEvents waiting) waiting.tell(next);
        });
    }

    /** Whether the peer is parked and there is no more room for what happens to it. */
    boolean overrun() {
        return listener instanceof WaitingEvents waiting && waiting.overrun();
    }

    @Override
    public void close() {
        loop.post(this::end);
    }

    void end() {
        if (closed) return;
        long now = loop.now();
        published.end();
        subscribed.end();
        peer.close(now);
        closed = true;
        loop.unregister(this);
        lease.close();
        left.run();
    }
}
