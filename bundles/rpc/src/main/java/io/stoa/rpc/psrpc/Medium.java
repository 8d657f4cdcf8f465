package io.stoa.rpc.psrpc;

import com.google.protobuf.Message;
import io.stoa.base.Ids;
import io.stoa.cluster.ClusterException;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.util.function.LongSupplier;

/**
 * What both sides need.
 *
 * @param buffer messages that wait for somebody at most
 */
record Medium(BusOfTheDay bus, Ids ids, LongSupplier unixNanos, RpcDrops drops, RpcMetrics metrics, int buffer) {
    void publish(String channel, Message message) throws RpcException {
        try {
            bus.publish(channel, Envelope.wrap(message));
        } catch (ClusterException e) {
            throw new RpcException(RpcCode.of(e.code()), e.getMessage());
        }
    }

    boolean hasSubscribers(String channel) throws RpcException {
        try {
            return bus.hasSubscribers(channel);
        } catch (ClusterException e) {
            throw new RpcException(RpcCode.of(e.code()), e.getMessage());
        }
    }

    boolean expired(long expiryUnixNanos) {
        boolean expired = unixNanos.getAsLong() >= expiryUnixNanos;
        if (expired) drops.count(RpcDrop.EXPIRED);
        return expired;
    }
}
