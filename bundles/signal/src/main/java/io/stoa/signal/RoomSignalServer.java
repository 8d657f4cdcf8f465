package io.stoa.signal;

import io.stoa.auth.AccessTokens;
import io.stoa.auth.Claims;
import io.stoa.auth.KeyProvider;
import io.stoa.cluster.MessageBus.Subscription;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.RoomAllocator;
import io.stoa.cluster.Router;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.room.RoomException;
import io.stoa.room.RoomManager;
import io.stoa.room.RoomSession;
import io.stoa.room.SignalServer;
import io.stoa.room.SignalSink;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcMethods;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Sessions on rooms of this node, and on those of others by way of their signal servers. */
@Component(service = SignalServer.class, immediate = true)
public final class RoomSignalServer implements SignalServer {
    private static final long REFRESH_SECONDS = 300;
    /** So long a node that does not answer is asked again, until it does or is dead: clients that are sent away may not come back so soon. */
    private static final Duration NODE_PATIENCE = Duration.ofSeconds(6);
    private static final Patience PATIENCE = new Patience(Duration.ofSeconds(3), Duration.ofSeconds(30), Duration.ofMillis(100));

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("signal-clock").daemon().factory());
    private final Set<ParticipantSession> sessions = ConcurrentHashMap.newKeySet();
    private final Executor executor;
    private final Patience patience;
    private RoomManager rooms;
    private volatile boolean stopped;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile KeyProvider keys;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RoomAllocator allocator;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile Router router;

    private volatile NodeRegistry nodes;
    private volatile RpcBus bus;
    private Subscription door;

    /**
     * How long somebody waits for a room manager that is being replaced.
     *
     * @param newcomer then it is refused
     * @param session that has begun; longer than a bundle needs to be updated
     * @param pause between two looks
     */
    record Patience(Duration newcomer, Duration session, Duration pause) {}

    public RoomSignalServer() {
        this(Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("signal-", 0).factory()), PATIENCE);
    }

    RoomSignalServer(Executor executor, Patience patience) {
        this.executor = executor;
        this.patience = patience;
    }

    /** The next one is bound before the last one is unbound, if both are there. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindRooms(RoomManager next) {
        follow(next);
    }

    void unbindRooms(RoomManager gone) {
        if (rooms() == gone) follow(null);
    }

    /** Other nodes bring sessions to this one by its id, which is the same under every registry. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindNodes(NodeRegistry next) {
        nodes = next;
        openDoor();
    }

    synchronized void unbindNodes(NodeRegistry gone) {
        if (nodes == gone) nodes = null;
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindBus(RpcBus next) {
        bus = next;
        closeDoor();
        openDoor();
    }

    synchronized void unbindBus(RpcBus gone) {
        if (bus != gone) return;
        bus = null;
        closeDoor();
    }

    private void openDoor() {
        if (door == null && bus != null && nodes != null) door = bus.accept(RpcMethods.RELAY_SIGNAL.at(nodes.localId()), new RelayDoor(this::openHere));
    }

    private void closeDoor() {
        if (door != null) door.close();
        door = null;
    }

    private void follow(RoomManager next) {
        synchronized (this) {
            rooms = next;
            notifyAll();
        }
        for (ParticipantSession session : sessions) session.follow();
    }

    @Deactivate
    synchronized void stop() {
        stopped = true;
        closeDoor();
        clock.shutdownNow();
        if (executor instanceof ExecutorService mine) mine.shutdownNow();
    }

    /** @return null while there is none */
    synchronized RoomManager rooms() {
        return rooms;
    }

    boolean stopped() {
        return stopped;
    }

    Patience patience() {
        return patience;
    }

    /** @return null if there is none for so long */
    synchronized RoomManager awaitRooms(Duration longest) throws RoomException {
        long until = System.nanoTime() + longest.toNanos();
        try {
            while (rooms == null && !stopped) {
                long millis = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
                if (millis <= 0) return null;
                wait(millis);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RoomException(RoomException.Code.UNAVAILABLE, "signal server is going away", e);
        }
        return rooms;
    }

    @Override
    public SignalSession open(StartSession start, SignalSink sink) throws RoomException {
        long until = System.nanoTime() + NODE_PATIENCE.toNanos();
        while (true) {
            Placement.Services services = new Placement.Services(rooms(), allocator, router, nodes);
            Optional<String> elsewhere = Placement.elsewhere(services, start);
            if (elsewhere.isEmpty()) return openHere(start, sink);
            try {
                return RelayedSession.open(bus, elsewhere.get(), start, sink);
            } catch (RelayedSession.NobodyThere e) {
                if (!Placement.isDead(services, elsewhere.get()) && System.nanoTime() - until > 0) throw e.reason();
            }
        }
    }

    private SignalSession openHere(StartSession start, SignalSink sink) throws RoomException {
        RoomManager manager = present();
        while (true) {
            try {
                RoomSession room = start.getReconnect() ? manager.resume(start, sink) : manager.join(start, sink);
                ParticipantSession session = new ParticipantSession(this, start, sink);
                sessions.add(session);
                session.begin(manager, room);
                session.follow(); // it may have been replaced meanwhile
                return session;
            } catch (RoomException e) {
                RoomManager next = present();
                if (e.code() != RoomException.Code.UNAVAILABLE || next == manager) throw e;
                manager = next; // the one before went while it was asked
            }
        }
    }

    private RoomManager present() throws RoomException {
        RoomManager manager = awaitRooms(patience.newcomer);
        if (manager == null) throw new RoomException(RoomException.Code.UNAVAILABLE, "no room manager: bundle room is not active");
        return manager;
    }

    @Override
    public SignalSession adopt(StartSession start, SignalSink sink) {
        ParticipantSession session = new ParticipantSession(this, start, sink);
        sessions.add(session);
        session.follow();
        return session;
    }

    void ended(ParticipantSession session) {
        sessions.remove(session);
    }

    void execute(Runnable task) {
        if (!stopped) executor.execute(task);
    }

    ScheduledFuture<?> refreshing(Runnable task) {
        return clock.scheduleAtFixedRate(task, REFRESH_SECONDS, REFRESH_SECONDS, TimeUnit.SECONDS);
    }

    /** Spec 2.4: what the participant is now, for at least ten minutes. Without a key there is nothing to sign with. */
    Optional<String> token(RoomSession room, long expiresAtSeconds) {
        KeyProvider provider = keys;
        if (provider == null) return Optional.empty();
        return AccessTokens.renew(Claims.fromJson(room.grantsJson()), provider, expiresAtSeconds, Instant.now());
    }
}
