package io.stoa.room.live;

import io.stoa.auth.AccessTokens;
import io.stoa.auth.Claims;
import io.stoa.auth.KeyProvider;
import io.stoa.base.Ids;
import io.stoa.cluster.ClusterException;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.NodeSelector;
import io.stoa.cluster.RoomAllocator;
import io.stoa.cluster.Router;
import io.stoa.media.MediaPlane;
import io.stoa.metrics.Metric;
import io.stoa.metrics.MetricSource;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.Node;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.protocol.handover.RoomState;
import io.stoa.room.EgressLauncher;
import io.stoa.room.HandOver;
import io.stoa.room.HandOver.HandedRoom;
import io.stoa.room.LiveRoom;
import io.stoa.room.RoomException;
import io.stoa.room.RoomListener;
import io.stoa.room.RoomManager;
import io.stoa.room.RoomSession;
import io.stoa.room.SignalSink;
import io.stoa.room.TurnServers;
import io.stoa.rpc.RpcBus;
import io.stoa.store.RoomStore;
import io.stoa.store.StoreException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds, opens and closes the rooms of this node. */
@Component(service = {RoomManager.class, MetricSource.class}, immediate = true, configurationPid = {"io.stoa.limit", "io.stoa.room", "io.stoa.server"})
public final class LiveRoomManager implements RoomManager, MetricSource {
    private static final Logger LOG = LoggerFactory.getLogger(LiveRoomManager.class);

