package io.stoa.service.agent;

import io.stoa.cluster.ClusterException;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.RoomAllocator;
import io.stoa.cluster.Router;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.room.LiveRoom;
import io.stoa.room.RoomException;
import io.stoa.room.RoomManager;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where rooms are: here, or where a bus leads to.
 *
 * @param rooms and all others: null while there is none
 * @param bus one that other nodes hear
 */
record RoomPlaces(
        Supplier<RoomManager> rooms, Supplier<RoomAllocator> allocator, Supplier<Router> router, Supplier<NodeRegistry> nodes, Supplier<RpcBus> bus) {
    private RoomManager manager() throws RpcException {
        RoomManager current = rooms.get();
        if (current == null) throw new RpcException(RpcCode.UNAVAILABLE, "no room manager: bundle room is not active");
        return current;
    }

    Optional<LiveRoom> here(String name) throws RpcException {
        return manager().room(name);
    }

    /** @return by which the node that has the room can be asked; empty if the room is here or nowhere */
    Optional<RpcBus> elsewhere(String name) throws RpcException {
        Router routes = router.get();
        RpcBus over = bus.get();
        if (here(name).isPresent() || routes == null || over == null) return Optional.empty();
        try {
            return routes.nodeOf(name).filter(this::isOther).map(node -> over);
        } catch (ClusterException e) {
            throw failure(e);
        }
    }

    /** The same, for a room that is to be there: where none has it, and joining could open it, it is opened. */
    Optional<RpcBus> opened(String name) throws RpcException, RoomException {
        RoomAllocator opens = allocator.get();
        if (opens == null || !opens.autoCreate()) return elsewhere(name);
        CreateRoomRequest request = CreateRoomRequest.newBuilder().setName(name).build();
        RpcBus over = bus.get();
        if (over != null && here(name).isEmpty()) {
            try {
                String node = opens.place(request);
                if (isOther(node)) {
                    over.call(RpcMethods.CREATE_ROOM.at(node), request);
                    return Optional.of(over);
                }
            } catch (ClusterException e) {
                throw failure(e);
            }
        }
        manager().create(request);
        return Optional.empty();
    }

    private boolean isOther(String node) {
        NodeRegistry current = nodes.get();
        return current != null && !node.equals(current.localId());
    }

    private static RpcException failure(ClusterException e) {
        return new RpcException(RpcCode.of(e.code()), e.getMessage());
    }
}
