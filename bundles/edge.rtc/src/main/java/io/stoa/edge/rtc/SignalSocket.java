package io.stoa.edge.rtc;

import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.room.SignalServer.SignalSession;
import io.stoa.room.SignalSink;
import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * One client's signalling: responses of its session out, frames of its WebSocket in (spec 4.1).
 *
 * <p>It begins without a WebSocket: responses wait until {@link #attach}. From then on one virtual thread runs {@link #write}: it is the
 * only one that touches the wire's sending side, sends in the order of {@link #send}, keeps the connection awake by a ping every ten
 * seconds, and closes the wire when it comes to the end. Frames come on the wire's thread, one at a time.
 *
 * <p>Speaks protobuf until the client sends a text frame, then JSON until it sends a binary one.
 */
final class SignalSocket implements SignalSink {
    /** A client that does not read for so long that this piles up is disconnected; it may resume. */
    static final int MAX_QUEUED = 1_000;

    static final long MAX_QUEUED_BYTES = 16 << 20;
    static final long PING_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How long what was queued may still take when the connection ends for the client's fault. */
    static final long FLUSH_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    static final int NORMAL = 1000;
    static final int GOING_AWAY = 1001;
    static final int INVALID_PAYLOAD = 1007;
    static final int POLICY = 1008;

    /** The sending side of a WebSocket. What sends returns when the bytes are on their way, or throws if they do not leave in time. */
    interface Wire {
        void binary(byte[] message) throws IOException;

        void text(String message) throws IOException;

        void ping() throws IOException;

        /** Begins to close and returns at once; a writer that waits fails. Harmless when repeated. */
        void close(int code, String reason);
    }

    private sealed interface Item {
        record Message(SignalResponse response) implements Item {}

        /** @param before when messages stop being worth waiting for, monotonic nanoseconds */
        record End(int code, String reason, long before) implements Item {}
    }

    private final LongSupplier clock;
    private final RtcCounters counters;
    private final LinkedBlockingQueue<Item> queue = new LinkedBlockingQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicBoolean closedTold = new AtomicBoolean();
    private volatile boolean json;
    private volatile Item.End end;
    private volatile SignalSession session;
    private volatile Wire wire;
    private long nextPing;

    SignalSocket(LongSupplier clock, RtcCounters counters) {
        this.clock = clock;
        this.counters = counters;
    }

    // -- responses

    @Override
    public void send(SignalResponse response) {
        if (ended.get()) return;
        if (queue.size() >= MAX_QUEUED || queuedBytes.addAndGet(response.getSerializedSize()) > MAX_QUEUED_BYTES) {
            counters.count(RtcDrop.RESPONSES_OVERRUN);
            cut(POLICY, "client too slow");
            return;
        }
        queue.add(new Item.Message(response));
    }

    @Override
    public void close() {
        end(new Item.End(NORMAL, "", Long.MAX_VALUE));
    }

    /** Ends the connection from this side; the participant stays and may resume. */
    void end(int code, String reason) {
        end(code, reason, FLUSH_NANOS);
    }

    private void end(int code, String reason, long flushNanos) {
        end(new Item.End(code, reason, clock.getAsLong() + flushNanos));
        tellClosed();
    }

    private void end(Item.End last) {
        if (!ended.compareAndSet(false, true)) return;
        end = last;
        queue.add(last);
    }

    /** Nothing that waits is worth sending any more. */
    private void cut(int code, String reason) {
        end(code, reason, 0);
        Wire wire = this.wire;
        if (wire != null) wire.close(code, reason);
    }

    // -- the wire

    /** The session has begun; the wire comes with the upgrade. */
    void begin(SignalSession session) {
        this.session = session;
        if (ended.get() && end.before != Long.MAX_VALUE) tellClosed();
    }

    /** The WebSocket is open: {@link #write} may be run, and frames may come. */
    void attach(Wire wire) {
        nextPing = clock.getAsLong() + PING_NANOS;
        this.wire = wire;
    }

    /** Writes until the end. Runs on a thread of its own. */
    void write() {
        try {
            while (step(nextPing - clock.getAsLong())) {}
        } catch (IOException e) {
            counters.count(RtcDrop.WRITE_FAILED);
            end(GOING_AWAY, "");
            wire.close(GOING_AWAY, "");
        } catch (InterruptedException e) {
            wire.close(GOING_AWAY, "");
        }
    }

    /**
     * @param waitNanos how long to wait for something to write before it is time for a ping
     * @return false at the end
     */
    boolean step(long waitNanos) throws IOException, InterruptedException {
        Item item = queue.poll(Math.max(0, waitNanos), TimeUnit.NANOSECONDS);
        if (clock.getAsLong() - nextPing >= 0) {
            nextPing = clock.getAsLong() + PING_NANOS;
            wire.ping();
        }
        return switch (item) {
            case null -> true;
            case Item.Message(SignalResponse response) -> {
                queuedBytes.addAndGet(-response.getSerializedSize());
                if (!tooLate()) write(response);
                yield true;
            }
            case Item.End(int code, String reason, long _) -> {
                wire.close(code, reason);
                yield false;
            }
        };
    }

    private boolean tooLate() {
        Item.End end = this.end;
        return end != null && end.before != Long.MAX_VALUE && clock.getAsLong() - end.before > 0;
    }

    private void write(SignalResponse response) throws IOException {
        if (json) {
            wire.text(SignalFrames.json(response));
        } else {
            wire.binary(response.toByteArray());
        }
    }

    // -- frames

    void binary(byte[] frame) {
        json = false;
        if (frame.length > 0) receive(SignalFrames.parse(frame), RtcDrop.REQUEST_NOT_PROTOBUF);
    }

    void text(String frame) {
        json = true;
        if (!frame.isEmpty()) receive(SignalFrames.parse(frame), RtcDrop.REQUEST_NOT_JSON);
    }

    private void receive(SignalRequest request, RtcDrop otherwise) {
        if (ended.get()) return;
        if (request == null) {
            counters.count(otherwise);
            end(INVALID_PAYLOAD, "malformed signal request");
        } else {
            session.receive(request);
        }
    }

    /** The WebSocket is gone, or never came. */
    void gone() {
        end(NORMAL, "", 0);
    }

    /** The session learns once that nobody listens any more; one that closed the socket itself learns when it is gone. */
    private void tellClosed() {
        SignalSession session = this.session;
        if (session != null && closedTold.compareAndSet(false, true)) session.closed();
    }
}
