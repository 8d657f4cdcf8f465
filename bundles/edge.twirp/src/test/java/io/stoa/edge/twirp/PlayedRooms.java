package io.stoa.edge.twirp;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import io.stoa.protocol.Services;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.ListRoomsRequest;
import io.stoa.rpc.Caller;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.rpc.RpcException;

/** RoomService as far as a carrier needs one: two methods, the answer and the error are the test's. */
final class PlayedRooms implements RpcEndpoint {
    Message answer;
    RpcException error;
    RuntimeException bug;
    Runnable before = () -> {};
    Message asked;
    String method;
    Caller caller;

    @Override
    public ServiceDescriptor descriptor() {
        return Services.byName("livekit.RoomService");
    }

    @Override
    public Message requestPrototype(String name) {
        return switch (name) {
            case "CreateRoom" -> CreateRoomRequest.getDefaultInstance();
            case "ListRooms" -> ListRoomsRequest.getDefaultInstance();
            default -> null;
        };
    }

    @Override
    public Message call(String name, Message request, Caller who) throws RpcException {
        before.run();
        method = name;
        asked = request;
        caller = who;
        if (error != null) throw error;
        if (bug != null) throw bug;
        return answer;
    }
}
