package io.stoa.service.room;

import com.google.protobuf.Message;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.DataPacket;
import io.stoa.protocol.livekit.DeleteRoomRequest;
import io.stoa.protocol.livekit.DeleteRoomResponse;
import io.stoa.protocol.livekit.ForwardParticipantRequest;
import io.stoa.protocol.livekit.ForwardParticipantResponse;
import io.stoa.protocol.livekit.ListParticipantsRequest;
import io.stoa.protocol.livekit.ListParticipantsResponse;
import io.stoa.protocol.livekit.ListRoomsRequest;
import io.stoa.protocol.livekit.ListRoomsResponse;
import io.stoa.protocol.livekit.MoveParticipantRequest;
import io.stoa.protocol.livekit.MoveParticipantResponse;
import io.stoa.protocol.livekit.MuteRoomTrackRequest;
import io.stoa.protocol.livekit.MuteRoomTrackResponse;
import io.stoa.protocol.livekit.PerformRpcRequest;
import io.stoa.protocol.livekit.PerformRpcResponse;
import io.stoa.protocol.livekit.RemoveParticipantResponse;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomAgentDispatch;
import io.stoa.protocol.livekit.RoomParticipantIdentity;
import io.stoa.protocol.livekit.SendDataRequest;
import io.stoa.protocol.livekit.SendDataResponse;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.protocol.livekit.UpdateRoomMetadataRequest;
import io.stoa.protocol.livekit.UpdateSubscriptionsRequest;
import io.stoa.protocol.livekit.UpdateSubscriptionsResponse;
import io.stoa.protocol.livekit.UserPacket;
import io.stoa.room.EgressLauncher;
import io.stoa.room.LiveRoom;
import io.stoa.room.RoomException;
import io.stoa.room.RoomManager;
import io.stoa.rpc.Caller;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcService;
import io.stoa.store.RoomStore;
import io.stoa.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/** The methods of {@code livekit.RoomService}. */
@Component(service = RpcEndpoint.class, configurationPid = "io.stoa.limit", property = RpcEndpoint.SERVICE + "=" + RoomService.NAME)
@Designate(ocd = LimitConfig.class)
public final class RoomService extends RpcService {
    static final String NAME = "livekit.RoomService";
    private static final int NONCE_BYTES = 16;

    private volatile LimitConfig limits;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile RoomStore store;

    private final RoomDirectory rooms;

