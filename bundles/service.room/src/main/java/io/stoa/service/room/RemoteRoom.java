package io.stoa.service.room;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.stoa.protocol.livekit.DataPacket;
import io.stoa.protocol.livekit.DeleteRoomRequest;
import io.stoa.protocol.livekit.ForwardParticipantRequest;
import io.stoa.protocol.livekit.ListParticipantsRequest;
import io.stoa.protocol.livekit.MoveParticipantRequest;
import io.stoa.protocol.livekit.MuteRoomTrackRequest;
import io.stoa.protocol.livekit.MuteRoomTrackResponse;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.PerformRpcRequest;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.livekit.RoomParticipantIdentity;
import io.stoa.protocol.livekit.SendDataRequest;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.protocol.livekit.UpdateRoomMetadataRequest;
import io.stoa.protocol.livekit.UpdateSubscriptionsRequest;
import io.stoa.protocol.livekit.UserPacket;
import io.stoa.room.LiveRoom;
import io.stoa.room.ParticipantReport;
import io.stoa.room.RoomException;
import io.stoa.room.RoomException.Code;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.RpcAddress;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethod;
import io.stoa.rpc.RpcMethods;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A room that lives on another node: asked as LiveKit's nodes ask each other (spec 7.5). */
record RemoteRoom(RpcBus bus, String name) implements LiveRoom {
    /** Of an RPC without a time limit of its own (spec 3.1), and of the way. */
    private static final Duration RPC_PATIENCE = Duration.ofSeconds(15);
    private static final Duration WAY = Duration.ofSeconds(2);

    private <Q extends Message, A extends Message> A room(RpcMethod<Q, A> method, Q request) throws RoomException {
        return call(method.at(name), request, bus.defaults());
    }

    private <Q extends Message, A extends Message> A participant(RpcMethod<Q, A> method, String identity, Q request) throws RoomException {
        try {
            return call(method.at(RpcMethods.participant(name, identity)), request, bus.defaults());
        } catch (RoomException e) {
            if (e.code() == Code.UNAVAILABLE) participant(identity); // nobody answers for whoever is not there: the room says so
            throw e;
        }
    }

    private <Q extends Message, A extends Message> A call(RpcAddress<Q, A> at, Q request, CallOptions options) throws RoomException {
        try {
            return bus.call(at, request, options);
        } catch (RpcException e) {
            throw new RoomException(code(e), e.getMessage(), e);
        }
    }

    private static Code code(RpcException e) {
        for (Code code : Code.values()) if (code.name().equals(e.code().name())) return code;
        return Code.UNKNOWN;
    }

    private RoomParticipantIdentity identity(String identity) {
        return RoomParticipantIdentity.newBuilder().setRoom(name).setIdentity(identity).build();
    }

    private static RoomException elsewhere(String what) {
        return new RoomException(Code.UNAVAILABLE, what + " is answered by the node that has the room");
    }

    @Override
    public Room info() {
        throw new IllegalStateException("the room lives on another node: its record is in the store");
    }

    @Override
    public RoomInternal internal() {
        throw new IllegalStateException("the room lives on another node: its record is in the store");
    }

    @Override
    public List<ParticipantInfo> participants() {
        try {
            return room(RpcMethods.LIST_PARTICIPANTS, ListParticipantsRequest.newBuilder().setRoom(name).build()).getParticipantsList();
        } catch (RoomException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @Override
    public ParticipantInfo participant(String identity) throws RoomException {
        return room(RpcMethods.GET_PARTICIPANT, identity(identity));
    }

    @Override
    public void removeParticipant(String identity) throws RoomException {
        participant(RpcMethods.REMOVE_PARTICIPANT, identity, identity(identity));
    }

    @Override
    public void moveParticipant(String identity, String destinationRoom) throws RoomException {
        participant(RpcMethods.MOVE_PARTICIPANT, identity,
                MoveParticipantRequest.newBuilder().setRoom(name).setIdentity(identity).setDestinationRoom(destinationRoom).build());
    }

    @Override
    public void forwardParticipant(String identity, String destinationRoom) throws RoomException {
        participant(RpcMethods.FORWARD_PARTICIPANT, identity,
                ForwardParticipantRequest.newBuilder().setRoom(name).setIdentity(identity).setDestinationRoom(destinationRoom).build());
    }

    @Override
    public Optional<TrackInfo> mutePublishedTrack(String identity, String trackSid, boolean muted) throws RoomException {
        MuteRoomTrackResponse response = participant(RpcMethods.MUTE_PUBLISHED_TRACK, identity,
                MuteRoomTrackRequest.newBuilder().setRoom(name).setIdentity(identity).setTrackSid(trackSid).setMuted(muted).build());
        return response.hasTrack() ? Optional.of(response.getTrack()) : Optional.empty();
    }

    @Override
    public ParticipantInfo updateParticipant(UpdateParticipantRequest request) throws RoomException {
        return participant(RpcMethods.UPDATE_PARTICIPANT, request.getIdentity(), request);
    }

    @Override
    public Room updateMetadata(String metadata) throws RoomException {
        return room(RpcMethods.UPDATE_ROOM_METADATA, UpdateRoomMetadataRequest.newBuilder().setRoom(name).setMetadata(metadata).build());
    }

    @Override
    public void updateSubscriptions(UpdateSubscriptionsRequest request) throws RoomException {
        participant(RpcMethods.UPDATE_SUBSCRIPTIONS, request.getIdentity(), request);
    }

    @Override
    public void sendData(DataPacket packet) throws RoomException {
        UserPacket user = packet.getUser();
        SendDataRequest.Builder request = SendDataRequest.newBuilder()
                .setRoom(name)
                .setKindValue(packet.getKindValue())
                .setData(user.getPayload())
                .addAllDestinationSids(user.getDestinationSidsList())
                .addAllDestinationIdentities(packet.getDestinationIdentitiesList())
                .setNonce(user.getNonce().isEmpty() ? ByteString.EMPTY : user.getNonce());
        if (user.hasTopic()) request.setTopic(user.getTopic());
        room(RpcMethods.SEND_DATA, request.build());
    }

    @Override
    public String performRpc(PerformRpcRequest request) throws RoomException {
        Duration patience = request.getResponseTimeoutMs() > 0 ? Duration.ofMillis(request.getResponseTimeoutMs()) : RPC_PATIENCE;
        var at = RpcMethods.PERFORM_RPC.at(RpcMethods.participant(name, request.getDestinationIdentity()));
        return call(at, request, CallOptions.within(patience.plus(WAY))).getPayload();
    }

    @Override
    public void delete() throws RoomException {
        room(RpcMethods.DELETE_ROOM, DeleteRoomRequest.newBuilder().setRoom(name).build());
    }

    @Override
    public List<ParticipantReport> inspect() throws RoomException {
        throw elsewhere("what operators want to know");
    }

    @Override
    public List<String> explain(String identity, String trackSid) throws RoomException {
        throw elsewhere("why a track is not seen");
    }
}
