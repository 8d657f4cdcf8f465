package io.stoa.service.room;

import io.stoa.cluster.ClusterException;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.RoomAllocator;
import io.stoa.cluster.Router;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.Room;
import io.stoa.room.LiveRoom;
import io.stoa.room.RoomException;
import io.stoa.room.RoomManager;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Rooms wherever they live: those of this node first, which nobody else need be asked about. */
@Component(service = RoomDirectory.class)
public final class RoomDirectory {
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RoomManager rooms;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RoomAllocator allocator;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile Router router;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile NodeRegistry nodes;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RpcBus bus;

    /** @throws RpcException {@code unavailable} without one */
    RoomManager here() throws RpcException {
        RoomManager current = rooms;
        if (current == null) throw new RpcException(RpcCode.UNAVAILABLE, "no room manager: bundle room is not active");
        return current;
    }

    /** @throws RpcException {@code unavailable} if it cannot be known where it lives */
    Optional<LiveRoom> room(String name) throws RpcException {
        Optional<LiveRoom> local = here().room(name);
        if (local.isPresent()) return local;
        Router routes = router;
        RpcBus over = bus;
        if (routes == null || over == null || nodes == null) return Optional.empty();
        try {
            return routes.nodeOf(name).filter(this::isOther).map(node -> new RemoteRoom(over, name));
        } catch (ClusterException e) {
            throw failure(e);
        }
    }

    private boolean isOther(String node) {
        NodeRegistry current = nodes;
        return current != null && !node.equals(current.localId());
    }

    /** Opens it where it belongs. */
    Room create(CreateRoomRequest request) throws RpcException, RoomException {
        RoomManager manager = here();
        RoomAllocator places = allocator;
        RpcBus over = bus;
        if (manager.room(request.getName()).isPresent() || places == null || over == null) return manager.create(request);
        try {
            String node = places.place(request);
            return isOther(node) ? over.call(RpcMethods.CREATE_ROOM.at(node), request) : manager.create(request);
        } catch (ClusterException e) {
            throw failure(e);
        }
    }

    private static RpcException failure(ClusterException e) {
        return new RpcException(RpcCode.of(e.code()), e.getMessage());
    }
}