    private final MediaPlane plane;
    private final ExecutorService executor = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("room-", 0).factory());
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("room-clock").daemon().factory());
    private final Pulse pulse = Pulse.of(scheduler);
    private final WaysIn ways = new WaysIn(() -> pulse().millis());
    private final SecureRandom random = new SecureRandom();
    private final Ids ids = new Ids(random);
    private final Map<String, ActiveRoom> rooms = new ConcurrentHashMap<>();
    private final StoreProjection store = new StoreProjection(executor, task -> pulse().after(StoreProjection.AGAIN_MILLIS, task));
    private final List<RoomListener> listeners = new CopyOnWriteArrayList<>();
    private final RoomCounts counts = new RoomCounts();
    private volatile RoomLimits limits;
    private volatile IceConfig ice;
    private final Routes routes = new Routes(this);
    private final Charge charge = new Charge(this);
    private final Moves moves = new Moves(this);
    private final Bridges bridges = new Bridges(this);
    private volatile boolean draining;
    private volatile boolean leaving;
    /** Whether nobody can go on with the rooms: without the media plane there are no connections, without the framework no server. */
    private BooleanSupplier nobodyFollows = () -> false;

    // Only without the media plane rooms cannot be; without these, none opens, and those that there are go on.
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RoomAllocator allocator;

    private volatile NodeRegistry nodes;
    /** What was known last. */
    private volatile String nodeId = "";
    private volatile String region = "";

    /** The lowest ranking first. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    volatile List<TurnServers> turnServers = List.of();

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile KeyProvider keys;

    /** Without one nothing is recorded by itself. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile EgressLauncher egress;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile NodeSelector selector;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindBus(RpcBus next) {
        moves.bind(next);
        bridges.bind(next);
    }

    void unbindBus(RpcBus gone) {
        moves.unbind(gone);
        bridges.unbind(gone);
    }

    @Activate
    public LiveRoomManager(@Reference MediaPlane plane, RoomLimits limits, IceConfig ice) {
        this.plane = plane;
        this.limits = limits;
        this.ice = ice;
    }

    /** Ready to be in charge; the stores, routers and the like that there are have been bound. */
    @Activate
    void start(BundleContext context) {
        nobodyFollows = () -> context.getBundle(0).getState() == Bundle.STOPPING || context.getServiceReference(MediaPlane.class) == null;
        begin();
    }

    void begin() {
        charge.begin();
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindHandOver(HandOver next) {
        charge.bind(next);
    }

    void unbindHandOver(HandOver gone) {
        charge.unbind(gone);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindNodes(NodeRegistry next) {
        nodes = next;
        routes.bind(next);
        moves.serve();
        bridges.serve();
    }

    void unbindNodes(NodeRegistry gone) {
        if (nodes == gone) nodes = null;
        routes.unbind(gone);
    }

    /** A router that comes is told which rooms are here; on which node, when that is known. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindRouter(Router next) {
        routes.bind(next);
    }

    void unbindRouter(Router gone) {
        routes.unbind(gone);
    }

    Collection<ActiveRoom> openRooms() {
        return rooms.values();
    }

    @Modified
    void modified(RoomLimits changed, IceConfig changedIce) {
        limits = changed;
        ice = changedIce;
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindStore(RoomStore next) {
        store.bind(next, rooms.keySet()); // first, or the rooms tell the store before
        for (ActiveRoom room : rooms.values()) room.post(room::publish);
        for (String name : store.leftBehind()) if (!rooms.containsKey(name)) store.sweep(name, to -> sweep(to, name));
    }

    void unbindStore(RoomStore gone) {
        store.unbind(gone, rooms.keySet());
    }

    /** A room that closed while another store was in charge goes, unless it lives again, here or on another node. */
    private synchronized void sweep(RoomStore from, String name) throws StoreException { // no room opens meanwhile
        if (rooms.containsKey(name)) return;
        try {
            if (routes.isNowhereElse(name)) from.deleteRoom(name);
        } catch (ClusterException e) {
            LOG.warn("room {} may stay in the store without living: {}", name, e.getMessage());
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addListener(RoomListener listener) {
        listeners.add(listener);
    }

    void removeListener(RoomListener listener) {
        listeners.remove(listener);
    }

    /** Tells every listener; one that fails is reported and skipped. */
    interface Listeners {
        void forEach(Consumer<RoomListener> event);
    }

    Listeners listeners() {
        return event -> {
            for (RoomListener listener : listeners) {
                try {
                    event.accept(listener);
                } catch (RuntimeException | LinkageError e) {
                    LOG.error("a room listener failed", e);
                }
            }
        };
    }

    RoomCounts counts() {
        return counts;
    }

    @Override
    public List<Metric> metrics() {
        return counts.metrics(rooms.values(), participants());
    }

    void execute(Runnable task) {
        executor.execute(task);
    }

    MediaPlane plane() {
        return plane;
    }

    Pulse pulse() {
        return pulse;
    }

    RandomGenerator random() {
        return random;
    }

    RoomLimits limits() {
        return limits;
    }

    StoreProjection store() {
        return store;
    }

    WaysIn.Told waysIn(Member member) {
        return ways.tell(turnServers, List.of(ice.stunServers()), member);
    }

    boolean leadsOverTls(Member member) {
        return WaysIn.leadOverTls(turnServers, member);
    }

    IceConfig ice() {
        return ice;
    }

    WaysIn ways() {
        return ways;
    }

    /** By which a participant may enter the room that it is in; null without a key to sign it. */
    String token(Member member) {
        KeyProvider provider = keys;
        if (provider == null) return null;
        return AccessTokens.renew(member.grants().claims(), provider, member.tokenExpiresAtSeconds(), Instant.now()).orElse(null);
    }

    /** Whether a participant may be brought there: it exists, or what does not exist is opened (spec 5.2). */
    boolean mayOpen(String name) throws RoomException {
        try {
            RoomAllocator current = allocator;
            return rooms.containsKey(name) || current != null && current.autoCreate() || store.knows(name);
        } catch (StoreException e) {
            throw new RoomException(RoomException.Code.UNAVAILABLE, e.getMessage(), e);
        }
    }

    /** The other node on which a room lives; empty if it lives here, or nowhere. */
    Optional<String> elsewhere(String name) throws RoomException {
        Router current = routes.router();
        NodeRegistry known = nodes;
        if (rooms.containsKey(name) || current == null || known == null) return Optional.empty();
        try {
            List<String> alive = known.nodes().stream().map(Node::getId).toList();
            return current.nodeOf(name).filter(node -> !node.equals(nodeId()) && alive.contains(node));
        } catch (ClusterException e) {
            throw new RoomException(RoomException.Code.UNAVAILABLE, e.getMessage(), e);
        }
    }

    String nodeId() {
        NodeRegistry current = nodes;
        if (current != null) nodeId = current.localId();
        return nodeId;
    }

    String region() {
        NodeRegistry current = nodes;
        if (current != null) region = current.local().getRegion();
        return region;
    }

    // -- RoomManager

    @Override
    public Room create(CreateRoomRequest request) throws RoomException {
        Opening opening = open(request);
        Room info = opening.room.info();
        if (opening.recorded) Recording.begin(egress, info, request);
        return info;
    }

    /** If it is to be recorded, that begins meanwhile. */
    ActiveRoom opened(CreateRoomRequest request) throws RoomException {
        Opening opening = open(request);
        if (opening.recorded) {
            executor.execute(() -> {
                try {
                    Recording.begin(egress, opening.room.info(), request);
                } catch (RoomException e) {
                    LOG.warn("room {} is not recorded as it should be: {}", request.getName(), e.getMessage());
                }
            });
        }
        return opening.room;
    }

    /** @param recorded whether it is new, and to be recorded as a whole */
    private record Opening(ActiveRoom room, boolean recorded) {}

    private Opening open(CreateRoomRequest request) throws RoomException {
        charge.await();
        moves.await(request.getName());
        ActiveRoom open = rooms.get(request.getName());
        if (open != null) return new Opening(open, false);
        synchronized (this) {
            open = rooms.get(request.getName());
            if (open != null) return new Opening(open, false);
            if (leaving) throw new RoomException(RoomException.Code.UNAVAILABLE, "this room manager is going away");
            if (draining) throw new RoomException(RoomException.Code.UNAVAILABLE, "this node is shutting down and opens no rooms");
            RoomAllocator current = allocator;
            if (current == null) throw new RoomException(RoomException.Code.UNAVAILABLE, "no room allocator: bundle cluster is not active");
            RoomAllocator.Allocation allocation;
            try {
                allocation = current.allocate(request);
            } catch (ClusterException e) {
                throw new RoomException(RoomException.Code.valueOf(e.code().name()), e.getMessage(), e);
            }
            ActiveRoom room = new ActiveRoom(this, new Mailbox(request.getName(), executor), allocation.room(), allocation.internal(), ids);
            rooms.put(request.getName(), room);
            LOG.info("room {} opened", request.getName());
            listeners().forEach(l -> l.roomStarted(allocation.room()));
            return new Opening(room, allocation.created() && request.getEgress().hasRoom());
        }
    }

    void closed(ActiveRoom room) {
        rooms.remove(room.name(), room);
        if (!routes.goesOnElsewhere(room)) store.deleteRoom(room.name());
        routes.clear(room.name());
        counts.roomClosed(pulse().millis() - room.info().getCreationTimeMs());
        listeners().forEach(l -> l.roomFinished(room.info()));
    }

    @Override
    public Optional<LiveRoom> room(String name) {
        try {
            charge.await();
            moves.await(name);
        } catch (RoomException e) {
            throw new IllegalStateException(e.getMessage(), e); // better than to say that there is no such room
        }
        return Optional.ofNullable(rooms.get(name));
    }

    @Override
    public Collection<LiveRoom> rooms() {
        return List.copyOf(rooms.values());
    }

    @Override
    public RoomSession join(StartSession start, SignalSink sink) throws RoomException {
        moves.await(start.getRoomName());
        if (draining) throw new RoomException(RoomException.Code.UNAVAILABLE, "this node is shutting down and takes no new participants");
        counts.sessionBegan();
        Claims claims = Claims.fromJson(start.getGrantsJson());
        ActiveRoom room = opened(request(start, claims));
        return room.call(() -> new MemberSession(room, room.join(start, claims, sink), start.getIdentity()));
    }

    private static CreateRoomRequest request(StartSession start, Claims claims) {
        CreateRoomRequest wish = start.hasCreateRoom() ? start.getCreateRoom() : claims.createRoom();
        return wish.toBuilder().setName(start.getRoomName()).build();
    }

    @Override
    public RoomSession resume(StartSession start, SignalSink sink) throws RoomException {
        charge.await();
        moves.await(start.getRoomName());
        ActiveRoom room = rooms.get(start.getRoomName());
        MemberSession session = room == null ? null : room.call(() -> session(room, room.resume(start, sink), start));
        return session == null ? stranger(start, sink) : session;
    }

    @Override
    public RoomSession reattach(StartSession start, SignalSink sink) throws RoomException {
        charge.await();
        if (moves.leaves(start.getRoomName())) throw new RoomException(RoomException.Code.UNAVAILABLE, "the room is just moving to another node");
        ActiveRoom room = home(start);
        MemberSession session = room == null ? null : room.call(() -> {
            HeldSessions.Reattached found = room.held().reattach(start, sink);
            return found.told() ? new MemberSession(room, found.member(), start.getIdentity()) : null;
        });
        return session == null ? stranger(start, sink) : session;
    }

    /** The room that a session's participant is in: usually the one in which it began. */
    private ActiveRoom home(StartSession start) throws RoomException {
        ActiveRoom first = rooms.get(start.getRoomName());
        if (first != null && first.call(() -> first.held().knows(start))) return first;
        for (ActiveRoom room : rooms.values()) if (room != first && room.call(() -> room.held().knows(start))) return room;
        return null;
    }

    private static MemberSession session(ActiveRoom room, Member member, StartSession start) {
        return member == null ? null : new MemberSession(room, member, start.getIdentity());
    }

    private static MemberSession stranger(StartSession start, SignalSink sink) {
        sink.send(Leaves.of(start.getClient().getProtocol(), LeaveRequest.Action.RECONNECT, DisconnectReason.STATE_MISMATCH));
        sink.close();
        return new MemberSession(null, null, start.getIdentity());
    }

    @Override
    public void drain() {
        draining = true;
        moves.drain();
    }

    @Override
    public int participants() {
        int count = 0;
        for (ActiveRoom room : rooms.values()) count += room.population();
        return count + moves.lingering();
    }

    @Override
    public int roomsToLeave() {
        return moves.toLeave();
    }

    @Override
    public void shutdown() {
        draining = true;
        end(DisconnectReason.SERVER_SHUTDOWN, LeaveRequest.Action.DISCONNECT);
    }

    private void end(DisconnectReason reason, LeaveRequest.Action action) {
        for (ActiveRoom room : rooms.values()) {
            try {
                room.mailbox().ask(() -> {
                    room.end(reason, action);
                    return null;
                });
            } catch (RoomException e) {
                LOG.warn("room {} did not close in time: {}", room.name(), e.getMessage());
            }
        }
    }

    // -- from one manager to the next

    Optional<ActiveRoom> findRoom(String name) {
        return Optional.ofNullable(rooms.get(name));
    }

    /** The room that is to go on here, still empty. */
    ActiveRoom takeOver(RoomState state) {
        Room info = state.getRoom();
        NodeRegistry current = nodes;
        draining |= current != null && current.draining();
        ActiveRoom room = new ActiveRoom(
                this, new Mailbox(info.getName(), executor), info, state.getInternal(), ids, state.getOpenedAt(), state.getSifTrailer());
        rooms.put(info.getName(), room);
        if (draining) moves.drain(); // what the manager before has not done yet
        return room;
    }

    // -- from one node to the next

    Moves moves() {
        return moves;
    }

    boolean draining() {
        return draining;
    }

    List<ActiveRoom> activeRooms() {
        return List.copyOf(rooms.values());
    }

    /** null while there is none, as the next one. */
    NodeRegistry nodes() {
        return nodes;
    }

    Router router() {
        return routes.router();
    }

    /** A room comes, still empty. */
    synchronized ActiveRoom receive(RoomState state) throws RoomException {
        charge.await();
        if (leaving) throw new RoomException(RoomException.Code.UNAVAILABLE, "this room manager is going away");
        if (rooms.containsKey(state.getRoom().getName())) throw new RoomException(RoomException.Code.ALREADY_EXISTS, "the room is open here as well");
        return takeOver(state);
    }

    /** It stays where it was. */
    void refuse(ActiveRoom room) {
        rooms.remove(room.name(), room);
        room.post(() -> {
            room.members().forEach(member -> member.connections().close());
            room.mailbox().shut();
        });
    }

    void arrived(ActiveRoom room) {
        listeners().forEach(l -> l.roomArrived(room.info(), room.participants()));
    }

    /** It stands still, and is another node's: there its participants are to resume. */
    void departed(ActiveRoom room) {
        rooms.remove(room.name(), room);
        room.mailbox().shut();
        for (Member member : room.members()) {
            member.endForwardings(DisconnectReason.MIGRATION);
            if (member.forwarded()) member.original().departed();
            member.signalling().end(LeaveRequest.Action.RESUME, DisconnectReason.MIGRATION);
        }
        listeners().forEach(l -> l.roomDeparted(room.info()));
    }

    /** A room that cannot go on: nothing is to say that it does. Its connections close when they have waited long enough. */
    void giveUp(String name) {
        ActiveRoom half = rooms.remove(name);
        if (half != null) half.post(() -> half.members().forEach(member -> member.connections().close()));
        store.deleteRoom(name);
        routes.clear(name);
        listeners().forEach(l -> l.roomFinished(Room.newBuilder().setName(name).build()));
    }

    Bridges bridges() {
        return bridges;
    }

    boolean inCharge() {
        return charge.inCharge();
    }

    @Deactivate
    void stop() {
        moves.stopServing();
        bridges.stopServing();
        List<HandedRoom> handed = new ArrayList<>();
        if (charge.canLeaveRooms() && !nobodyFollows.getAsBoolean()) {
            leave(handed);
            end(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT); // what could not be left: its clients come back to the next manager
        } else {
            shutdown();
        }
        bridges.close();
        scheduler.shutdownNow();
        executor.shutdown();
        try {
            if (!handed.isEmpty() && !executor.awaitTermination(1, TimeUnit.SECONDS)) LOG.warn("the store is slow: it may hear of rooms twice");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        charge.leave(handed);
    }

    private void leave(List<HandedRoom> to) {
        synchronized (this) { // no room opens from now on
            leaving = true;
        }
        List<ActiveRoom> all = List.copyOf(rooms.values());
        List<ActiveRoom> failed = charge.freeze(all, to);
        for (ActiveRoom room : all) if (!failed.contains(room)) rooms.remove(room.name(), room);
    }
}
