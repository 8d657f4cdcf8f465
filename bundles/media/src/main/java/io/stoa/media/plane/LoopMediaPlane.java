package io.stoa.media.plane;

import io.stoa.dtls.DtlsCertificate;
import io.stoa.dtls.KeyOperations;
import io.stoa.health.HealthCheck;
import io.stoa.media.ForwardingEngine;
import io.stoa.media.MediaPeer;
import io.stoa.media.MediaPlane;
import io.stoa.media.PacketIo;
import io.stoa.media.PacketLoop.PortLease;
import io.stoa.media.PeerListener;
import io.stoa.media.PeerSpec;
import io.stoa.media.RelayPorts;
import io.stoa.metrics.Metric;
import io.stoa.metrics.MetricSource;
import io.stoa.protocol.handover.ConnectionState;
import io.stoa.srtp.SrtpEngine;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The media plane on whatever packet input and output there is. */
@Component(service = {MediaPlane.class, MetricSource.class, HealthCheck.class}, immediate = true, configurationPid = "io.stoa.audio")
public final class LoopMediaPlane implements MediaPlane, MetricSource, HealthCheck {
    private static final long HEALTHY_TURN_MILLIS = 800;

    private final PacketIo io;
    private final List<MediaLoop> loops = new ArrayList<>();
    private final PacketIo.Attachment attachment;
    private final EngineSlot slot;
    private final SrtpSlot srtp;
    private final Placement placement;
    private final Rehearsals rehearsals;
    private volatile KeyOperations keys = KeyOperations.ofJava();
    private volatile boolean closing;

    @Activate
    public LoopMediaPlane(@Reference PacketIo io, AudioConfig config) {
        this(io, new SecureRandom(), new Placement(io.loops()), true);
        configure(config);
    }

    @Modified
    void configure(AudioConfig config) {
        composeRed(config.activeRedEncoding());
        proxyLoss(config.enableLossProxying());
    }

    void composeRed(boolean compose) {
        for (MediaLoop loop : loops) loop.post(() -> loop.composesRed(compose));
    }

    void proxyLoss(boolean proxy) {
        for (MediaLoop loop : loops) loop.post(() -> loop.proxiesLoss(proxy));
    }

    /** @param random for everything but keys; a seeded one makes scenarios repeat */
    LoopMediaPlane(PacketIo io, RandomGenerator random) {
        this(io, random, new Placement(io.loops()));
    }

    LoopMediaPlane(PacketIo io, RandomGenerator random, Placement placement) {
        this(io, random, placement, false);
    }

