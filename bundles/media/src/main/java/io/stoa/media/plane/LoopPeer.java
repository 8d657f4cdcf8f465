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
    private final Map<TrackKey, PublicationTrack> publications = new LinkedHashMap<>();
    private final Map<TrackKey, List<SubscriptionTrack>> awaited = new HashMap<>();
    /** On other loops, of tracks that are published or awaited. */
    private final Map<TrackKey, List<MirrorTrack>> mirrors = new HashMap<>();
    /** By track: the rank of the codec to which it is to regress. */
    private final Map<String, Integer> regressions = new HashMap<>();
    private final Map<String, SubscriptionTrack> subscriptions = new LinkedHashMap<>();
    private final Map<String, TrackPreference> preferences = new LinkedHashMap<>();
    private final boolean[] openLanes = new boolean[DataLane.values().length];
    private final Demand demand = new Demand();
    private volatile Map<String, List<AudioLevel>> levels = Map.of();
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
        int count = 0;
        for (TrackKey key : publications.keySet()) if (key.rank() == 0) count++;
        return count;
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

    void firstPacket(long now, PublicationTrack track) {
        if (track.key.rank() == 0) listener.firstPacket(track.trackSid);
        else regress(now, track.trackSid);
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
            regressions.remove(trackSid);
            peer.unpublish(now, trackSid);
        });
    }

    @Override
    public void regress(String trackSid, int rank) {
        post(now -> {
            if (!publications.containsKey(TrackKey.first(trackSid))) return;
            regressions.put(trackSid, rank);
            regress(now, trackSid);
        });
    }

    /** Not before somebody would see something of it. */
    private void regress(long now, String trackSid) {
        TrackKey target = new TrackKey(trackSid, regressions.getOrDefault(trackSid, 0));
        PublicationTrack backup = publications.get(target);
        if (target.rank() == 0 || backup == null || !backup.announced()) return;
        for (PublicationTrack track : codecsOf(trackSid)) if (track != backup) track.regress(now, target.rank());
    }

    private List<PublicationTrack> codecsOf(String trackSid) {
        List<PublicationTrack> codecs = new ArrayList<>();
        for (PublicationTrack track : publications.values()) if (track.trackSid.equals(trackSid)) codecs.add(track);
        return codecs;
    }

    @Override
    public void setPublicationMuted(String trackSid, boolean muted) {
        post(now -> {
            for (PublicationTrack track : codecsOf(trackSid)) track.mute(now, muted);
            if (muted) mutedBefore.add(trackSid);
            else mutedBefore.remove(trackSid);
        });
    }

    /** Tracks that are muted, also those that no description has bound yet. */
    private final Set<String> mutedBefore = new HashSet<>();

    @Override
    public double audioLevel(String trackSid) {
        double loudest = 0;
        for (AudioLevel level : levels.getOrDefault(trackSid, List.of())) loudest = Math.max(loudest, level.value());
        return loudest;
    }

    @Override
    public void subscribe(MediaPeer publisher, SubscriptionSpec wanted) {
        post(now -> {
            if (subscriptions.containsKey(wanted.trackSid())) return;
            LoopPeer source = (LoopPeer) publisher;
            TrackPreference preference = preferences.getOrDefault(wanted.trackSid(), wanted.preference());
            SubscriptionTrack subscription = new SubscriptionTrack(this, source, wanted, preference, loop.random().nextLong());
            subscriptions.put(wanted.trackSid(), subscription);
            seek(now, subscription);
        });
    }

    /** In the codec that it is to come in, wherever that is published. */
    private void seek(long now, SubscriptionTrack subscription) {
        LoopPeer source = subscription.publisher;
        if (source.loop != loop) loop.mirrors().want(now, subscription);
        else if (source.closed) ended(subscription, SubscriptionEvent.NOT_FOUND);
        else source.want(now, subscription);
    }

    private void change(long now, SubscriptionTrack subscription, int rank) {
        subscription.part();
        unwant(subscription);
        subscription.rank = rank;
        seek(now, subscription);
    }

    /** Its track is to be had in that codec only. */
    void regress(long now, SubscriptionTrack subscription, int rank) {
        Sender sender = subscription.sender();
        if (!peer.take(sender, rank)) {
            renegotiate(now, subscription);
            return;
        }
        change(now, subscription, rank);
        if (sender.bound()) listener.codecTaken(subscription.spec.trackSid(), rank);
    }

    /** The client has negotiated nothing in which it could be sent the track: it gets a new section. */
    void renegotiate(long now, SubscriptionTrack subscription) {
        Sender old = subscription.sender();
        leave(subscription);
        subscription.restart();
        peer.removeSender(now, old);
        seek(now, subscription);
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
        unwant(subscription);
    }

    private void unwant(SubscriptionTrack subscription) {
        if (subscription.publisher.loop != loop) loop.mirrors().unwant(subscription);
        else subscription.publisher.awaitedNoMore(subscription);
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
        CompletableFuture<Optional<Wanted>> wanted = new CompletableFuture<>();
        run(wanted, now -> Optional.ofNullable(subscriptions.get(trackSid)).map(subscription -> new Wanted(subscription.publisher, subscription.key())));
        return wanted.thenCompose(found -> found.isEmpty()
                ? CompletableFuture.completedFuture(List.of(Hindrance.NO_SUBSCRIPTION))
                : found.get().publisher.hindrancesBefore(found.get().track).thenCompose(before -> hindrancesHere(trackSid, before)));
    }

    private record Wanted(LoopPeer publisher, TrackKey track) {}

    private CompletableFuture<List<Hindrance>> hindrancesHere(String trackSid, List<Hindrance> before) {
        CompletableFuture<List<Hindrance>> result = new CompletableFuture<>();
        run(result, now -> {
            SubscriptionTrack subscription = subscriptions.get(trackSid);
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
            PublicationTrack track = publications.get(key);
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
        for (PublicationTrack track : List.copyOf(publications.values())) endPublication(track.trackSid);
        for (SubscriptionTrack subscription : List.copyOf(subscriptions.values())) leave(subscription);
        for (List<SubscriptionTrack> waiting : List.copyOf(awaited.values()))
            for (SubscriptionTrack subscription : List.copyOf(waiting)) subscription.owner.ended(subscription, SubscriptionEvent.ENDED);
        for (TrackKey key : List.copyOf(mirrors.keySet())) endMirrors(key);
        subscriptions.clear();
        peer.close(now);
        closed = true;
        loop.unregister(this);
        lease.close();
    }

    // -- tracks, on the loop

    private void want(long now, SubscriptionTrack subscription) {
        PublicationTrack track = publications.get(subscription.key());
        if (track != null) subscription.owner.connect(now, track, subscription);
        else awaited.computeIfAbsent(subscription.key(), k -> new ArrayList<>()).add(subscription);
    }

    private void awaitedNoMore(SubscriptionTrack subscription) {
        List<SubscriptionTrack> waiting = awaited.get(subscription.key());
        if (waiting == null) return;
        waiting.remove(subscription);
        if (waiting.isEmpty()) awaited.remove(subscription.key());
    }

    /** A subscription of this peer finds its track; at first in the first codec, which knows the others. */
    void connect(long now, LoopTrack track, SubscriptionTrack subscription) {
        loop.touch(this);
        if (subscription.sender() != null) {
            subscription.attach(now, track, loop.engine());
            return;
        }
        TrackForm form = track.form();
        Sender sender = peer.addSender(now, new SenderSpec(
                track.trackSid, subscription.spec.streamId(), form.video(), form.codecs(), form.dependencyDescriptorId(), form.captureTimeId(),
                track.redundant(), subscription.spec.bursty()));
        subscription.begin(sender);
        boolean elsewhere = form.served() > 0 && peer.take(sender, form.served());
        if (elsewhere) change(now, subscription, form.served());
        else subscription.attach(now, track, loop.engine());
    }

    /** Any thread: another loop subscribes to a track of this peer, published or not. */
    void mirror(MirrorTrack mirror) {
        loop.post(() -> {
            if (closed) {
                loop.handOff(mirror.loop).post(mirror, now -> mirror.end(SubscriptionEvent.NOT_FOUND));
                return;
            }
            mirrors.computeIfAbsent(mirror.key, k -> new ArrayList<>()).add(mirror);
            PublicationTrack track = publications.get(mirror.key);
            if (track != null) track.add(mirror);
        });
    }

    /** Any thread. */
    void unmirror(MirrorTrack mirror) {
        loop.post(() -> {
            List<MirrorTrack> others = mirrors.get(mirror.key);
            if (others == null || !others.remove(mirror)) return;
            if (others.isEmpty()) mirrors.remove(mirror.key);
            PublicationTrack track = publications.get(mirror.key);
            if (track != null) track.remove(mirror);
        });
    }

    private void endMirrors(TrackKey key) {
        List<MirrorTrack> ending = mirrors.remove(key);
        if (ending != null) for (MirrorTrack mirror : ending) loop.handOff(mirror.loop).post(mirror, now -> mirror.end(SubscriptionEvent.ENDED));
    }

    /** Any thread. */
    void wantKeyFrame(MirrorTrack mirror, int layer, boolean begins) {
        loop.post(() -> {
            mirror.asked(layer, begins);
            PublicationTrack track = closed ? null : publications.get(mirror.key);
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

    /** In all its codecs. */
    private void endPublication(String trackSid) {
        regressions.remove(trackSid);
        for (PublicationTrack track : codecsOf(trackSid)) {
            publications.remove(track.key);
            loop.removeTrack(track);
            track.endSubscriptions(SubscriptionEvent.ENDED);
        }
        publishLevels();
        for (TrackKey key : List.copyOf(awaited.keySet())) {
            if (key.rank() == 0 || !key.trackSid().equals(trackSid)) continue;
            for (SubscriptionTrack subscription : List.copyOf(awaited.get(key))) subscription.owner.ended(subscription, SubscriptionEvent.ENDED);
        }
        for (TrackKey key : List.copyOf(mirrors.keySet())) if (key.trackSid().equals(trackSid)) endMirrors(key);
    }

    /** Whoever gets the track in that codec waits for it to come back. */
    private void pause(PublicationTrack track) {
        if (!publications.remove(track.key, track)) return;
        loop.removeTrack(track);
        publishLevels();
        List<SubscriptionTrack> left = track.abandon();
        if (!left.isEmpty()) awaited.computeIfAbsent(track.key, k -> new ArrayList<>()).addAll(left);
    }

    private void publishLevels() {
        Map<String, List<AudioLevel>> now = new HashMap<>();
        for (PublicationTrack track : publications.values())
            if (!track.receiver.video()) now.computeIfAbsent(track.trackSid, k -> new ArrayList<>(1)).add(track.level);
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
            publications.put(track.key, track);
            loop.addTrack(track);
            if (mutedBefore.contains(track.trackSid)) track.mute(now, true);
            publishLevels();
            List<SubscriptionTrack> waiting = awaited.remove(track.key);
            if (waiting != null) for (SubscriptionTrack subscription : waiting) subscription.owner.connect(now, track, subscription);
            for (MirrorTrack mirror : mirrors.getOrDefault(track.key, List.of())) track.add(mirror);
        } else {
            track.describeAgain(now, TrackForm.of(receiver).servedIn(track.form().served()));
        }
        listener.published(describe(track));
    }

    private static PublishedTrack describe(PublicationTrack track) {
        Receiver receiver = track.receiver;
        List<Long> ssrcs = new ArrayList<>();
        for (ReceiveStream stream : receiver.streams()) ssrcs.add(Integer.toUnsignedLong(stream.ssrc()));
        boolean stereo = receiver.codec() != null && "1".equals(receiver.primary().parameters().get("stereo"));
        return new PublishedTrack(
                track.trackSid, receiver.mid(), track.form().mime(), receiver.cid(), receiver.rids(), ssrcs, List.of(), stereo, receiver.rank());
    }

    @Override
    public void receiverEnded(long now, Receiver receiver) {
        if (!(receiver.attachment instanceof PublicationTrack track)) return;
        if (receiver.rank() > 0) {
            pause(track);
            return;
        }
        endPublication(track.trackSid);
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
        SubscriptionTrack subscription = (SubscriptionTrack) sender.attachment;
        if (subscription.rank != sender.rank()) change(now, subscription, sender.rank());
        listener.codecTaken(subscription.spec.trackSid(), sender.rank());
        subscription.bound(now);
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
    public void receiverReport(long now, Sender sender, int fractionLost, long roundTripNanos) {
        ((SubscriptionTrack) sender.attachment).reported(now, fractionLost);
    }

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
