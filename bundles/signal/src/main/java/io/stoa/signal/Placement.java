package io.stoa.signal;

import io.stoa.cluster.ClusterException;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.RoomAllocator;
import io.stoa.cluster.Router;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.room.RoomException;
import io.stoa.room.RoomManager;
import java.util.Optional;

/** On which node a session belongs. A room that lives here needs nobody else, so its sessions do not, either. */
final class Placement {
    private Placement() {}

    /** Whoever of them is there. */
    record Services(RoomManager rooms, RoomAllocator allocator, Router router, NodeRegistry nodes) {}

    /**
     * @return the other node; empty if it is this one, or nobody knows of others, or it is dead and there is nothing to resume: then this one
     *     says so
     */
    static Optional<String> elsewhere(Services services, StartSession start) throws RoomException {
        NodeRegistry nodes = services.nodes;
        boolean here = services.rooms != null && isOpen(services.rooms, start.getRoomName());
        if (here || nodes == null || services.allocator == null || services.router == null) return Optional.empty();
        try {
            if (!start.getReconnect()) return Optional.of(services.allocator.place(request(start))).filter(id -> !id.equals(nodes.localId()));
            Optional<String> home = services.router.nodeOf(start.getRoomName()).filter(id -> !id.equals(nodes.localId()));
            return home.isPresent() && nodes.nodes().stream().anyMatch(node -> node.getId().equals(home.get())) ? home : Optional.empty();
        } catch (ClusterException e) {
            throw new RoomException(RoomException.Code.valueOf(e.code().name()), e.getMessage(), e);
        }
    }

    /** Of a node that does not answer. */
    static boolean isDead(Services services, String node) throws RoomException {
        try {
            return services.nodes.missed(node);
        } catch (ClusterException e) {
            throw new RoomException(RoomException.Code.valueOf(e.code().name()), e.getMessage(), e);
        }
    }

    /** Rooms that are just being handed over belong here, too. */
    private static boolean isOpen(RoomManager rooms, String name) {
        try {
            return rooms.room(name).isPresent();
        } catch (IllegalStateException handedOver) {
            return true;
        }
    }

    private static CreateRoomRequest request(StartSession start) {
        return start.getCreateRoom().toBuilder().setName(start.getRoomName()).build();
    }
}
