package io.stoa.rpc;

import io.stoa.cluster.MessageBus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bus of a single node. Lowest ranking: any other bus takes over. */
@Component(service = MessageBus.class, property = "service.ranking:Integer=-1000")
public final class InProcessMessageBus implements MessageBus {
    private static final Logger LOG = LoggerFactory.getLogger(InProcessMessageBus.class);

    private final Map<String, Channel> channels = new ConcurrentHashMap<>();

    @Override
    public void publish(String name, byte[] message) {
        Channel channel = channels.get(name);
        if (channel == null) return;
        List<Local> queued = new ArrayList<>();
        for (Local subscriber : channel.subscribers) {
            if (subscriber.queue) queued.add(subscriber);
            else subscriber.deliver(message.clone());
        }
        if (!queued.isEmpty()) queued.get(Math.floorMod(channel.turn.getAndIncrement(), queued.size())).deliver(message.clone());
    }

    @Override
    public Subscription subscribe(String channel, Subscriber subscriber) {
        return add(channel, subscriber, false);
    }

    @Override
    public Subscription subscribeQueue(String channel, Subscriber subscriber) {
        return add(channel, subscriber, true);
    }

    private Subscription add(String name, Subscriber subscriber, boolean queue) {
        Local local = new Local(subscriber, queue);
        channels.compute(name, (key, present) -> {
            Channel channel = present == null ? new Channel() : present;
            channel.subscribers.add(local);
            return channel;
        });
        return () -> {
            channels.computeIfPresent(name, (key, channel) -> {
                channel.subscribers.remove(local);
                return channel.subscribers.isEmpty() ? null : channel;
            });
            local.close();
        };
    }

    /** Channels with a subscriber. */
    int channels() {
        return channels.size();
    }

    @Deactivate
    void close() {
        channels.values().forEach(channel -> channel.subscribers.forEach(Local::close));
        channels.clear();
    }

    /** Lives as long as it has subscribers: answers come on channels of their own, and there are many. */
    private static final class Channel {
        final List<Local> subscribers = new CopyOnWriteArrayList<>();
        final AtomicInteger turn = new AtomicInteger();
    }

    /** A subscription has a thread of its own, so that a slow one delays nobody else. */
    private static final class Local {
        final Subscriber subscriber;
        final boolean queue;
        private volatile boolean closed;
        final ExecutorService executor = Executors.newSingleThreadExecutor(Thread.ofVirtual().name("bus-subscriber").factory());

        Local(Subscriber subscriber, boolean queue) {
            this.subscriber = subscriber;
            this.queue = queue;
        }

        void deliver(byte[] message) {
            try {
                executor.execute(() -> call(message));
            } catch (RejectedExecutionException closedMeanwhile) {
                LOG.debug("a message for a subscription that has ended is dropped");
            }
        }

        private void call(byte[] message) {
            if (closed) return;
            try {
                subscriber.message(message);
            } catch (RuntimeException e) {
                LOG.error("a subscriber of the message bus failed", e);
            }
        }

        void close() {
            closed = true; // what waits in the executor is not called any more
            executor.shutdown();
        }
    }
}
