package io.stoa.signal;

import com.google.protobuf.Message;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One direction of a relayed session (spec 7.6): what waits goes out as one batch with the number of messages before it, and is sent again
 * until it arrives; the other side drops what it has already.
 *
 * @param <M> one message of the session
 * @param <B> a batch of them
 */
final class RelayBatches<M, B extends Message> {
    /** More than a client or a room says while a batch is under way. */
    static final int MAX_WAITING = 1_000;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(4);
    private static final Duration PATIENCE = Duration.ofMillis(7_500);
    /** While there is no bus nobody can be blamed, and the client could not be brought to its room another way. */
    private static final Duration WITHOUT_BUS = Duration.ofSeconds(60);

    /** How a batch is written. @param last nothing follows */
    interface Writer<M, B> {
        B batch(List<M> messages, long before, boolean last);
    }

    private final Writer<M, B> writer;
    private final Runnable broken;
    private List<M> waiting = new ArrayList<>();
    private RpcStream<B> stream;
    private long sent;
    private boolean sending;
    private boolean last;
    private boolean over;

    /** @param broken called once, on any thread, if messages could not be brought over */
    RelayBatches(Writer<M, B> writer, Runnable broken) {
        this.writer = writer;
        this.broken = broken;
    }

    /** From now on messages leave. */
    void to(RpcStream<B> open) {
        synchronized (this) {
            stream = open;
        }
        begin();
    }

    void add(M message) {
        boolean overrun;
        synchronized (this) {
            if (over || last) return;
            overrun = waiting.size() >= MAX_WAITING;
            if (!overrun) waiting.add(message);
            else over = true;
        }
        if (overrun) broken.run();
        else begin();
    }

    /** Nothing follows. */
    void end() {
        synchronized (this) {
            last = true;
        }
        begin();
    }

    /** Nothing leaves any more. @return what has not left */
    synchronized List<M> stop() {
        over = true;
        List<M> left = waiting;
        waiting = List.of();
        return left;
    }

    private synchronized boolean isOver() {
        return over;
    }

    private synchronized void begin() {
        if (sending || over || stream == null || waiting.isEmpty() && !last) return;
        sending = true;
        Thread.ofVirtual().name("signal-relay").start(this::send);
    }

    private void send() {
        while (true) {
            List<M> batch;
            boolean end;
            synchronized (this) {
                sending = !over && (!waiting.isEmpty() || last);
                if (!sending) return;
                batch = waiting;
                waiting = new ArrayList<>();
                end = last;
            }
            if (!delivered(writer.batch(batch, sent, end))) {
                stop();
                broken.run();
                return;
            }
            sent += batch.size();
            if (end) {
                stop();
                stream.close();
            }
        }
    }

    private boolean delivered(B batch) {
        Duration pause = FIRST_PAUSE;
        long begin = System.nanoTime();
        long until = begin + PATIENCE.toNanos();
        try {
            while (true) {
                try {
                    stream.send(batch);
                    return true;
                } catch (RpcException e) {
                    boolean withoutBus = e.code() == RpcCode.UNAVAILABLE && stream.isOpen();
                    if (isOver() || !withoutBus && e.code() != RpcCode.DEADLINE_EXCEEDED) return false;
                    long now = System.nanoTime();
                    if (withoutBus && now - begin < WITHOUT_BUS.toNanos()) until = now + PATIENCE.toNanos();
                    if (now + pause.toNanos() - until > 0) return false;
                }
                Thread.sleep(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The other end of one: what of a batch is new. */
    static final class Arrival {
        private long received;

        /**
         * @param before messages before this batch, of the whole session
         * @return those that did not come before
         * @throws RpcException {@code data_loss} if some are missing
         */
        <M> List<M> fresh(List<M> messages, long before) throws RpcException {
            if (before > received) throw new RpcException(RpcCode.DATA_LOSS, "signal message dropped");
            int known = (int) Math.min(messages.size(), received - before);
            received = Math.max(received, before + messages.size());
            return messages.subList(known, messages.size());
        }
    }
}
