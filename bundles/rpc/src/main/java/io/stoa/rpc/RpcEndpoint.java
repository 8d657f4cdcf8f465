package io.stoa.rpc;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import org.osgi.annotation.versioning.ConsumerType;

/** One RPC service. Register it as an OSGi service; whoever carries calls (Twirp) finds it by its descriptor. */
@ConsumerType
public interface RpcEndpoint {
    /** Property of the OSGi service: the full name of the RPC service, for those who call it from within. */
    String SERVICE = "stoa.rpc.service";

    ServiceDescriptor descriptor();

    /** An empty message of the method's request type, to be filled by the carrier. @return null for a method it does not have */
    Message requestPrototype(String method);

    /** Blocks the calling, virtual thread. */
    Message call(String method, Message request, Caller caller) throws RpcException;
}