    /** Only asked whether it is there: rooms use it. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile EgressLauncher egress;

    @Activate
    public RoomService(@Reference RoomDirectory rooms, LimitConfig limits) {
        super(NAME);
        this.rooms = rooms;
        this.limits = limits;
        add("CreateRoom", CreateRoomRequest.getDefaultInstance(), this::create);
        add("ListRooms", ListRoomsRequest.getDefaultInstance(), this::list);
        add("DeleteRoom", DeleteRoomRequest.getDefaultInstance(), this::delete);
        add("ListParticipants", ListParticipantsRequest.getDefaultInstance(), this::participants);
        add("GetParticipant", RoomParticipantIdentity.getDefaultInstance(), this::participant);
        add("RemoveParticipant", RoomParticipantIdentity.getDefaultInstance(), this::remove);
        add("MutePublishedTrack", MuteRoomTrackRequest.getDefaultInstance(), this::mute);
        add("UpdateParticipant", UpdateParticipantRequest.getDefaultInstance(), this::update);
        add("UpdateRoomMetadata", UpdateRoomMetadataRequest.getDefaultInstance(), this::metadata);
        add("UpdateSubscriptions", UpdateSubscriptionsRequest.getDefaultInstance(), this::subscriptions);
        add("SendData", SendDataRequest.getDefaultInstance(), this::sendData);
        add("PerformRpc", PerformRpcRequest.getDefaultInstance(), this::performRpc);
        add("ForwardParticipant", ForwardParticipantRequest.getDefaultInstance(), this::forward);
        add("MoveParticipant", MoveParticipantRequest.getDefaultInstance(), this::move);
    }

    private void checkDestination(String room, String destination, Caller caller) throws RpcException {
        caller.require(grant -> grant.roomAdmin() && grant.room().equals(room) && grant.destinationRoom().equals(destination));
        if (destination.isEmpty()) throw new RpcException(RpcCode.INVALID_ARGUMENT, "destination room is required");
        if (room.equals(destination)) throw new RpcException(RpcCode.INVALID_ARGUMENT, "destination room cannot be the same as source room");
        within(destination, limits.maxRoomNameLength(), "room name length exceeds limits");
    }

    private Message forward(ForwardParticipantRequest request, Caller caller) throws RpcException, RoomException {
        checkDestination(request.getRoom(), request.getDestinationRoom(), caller);
        live(request.getRoom()).forwardParticipant(request.getIdentity(), request.getDestinationRoom());
        return ForwardParticipantResponse.getDefaultInstance();
    }

    private Message move(MoveParticipantRequest request, Caller caller) throws RpcException, RoomException {
        checkDestination(request.getRoom(), request.getDestinationRoom(), caller);
        live(request.getRoom()).moveParticipant(request.getIdentity(), request.getDestinationRoom());
        return MoveParticipantResponse.getDefaultInstance();
    }

    @Modified
    void modified(LimitConfig changed) {
        limits = changed;
    }

    private RoomStore store() throws RpcException {
        return RpcException.present(store, "no room store: no store bundle is active");
    }

    private static void within(String text, int limit, String message) throws RpcException {
        if (limit > 0 && text.getBytes(StandardCharsets.UTF_8).length > limit) throw new RpcException(RpcCode.INVALID_ARGUMENT, message);
    }

    private void within(Map<String, String> attributes) throws RpcException {
        StringBuilder all = new StringBuilder();
        attributes.forEach((key, value) -> all.append(key).append(value));
        within(all.toString(), limits.maxAttributesSize(), "attribute size exceeds limits");
    }

    private Message create(CreateRoomRequest request, Caller caller) throws RpcException, RoomException {
        caller.require(grant -> grant.roomCreate());
        if (request.getName().isEmpty()) throw new RpcException(RpcCode.INVALID_ARGUMENT, "no room name");
        within(request.getName(), limits.maxRoomNameLength(), "room name length exceeds limits");
        within(request.getMetadata(), limits.maxMetadataSize(), "metadata size exceeds limits");
        for (RoomAgentDispatch agent : request.getAgentsList()) {
            within(agent.getMetadata(), limits.maxMetadataSize(), "metadata size exceeds limits");
            within(agent.getAttributesMap());
        }
        if (request.hasEgress()) RpcException.present(egress, "egress is not available: bundle service.egress is not installed or not active");
        return rooms.create(request);
    }

    private Message list(ListRoomsRequest request, Caller caller) throws RpcException, StoreException {
        caller.require(grant -> grant.roomList());
        RoomManager live = rooms.rooms;
        Map<String, Room> found = new LinkedHashMap<>();
        for (Room room : store().rooms(request.getNamesList())) found.put(room.getName(), room);
        if (live != null) showLiving(live, request.getNamesList(), found);
        return ListRoomsResponse.newBuilder().addAllRooms(found.values()).build();
    }

    /**
     * As they live instead of as they were stored, and those too which the store lacks: one that has just taken another one's place is still
     * being told.
     *
     * @param names empty = all
     */
    private static void showLiving(RoomManager live, List<String> names, Map<String, Room> found) {
        int living = 0;
        for (String name : names.isEmpty() ? List.copyOf(found.keySet()) : names) {
            Optional<LiveRoom> room = live.room(name);
            if (room.isEmpty()) continue;
            found.put(name, room.get().info());
            living++;
        }
        if (!names.isEmpty() || living == live.rooms().size()) return;
        for (LiveRoom room : live.rooms()) {
            Room info = room.info();
            found.putIfAbsent(info.getName(), info);
        }
    }

    private Message delete(DeleteRoomRequest request, Caller caller) throws RpcException, RoomException, StoreException {
        caller.require(grant -> grant.roomCreate());
        var live = rooms.room(request.getRoom());
        if (live.isPresent()) {
            live.get().delete();
        } else if (store().room(request.getRoom()).isPresent()) {
            store().deleteRoom(request.getRoom());
        } else {
            throw new RpcException(RpcCode.NOT_FOUND, "requested room does not exist");
        }
        return DeleteRoomResponse.getDefaultInstance();
    }

    private Message participants(ListParticipantsRequest request, Caller caller) throws RpcException, StoreException {
        caller.requireRoomAdmin(request.getRoom());
        var live = rooms.room(request.getRoom());
        ListParticipantsResponse.Builder response = ListParticipantsResponse.newBuilder();
        response.addAllParticipants(live.isPresent() ? live.get().participants() : store().participants(request.getRoom()));
        return response.build();
    }

