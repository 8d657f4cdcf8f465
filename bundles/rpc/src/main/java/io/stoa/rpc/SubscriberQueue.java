package io.stoa.rpc;

import io.stoa.cluster.MessageBus.Subscriber;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** For message buses: a subscription has a virtual thread and a queue of its own, so that a slow one delays nobody else. */
public final class SubscriberQueue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SubscriberQueue.class);
    /** What comes beyond that is lost: a bus promises nothing else, and memory has an end. */
    static final int MOST_WAITING = 20_000;

    private final Subscriber subscriber;
    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING),
            Thread.ofVirtual().name("bus-subscriber").factory());
    private volatile boolean closed;
    private boolean behind;

    public SubscriberQueue(Subscriber subscriber) {
        this.subscriber = subscriber;
    }

    public void deliver(byte[] message) {
        deliver(message, () -> true);
    }

    /** @param wanted asked when it is this message's turn, may block */
    public void deliver(byte[] message, Supplier<Boolean> wanted) {
        try {
            executor.execute(() -> call(message, wanted));
        } catch (RejectedExecutionException closedOrFull) {
            if (!closed) lose();
        }
    }

    private synchronized void lose() {
        if (!behind) LOG.warn("a subscriber of the message bus is {} messages behind and loses some", MOST_WAITING);
        behind = true;
    }

    private void call(byte[] message, Supplier<Boolean> wanted) {
        if (closed) return;
        try {
            if (wanted.get() && !closed) subscriber.message(message);
        } catch (RuntimeException e) {
            LOG.error("a subscriber of the message bus failed", e);
        }
    }

    /** What waits is not delivered any more. */
    @Override
    public void close() {
        closed = true;
        executor.shutdown();
    }
}
