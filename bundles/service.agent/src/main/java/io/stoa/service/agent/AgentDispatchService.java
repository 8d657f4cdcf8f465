package io.stoa.service.agent;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import io.stoa.protocol.Services;
import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.CreateAgentDispatchRequest;
import io.stoa.protocol.livekit.DeleteAgentDispatchRequest;
import io.stoa.protocol.livekit.ListAgentDispatchRequest;
import io.stoa.protocol.livekit.ListAgentDispatchResponse;
import io.stoa.room.LiveRoom;
import io.stoa.room.RoomException;
import io.stoa.rpc.Caller;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code livekit.AgentDispatchService} (spec 3.5). The node that has the room does it, asked by the others (spec 7.5). */
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

    private final RoomPlaces places;
    private final Supplier<LimitConfig> limits;
    private final Desks desks;

    AgentDispatchService(RoomPlaces places, Supplier<LimitConfig> limits, Desks desks) {
        this.places = places;
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

    private LiveRoom live(String name) throws RpcException {
        return places.here(name).orElseThrow(() -> new RpcException(RpcCode.NOT_FOUND, "requested room does not exist"));
    }

    private AgentDispatch create(CreateAgentDispatchRequest request, Caller caller) throws RpcException, RoomException {
        caller.requireRoomAdmin(request.getRoom());
        String fault = JobKind.deploymentFault(request.getDeployment());
        if (fault != null) throw new RpcException(RpcCode.INVALID_ARGUMENT, fault);
        LimitConfig limit = limits.get();
        if (exceeds(bytes(request.getMetadata()), limit.maxMetadataSize())) throw new RpcException(RpcCode.INVALID_ARGUMENT, "metadata size exceeds limits");
        int attributes = request.getAttributesMap().entrySet().stream().mapToInt(one -> bytes(one.getKey()) + bytes(one.getValue())).sum();
        if (exceeds(attributes, limit.maxAttributesSize())) throw new RpcException(RpcCode.INVALID_ARGUMENT, "attribute size exceeds limits");
        AgentDispatch wanted = AgentDispatch.newBuilder()
                .setRoom(request.getRoom())
                .setAgentName(request.getAgentName())
                .setMetadata(request.getMetadata())
                .setRestartPolicyValue(request.getRestartPolicyValue())
                .setDeployment(request.getDeployment())
                .putAllAttributes(request.getAttributesMap())
                .build();
        Optional<RpcBus> elsewhere = places.opened(request.getRoom());
        if (elsewhere.isPresent()) return elsewhere.get().call(RpcMethods.CREATE_DISPATCH.at(request.getRoom()), wanted);
        return create(request.getRoom(), wanted);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static boolean exceeds(int bytes, int limit) {
        return limit > 0 && bytes > limit;
    }

    private AgentDispatch delete(DeleteAgentDispatchRequest request, Caller caller) throws RpcException {
        caller.requireRoomAdmin(request.getRoom());
        Optional<RpcBus> elsewhere = places.elsewhere(request.getRoom());
        if (elsewhere.isPresent()) return elsewhere.get().call(RpcMethods.DELETE_DISPATCH.at(request.getRoom()), request);
        return delete(request.getRoom(), request.getDispatchId());
    }

    private ListAgentDispatchResponse list(ListAgentDispatchRequest request, Caller caller) throws RpcException {
        caller.requireRoomAdmin(request.getRoom());
        Optional<RpcBus> elsewhere = places.elsewhere(request.getRoom());
        if (elsewhere.isPresent()) return elsewhere.get().call(RpcMethods.LIST_DISPATCH.at(request.getRoom()), request);
        return list(request.getRoom(), request.getDispatchId());
    }

    // -- in rooms that are here: whoever asks may (AgentDispatchInternal)

    AgentDispatch create(String room, AgentDispatch wanted) throws RpcException {
        return at(room, agents -> agents.create(wanted.toBuilder().clearState()));
    }

    AgentDispatch delete(String room, String id) throws RpcException {
        return at(room, agents -> agents.delete(id));
    }

    ListAgentDispatchResponse list(String room, String id) throws RpcException {
        return at(room, agents -> ListAgentDispatchResponse.newBuilder().addAllAgentDispatches(agents.list(id)).build());
    }

    private <T> T at(String room, Desks.Work<T> work) throws RpcException {
        try {
            return desks.at(live(room), work);
        } catch (IllegalStateException e) { // by rooms that are just being handed over
            throw new RpcException(RpcCode.UNAVAILABLE, e.getMessage());
        }
    }
}
