package io.stoa.media.plane;

import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.dtls.DtlsCertificate;
import io.stoa.dtls.KeyOperations;
import io.stoa.ice.StunPeek;
import io.stoa.media.DatagramBatch;
import io.stoa.media.ForwardingEngine;
import io.stoa.media.LoopHandler;
import io.stoa.media.NegotiationException;
import io.stoa.media.PacketLoop;
import io.stoa.media.PacketMeta;
import io.stoa.media.PeerState;
import io.stoa.media.RelayPorts;
import io.stoa.peer.FeedbackCounts;
import io.stoa.peer.PacketOutbox;
import io.stoa.peer.PeerTools;
import io.stoa.rtp.RtpView;
import io.stoa.srtp.SrtpEngine;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Everything that happens on one media loop. Only {@link #post}, {@link #postUnhurried}, {@link #promise}, {@link #gone} and {@link #claims} may come from other threads. */
final class MediaLoop implements LoopHandler {
    private static final int OUTBOX_SLOTS = 256;
    private static final long TICK = 100 * Time.MILLI;
    /** So many take less than half a millisecond. */
    private static final int UNHURRIED_PER_TURN = 64;

    private final DtlsCertificate certificate;
    private final RandomGenerator random;
    private final SecureRandom secureRandom;
    private final Supplier<KeyOperations> keys;
    private final Map<String, LoopPeer> byUfrag = new ConcurrentHashMap<>();
    private final Set<LoopPeer> peers = new LinkedHashSet<>();
    private final List<LoopTrack> tracks = new ArrayList<>();
    private final Mirrors mirrors = new Mirrors(this);
    /** To the loops that subscribe to what is published here. */
    private final List<HandOff> handOffs = new ArrayList<>();
    private final Set<CompletableFuture<?>> promised = ConcurrentHashMap.newKeySet();
    private volatile boolean gone;
    private final List<LoopPeer> touched = new ArrayList<>();
    private final DeadlineHeap deadlines = new DeadlineHeap();
    private final Parking parking = new Parking();
    private final Lateness lateness = new Lateness();
    private final DropCounters drops = new DropCounters();
    private final RtpView scratchView = new RtpView();
    private final PacketMeta scratchMeta = new PacketMeta();
    private PacketLoop port;
    private PacketOutbox outbox;
    private boolean composesRed;
    private boolean proxiesLoss;
    private RelayPorts relays;
    private ForwardingEngine engine;
    /** For the engine slot: by this loop's clock, since when its subscriptions have waited for an engine; {@link Time#NEVER} = they have one. */
    long withoutEngineSince = Time.NEVER;
    private long tickAt = Time.NEVER;
    private final Queue<Runnable> unhurried = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean unhurriedKnown = new AtomicBoolean();
    private long unhurriedAt = Time.NEVER;
    /** Of peers that are no more. */
    private final FeedbackCounts feedbackBefore = new FeedbackCounts();
    private final TurnTimes turns = new TurnTimes();
    private final Traffic before = new Traffic();

    MediaLoop(DtlsCertificate certificate, RandomGenerator random, SecureRandom secureRandom, Supplier<KeyOperations> keys) {
        this.certificate = certificate;
        this.random = random;
        this.secureRandom = secureRandom;
        this.keys = keys;
    }

    @Override
    public void attached(PacketLoop loop) {
        port = loop;
        outbox = new PacketOutbox(loop, OUTBOX_SLOTS);
    }

    // -- hops 1 to 3, and the end of a turn

    @Override
    public void receive(long now, DatagramBatch batch) {
        long begun = System.nanoTime(); // how long it takes is all that this is for
        for (int i = 0; i < batch.size; i++) {
            Flow flow = batch.flow[i];
            LoopPeer owner = flow.owner instanceof LoopPeer known ? claimant(known, flow, batch, i) : route(batch, i);
            if (owner == null) continue;
            owner.peer().receive(now, flow, batch.slab, batch.offset[i], batch.length[i]);
            touch(owner);
        }
        endTurn(now);
        turns.took(System.nanoTime() - begun);
    }

    /**
     * An address passes from one client to another, behind a NAT or with the lease of a port, and anybody may name one that is somebody else's. Who
     * proves by a check to be there has it, but for that over which a connection works.
     */
    private LoopPeer claimant(LoopPeer known, Flow flow, DatagramBatch batch, int i) {
        if (batch.slab[batch.offset[i]] != 0 || flow == known.peer().selected() && known.peer().state() == PeerState.CONNECTED) return known;
        String ufrag = StunPeek.localUfrag(batch.slab, batch.offset[i], batch.length[i]);
        LoopPeer named = ufrag == null ? null : byUfrag.get(ufrag);
        return named == null ? known : named;
    }

    /** A flow that nobody owns yet: a STUN request says by its username whose it wants to be. */
    private LoopPeer route(DatagramBatch batch, int i) {
        String ufrag = StunPeek.localUfrag(batch.slab, batch.offset[i], batch.length[i]);
        LoopPeer owner = ufrag == null ? null : byUfrag.get(ufrag);
        if (owner == null) drops.count(ufrag == null ? Drop.UNKNOWN_FLOW : Drop.STUN_UNKNOWN_USERNAME);
        return owner;
    }

    void touch(LoopPeer peer) {
        if (peer.touched) return;
        peer.touched = true;
        touched.add(peer);
    }

    /** What the turn has produced leaves: reports and data of every touched peer, then all media at once. */
    void endTurn(long now) {
        for (int i = 0; i < touched.size(); i++) {
            LoopPeer peer = touched.get(i);
            peer.touched = false;
            if (!peers.contains(peer)) continue;
            if (peer.overrun()) {
                peer.end();
                continue;
            }
            peer.settle(now);
            peer.peer().flush(now);
            deadlines.set(peer, peer.nextWake(now));
        }
        touched.clear();
        outbox.flush();
        for (int i = 0; i < handOffs.size(); i++) handOffs.get(i).ship();
    }

    @Override
    public void wake(long now) {
        long begun = System.nanoTime();
        lateness.observe(now, nextWake());
        while (Time.due(deadlines.next(), now)) {
            LoopPeer peer = deadlines.first();
            peer.wake(now);
            touch(peer);
            long next = peer.nextWake(now);
            // A deadline that has not moved on would spin: it is looked at again in the next turn.
            deadlines.set(peer, next != Time.NEVER && next - now <= 0 ? now + Time.MILLI : next);
        }
        if (Time.due(tickAt, now)) {
            for (int i = 0; i < tracks.size(); i++) tracks.get(i).measure(now);
            for (int i = 0; i < tracks.size(); i++) tracks.get(i).tick(now);
            for (LoopPeer peer : peers) peer.tick(now);
            tickAt = tracks.isEmpty() ? Time.NEVER : Time.onBeat(now + TICK);
        }
        parking.wake(now);
        if (Time.due(unhurriedAt, now)) runUnhurried(now);
        endTurn(now);
        turns.took(System.nanoTime() - begun);
    }

    @Override
    public long nextWake() {
        return Time.earlier(Time.earlier(deadlines.next(), tickAt), Time.earlier(parking.nextWake(), unhurriedAt));
    }

    @Override
    public void flowClosed(long now, Flow flow) {
        if (!(flow.owner instanceof LoopPeer owner)) return;
        owner.peer().flowClosed(now, flow);
        owner.flows().forget(flow);
        flow.owner = null;
        touch(owner);
        endTurn(now);
    }

    @Override
    public boolean claims(String localUfrag) {
        return byUfrag.containsKey(localUfrag);
    }

    /** Any thread. */
    void post(Runnable task) {
        port.post(() -> {
            task.run();
            endTurn(port.now());
        });
    }

    /**
     * Any thread: in a tenth of a second, with what else has come until then, some in each turn. What is posted wakes the loop, and a wake costs as much as
     * forwarding ten packets.
     */
    void postUnhurried(Runnable task) {
        unhurried.add(task);
        if (unhurriedKnown.compareAndSet(false, true)) post(() -> unhurriedAt = Time.earlier(unhurriedAt, Time.onBeat(port.now() + TICK)));
    }

    private void runUnhurried(long now) {
        unhurriedKnown.set(false); // what comes from now on may be taken here, or asks for another turn
        int left = UNHURRIED_PER_TURN;
        for (Runnable task; left > 0 && (task = unhurried.poll()) != null; left--) task.run();
        unhurriedAt = left == 0 ? now + Time.MILLI : Time.NEVER;
    }

    // -- stages that somebody waits for

    /** Any thread: the stage fails at the latest when the plane has gone, whose loops drop what is posted to them. */
    void promise(CompletableFuture<?> stage) {
        promised.add(stage);
        stage.whenComplete((result, failure) -> promised.remove(stage));
        if (gone) fail(stage);
    }

    /** Any thread, once nothing that is posted runs any more. */
    void gone() {
        gone = true;
        promised.forEach(MediaLoop::fail);
    }

    private static void fail(CompletableFuture<?> stage) {
        stage.completeExceptionally(new NegotiationException("the media plane has gone away"));
    }

    // -- for the peers

    long now() {
        return port.now();
    }

    PeerTools tools() {
        return new PeerTools(certificate, random, secureRandom, keys, outbox);
    }

    Parking parking() {
        return parking;
    }

    RandomGenerator random() {
        return random;
    }

    /** Of connections to come; those that are there go over one by one. */
    void srtp(SrtpEngine next) {
        outbox.engine(next);
    }

    /** Whether subscribers get RED of what is published without it; tracks ask when they are negotiated. */
    boolean composesRed() {
        return composesRed;
    }

    void composesRed(boolean compose) {
        composesRed = compose;
    }

    /** Whether publishers of audio are told what is lost on the way to their subscribers. */
    boolean proxiesLoss() {
        return proxiesLoss;
    }

    void proxiesLoss(boolean proxy) {
        proxiesLoss = proxy;
    }

    /** Null: no TURN server is here. */
    RelayPorts relays() {
        return relays;
    }

    void relays(RelayPorts next) {
        relays = next;
    }

    /** Others may have come before. */
    void noRelays(RelayPorts gone) {
        if (relays == gone) relays = null;
    }

    RtpView scratchView() {
        return scratchView;
    }

    PacketMeta scratchMeta() {
        return scratchMeta;
    }

    PacketLoop.PortLease lease() {
        return port.lease();
    }

    void transmit(Flow flow, byte[] bytes, int offset, int length) {
        port.send(flow, bytes, offset, length);
    }

    Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote) {
        return port.flow(protocol, local, remote);
    }

    void register(LoopPeer peer) {
        peers.add(peer);
        claim(peer);
    }

    /** The peer may have new ICE credentials. */
    void claim(LoopPeer peer) {
        String ufrag = peer.peer().localUfrag();
        if (byUfrag.put(ufrag, peer) == peer) return;
        peer.ufrags.removeIf(old -> !peer.peer().claims(old) && byUfrag.remove(old, peer)); // before the last restart
        peer.ufrags.add(ufrag);
    }

    void unregister(LoopPeer peer) {
        peers.remove(peer);
        parking.remove(peer);
        for (String ufrag : peer.ufrags) byUfrag.remove(ufrag, peer);
        deadlines.remove(peer);
        before.add(peer.traffic());
        feedbackBefore.add(peer.peer().feedbackCounts());
        peer.peer().drops().addTo(drops);
        peer.flows().releaseAll();
    }

    void release(Flow flow) {
        flow.owner = null;
        port.close(flow);
    }

    void addTrack(LoopTrack track) {
        tracks.add(track);
        if (tickAt == Time.NEVER) tickAt = Time.onBeat(port.now() + TICK);
    }

    void removeTrack(LoopTrack track) {
        tracks.remove(track);
    }

    // -- other loops

    Mirrors mirrors() {
        return mirrors;
    }

    HandOff handOff(MediaLoop to) {
        for (int i = 0; i < handOffs.size(); i++) if (handOffs.get(i).to() == to) return handOffs.get(i);
        HandOff first = new HandOff(to, to.port);
        handOffs.add(first);
        return first;
    }

    // -- the forwarding engine

    ForwardingEngine engine() {
        return engine;
    }

    /** What somebody publishes here, and what somebody here subscribes to on other loops. */
    List<LoopTrack> tracks() {
        return tracks;
    }

    void engine(ForwardingEngine next) {
        engine = next;
    }

    // -- numbers

    /** Any thread. */
    Lateness lateness() {
        return lateness;
    }

    Set<LoopPeer> peers() {
        return peers;
    }

    void sum(PlaneSums sums) {
        sums.traffic.add(before);
        sums.feedback.add(feedbackBefore);
        sums.turns.add(turns);
        drops.addTo(sums.drops);
        for (LoopPeer peer : peers) {
            sums.peers++;
            sums.published += peer.published().count();
            sums.subscribed += peer.subscribed().count();
            sums.traffic.add(peer.traffic());
            sums.feedback.add(peer.peer().feedbackCounts());
            peer.peer().drops().addTo(sums.drops);
        }
    }
}
