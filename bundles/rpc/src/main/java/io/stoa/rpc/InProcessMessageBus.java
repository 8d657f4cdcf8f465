package io.stoa.rpc;

import io.stoa.cluster.MessageBus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bus of a single node. Lowest ranking: any other bus takes over. */
@Component(service = MessageBus.class, property = "service.ranking:Integer=-1000")
public final class InProcessMessageBus implements MessageBus {
    private static final Logger LOG = LoggerFactory.getLogger(InProcessMessageBus.class);

    private final Map<String, List<Local>> subscribers = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> turns = new ConcurrentHashMap<>();

    @Override
    public void publish(String channel, byte[] message) {
        List<Local> all = subscribers.getOrDefault(channel, List.of());
        List<Local> queued = all.stream().filter(s -> s.queue).toList();
        for (Local subscriber : all) if (!subscriber.queue) subscriber.deliver(message.clone());
        if (!queued.isEmpty()) queued.get(Math.floorMod(turns.computeIfAbsent(channel, k -> new AtomicInteger()).getAndIncrement(), queued.size())).deliver(message.clone());
    }

    @Override
    public Subscription subscribe(String channel, Subscriber subscriber) {
        return add(channel, subscriber, false);
    }

    @Override
    public Subscription subscribeQueue(String channel, Subscriber subscriber) {
        return add(channel, subscriber, true);
    }

    private Subscription add(String channel, Subscriber subscriber, boolean queue) {
        Local local = new Local(subscriber, queue);
        subscribers.computeIfAbsent(channel, k -> new CopyOnWriteArrayList<>()).add(local);
        return () -> {
            List<Local> all = subscribers.get(channel);
            if (all != null) all.remove(local);
            local.executor.shutdown();
        };
    }

    @Deactivate
    void close() {
        subscribers.values().forEach(all -> all.forEach(local -> local.executor.shutdown()));
    }

    /** A subscription has a thread of its own, so that a slow one delays nobody else. */
    private static final class Local {
        final Subscriber subscriber;
        final boolean queue;
        final ExecutorService executor = Executors.newSingleThreadExecutor(Thread.ofVirtual().name("bus-subscriber").factory());

        Local(Subscriber subscriber, boolean queue) {
            this.subscriber = subscriber;
            this.queue = queue;
        }

        void deliver(byte[] message) {
            if (executor.isShutdown()) return;
            executor.execute(() -> {
                try {
                    subscriber.message(message);
                } catch (RuntimeException e) {
                    LOG.error("a subscriber of the message bus failed", e);
                }
            });
        }
    }
}