    private Message participant(RoomParticipantIdentity request, Caller caller) throws RpcException, RoomException, StoreException {
        caller.requireRoomAdmin(request.getRoom());
        var live = rooms.room(request.getRoom());
        if (live.isPresent()) return live.get().participant(request.getIdentity());
        return store().participant(request.getRoom(), request.getIdentity()).orElseThrow(RoomService::noParticipant);
    }

    private static RpcException noParticipant() {
        return new RpcException(RpcCode.NOT_FOUND, "participant does not exist");
    }

    private LiveRoom live(String room) throws RpcException {
        return rooms.room(room).orElseThrow(RoomService::noParticipant);
    }

    private Message remove(RoomParticipantIdentity request, Caller caller) throws RpcException, RoomException {
        caller.requireRoomAdmin(request.getRoom());
        live(request.getRoom()).removeParticipant(request.getIdentity());
        return RemoveParticipantResponse.getDefaultInstance();
    }

    private Message mute(MuteRoomTrackRequest request, Caller caller) throws RpcException, RoomException {
        caller.requireRoomAdmin(request.getRoom());
        MuteRoomTrackResponse.Builder response = MuteRoomTrackResponse.newBuilder();
        live(request.getRoom()).mutePublishedTrack(request.getIdentity(), request.getTrackSid(), request.getMuted()).ifPresent(response::setTrack);
        return response.build();
    }

    private Message update(UpdateParticipantRequest request, Caller caller) throws RpcException, RoomException {
        within(request.getName(), limits.maxParticipantNameLength(), "name length exceeds limits");
        within(request.getMetadata(), limits.maxMetadataSize(), "metadata size exceeds limits");
        within(request.getAttributesMap());
        caller.requireRoomAdmin(request.getRoom());
        return live(request.getRoom()).updateParticipant(request);
    }

    private Message metadata(UpdateRoomMetadataRequest request, Caller caller) throws RpcException, RoomException {
        within(request.getMetadata(), limits.maxMetadataSize(), "metadata size exceeds limits");
        caller.requireRoomAdmin(request.getRoom());
        LiveRoom room = rooms.room(request.getRoom()).orElseThrow(() -> new RpcException(RpcCode.NOT_FOUND, "requested room does not exist"));
        return room.updateMetadata(request.getMetadata());
    }

    private Message subscriptions(UpdateSubscriptionsRequest request, Caller caller) throws RpcException, RoomException {
        caller.requireRoomAdmin(request.getRoom());
        live(request.getRoom()).updateSubscriptions(request);
        return UpdateSubscriptionsResponse.getDefaultInstance();
    }

    private Message sendData(SendDataRequest request, Caller caller) throws RpcException, RoomException {
        caller.requireRoomAdmin(request.getRoom());
        int nonce = request.getNonce().size();
        if (nonce != 0 && nonce != NONCE_BYTES) throw new RpcException(RpcCode.INVALID_ARGUMENT, "nonce should be " + NONCE_BYTES + " bytes or not present, got " + nonce);
        LiveRoom room = rooms.room(request.getRoom()).orElseThrow(() -> new RpcException(RpcCode.NOT_FOUND, "requested room does not exist"));
        room.sendData(packet(request));
        return SendDataResponse.getDefaultInstance();
    }

    static DataPacket packet(SendDataRequest request) {
        UserPacket.Builder user = UserPacket.newBuilder()
                .setPayload(request.getData())
                .addAllDestinationSids(request.getDestinationSidsList())
                .addAllDestinationIdentities(request.getDestinationIdentitiesList())
                .setNonce(request.getNonce());
        if (request.hasTopic()) user.setTopic(request.getTopic());
        return DataPacket.newBuilder()
                .setKindValue(request.getKindValue()) // a kind that we do not know passes as it is
                .addAllDestinationIdentities(request.getDestinationIdentitiesList())
                .setUser(user)
                .build();
    }

    private Message performRpc(PerformRpcRequest request, Caller caller) throws RpcException, RoomException {
        caller.requireRoomAdmin(request.getRoom());
        if (request.getDestinationIdentity().isEmpty()) throw new RpcException(RpcCode.INVALID_ARGUMENT, "destination_identity is required");
        if (request.getMethod().isEmpty()) throw new RpcException(RpcCode.INVALID_ARGUMENT, "method is required");
        return PerformRpcResponse.newBuilder().setPayload(live(request.getRoom()).performRpc(request)).build();
    }
}
