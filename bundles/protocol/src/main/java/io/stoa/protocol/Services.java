package io.stoa.protocol;

import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.stoa.protocol.livekit.LivekitAgentDispatchProto;
import io.stoa.protocol.livekit.LivekitEgressProto;
import io.stoa.protocol.livekit.LivekitIngressProto;
import io.stoa.protocol.livekit.LivekitRoomProto;
import io.stoa.protocol.livekit.LivekitSipProto;
import io.stoa.protocol.rpc.RpcAgentDispatchProto;
import io.stoa.protocol.rpc.RpcAgentProto;
import io.stoa.protocol.rpc.RpcEgressProto;
import io.stoa.protocol.rpc.RpcIngressProto;
import io.stoa.protocol.rpc.RpcIoProto;
import io.stoa.protocol.rpc.RpcKeepaliveProto;
import io.stoa.protocol.rpc.RpcParticipantProto;
import io.stoa.protocol.rpc.RpcRoomManagerProto;
import io.stoa.protocol.rpc.RpcRoomProto;
import io.stoa.protocol.rpc.RpcSignalProto;
import io.stoa.protocol.rpc.RpcSipProto;
import io.stoa.protocol.rpc.RpcWhipSignalProto;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The descriptors of every RPC service of the schema, by full name ({@code livekit.RoomService}, {@code rpc.Signal}). */
public final class Services {
    private static final Map<String, ServiceDescriptor> BY_NAME = List.of(
                    LivekitRoomProto.getDescriptor(),
                    LivekitEgressProto.getDescriptor(),
                    LivekitIngressProto.getDescriptor(),
                    LivekitSipProto.getDescriptor(),
                    LivekitAgentDispatchProto.getDescriptor(),
                    RpcAgentProto.getDescriptor(),
                    RpcAgentDispatchProto.getDescriptor(),
                    RpcEgressProto.getDescriptor(),
                    RpcIngressProto.getDescriptor(),
                    RpcIoProto.getDescriptor(),
                    RpcKeepaliveProto.getDescriptor(),
                    RpcParticipantProto.getDescriptor(),
                    RpcRoomProto.getDescriptor(),
                    RpcRoomManagerProto.getDescriptor(),
                    RpcSignalProto.getDescriptor(),
                    RpcSipProto.getDescriptor(),
                    RpcWhipSignalProto.getDescriptor())
            .stream()
            .map(FileDescriptor::getServices)
            .flatMap(List::stream)
            .collect(Collectors.toUnmodifiableMap(ServiceDescriptor::getFullName, service -> service));

    private Services() {}

    /** @throws IllegalArgumentException for a name that the schema does not have */
    public static ServiceDescriptor byName(String fullName) {
        ServiceDescriptor service = BY_NAME.get(fullName);
        if (service == null) throw new IllegalArgumentException("no service " + fullName + "; there are " + BY_NAME.keySet());
        return service;
    }

    public static Map<String, ServiceDescriptor> all() {
        return BY_NAME;
    }
}
