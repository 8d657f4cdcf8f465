package io.stoa.room.live;

import com.google.protobuf.ByteString;
import io.stoa.cluster.ClusterException;
import io.stoa.cluster.MessageBus.Subscription;
import io.stoa.cluster.NodeRegistry;
import io.stoa.media.MediaPeer;
import io.stoa.protocol.handover.MoveRequest;
import io.stoa.protocol.handover.RoomState;
import io.stoa.protocol.handover.Said;
import io.stoa.protocol.handover.TakeRequest;
import io.stoa.protocol.handover.TakeResponse;
import io.stoa.protocol.livekit.Node;
import io.stoa.protocol.livekit.NodeState;
import io.stoa.protocol.livekit.RoomMovedResponse;
import io.stoa.room.RoomException;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rooms on their way to other nodes. A room stands still, goes over the bus as a {@link RoomState} without keys, and is brought to life
 * there, by {@link Arrivals}; there it is claimed, too. Only then it leaves here, and clients are told to resume. If anything fails before, it
 * goes on where it was. One of its own per room manager; any thread.
 */
final class Moves {
    private static final Logger LOG = LoggerFactory.getLogger(Moves.class);
    /** Of no LiveKit service: its nodes do not listen. Topic: the id of the node that is to take a room. */
    static final RpcMethod<TakeRequest, TakeResponse> TAKE =
            new RpcMethod<>("StoaRooms", "Take", TakeRequest.getDefaultInstance(), TakeResponse.getDefaultInstance(), RpcMethod.Kind.CLAIM);
    /** Topic: the same. */
    static final RpcMethod<Said, Said> SAID =
            new RpcMethod<>("StoaRooms", "Said", Said.getDefaultInstance(), Said.getDefaultInstance(), RpcMethod.Kind.EVENT);
    /** Topic: the same. The answer is what the participant's client is to be told. */
    static final RpcMethod<MoveRequest, RoomMovedResponse> MOVE =
            new RpcMethod<>("StoaRooms", "Move", MoveRequest.getDefaultInstance(), RoomMovedResponse.getDefaultInstance(), RpcMethod.Kind.CLAIM);
    static final int PART_BYTES = 512 << 10;
    private static final CallOptions PROBE = CallOptions.within(Duration.ofMillis(1_500));
    /** Longer than a node that takes a room may need ({@link Arrivals#MOST_MILLIS}). */
    private static final CallOptions PART = CallOptions.within(Duration.ofSeconds(6));
    private static final long FREEZE_MILLIS = 3_000;
    private static final long AWAIT_SECONDS = 12;
    private static final long PAUSE_MILLIS = 500;
    /** Clients need the connections that are here until they have others. */
    private static final long LINGER_MILLIS = 5_000;
    private static final long ABANDONED_MILLIS = 30_000;
    private static final int AT_ONCE = 8;

    private final LiveRoomManager manager;
    private final Arrivals arrivals;
    private final Map<String, CompletableFuture<Void>> leaving = new ConcurrentHashMap<>();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicInteger lingering = new AtomicInteger();
    /** Not known otherwise. */
    private volatile boolean mayLeave = true;
    private RpcBus bus;
    private List<Subscription> served = List.of();

    Moves(LiveRoomManager manager) {
        this.manager = manager;
        arrivals = new Arrivals(manager);
    }

    // -- the bus

    synchronized void bind(RpcBus next) {
        bus = next;
        stopServing();
        serve();
    }

    synchronized void unbind(RpcBus gone) {
        if (bus != gone) return;
        bus = null;
        stopServing();
    }

    /** As soon as it is known which node this is. */
    synchronized void serve() {
        String node = manager.nodeId();
        if (!served.isEmpty() || bus == null || node.isEmpty()) return;
        served = List.of(bus.serve(TAKE.at(node), (request, context) -> arrivals.take(request)), bus.serve(MOVE.at(node), (request, context) -> arrivals.move(request)), bus.listen(SAID.at(node), arrivals::said));
    }

