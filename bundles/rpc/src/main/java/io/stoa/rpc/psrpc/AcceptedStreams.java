package io.stoa.rpc.psrpc;

import com.google.protobuf.Message;
import io.stoa.cluster.MessageBus.Subscription;
import io.stoa.protocol.psrpc.Stream;
import io.stoa.rpc.RpcAddress;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcContext;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ends of streams that others have opened with one method at one topic. */
final class AcceptedStreams<Q extends Message, A extends Message> implements Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptedStreams.class);
    private static final int MOST = 10_000;

    private final Medium medium;
    private final RpcAddress<Q, A> at;
    private final Workers workers;
    private final Duration timeout;
    private final RpcStream.Acceptor<Q, A> acceptor;
    private final Map<String, StreamEnd<A, Q>> streams = new ConcurrentHashMap<>();
    private final BusOfTheDay.Held held;
    private volatile boolean closed;

    AcceptedStreams(Medium medium, RpcAddress<Q, A> at, Workers workers, Duration timeout, RpcStream.Acceptor<Q, A> acceptor) {
        this.medium = medium;
        this.at = at;
        this.workers = workers;
        this.timeout = timeout;
        this.acceptor = acceptor;
        held = medium.bus().hold(Channels.streamToServer(at), false, this::receive);
    }

    private void receive(byte[] bytes) {
        Envelope.unwrap(bytes, Stream.getDefaultInstance(), medium.drops()).ifPresent(received -> {
            if (medium.expired(received.getExpiry())) return;
            StreamEnd<A, Q> end = streams.get(received.getStreamId());
            if (end != null) end.receive(received);
            else if (received.hasOpen()) open(received);
            else medium.drops().count(RpcDrop.NOT_AWAITED);
        });
    }

    private void open(Stream opening) {
        if (closed) return;
        if (streams.size() >= MOST) {
            medium.drops().count(RpcDrop.OVERLOADED);
            return;
        }
        String id = opening.getStreamId();
        String channel = Channels.streamToClient(at.method().service(), opening.getOpen().getNodeId());
        StreamEnd<A, Q> end = new StreamEnd<>(medium, RpcMetrics.Role.SERVER, at.method(), id, channel, timeout, at.method().request(), () -> streams.remove(id));
        streams.put(id, end); // before anything else comes on this channel
        if (!workers.run(() -> accept(opening, end))) streams.remove(id);
    }

    private void accept(Stream opening, StreamEnd<A, Q> end) {
        RpcContext context = new RpcContext(opening.getOpen().getNodeId(), opening.getOpen().getMetadataMap(), opening.getExpiry());
        end.acknowledge(opening);
        try {
            end.start(acceptor.accept(end, context));
        } catch (RpcException e) {
            end.close(e);
        } catch (RuntimeException e) {
            LOG.error("{} failed", at, e);
            end.close(new RpcException(RpcCode.INTERNAL, "internal error"));
        }
        if (closed) end.close(eof());
    }

    private static RpcException eof() {
        return new RpcException(RpcCode.UNAVAILABLE, "EOF");
    }

    @Override
    public void close() {
        closed = true;
        List.copyOf(streams.values()).forEach(end -> end.close(eof()));
        held.close();
    }
}
