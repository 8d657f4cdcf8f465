package io.stoa.redis.client;

import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.stoa.redis.RedisConnection.Subscription;
import io.stoa.redis.Replies;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who listens to which channel. Redis is told of a channel's first and last listener only; the commands are given under the lock, so that
 * they are in the order of what was wanted, and awaited outside.
 */
final class Subscriptions extends RedisPubSubAdapter<byte[], byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);
    private static final int AT_ONCE = 500;

    private final Map<String, Channel> channels = new ConcurrentHashMap<>();
    private StatefulRedisPubSubConnection<byte[], byte[]> connection;

    private static final class Channel {
        final List<Listener> listeners = new CopyOnWriteArrayList<>();
        CompletionStage<Void> confirmed;
    }

    /** Of one subscription; the consumer may have several. */
    private static final class Listener {
        final Consumer<byte[]> consumer;

        Listener(Consumer<byte[]> consumer) {
            this.consumer = consumer;
        }
    }

    Subscription add(String name, Consumer<byte[]> consumer) {
        Listener listener = new Listener(consumer);
        Subscription subscription = () -> remove(name, listener);
        try {
            Replies.await(ask(name, listener));
        } catch (RedisException e) {
            subscription.close();
            throw e;
        }
        return subscription;
    }

    private synchronized CompletionStage<Void> ask(String name, Listener listener) {
        if (connection == null) throw new RedisConnectionException("the connection to Redis ended");
        Channel channel = channels.computeIfAbsent(name, first -> new Channel());
        channel.listeners.add(listener);
        if (channel.confirmed == null || channel.confirmed.toCompletableFuture().isCompletedExceptionally())
            channel.confirmed = connection.async().subscribe(bytes(name));
        return channel.confirmed;
    }

    private synchronized void remove(String name, Listener listener) {
        Channel channel = channels.get(name);
        if (channel == null || !channel.listeners.remove(listener) || !channel.listeners.isEmpty()) return;
        channels.remove(name);
        if (connection != null) connection.async().unsubscribe(bytes(name)); // a message that still comes finds nobody
    }

    /** Returns when all subscriptions are in force on this connection. */
    void resume(StatefulRedisPubSubConnection<byte[], byte[]> next) {
        next.addListener(this);
        askAll(next).forEach(Replies::await);
    }

    private synchronized List<CompletionStage<Void>> askAll(StatefulRedisPubSubConnection<byte[], byte[]> next) {
        connection = next;
        List<String> names = List.copyOf(channels.keySet());
        List<CompletionStage<Void>> asked = new ArrayList<>();
        for (int from = 0; from < names.size(); from += AT_ONCE) {
            List<String> some = names.subList(from, Math.min(names.size(), from + AT_ONCE));
            CompletionStage<Void> confirmed = next.async().subscribe(some.stream().map(Subscriptions::bytes).toArray(byte[][]::new));
            some.forEach(name -> channels.get(name).confirmed = confirmed);
            asked.add(confirmed);
        }
        return asked;
    }

    synchronized void suspend() {
        connection = null;
    }

    private static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void message(byte[] name, byte[] message) {
        Channel channel = channels.get(new String(name, StandardCharsets.UTF_8));
        if (channel == null) return;
        for (Listener listener : channel.listeners) {
            try {
                listener.consumer.accept(message);
            } catch (RuntimeException e) {
                LOG.error("a listener to a channel of Redis failed", e);
            }
        }
    }

    /** Channels with a listener. */
    int size() {
        return channels.size();
    }
}
