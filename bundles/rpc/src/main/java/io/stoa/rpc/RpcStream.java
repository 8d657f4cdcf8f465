package io.stoa.rpc;

import com.google.protobuf.Message;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/** One end of a stream of messages in both directions. Safe for use by several threads. */
@ProviderType
public interface RpcStream<S extends Message> extends AutoCloseable {
    /**
     * Returns when the other side has taken it: it is in its queue.
     *
     * @throws RpcException why the stream is closed, or {@code deadline_exceeded} if the other side does not say that it has it; then it
     *     may have it all the same; or {@code unavailable} if there is no bus now, and the stream stays open
     */
    void send(S message) throws RpcException;

    /** Whether neither side has closed it, as far as this one knows. */
    boolean isOpen();

    /** @param reason what the other side is told */
    void close(RpcException reason);

    /** As somebody who has all that he wanted: {@code canceled}. */
    @Override
    void close();

    /** Called in order, on a virtual thread of the stream. */
    @ConsumerType
    interface Listener<R extends Message> {
        void message(R message);

        /** Nothing follows. Called once, whoever has closed it. */
        void closed(RpcException reason);
    }

    /** Called on a virtual thread for each stream. */
    @ConsumerType
    @FunctionalInterface
    interface Acceptor<Q extends Message, A extends Message> {
        /** The stream may be used from now on; messages come when this has returned. @throws RpcException why it is not accepted */
        Listener<Q> accept(RpcStream<A> stream, RpcContext context) throws RpcException;
    }
}
