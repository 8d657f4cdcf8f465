package io.stoa.room.live;

import io.stoa.cluster.MessageBus.Subscription;
import io.stoa.media.MediaPeer;
import io.stoa.protocol.handover.BridgeEnd;
import io.stoa.protocol.handover.BridgeMessage;
import io.stoa.protocol.handover.ShowRequest;
import io.stoa.protocol.handover.ShowResponse;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.room.RoomException;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethod;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bridges of this room manager to rooms on other nodes, and the bus over which they are spoken of: an {@link OutboundBridge} for a
 * participant that is shown elsewhere, an {@link InboundBridge} for one that is shown here. Any thread.
 */
final class Bridges {
    private static final Logger LOG = LoggerFactory.getLogger(Bridges.class);
    /** Topic: the id of the node that has the destination. */
    static final RpcMethod<ShowRequest, ShowResponse> SHOW =
            new RpcMethod<>("StoaRooms", "Show", ShowRequest.getDefaultInstance(), ShowResponse.getDefaultInstance(), RpcMethod.Kind.CLAIM);
    /** Topic: the id of the node that is spoken to. */
    static final RpcMethod<BridgeMessage, BridgeMessage> BRIDGE =
            new RpcMethod<>("StoaRooms", "Bridge", BridgeMessage.getDefaultInstance(), BridgeMessage.getDefaultInstance(), RpcMethod.Kind.EVENT);
    /** Of participants of one room, and of those shown in one. */
    static final int MOST_PER_ROOM = 100;
    static final long BEAT_MILLIS = 5_000;
    private static final long LINGER_MILLIS = 5_000;
    private static final CallOptions OPTIONS = CallOptions.within(Duration.ofSeconds(6));

    private final LiveRoomManager manager;
    private final Map<String, Bridge> open = new ConcurrentHashMap<>();
    /** That have been asked for, and whose other end may speak before this one is here. */
    private final Set<String> coming = ConcurrentHashMap.newKeySet();
    /** Of bridges that have closed. */
    private final Set<MediaPeer> lingering = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean beating = new AtomicBoolean();
    private RpcBus bus;
    private List<Subscription> served = List.of();

    Bridges(LiveRoomManager manager) {
        this.manager = manager;
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
        served = List.of(bus.serve(SHOW.at(node), (request, context) -> show(request)), bus.listen(BRIDGE.at(node), this::heard));
    }

    synchronized void stopServing() {
        served.forEach(Subscription::close);
        served = List.of();
    }

    private synchronized RpcBus bus() throws RpcException {
        if (bus == null) throw new RpcException(RpcCode.UNAVAILABLE, "no bus to other nodes: bundle rpc is not active");
        return bus;
    }

    /** Asks a node to show a participant in a room of its own. */
    ShowResponse ask(String node, ShowRequest request) throws RoomException {
        try {
            return bus().call(SHOW.at(node), request, OPTIONS);
        } catch (RpcException e) {
            RoomException.Code code = switch (e.code()) {
                case ALREADY_EXISTS -> RoomException.Code.ALREADY_EXISTS;
                case RESOURCE_EXHAUSTED -> RoomException.Code.RESOURCE_EXHAUSTED;
                default -> RoomException.Code.UNAVAILABLE;
            };
            throw new RoomException(code, e.getMessage(), e);
        }
    }

    private ShowResponse show(ShowRequest request) throws RpcException {
        try {
            return InboundBridge.begin(manager, request);
        } catch (RoomException e) {
            throw new RpcException(RpcCode.of(e.code()), e.getMessage());
        }
    }

    /** @throws RpcException if the bus does not take it */
    void say(String node, BridgeMessage message) throws RpcException {
        bus().publish(BRIDGE.at(node), message);
    }

    void sayEnd(String node, String bridge, DisconnectReason why, boolean again) {
        try {
            say(node, BridgeMessage.newBuilder()
                    .setBridge(bridge)
                    .setFrom(manager.nodeId())
                    .setEnd(BridgeEnd.newBuilder().setReason(why).setAgain(again))
                    .build());
        } catch (RpcException e) {
            LOG.warn("node {} does not hear of the end of a bridge, but will notice: {}", node, e.getMessage());
        }
    }

    /** Of a bridge that is not here, the other side is to know that. */
    private void heard(BridgeMessage message) {
        Bridge bridge = open.get(message.getBridge());
        if (bridge != null) bridge.heard(message);
        else if (manager.inCharge() && message.hasAlive() && !coming.contains(message.getBridge()))
            sayEnd(message.getFrom(), message.getBridge(), DisconnectReason.STATE_MISMATCH, false);
    }

    // -- those that there are

    void comes(String bridge) {
        coming.add(bridge);
    }

    /** It is here, or will not be. */
    void came(String bridge) {
        coming.remove(bridge);
    }

    void add(Bridge bridge) {
        open.put(bridge.id, bridge);
        if (beating.compareAndSet(false, true)) manager.pulse().after(BEAT_MILLIS, this::beat);
    }

    void remove(Bridge bridge) {
        open.remove(bridge.id, bridge);
    }

    void closeLater(MediaPeer peer) {
        lingering.add(peer);
        manager.pulse().after(LINGER_MILLIS, () -> {
            if (lingering.remove(peer)) peer.close();
        });
    }

    /** Of participants of that room, or shown in it. */
    long count(ActiveRoom room) {
        return open.values().stream().filter(bridge -> bridge.room() == room).count();
    }

    private void beat() {
        open.values().forEach(Bridge::beat);
        if (open.isEmpty()) beating.set(false);
        else manager.pulse().after(BEAT_MILLIS, this::beat);
        if (!open.isEmpty() && beating.compareAndSet(false, true)) manager.pulse().after(BEAT_MILLIS, this::beat); // one came just then
    }

    /** The room manager goes; the next one, or another node, begins them anew. */
    void close() {
        open.values().forEach(Bridge::abandon);
        open.clear();
        lingering.forEach(MediaPeer::close);
        lingering.clear();
    }
}