    private LoopMediaPlane(PacketIo io, RandomGenerator random, Placement placement, boolean rehearses) {
        this.io = io;
        this.placement = placement;
        SecureRandom secureRandom = new SecureRandom();
        DtlsCertificate certificate = DtlsCertificate.generate(secureRandom, Instant.now());
        for (int i = 0; i < io.loops(); i++) loops.add(new MediaLoop(certificate, random, secureRandom, () -> keys));
        attachment = io.attach(loops::get);
        slot = new EngineSlot(loops);
        srtp = new SrtpSlot(loops);
        rehearsals = new Rehearsals(io, () -> keys, rehearses);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindEngine(ForwardingEngine engine) {
        slot.bind(engine);
        rehearsals.with(engine);
    }

    void unbindEngine(ForwardingEngine gone) {
        rehearsals.without(gone);
        slot.unbind(gone);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindSrtp(SrtpEngine engine) {
        srtp.bind(engine);
        rehearsals.with(engine);
    }

    void unbindSrtp(SrtpEngine gone) {
        rehearsals.without(gone);
        srtp.unbind(gone);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindKeys(KeyOperations next) {
        keys = next;
    }

    /** The next one, if there is one, has been bound before. A handshake that has begun keeps what it has: there is no state to take away. */
    void unbindKeys(KeyOperations gone) {
        if (keys == gone) keys = KeyOperations.ofJava();
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindRelays(RelayPorts next) {
        for (MediaLoop loop : loops) loop.post(() -> loop.relays(next));
    }

    void unbindRelays(RelayPorts gone) {
        for (MediaLoop loop : loops) loop.post(() -> loop.noRelays(gone));
    }

    @Override
    public MediaPeer open(PeerSpec spec, PeerListener listener, ConnectionState before) {
        if (closing) throw new IllegalStateException("the media plane is going away");
        if (!srtp.isBound()) throw new IllegalStateException("no SRTP engine is active: is the bundle srtp.portable or srtp.linux started?");
        rehearsals.guestCame();
        int place = placement.place(spec.roomSid(), spec.role());
        MediaLoop loop = loops.get(place);
        LoopPeer peer = new LoopPeer(loop, spec, listener, before, ownPorts(spec, place), () -> placement.left(spec.roomSid(), place));
        loop.post(peer::begin);
        return peer;
    }

    /** @return null if it shares those of its loop */
    private PortLease ownPorts(PeerSpec spec, int place) {
        if (!spec.bridge()) return null;
        try {
            return attachment.loop(place).ownLease();
        } catch (IOException e) {
            placement.left(spec.roomSid(), place);
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @Override
    public Optional<MediaPeer> adopt(String key, PeerListener listener) {
        for (MediaLoop loop : loops) {
            LoopPeer peer = loop.parking().take(key);
            if (peer == null) continue;
            rehearsals.guestCame();
            peer.adoptedBy(listener);
            return Optional.of(peer);
        }
        return Optional.empty();
    }

    @Override
    public PlaneStats stats() {
        PlaneSums sums = sums();
        synchronized (sums) {
            return stats(sums);
        }
    }

    /** To be read with its lock: a loop that was not in time may still add to it. */
    private PlaneSums sums() {
        PlaneSums sums = new PlaneSums();
        CountDownLatch done = new CountDownLatch(loops.size());
        for (MediaLoop loop : loops)
            loop.post(() -> {
                synchronized (sums) {
                    loop.sum(sums);
                }
                done.countDown();
            });
        try {
            done.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return sums;
    }

    private PlaneStats stats(PlaneSums sums) {
        Map<String, Long> drops = new LinkedHashMap<>();
        sums.drops.nonZero().forEach((drop, count) -> drops.put(drop.name(), count));
        Traffic traffic = sums.traffic;
        return new PlaneStats(sums.peers, sums.published, sums.subscribed, traffic.packetsIn(), traffic.packetsOut(), traffic.bytesIn(), traffic.bytesOut(),
                drops, io.name(), srtp.name(), slot.name(), slot.longestGapNanos());
    }

    @Override
    public List<Metric> metrics() {
        List<Metric> all = new ArrayList<>(PlaneMetrics.of(loops.stream().map(MediaLoop::lateness).toList()));
        PlaneSums sums = sums();
        synchronized (sums) {
            all.addAll(PlaneMetrics.of(stats(sums), sums));
        }
        return all;
    }

    @Override
    public List<Finding> findings() {
        String engine = slot.name();
        return List.of(
                turning()
                        ? Finding.well("media loops", Kind.LIVE, loops.size() + " on " + io.name())
                        : Finding.unwell("media loops", Kind.LIVE, "a media loop does not turn: its thread is busy with something else, or has ended"),
                srtp.isBound()
                        ? Finding.well("packet protection", Kind.READY, srtp.name())
                        : Finding.unwell("packet protection", Kind.READY, "no SRTP engine is active: is the bundle srtp.portable started?"),
                !engine.isEmpty()
                        ? Finding.well("forwarding engine", Kind.READY, engine)
                        : Finding.unwell("forwarding engine", Kind.READY, "none is active, and media is held: is the bundle forward started?"));
    }

    private boolean turning() {
        CountDownLatch turned = new CountDownLatch(loops.size());
        for (MediaLoop loop : loops) loop.post(turned::countDown);
        try {
            return turned.await(HEALTHY_TURN_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** For scenarios that drive time: no peer has anything under way on another thread. */
    boolean quiescent() {
        for (MediaLoop loop : loops) for (LoopPeer peer : loop.peers()) if (!peer.peer().quiescent()) return false;
        return true;
    }

    @Deactivate
    void close() {
        closing = true;
        rehearsals.close();
        slot.close();
        srtp.close();
        CountDownLatch done = new CountDownLatch(loops.size());
        for (MediaLoop loop : loops)
            loop.post(() -> {
                for (LoopPeer peer : List.copyOf(loop.peers())) peer.end();
                done.countDown();
            });
        try {
            done.await(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        attachment.close();
        loops.forEach(MediaLoop::gone);
    }
}
