package io.stoa.media.plane;

import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.media.DataLane;
import io.stoa.media.DownstreamSettings;
import io.stoa.media.Hindrance;
import io.stoa.media.MediaPeer;
import io.stoa.media.NegotiationException;
import io.stoa.media.PacketLoop.PortLease;
import io.stoa.media.PacketMeta;
import io.stoa.media.PeerListener;
import io.stoa.media.PeerListener.SubscriptionEvent;
import io.stoa.media.PeerPath;
import io.stoa.media.PeerSpec;
import io.stoa.media.PeerState;
import io.stoa.media.PublicationSpec;
import io.stoa.media.PublishedTrack;
import io.stoa.media.SubscriptionSpec;
import io.stoa.media.TrackPreference;
import io.stoa.peer.Peer;
import io.stoa.peer.PeerHandler;
import io.stoa.peer.ReceiveStream;
import io.stoa.peer.Receiver;
import io.stoa.peer.Sender;
import io.stoa.peer.SenderSpec;
import io.stoa.rtp.RtpView;
import io.stoa.sdp.SdpException;
import io.stoa.sdp.SdpParser;
import io.stoa.sdp.SdpWriter;
import io.stoa.sdp.SessionDescription;
import io.stoa.srtp.SrtpEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A peer on its loop. The {@link MediaPeer} methods are called from anywhere and only post; everything below them runs on the loop.
 */
final class LoopPeer implements MediaPeer, PeerHandler {
    /** As many as an ICE agent has pairs; most clients need a handful. */
    static final int MAX_FLOWS = 256;
    /** Of tracks that are not subscribed to, or not yet. */
    static final int MAX_PREFERENCES = 1_000;

    private final MediaLoop loop;
    private final SrtpEngine srtp;
    private final PeerSpec spec;
    private PeerListener listener;
    private final Map<String, PublicationTrack> publications = new LinkedHashMap<>();
    private final Map<String, List<SubscriptionTrack>> awaited = new HashMap<>();
    /** On other loops, of tracks that are published or awaited. */
    private final Map<String, List<MirrorTrack>> mirrors = new HashMap<>();
    private final Map<String, SubscriptionTrack> subscriptions = new LinkedHashMap<>();
    private final Map<String, TrackPreference> preferences = new LinkedHashMap<>();
    private final boolean[] openLanes = new boolean[DataLane.values().length];
    private final Demand demand = new Demand();
    private volatile Map<String, AudioLevel> levels = Map.of();
    /** All paths that are the peer's, in use or not: nobody else releases them. */
    private final Set<Flow> flows = new LinkedHashSet<>();

    private Peer peer;
    private Downstream downstream;
    private PeerPath toldPath;
    private PortLease lease;
    private long packetsIn;
    private long packetsOut;
    private long bytesIn;
    private long bytesOut;
    private boolean closed;
    /** For the loop's heap and its list of peers that this turn has touched. */
    long wakeAt = Time.NEVER;
    int heapIndex = -1;
    boolean touched;

    LoopPeer(MediaLoop loop, SrtpEngine srtp, PeerSpec spec, PeerListener listener) {
        this.loop = loop;
        this.srtp = srtp;
        this.spec = spec;
        this.listener = listener;
    }

    PeerSpec spec() {
        return spec;
    }

    Peer peer() {
        return peer;
    }

    /** On the loop, first of all. */
    void begin() {
        lease = loop.lease();
        peer = new Peer(spec, loop.tools(srtp), this);
        downstream = new Downstream(peer);
        peer.localEndpoints(lease.endpoints());
        loop.register(this);
    }

    DropCounters drops() {
        return peer.ownDrops();
    }

    long packetsIn() {
        return packetsIn;
    }

    long packetsOut() {
        return packetsOut;
    }

    long bytesIn() {
        return bytesIn;
    }

    long bytesOut() {
        return bytesOut;
    }

    int publicationCount() {
        return publications.size();
    }

