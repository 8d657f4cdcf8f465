package io.stoa.rpc;

import io.stoa.cluster.MessageBus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The bus of a single node. Lowest ranking: any other bus takes over. */
@Component(service = MessageBus.class, property = "service.ranking:Integer=-1000")
public final class InProcessMessageBus implements MessageBus {
    private final Map<String, Channel> channels = new ConcurrentHashMap<>();

    @Override
    public void publish(String name, byte[] message) {
        Channel channel = channels.get(name);
        if (channel == null) return;
        List<Local> queued = new ArrayList<>();
        for (Local subscriber : channel.subscribers) {
            if (subscriber.queue) queued.add(subscriber);
            else subscriber.messages.deliver(message.clone());
        }
        if (!queued.isEmpty()) queued.get(Math.floorMod(channel.turn.getAndIncrement(), queued.size())).messages.deliver(message.clone());
    }

    @Override
    public Subscription subscribe(String channel, Subscriber subscriber) {
        return add(channel, subscriber, false);
    }

    @Override
    public Subscription subscribeQueue(String channel, Subscriber subscriber) {
        return add(channel, subscriber, true);
    }

    @Override
    public boolean hasSubscribers(String channel) {
        return channels.containsKey(channel);
    }

    private Subscription add(String name, Subscriber subscriber, boolean queue) {
        Local local = new Local(new SubscriberQueue(subscriber), queue);
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
            local.messages.close();
        };
    }

    /** Channels with a subscriber. */
    int channels() {
        return channels.size();
    }

    @Deactivate
    void close() {
        channels.values().forEach(channel -> channel.subscribers.forEach(local -> local.messages.close()));
        channels.clear();
    }

    /** Lives as long as it has subscribers: answers come on channels of their own, and there are many. */
    private static final class Channel {
        final List<Local> subscribers = new CopyOnWriteArrayList<>();
        final AtomicInteger turn = new AtomicInteger();
    }

    private record Local(SubscriberQueue messages, boolean queue) {}
}