    synchronized void stopServing() {
        served.forEach(Subscription::close);
        served = List.of();
    }

    private synchronized RpcBus bus() throws RpcException {
        if (bus == null) throw new RpcException(RpcCode.UNAVAILABLE, "no bus to other nodes: bundle rpc is not active");
        return bus;
    }

    // -- who waits for it

    boolean leaves(String room) {
        return leaving.containsKey(room);
    }

    /** Returns when the room is known to be here or to be gone. */
    void await(String room) throws RoomException {
        CompletableFuture<Void> move = leaving.get(room);
        if (move == null) return;
        try {
            move.get(AWAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RoomException(RoomException.Code.UNAVAILABLE, "interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new RoomException(RoomException.Code.UNAVAILABLE, "room " + room + " is just moving to another node", e);
        }
    }

    /** Participants whose rooms have left a moment ago. */
    int lingering() {
        return lingering.get();
    }

    /** Rooms that are to leave before this node ends, as far as there are nodes for them. */
    int toLeave() {
        if (!draining.get() || !mayLeave) return 0;
        int rooms = manager.activeRooms().size();
        return rooms == 0 ? leaving.size() : rooms;
    }

    // -- draining

    /** All rooms leave as soon as there are nodes to take them. Never blocks. */
    void drain() {
        if (draining.compareAndSet(false, true)) manager.execute(this::leaveAll);
    }

    private void leaveAll() {
        try {
            leaveOnce();
            if (!manager.activeRooms().isEmpty()) manager.pulse().after(PAUSE_MILLIS, () -> manager.execute(this::leaveAll));
        } catch (InterruptedException e) {
            LOG.debug("rooms leave no more: the room manager stops");
        }
    }

    private void leaveOnce() throws InterruptedException {
        Set<String> unable = ConcurrentHashMap.newKeySet();
        Semaphore turns = new Semaphore(AT_ONCE);
        for (ActiveRoom room : manager.activeRooms()) {
            turns.acquire();
            manager.execute(() -> {
                try {
                    leave(room, unable);
                } finally {
                    turns.release();
                }
            });
        }
        turns.acquire(AT_ONCE);
    }

    private void leave(ActiveRoom room, Set<String> unable) {
        try {
            String to = target(unable);
            mayLeave = to != null;
            if (to != null) move(room, to);
        } catch (ClusterException e) {
            mayLeave = false;
            LOG.warn("room {} stays for now: {}", room.name(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return a node that takes rooms, by the selector; null if there is none now */
    private String target(Set<String> unable) throws ClusterException {
        NodeRegistry nodes = manager.nodes();
        if (nodes == null || manager.selector == null) return null;
        Set<String> tried = new HashSet<>(unable);
        while (true) {
            List<Node> serving = nodes.nodes().stream()
                    .filter(node -> node.getState() == NodeState.SERVING && !node.getId().equals(nodes.localId()) && !tried.contains(node.getId()))
                    .toList();
            if (serving.isEmpty()) return null;
            String chosen = serving.size() == 1 ? serving.getFirst().getId() : manager.selector.select(serving).getId();
            if (takesRooms(chosen)) return chosen;
            tried.add(chosen);
            unable.add(chosen);
        }
    }

    /** Nodes of other software do not answer. */
    private boolean takesRooms(String node) {
        try {
            if (!bus().isServed(TAKE.at(node))) return false;
            bus().call(TAKE.at(node), TakeRequest.newBuilder().setFrom(manager.nodeId()).build(), PROBE);
            return true;
        } catch (RpcException e) {
            LOG.debug("node {} takes no rooms: {}", node, e.getMessage());
            return false;
        }
    }

    // -- one room

    /** @return whether it has left */
    boolean move(ActiveRoom room, String to) throws InterruptedException {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        if (leaving.putIfAbsent(room.name(), gate) != null) return false;
        long begin = System.nanoTime();
        RoomFreeze freeze = RoomFreeze.forNode(room);
        boolean left = false;
        try {
            RoomState state = freeze.result().get(FREEZE_MILLIS, TimeUnit.MILLISECONDS);
            left = taken(state, to);
            if (left) {
                depart(room, state, freeze.keys(), to);
                LOG.info("room {} goes on on node {}, left in {} ms", room.name(), to, (System.nanoTime() - begin) / 1_000_000);
            }
        } catch (ExecutionException | TimeoutException e) {
            if (!room.closed()) LOG.warn("room {} cannot leave: {}", room.name(), e.getCause() == null ? "it takes too long" : e.getCause().getMessage());
        } finally {
            if (!left) freeze.undo();
            leaving.remove(room.name(), gate);
            gate.complete(null);
        }
        return left;
    }

    private boolean taken(RoomState state, String to) {
        String room = state.getRoom().getName();
        try {
            send(state, to);
            return true;
        } catch (RpcException e) {
            boolean routed = isRouted(room, to);
            if (!routed) LOG.warn("room {} stays: node {} does not take it: {}", room, to, e.getMessage());
            return routed; // then only the answer was lost
        }
    }

    private boolean isRouted(String room, String to) {
        try {
            return manager.router() != null && manager.router().nodeOf(room).filter(to::equals).isPresent();
        } catch (ClusterException e) {
            LOG.warn("room {}: nobody can say whether node {} has it: {}", room, to, e.getMessage());
            return false;
        }
    }

    private void send(RoomState state, String to) throws RpcException {
        String move = UUID.randomUUID().toString();
        List<ByteString> parts = parts(state.toByteString());
        for (int i = 0; i < parts.size(); i++)
            bus().call(TAKE.at(to), TakeRequest.newBuilder()
                    .setMove(move)
                    .setRoom(state.getRoom().getName())
                    .setFrom(manager.nodeId())
                    .setPart(i)
                    .setParts(parts.size())
                    .setState(parts.get(i))
                    .build(), PART);
    }

    private static List<ByteString> parts(ByteString whole) {
        List<ByteString> parts = new ArrayList<>();
        for (int at = 0; at < whole.size(); at += PART_BYTES) parts.add(whole.substring(at, Math.min(whole.size(), at + PART_BYTES)));
        return parts;
    }

    /** The room is another node's. Connections stay until their clients have left them, or nobody wants them any more. */
    private void depart(ActiveRoom room, RoomState state, Map<MediaPeer, String> keys, String to) {
        for (Member member : room.members()) if (!member.forwarded()) listen(member, room.name(), keys, to);
        manager.departed(room);
        int people = state.getParticipantsCount();
        lingering.addAndGet(people);
        manager.pulse().after(LINGER_MILLIS, () -> lingering.addAndGet(-people));
    }

    /** What a participant says, who is in that room on that node now, until it is there. */
    void listen(Member member, String room, Map<MediaPeer, String> keys, String to) {
        Said.Builder words = Said.newBuilder().setRoom(room).setIdentity(member.identity()).setParticipantSid(member.sid());
        Mailbox order = new Mailbox(member.identity(), manager::execute);
        LastWords last = new LastWords(message -> order.post(() -> bring(words.clone().setMessage(ByteString.copyFrom(message)).build(), to)));
        for (MediaPeer peer : member.connections().peers())
            if (manager.plane().adopt(keys.getOrDefault(peer, ""), last).isPresent()) manager.pulse().after(ABANDONED_MILLIS, peer::close);
    }

    RoomMovedResponse ask(MoveRequest request, String node) throws RpcException {
        return bus().call(MOVE.at(node), request, PART);
    }

    private void bring(Said message, String to) {
        try {
            bus().publish(SAID.at(to), message);
        } catch (RpcException e) {
            LOG.warn("room {}: a message of {} does not reach node {}: {}", message.getRoom(), message.getIdentity(), to, e.getMessage());
        }
    }
}
