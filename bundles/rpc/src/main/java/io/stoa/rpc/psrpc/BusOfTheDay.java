package io.stoa.rpc.psrpc;

import io.stoa.cluster.ClusterException;
import io.stoa.cluster.MessageBus;
import io.stoa.cluster.MessageBus.Subscriber;
import io.stoa.cluster.MessageBus.Subscription;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The message bus, whichever it is: subscriptions are held, moved to the next bus, and tried again while a bus cannot be reached. One
 * virtual thread does so; {@link #bind} and {@link #unbind} do not wait for it.
 */
final class BusOfTheDay implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BusOfTheDay.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(2);

    private final Set<Held> all = ConcurrentHashMap.newKeySet();
    private final Semaphore work = new Semaphore(0);
    private final Thread mover = Thread.ofVirtual().name("rpc-subscriptions").unstarted(this::move);
    private volatile MessageBus bus;

    BusOfTheDay start() {
        mover.start();
        return this;
    }

    void bind(MessageBus next) {
        bus = next;
        work.release();
    }

    /** The next one is bound already, if there is one. */
    void unbind(MessageBus gone) {
        if (bus == gone) bus = null;
        work.release();
    }

    void publish(String channel, byte[] message) throws ClusterException {
        current().publish(channel, message);
    }

    boolean hasSubscribers(String channel) throws ClusterException {
        return current().hasSubscribers(channel);
    }

    private MessageBus current() throws ClusterException {
        MessageBus current = bus;
        if (current == null) throw new ClusterException(ClusterException.Code.UNAVAILABLE, "there is no message bus");
        return current;
    }

    /** Returns after a first attempt to subscribe; more follow until it is closed. */
    Held hold(String channel, boolean queue, Subscriber subscriber) {
        Held held = new Held(channel, queue, subscriber);
        all.add(held);
        if (!held.settle()) work.release();
        return held;
    }

    private void move() {
        Duration pause = FIRST_PAUSE;
        boolean settled = true;
        try {
            while (true) {
                if (settled) work.acquire();
                else if (work.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) pause = FIRST_PAUSE;
                else pause = pause.multipliedBy(2).compareTo(LAST_PAUSE) < 0 ? pause.multipliedBy(2) : LAST_PAUSE;
                work.drainPermits();
                settled = true;
                for (Held held : all) settled &= held.settle();
            }
        } catch (InterruptedException e) {
            LOG.debug("subscriptions are moved no more");
        }
    }

    int held() {
        return all.size();
    }

    @Override
    public void close() {
        mover.interrupt();
        all.forEach(Held::close);
    }

    /** A subscription that outlives buses. */
    final class Held implements Subscription {
        private final String channel;
        private final boolean queue;
        private final Subscriber subscriber;
        private MessageBus at;
        private Subscription subscription;
        private boolean closed;
        private volatile String missing = "not subscribed yet";

        Held(String channel, boolean queue, Subscriber subscriber) {
            this.channel = channel;
            this.queue = queue;
            this.subscriber = subscriber;
        }

        /** @return whether it is as it should be */
        synchronized boolean settle() {
            MessageBus next = bus;
            if (closed || next == at) return true;
            Subscription before = subscription;
            try {
                at = null;
                subscription = next == null ? null : queue ? next.subscribeQueue(channel, subscriber) : next.subscribe(channel, subscriber);
                at = next;
                missing = next == null ? "there is no message bus" : null;
            } catch (ClusterException e) {
                subscription = null;
                missing = e.getMessage();
            } finally {
                if (before != null) before.close();
            }
            return at == next;
        }

        /** @throws RpcException {@code unavailable} if it is not in force, saying why */
        void require() throws RpcException {
            String reason = missing;
            if (reason != null) throw new RpcException(RpcCode.UNAVAILABLE, reason);
        }

        @Override
        public void close() {
            all.remove(this);
            synchronized (this) {
                closed = true;
                if (subscription != null) subscription.close();
                subscription = null;
            }
        }
    }
}
