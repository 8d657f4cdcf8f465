package io.stoa.service.agent;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import io.stoa.cluster.RoomAllocator;
import io.stoa.protocol.Services;
import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.CreateAgentDispatchRequest;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.DeleteAgentDispatchRequest;
import io.stoa.protocol.livekit.ListAgentDispatchRequest;
import io.stoa.protocol.livekit.ListAgentDispatchResponse;
import io.stoa.room.LiveRoom;
import io.stoa.room.RoomException;
import io.stoa.room.RoomManager;
import io.stoa.rpc.Caller;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.rpc.RpcException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;

/** {@code livekit.AgentDispatchService} (spec 3.5) for the rooms of this node. */
final class AgentDispatchService implements RpcEndpoint {
    private static final ServiceDescriptor DESCRIPTOR = Services.byName("livekit.AgentDispatchService");
    private static final Map<String, Message> PROTOTYPES = Map.of(
            "CreateDispatch", CreateAgentDispatchRequest.getDefaultInstance(),
            "DeleteDispatch", DeleteAgentDispatchRequest.getDefaultInstance(),
            "ListDispatch", ListAgentDispatchRequest.getDefaultInstance());

    /** Does something with a room's agents on the desk, and waits for it. */
    interface Desks {
        <T> T at(LiveRoom room, Work<T> work) throws RpcException;

        interface Work<T> {
            T on(RoomAgents room) throws RpcException;
        }
    }

    private final Supplier<RoomManager> rooms;
    private final Supplier<RoomAllocator> allocator;
    private final Supplier<LimitConfig> limits;
    private final Desks desks;

    AgentDispatchService(Supplier<RoomManager> rooms, Supplier<RoomAllocator> allocator, Supplier<LimitConfig> limits, Desks desks) {
        this.rooms = rooms;
        this.allocator = allocator;
        this.limits = limits;
        this.desks = desks;
    }

    @Override
    public ServiceDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public Message requestPrototype(String method) {
        return PROTOTYPES.get(method);
    }

    @Override
    public Message call(String method, Message request, Caller caller) throws RpcException {
        try {
            return switch (request) {
                case CreateAgentDispatchRequest create -> create(create, caller);
                case DeleteAgentDispatchRequest delete -> delete(delete, caller);
                case ListAgentDispatchRequest list -> list(list, caller);
                default -> throw new IllegalArgumentException(method + " takes no " + request.getClass());
            };
        } catch (RoomException e) {
            throw new RpcException(RpcCode.of(e.code()), e.getMessage());
        } catch (IllegalStateException e) { // by rooms that are just being handed over
            throw new RpcException(RpcCode.UNAVAILABLE, e.getMessage());
        }
    }

    private RoomManager rooms() throws RpcException {
        RoomManager current = rooms.get();
        if (current == null) throw new RpcException(RpcCode.UNAVAILABLE, "no room manager: bundle room is not active");
        return current;
    }

    private LiveRoom live(String name) throws RpcException {
        return rooms().room(name).orElseThrow(() -> new RpcException(RpcCode.NOT_FOUND, "requested room does not exist"));
    }

    private AgentDispatch create(CreateAgentDispatchRequest request, Caller caller) throws RpcException, RoomException {
        caller.requireRoomAdmin(request.getRoom());
        String fault = JobKind.deploymentFault(request.getDeployment());
        if (fault != null) throw new RpcException(RpcCode.INVALID_ARGUMENT, fault);
        LimitConfig limit = limits.get();
        if (exceeds(bytes(request.getMetadata()), limit.maxMetadataSize())) throw new RpcException(RpcCode.INVALID_ARGUMENT, "metadata size exceeds limits");
        int attributes = request.getAttributesMap().entrySet().stream().mapToInt(one -> bytes(one.getKey()) + bytes(one.getValue())).sum();
        if (exceeds(attributes, limit.maxAttributesSize())) throw new RpcException(RpcCode.INVALID_ARGUMENT, "attribute size exceeds limits");
        RoomAllocator opens = allocator.get();
        if (opens != null && opens.autoCreate()) rooms().create(CreateRoomRequest.newBuilder().setName(request.getRoom()).build());
        return desks.at(live(request.getRoom()), room -> room.create(AgentDispatch.newBuilder()
                .setAgentName(request.getAgentName())
                .setMetadata(request.getMetadata())
                .setRestartPolicyValue(request.getRestartPolicyValue())
                .setDeployment(request.getDeployment())
                .putAllAttributes(request.getAttributesMap())));
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static boolean exceeds(int bytes, int limit) {
        return limit > 0 && bytes > limit;
    }

    private AgentDispatch delete(DeleteAgentDispatchRequest request, Caller caller) throws RpcException {
        caller.requireRoomAdmin(request.getRoom());
        return desks.at(live(request.getRoom()), room -> room.delete(request.getDispatchId()));
    }

    private ListAgentDispatchResponse list(ListAgentDispatchRequest request, Caller caller) throws RpcException {
        caller.requireRoomAdmin(request.getRoom());
        return desks.at(live(request.getRoom()), room ->
                ListAgentDispatchResponse.newBuilder().addAllAgentDispatches(room.list(request.getDispatchId())).build());
    }
}
