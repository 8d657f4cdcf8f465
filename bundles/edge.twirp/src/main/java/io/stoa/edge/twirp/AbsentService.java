package io.stoa.edge.twirp;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.stoa.auth.VideoGrant;
import io.stoa.rpc.Caller;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.util.Map;

/**
 * A service of this API whose bundle may be absent. It refuses whom its bundle would refuse (spec 3), and tells the others what is missing.
 *
 * @param name full name of the service
 * @param bundle who would answer
 */
record AbsentService(String name, String bundle, Granted granted) {
    private interface Granted {
        boolean test(String method, Message request, Caller caller);
    }

    static final Map<String, AbsentService> KNOWN = Map.of(
            "livekit.RoomService", new AbsentService("livekit.RoomService", "service.room", AbsentService::rooms),
            "livekit.Egress", new AbsentService("livekit.Egress", "service.egress", (m, r, c) -> video(c).roomRecord()),
            "livekit.Ingress", new AbsentService("livekit.Ingress", "service.ingress", (m, r, c) -> video(c).ingressAdmin()),
            "livekit.SIP", new AbsentService("livekit.SIP", "service.sip", AbsentService::sip),
            "livekit.AgentDispatchService", new AbsentService("livekit.AgentDispatchService", "service.agent", (m, r, c) -> admin("room", r, c)));

    private static VideoGrant video(Caller caller) {
        return caller.claims() == null || caller.claims().video() == null ? VideoGrant.NONE : caller.claims().video();
    }

    /** @param field of the request that names the room */
    private static boolean admin(String field, Message request, Caller caller) {
        return video(caller).roomAdmin() && video(caller).room().equals(text(field, request));
    }

    private static Object text(String name, Message request) {
        FieldDescriptor field = request.getDescriptorForType().findFieldByName(name);
        return field == null ? null : request.getField(field);
    }

    private static boolean rooms(String method, Message request, Caller caller) {
        return switch (method) {
            case "CreateRoom", "DeleteRoom" -> video(caller).roomCreate();
            case "ListRooms" -> video(caller).roomList();
            case "MoveParticipant", "ForwardParticipant" ->
                    admin("room", request, caller) && video(caller).destinationRoom().equals(text("destination_room", request));
            default -> admin("room", request, caller);
        };
    }

    private static boolean sip(String method, Message request, Caller caller) {
        if (caller.claims() == null) return false;
        return switch (method) {
            case "CreateSIPParticipant" -> caller.claims().sipCall();
            case "TransferSIPParticipant" -> caller.claims().sipCall() && admin("room_name", request, caller);
            default -> caller.claims().sipAdmin();
        };
    }

    RpcException refuse(String method, Message request, Caller caller) {
        if (!granted.test(method, request, caller)) return Caller.denied();
        return new RpcException(RpcCode.UNAVAILABLE, name + " is not available: bundle " + bundle + " is not installed or not active");
    }
}
