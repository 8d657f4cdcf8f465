package io.stoa.rpc;

import com.google.protobuf.Message;
import io.stoa.cluster.MessageBus.Subscription;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Calls between parts of the cluster, wherever they are, as LiveKit's nodes and workers make them (psrpc, spec 7.4): over the message
 * bus of the day. Where that changes, or cannot be reached for a while, what is served here is served again as soon as it can be; calls
 * then fail with {@code unavailable}. So whoever uses this keeps it, and need not know of buses.
 *
 * <p>Everything that waits does so on the calling, virtual thread; handlers are called on virtual threads of their own.
 */
@ProviderType
public interface RpcBus {
    /** As configured ({@code psrpc.*}): three attempts of 3, 5 and 7 seconds. */
    CallOptions defaults();

    /**
     * Whether anybody serves it just now. Who does may still not take a request. True where the bus cannot know.
     *
     * @throws RpcException {@code unavailable} if the bus is away
     */
    boolean isServed(RpcAddress<?, ?> at) throws RpcException;

    /** With {@link #defaults}. */
    default <Q extends Message, A extends Message> A call(RpcAddress<Q, A> at, Q request) throws RpcException {
        return call(at, request, defaults());
    }

    /**
     * Asks one server: the first that claims the request, the fittest, or the only one, as the method says.
     *
     * @throws RpcException what the server answered, {@code unavailable} if nobody claims it or the bus is away,
     *     {@code deadline_exceeded} if nobody answers in time, {@code canceled} if the thread is interrupted
     */
    <Q extends Message, A extends Message> A call(RpcAddress<Q, A> at, Q request, CallOptions options) throws RpcException;

    /**
     * Asks all servers of a {@code MULTI} method. Returns when the time of one attempt is over, or nobody else is to be heard.
     *
     * @param more told each answer; whether others are of interest
     */
    <Q extends Message, A extends Message> void callAll(RpcAddress<Q, A> at, Q request, CallOptions options, Predicate<Answer<A>> more)
            throws RpcException;

    /** Opens a stream with the only server. Returns when that has accepted it. */
    <Q extends Message, A extends Message> RpcStream<Q> open(RpcAddress<Q, A> at, CallOptions options, RpcStream.Listener<A> listener)
            throws RpcException;

    /** For whoever listens, to an {@code EVENT} method. */
    <E extends Message> void publish(RpcAddress<E, E> at, E event) throws RpcException;

    /** @param listener called in order, on a virtual thread */
    <E extends Message> Subscription listen(RpcAddress<E, E> at, Consumer<E> listener);

    /** Answers calls. What is under way when it is closed is still answered. */
    default <Q extends Message, A extends Message> Subscription serve(RpcAddress<Q, A> at, RpcHandler<Q, A> handler) {
        return serve(at, (request, context) -> 1, handler);
    }

    /** Answers calls of an {@code AFFINITY} method that it is fitter for than others. */
    <Q extends Message, A extends Message> Subscription serve(RpcAddress<Q, A> at, RpcHandler.Affinity<Q> affinity, RpcHandler<Q, A> handler);

    /** Accepts streams. Closing it closes them with {@code unavailable}. */
    <Q extends Message, A extends Message> Subscription accept(RpcAddress<Q, A> at, RpcStream.Acceptor<Q, A> acceptor);
}
