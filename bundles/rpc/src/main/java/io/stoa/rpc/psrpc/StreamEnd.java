package io.stoa.rpc.psrpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.stoa.protocol.psrpc.Stream;
import io.stoa.protocol.psrpc.StreamAck;
import io.stoa.protocol.psrpc.StreamClose;
import io.stoa.protocol.psrpc.StreamMessage;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethod;
import io.stoa.rpc.RpcStream;
import io.stoa.rpc.psrpc.RpcMetrics.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a stream; both are alike. Each message is acknowledged when it is in the queue of the other end. The channel's thread calls
 * {@link #receive}, a virtual thread of the stream calls the listener.
 */
final class StreamEnd<S extends Message, R extends Message> implements RpcStream<S> {
    private static final Logger LOG = LoggerFactory.getLogger(StreamEnd.class);

    private final Medium medium;
    private final String id;
    private final String channel;
    private final Duration timeout;
    private final R prototype;
    private final Runnable forget;
    private final Role role;
    private final RpcMethod<?, ?> method;
    private final Map<String, CompletableFuture<Void>> acks = new ConcurrentHashMap<>();
    private final BlockingQueue<Received<R>> inbox;
    private RpcException reason; // once closed

    private sealed interface Received<R> {
        record One<R>(R message) implements Received<R> {}

        record Last<R>(RpcException reason) implements Received<R> {}
    }

    /** @param channel of the other end. @param forget called once, when it is closed */
    StreamEnd(Medium medium, Role role, RpcMethod<?, ?> method, String id, String channel, Duration timeout, R prototype, Runnable forget) {
        this.role = role;
        this.method = method;
        this.medium = medium;
        this.id = id;
        this.channel = channel;
        this.timeout = timeout;
        this.prototype = prototype;
        this.forget = forget;
        inbox = new LinkedBlockingQueue<>(medium.buffer() + 1); // there is always room for the last
        medium.metrics().opened(role, method);
    }

    /** From now on somebody listens. */
    void start(Listener<R> listener) {
        Thread.ofVirtual().name("rpc-stream").start(() -> deliver(listener));
    }

    private void deliver(Listener<R> listener) {
        try {
            while (true) {
                switch (inbox.take()) {
                    case Received.One<R> one -> listener.message(one.message());
                    case Received.Last<R> last -> {
                        listener.closed(last.reason());
                        return;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("a listener of a stream failed, the stream is closed", e);
            close(new RpcException(RpcCode.INTERNAL, "internal error"));
        }
    }

    @Override
    public void send(S message) throws RpcException {
        String request = medium.ids().next("REQ_");
        CompletableFuture<Void> ack = expectAck(request);
        long begun = System.nanoTime();
        try {
            ByteString body = message.toByteString();
            medium.metrics().bytes(role, method, true, body.size());
            medium.publish(channel, stream(request).setMessage(StreamMessage.newBuilder().setRawMessage(body)).build());
            awaitAck(ack);
            medium.metrics().sent(role, method, System.nanoTime() - begun);
        } catch (RpcException e) {
            medium.metrics().failed(role, method, e);
            throw e;
        } finally {
            acks.remove(request);
        }
    }

    @Override
    public synchronized boolean isOpen() {
        return reason == null;
    }

    /** @throws RpcException why it is closed */
    synchronized CompletableFuture<Void> expectAck(String request) throws RpcException {
        if (reason != null) throw reason;
        CompletableFuture<Void> ack = new CompletableFuture<>();
        acks.put(request, ack);
        return ack;
    }

    void awaitAck(CompletableFuture<Void> ack) throws RpcException {
        try {
            ack.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw Codes.timedOut();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Codes.canceled();
        } catch (ExecutionException e) {
            throw (RpcException) e.getCause(); // nobody else completes it so
        }
    }

    private Stream.Builder stream(String request) {
        long now = medium.unixNanos().getAsLong();
        return Stream.newBuilder().setStreamId(id).setRequestId(request).setSentAt(now).setExpiry(now + timeout.toNanos());
    }

    /** In order. */
    void receive(Stream received) {
        switch (received.getBodyCase()) {
            case ACK -> {
                CompletableFuture<Void> ack = acks.remove(received.getRequestId());
                if (ack == null) medium.drops().count(RpcDrop.NOT_AWAITED);
                else ack.complete(null);
            }
            case MESSAGE -> message(received);
            case CLOSE -> end(Codes.error(received.getClose().getCode(), received.getClose().getError(), List.of()));
            case OPEN -> medium.drops().count(RpcDrop.DUPLICATE);
            case BODY_NOT_SET -> medium.drops().count(RpcDrop.MALFORMED);
        }
    }

    private void message(Stream received) {
        try {
            R message = Envelope.parse(prototype, received.getMessage().getRawMessage());
            medium.metrics().received(role, method);
            medium.metrics().bytes(role, method, false, received.getMessage().getRawMessage().size());
            if (take(message)) acknowledge(received);
        } catch (InvalidProtocolBufferException e) {
            medium.drops().count(RpcDrop.MALFORMED);
            close(new RpcException(RpcCode.MALFORMED, "a message of the stream cannot be read"));
        }
    }

    private synchronized boolean take(R message) {
        if (reason != null) {
            medium.drops().count(RpcDrop.NOT_AWAITED);
            return false;
        }
        if (inbox.remainingCapacity() > 1) return inbox.add(new Received.One<>(message));
        medium.drops().count(RpcDrop.SLOW_CONSUMER);
        return false;
    }

    /** Says that this one has arrived. */
    void acknowledge(Stream received) {
        try {
            medium.publish(channel, Stream.newBuilder()
                    .setStreamId(id)
                    .setRequestId(received.getRequestId())
                    .setSentAt(received.getSentAt())
                    .setExpiry(received.getExpiry())
                    .setAck(StreamAck.getDefaultInstance())
                    .build());
        } catch (RpcException e) {
            LOG.debug("a message of a stream is not acknowledged: {}", e.getMessage()); // its sender will say so
        }
    }

    @Override
    public void close() {
        close(Codes.streamClosed());
    }

    @Override
    public void close(RpcException cause) {
        if (!end(cause)) return;
        String message = cause.getMessage() == null ? "" : cause.getMessage();
        try {
            medium.publish(channel, stream(medium.ids().next("REQ_"))
                    .setClose(StreamClose.newBuilder().setError(message).setCode(Codes.text(cause.code())))
                    .build());
        } catch (RpcException e) {
            LOG.debug("the end of a stream is not told: {}", e.getMessage()); // it cannot be, and this end is closed all the same
        }
    }

    /** @return whether it was open */
    private boolean end(RpcException cause) {
        synchronized (this) {
            if (reason != null) return false;
            reason = cause;
            inbox.add(new Received.Last<>(cause));
        }
        medium.metrics().closed(role, method);
        acks.values().forEach(ack -> ack.completeExceptionally(cause));
        forget.run();
        return true;
    }
}