    int subscriptionCount() {
        return subscriptions.size();
    }

    Iterable<PublicationTrack> publications() {
        return publications.values();
    }

    Iterable<SubscriptionTrack> subscriptions() {
        return subscriptions.values();
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

    void sentMedia(int bytes) {
        packetsOut++;
        bytesOut += bytes;
    }

    Downstream downstream() {
        return downstream;
    }

    /** Something of it is to be done at the end of the turn. */
    void touch() {
        loop.touch(this);
    }

    void tick(long now) {
        if (!subscriptions.isEmpty()) downstream.tick(now);
    }

    void settle(long now) {
        downstream.settle(now);
    }

    void wake(long now) {
        peer.wake(now);
        downstream.wake(now);
    }

    long nextWake(long now) {
        return Time.earlier(peer.nextWake(), downstream.nextWake(now));
    }

    void firstPacket(String trackSid) {
        listener.firstPacket(trackSid);
    }

    void subscription(String trackSid, SubscriptionEvent event, String detail) {
        listener.subscription(trackSid, event, detail);
    }

    // -- from anywhere

    private void post(java.util.function.LongConsumer action) {
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
            if (closed) {
                result.completeExceptionally(new NegotiationException("the connection is closed"));
                return;
            }
            try {
                result.complete(work.run(loop.now()));
            } catch (NegotiationException | RuntimeException e) {
                result.completeExceptionally(e);
            }
            loop.touch(this);
        });
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
            mutedBefore.remove(trackSid);
            peer.unpublish(now, trackSid);
        });
    }

    @Override
    public void setPublicationMuted(String trackSid, boolean muted) {
        post(now -> {
            PublicationTrack track = publications.get(trackSid);
            if (track != null) track.mute(now, muted);
            if (muted) mutedBefore.add(trackSid);
            else mutedBefore.remove(trackSid);
        });
    }

    /** Tracks that are muted, also those that no description has bound yet. */
    private final Set<String> mutedBefore = new HashSet<>();

    @Override
    public double audioLevel(String trackSid) {
        AudioLevel level = levels.get(trackSid);
        return level == null ? 0 : level.value();
    }

    @Override
    public void subscribe(MediaPeer publisher, SubscriptionSpec wanted) {
        post(now -> {
            if (subscriptions.containsKey(wanted.trackSid())) return;
            LoopPeer source = (LoopPeer) publisher;
            TrackPreference preference = preferences.getOrDefault(wanted.trackSid(), wanted.preference());
            SubscriptionTrack subscription = new SubscriptionTrack(this, source, wanted, preference, loop.random().nextLong());
            subscriptions.put(wanted.trackSid(), subscription);
            if (source.loop != loop) loop.mirrors().want(now, subscription);
            else if (source.closed) ended(subscription, SubscriptionEvent.NOT_FOUND);
            else source.want(now, subscription);
        });
    }

    @Override
    public void unsubscribe(String trackSid) {
        post(now -> {
            preferences.remove(trackSid);
            SubscriptionTrack subscription = subscriptions.remove(trackSid);
            if (subscription != null) drop(now, subscription);
        });
    }

    private void drop(long now, SubscriptionTrack subscription) {
        leave(subscription);
        if (subscription.sender() != null) peer.removeSender(now, subscription.sender());
    }

    private void leave(SubscriptionTrack subscription) {
        subscription.detach();
        if (subscription.publisher.loop != loop) loop.mirrors().unwant(subscription);
        else subscription.publisher.unwant(subscription);
    }

    @Override
    public void prefer(String trackSid, TrackPreference preference) {
        post(now -> {
            preferences.put(trackSid, preference);
            if (preferences.size() > MAX_PREFERENCES) preferences.remove(preferences.keySet().iterator().next());
            SubscriptionTrack subscription = subscriptions.get(trackSid);
            if (subscription != null) subscription.prefer(now, preference);
        });
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
        synchronized (openLanes) {
            return openLanes[lane.ordinal()];
        }
    }

    @Override
    public CompletionStage<PeerStats> stats() {
        CompletableFuture<PeerStats> result = new CompletableFuture<>();
        run(result, now -> {
            Map<String, Long> drops = new LinkedHashMap<>();
            peer.drops().nonZero().forEach((drop, count) -> drops.put(drop.name(), count));
            String path = peer.selected() == null ? "" : peer.selected().toString();
            return new PeerStats(
                    peer.state(), path, peer.roundTripNanos() / (double) Time.MILLI, peer.lossFraction(), packetsIn, packetsOut, drops);
        });
        return result;
    }

    @Override
    public CompletionStage<List<Hindrance>> hindrances(String trackSid) {
        CompletableFuture<Optional<LoopPeer>> publisher = new CompletableFuture<>();
        run(publisher, now -> Optional.ofNullable(subscriptions.get(trackSid)).map(subscription -> subscription.publisher));
        return publisher.thenCompose(found -> found.isEmpty()
                ? CompletableFuture.completedFuture(List.of(Hindrance.NO_SUBSCRIPTION))
                : found.get().hindrancesBefore(trackSid).thenCompose(before -> hindrancesHere(trackSid, before)));
    }

    private CompletableFuture<List<Hindrance>> hindrancesHere(String trackSid, List<Hindrance> before) {
        CompletableFuture<List<Hindrance>> result = new CompletableFuture<>();
        run(result, now -> {
            SubscriptionTrack subscription = subscriptions.get(trackSid);
            return subscription == null ? List.of(Hindrance.NO_SUBSCRIPTION) : subscription.hindrances(before);
        });
        return result;
    }

    /** Of a track that is published here, for all who subscribe to it. */
    private CompletableFuture<List<Hindrance>> hindrancesBefore(String trackSid) {
        CompletableFuture<List<Hindrance>> result = new CompletableFuture<>();
        run(result, now -> {
            List<Hindrance> found = new ArrayList<>();
            if (peer.state() != PeerState.CONNECTED) found.add(Hindrance.PUBLISHER_NOT_CONNECTED);
            PublicationTrack track = publications.get(trackSid);
            if (track == null) found.add(Hindrance.NO_MEDIA_SECTION);
            else track.hindrance().ifPresent(found::add);
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
        for (PublicationTrack track : List.copyOf(publications.values())) endPublication(now, track);
        for (SubscriptionTrack subscription : List.copyOf(subscriptions.values())) leave(subscription);
        for (List<SubscriptionTrack> waiting : List.copyOf(awaited.values()))
            for (SubscriptionTrack subscription : List.copyOf(waiting)) subscription.owner.ended(subscription, SubscriptionEvent.ENDED);
        for (String trackSid : List.copyOf(mirrors.keySet())) endMirrors(trackSid);
        subscriptions.clear();
        peer.close(now);
        closed = true;
        loop.unregister(this);
        lease.close();
    }

    // -- tracks, on the loop

    private void want(long now, SubscriptionTrack subscription) {
        PublicationTrack track = publications.get(subscription.spec.trackSid());
        if (track != null) subscription.owner.connect(now, track, subscription);
        else awaited.computeIfAbsent(subscription.spec.trackSid(), k -> new ArrayList<>()).add(subscription);
    }

    private void unwant(SubscriptionTrack subscription) {
        List<SubscriptionTrack> waiting = awaited.get(subscription.spec.trackSid());
        if (waiting == null) return;
        waiting.remove(subscription);
        if (waiting.isEmpty()) awaited.remove(subscription.spec.trackSid());
    }

    /** A subscription of this peer finds its track. */
    void connect(long now, LoopTrack track, SubscriptionTrack subscription) {
        TrackForm form = track.form();
        SenderSpec wanted = new SenderSpec(
                track.trackSid, subscription.spec.streamId(), form.video(), form.codec(), form.dependencyDescriptorId(), track.redundant());
        subscription.attach(now, track, peer.addSender(now, wanted), loop.engine());
        loop.touch(this);
    }

    /** Any thread: another loop subscribes to a track of this peer, published or not. */
    void mirror(MirrorTrack mirror) {
        loop.post(() -> {
            if (closed) {
                loop.handOff(mirror.loop).post(mirror, now -> mirror.end(SubscriptionEvent.NOT_FOUND));
                return;
            }
            mirrors.computeIfAbsent(mirror.trackSid, k -> new ArrayList<>()).add(mirror);
            PublicationTrack track = publications.get(mirror.trackSid);
            if (track != null) track.add(mirror);
        });
    }

    /** Any thread. */
    void unmirror(MirrorTrack mirror) {
        loop.post(() -> {
            List<MirrorTrack> others = mirrors.get(mirror.trackSid);
            if (others == null || !others.remove(mirror)) return;
            if (others.isEmpty()) mirrors.remove(mirror.trackSid);
            PublicationTrack track = publications.get(mirror.trackSid);
            if (track != null) track.remove(mirror);
        });
    }

    private void endMirrors(String trackSid) {
        List<MirrorTrack> ending = mirrors.remove(trackSid);
        if (ending != null) for (MirrorTrack mirror : ending) loop.handOff(mirror.loop).post(mirror, now -> mirror.end(SubscriptionEvent.ENDED));
    }

    /** Any thread. */
    void wantKeyFrame(MirrorTrack mirror, int layer, boolean begins) {
        loop.post(() -> {
            mirror.asked(layer, begins);
            PublicationTrack track = closed ? null : publications.get(mirror.trackSid);
            if (track != null) track.requestKeyFrame(loop.now(), layer, begins);
        });
    }

    void ended(SubscriptionTrack subscription, SubscriptionEvent event) {
        preferences.remove(subscription.spec.trackSid());
        subscriptions.remove(subscription.spec.trackSid(), subscription);
        drop(loop.now(), subscription);
        loop.touch(this);
        listener.subscription(subscription.spec.trackSid(), event, "");
    }

    private void endPublication(long now, PublicationTrack track) {
        publications.remove(track.trackSid);
        loop.removeTrack(track);
        publishLevels();
        track.endSubscriptions(SubscriptionEvent.ENDED);
        endMirrors(track.trackSid);
    }

    private void publishLevels() {
        Map<String, AudioLevel> now = new HashMap<>();
        for (PublicationTrack track : publications.values()) if (!track.receiver.video()) now.put(track.trackSid, track.level);
        levels = Map.copyOf(now);
    }

    // -- what the connection says

    @Override
    public void transmit(Flow flow, byte[] bytes, int offset, int length) {
        loop.transmit(flow, bytes, offset, length);
    }

    @Override
    public Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote) {
        Flow flow = loop.flow(protocol, local, remote);
        if (flow == null || flow.owner != null && flow.owner != this) return null;
        own(flow);
        return flow;
    }

    private void own(Flow flow) {
        flow.owner = this;
        if (flows.add(flow) && flows.size() > MAX_FLOWS) releaseOldest(flow);
    }

    private void releaseOldest(Flow newest) {
        for (Flow flow : flows) {
            if (flow == newest || flow == peer.selected()) continue;
            flows.remove(flow);
            loop.release(flow);
            return;
        }
    }

    void forget(Flow flow) {
        flows.remove(flow);
    }

    Set<Flow> flows() {
        return flows;
    }

    @Override
    public void ready() {
        post(peer::drain);
    }

    @Override
    public void stateChanged(long now, PeerState state, String reason) {
        if (state == PeerState.CONNECTED) for (SubscriptionTrack subscription : subscriptions.values()) subscription.askForKeyFrame(now);
        tellPath();
        listener.stateChanged(state, reason);
    }

    @Override
    public void verified(long now, Flow flow) {
        own(flow);
    }

    @Override
    public void selected(long now, Flow flow) {
        own(flow);
        tellPath();
    }

    private void tellPath() {
        PeerPath path = peer.path();
        if (path == null || path == toldPath) return;
        toldPath = path;
        listener.path(path);
    }

    @Override
    public void candidate(String line, String mid, int mlineIndex, boolean last) {
        listener.candidate(line, mid, mlineIndex, last);
    }

    @Override
    public void receiverChanged(long now, Receiver receiver) {
        PublicationTrack track = (PublicationTrack) receiver.attachment;
        if (track == null) {
            track = new PublicationTrack(loop, this, receiver);
            receiver.attachment = track;
            publications.put(track.trackSid, track);
            loop.addTrack(track);
            if (mutedBefore.contains(track.trackSid)) track.mute(now, true);
            publishLevels();
            List<SubscriptionTrack> waiting = awaited.remove(track.trackSid);
            if (waiting != null) for (SubscriptionTrack subscription : waiting) subscription.owner.connect(now, track, subscription);
            for (MirrorTrack mirror : mirrors.getOrDefault(track.trackSid, List.of())) track.add(mirror);
        } else {
            track.describeAgain(now, TrackForm.of(receiver));
        }
        listener.published(describe(track));
    }

    private static PublishedTrack describe(PublicationTrack track) {
        Receiver receiver = track.receiver;
        List<Long> ssrcs = new ArrayList<>();
        for (ReceiveStream stream : receiver.streams()) ssrcs.add(Integer.toUnsignedLong(stream.ssrc()));
        boolean stereo = receiver.codec() != null && "1".equals(receiver.primary().parameters().get("stereo"));
        return new PublishedTrack(track.trackSid, receiver.mid(), track.form().mime(), receiver.cid(), receiver.rids(), ssrcs, List.of(), stereo);
    }

    @Override
    public void receiverEnded(long now, Receiver receiver) {
        if (!(receiver.attachment instanceof PublicationTrack track)) return;
        endPublication(now, track);
        listener.unpublished(track.trackSid);
    }

    @Override
    public void rtp(long now, ReceiveStream stream, RtpView packet) {
        packetsIn++;
        bytesIn += packet.length();
        ((PublicationTrack) stream.receiver().attachment).rtp(now, stream, packet);
    }

    @Override
    public void senderReport(long now, ReceiveStream stream, long ntp, int rtpTimestamp) {
        ((PublicationTrack) stream.receiver().attachment).senderReport(now, stream.layer(), ntp, rtpTimestamp);
    }

    @Override
    public void bound(long now, Sender sender) {
        ((SubscriptionTrack) sender.attachment).bound(now);
    }

    @Override
    public void unsupported(long now, Sender sender, String why) {
        SubscriptionTrack subscription = (SubscriptionTrack) sender.attachment;
        if (subscription == null) return;
        subscriptions.remove(subscription.spec.trackSid(), subscription);
        leave(subscription);
        listener.subscription(subscription.spec.trackSid(), SubscriptionEvent.CODEC_UNSUPPORTED, why);
    }

    @Override
    public void keyFrameLost(long now, Sender sender) {
        ((SubscriptionTrack) sender.attachment).keyFrameLost(now);
    }

    @Override
    public void nack(long now, Sender sender, int seq) {
        ((SubscriptionTrack) sender.attachment).nack(now, seq);
    }

    @Override
    public void receiverReport(long now, Sender sender, int fractionLost, long roundTripNanos) {}

    @Override
    public void sectionsRequired(int audios, int videos) {
        listener.sectionsRequired(audios, videos);
    }

    @Override
    public void offerNeeded() {
        listener.offerNeeded();
    }

    @Override
    public void laneOpen(long now, DataLane lane) {
        synchronized (openLanes) {
            openLanes[lane.ordinal()] = true;
        }
        listener.laneOpen(lane);
    }

    @Override
    public void data(long now, DataLane lane, byte[] bytes, int offset, int length) {
        listener.data(lane, Arrays.copyOfRange(bytes, offset, offset + length));
    }
}
