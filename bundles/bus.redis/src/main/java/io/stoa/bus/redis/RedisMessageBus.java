package io.stoa.bus.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.SetArgs;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.stoa.cluster.ClusterException;
import io.stoa.cluster.MessageBus;
import io.stoa.redis.RedisConnection;
import io.stoa.redis.Replies;
import io.stoa.rpc.SubscriberQueue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Channels of Redis. The order on a channel is that of the one connection by which everything is published. Subscriptions are in force
 * again after a reconnection; what is published meanwhile is lost.
 */
public final class RedisMessageBus implements MessageBus {
    private static final Logger LOG = LoggerFactory.getLogger(RedisMessageBus.class);
    /** As psrpc has it: two messages that are the same within that time are one. */
    private static final Duration TAKEN = Duration.ofSeconds(5);

    private final RedisConnection redis;
    private volatile boolean failing;

    public RedisMessageBus(RedisConnection redis) {
        this.redis = redis;
    }

    /** Does not wait for Redis: that something did not get there is logged. */
    @Override
    public void publish(String channel, byte[] message) throws ClusterException {
        try {
            redis.commands().publish(bytes(channel), message).whenComplete((receivers, failure) -> {
                note(failure, "a message was not published");
            });
        } catch (RedisException e) {
            throw unavailable(e);
        }
    }

    @Override
    public Subscription subscribe(String channel, Subscriber subscriber) throws ClusterException {
        return subscribe(channel, subscriber, SubscriberQueue::deliver);
    }

    @Override
    public Subscription subscribeQueue(String channel, Subscriber subscriber) throws ClusterException {
        return subscribe(channel, subscriber, (messages, message) -> {
            CompletionStage<Boolean> taken = take(message);
            messages.deliver(message, () -> Replies.await(taken));
        });
    }

    /** In a cluster each node knows its own subscribers only; where one does not say, there may be some. */
    @Override
    public boolean hasSubscribers(String channel) throws ClusterException {
        try {
            RedisClusterAsyncCommands<byte[], byte[]> commands = redis.commands();
            if (!(commands instanceof RedisAdvancedClusterAsyncCommands<byte[], byte[]> cluster)) return any(commands.pubsubNumsub(bytes(channel)));
            for (CompletableFuture<Map<byte[], Long>> node : cluster.all().commands().pubsubNumsub(bytes(channel)).futures())
                if (any(node.exceptionally(failure -> Map.of(bytes(channel), 1L)))) return true;
            return false;
        } catch (RedisException e) {
            throw unavailable(e);
        }
    }

    private static boolean any(CompletionStage<Map<byte[], Long>> counts) {
        return Replies.await(counts).values().stream().anyMatch(count -> count > 0);
    }

    private Subscription subscribe(String channel, Subscriber subscriber, BiConsumer<SubscriberQueue, byte[]> delivery) throws ClusterException {
        SubscriberQueue messages = new SubscriberQueue(subscriber);
        try {
            RedisConnection.Subscription subscription = redis.subscribe(channel, message -> delivery.accept(messages, message));
            return () -> {
                messages.close();
                subscription.close();
            };
        } catch (RedisException e) {
            messages.close();
            throw unavailable(e);
        }
    }

    /** Whether it is ours. Where Redis does not say, it is somebody else's. */
    private CompletionStage<Boolean> take(byte[] message) {
        try {
            byte[] value = bytes(String.valueOf(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE)));
            return redis.commands().set(bytes(key(message)), value, SetArgs.Builder.nx().px(TAKEN)).handle((reply, failure) -> {
                note(failure, "a message of a queue is left to others");
                return reply != null;
            });
        } catch (RedisException e) {
            note(e, "a message of a queue is left to others");
            return CompletableFuture.completedFuture(false);
        }
    }

    /** The first failure after a success is told. */
    private void note(Throwable failure, String what) {
        if (failure != null && !failing) LOG.warn("{}: {}", what, Replies.failure(failure).getMessage());
        failing = failure != null;
    }

    private static String key(byte[] message) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(message));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    private static ClusterException unavailable(RedisException e) {
        return new ClusterException(ClusterException.Code.UNAVAILABLE, e.getMessage());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
