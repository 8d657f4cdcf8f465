package io.stoa.rpc.psrpc;

import com.google.protobuf.Message;
import io.stoa.protocol.psrpc.Stream;
import io.stoa.protocol.psrpc.StreamOpen;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.RpcAddress;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The ends of streams that were opened here. */
final class OpenedStreams {
    private final Medium medium;
    private final String clientId;
    private final Map<String, StreamEnd<?, ?>> streams = new ConcurrentHashMap<>();
    private final Map<String, BusOfTheDay.Held> channels = new ConcurrentHashMap<>();

    OpenedStreams(Medium medium, String clientId) {
        this.medium = medium;
        this.clientId = clientId;
    }

    <Q extends Message, A extends Message> RpcStream<Q> open(RpcAddress<Q, A> at, CallOptions options, RpcStream.Listener<A> listener) throws RpcException {
        hold(at.method().service()).require();
        String id = medium.ids().next("STR_");
        StreamEnd<Q, A> end = new StreamEnd<>(medium, RpcMetrics.Role.CLIENT, at.method(), id, Channels.streamToServer(at), options.timeout(), at.method().answer(), () -> streams.remove(id));
        streams.put(id, end);
        try {
            String request = medium.ids().next("REQ_");
            CompletableFuture<Void> ack = end.expectAck(request);
            long now = medium.unixNanos().getAsLong();
            medium.publish(Channels.streamToServer(at), Stream.newBuilder()
                    .setStreamId(id)
                    .setRequestId(request)
                    .setSentAt(now)
                    .setExpiry(now + options.timeout().toNanos())
                    .setOpen(StreamOpen.newBuilder().setNodeId(clientId).putAllMetadata(options.metadata()))
                    .build());
            end.awaitAck(ack);
        } catch (RpcException e) {
            end.close(e);
            throw e;
        }
        end.start(listener);
        return end;
    }

    private synchronized BusOfTheDay.Held hold(String service) {
        BusOfTheDay.Held held = channels.get(service);
        if (held == null) {
            held = medium.bus().hold(Channels.streamToClient(service, clientId), false, this::receive);
            channels.put(service, held);
        }
        return held;
    }

    private void receive(byte[] bytes) {
        Envelope.unwrap(bytes, Stream.getDefaultInstance(), medium.drops()).ifPresent(received -> {
            if (medium.expired(received.getExpiry())) return;
            StreamEnd<?, ?> end = streams.get(received.getStreamId());
            if (end == null) medium.drops().count(RpcDrop.NOT_AWAITED);
            else end.receive(received);
        });
    }

    int open() {
        return streams.size();
    }

    void close() {
        List.copyOf(streams.values()).forEach(StreamEnd::close);
        channels.values().forEach(BusOfTheDay.Held::close);
    }
}
