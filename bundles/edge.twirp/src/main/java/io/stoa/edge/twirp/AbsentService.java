package io.stoa.edge.twirp;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.stoa.auth.VideoGrant;
import io.stoa.rpc.Caller;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.util.Map;
import java.util.Set;

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

    private static final Set<String> SIP_CALLS = Set.of("CreateSIPParticipant", "TransferSIPParticipant");

    static final Map<String, AbsentService> KNOWN = Map.of(
            "livekit.RoomService", new AbsentService("livekit.RoomService", "service.room", AbsentService::rooms),
            "livekit.Egress", new AbsentService("livekit.Egress", "service.egress", (m, r, c) -> video(c).roomRecord()),
            "livekit.Ingress", new AbsentService("livekit.Ingress", "service.ingress", (m, r, c) -> video(c).ingressAdmin()),
            "livekit.SIP", new AbsentService("livekit.SIP", "service.sip", AbsentService::sip),
            "livekit.AgentDispatchService", new AbsentService("livekit.AgentDispatchService", "service.agent", (m, r, c) -> admin(r, c)));

    private static VideoGrant video(Caller caller) {
        return caller.claims() == null || caller.claims().video() == null ? VideoGrant.NONE : caller.claims().video();
    }

    private static boolean admin(Message request, Caller caller) {
        FieldDescriptor room = request.getDescriptorForType().findFieldByName("room");
        return video(caller).roomAdmin() && room != null && video(caller).room().equals(request.getField(room));
    }

    private static boolean rooms(String method, Message request, Caller caller) {
        return switch (method) {
            case "CreateRoom", "DeleteRoom" -> video(caller).roomCreate();
            case "ListRooms" -> video(caller).roomList();
            default -> admin(request, caller);
        };
    }

    private static boolean sip(String method, Message request, Caller caller) {
        if (caller.claims() == null) return false;
        return SIP_CALLS.contains(method) ? caller.claims().sipCall() : caller.claims().sipAdmin();
    }

    RpcException refuse(String method, Message request, Caller caller) {
        if (!granted.test(method, request, caller)) return Caller.denied();
        return new RpcException(RpcCode.UNAVAILABLE, name + " is not available: bundle " + bundle + " is not installed or not active");
    }
}
