package io.stoa.rpc;

import com.google.protobuf.Message;
import org.osgi.annotation.versioning.ConsumerType;

/** Answers one method. Called on a virtual thread for each request. */
@ConsumerType
@FunctionalInterface
public interface RpcHandler<Q extends Message, A extends Message> {
    A handle(Q request, RpcContext context) throws RpcException;

    @ConsumerType
    @FunctionalInterface
    interface Affinity<Q extends Message> {
        /** How fit for the request this server is: below 0 not at all, 1 as fit as can be. */
        float of(Q request, RpcContext context);
    }
}
