package io.stoa.room.live;

import io.stoa.cluster.ClusterException;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.Router;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What others are told of where the rooms of this node live. A router that comes may know nothing, or may be one that this node has not
 * reached for a while: then another node may have opened a room of the same name, and of the two the one that others find goes on.
 */
final class Routes {
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
    private static final long AGAIN_MILLIS = 2_000;

    private final LiveRoomManager manager;
    private final Set<ActiveRoom> elsewhere = ConcurrentHashMap.newKeySet();
    private final Set<ActiveRoom> untold = ConcurrentHashMap.newKeySet();
    private volatile Router router;
    private volatile NodeRegistry nodes;

    Routes(LiveRoomManager manager) {
        this.manager = manager;
    }

    void bind(Router next) {
        router = next;
        tellAll();
    }

    /** null while there is none. */
    Router router() {
        return router;
    }

    void unbind(Router gone) {
        if (router == gone) router = null;
    }

    void bind(NodeRegistry next) {
        nodes = next;
        tellAll();
    }

    void unbind(NodeRegistry gone) {
        if (nodes == gone) nodes = null;
    }

    private void tellAll() {
        if (router != null && nodes != null) for (ActiveRoom room : manager.openRooms()) manager.execute(() -> tell(room));
    }

    private void tell(ActiveRoom room) {
        Router to = router;
        NodeRegistry all = nodes;
        if (to == null || all == null || room.isClosed() || manager.moves().leaves(room.name())) return; // whoever comes is told
        try {
            String has = to.claim(room.name(), all.localId(), all.localId());
            if (!has.equals(all.localId()) && !isAlive(all, has)) has = to.claim(room.name(), has, all.localId());
            if (has.equals(all.localId())) room.post(room::publish);
            else leaveTo(has, room);
        } catch (ClusterException e) {
            LOG.debug("room {} is not in the routing table: {}", room.name(), e.getMessage());
            if (untold.add(room)) manager.pulse().after(AGAIN_MILLIS, () -> manager.execute(() -> tellAgain(room)));
        }
    }

    private void tellAgain(ActiveRoom room) {
        untold.remove(room);
        tell(room);
    }

    private static boolean isAlive(NodeRegistry nodes, String id) throws ClusterException {
        return nodes.nodes().stream().anyMatch(node -> node.getId().equals(id));
    }

    /** Nobody finds this one any more: its clients begin anew, and come to the other. */
    private void leaveTo(String node, ActiveRoom room) {
        LOG.warn("room {} was opened on node {} while this one was away: participants go there", room.name(), node);
        room.post(() -> {
            elsewhere.add(room);
            room.end(DisconnectReason.STATE_MISMATCH, LeaveRequest.Action.RECONNECT);
            elsewhere.remove(room);
        });
    }

    /** Whether it ends only here: what the store has of it is the other's. */
    boolean goesOnElsewhere(ActiveRoom room) {
        return elsewhere.contains(room);
    }

    /** Whether it is known that no other node has a room of that name. @throws ClusterException if that cannot be known now */
    boolean isNowhereElse(String name) throws ClusterException {
        Router current = router;
        return current == null || current.nodeOf(name).filter(node -> !node.equals(manager.nodeId())).isEmpty();
    }

    void clear(String name) {
        Router from = router;
        try {
            if (from != null) from.clear(name, manager.nodeId());
        } catch (ClusterException e) {
            LOG.warn("room {} stays in the routing table: {}", name, e.getMessage());
        }
    }
}
