package io.stoa.redis;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The connection to Redis that all share: one server, one behind Sentinel, or a cluster. The service is there as long as Redis is
 * configured, whether Redis can be reached or not; other settings are another service.
 *
 * <p>While Redis is away everything fails at once, nothing waits for its return: {@link #commands} and {@link #subscribe} throw a
 * {@link io.lettuce.core.RedisException}, and replies that are awaited complete with one ({@link Replies}).
 */
@ProviderType
public interface RedisConnection {
    /**
     * To be asked for anew for each use: they belong to the connection of the moment. Every reply completes, in the end by the time limit
     * of commands.
     *
     * @throws io.lettuce.core.RedisConnectionException that says which Redis and why, while it is away
     */
    RedisClusterAsyncCommands<byte[], byte[]> commands();

    /**
     * Returns when Redis has confirmed it: what is published afterwards arrives. In force again after each reconnection; what is
     * published in between is lost.
     *
     * @param listener called in order on a thread of the connection, so it must not block
     * @throws io.lettuce.core.RedisException if Redis does not confirm; then there is no subscription
     */
    Subscription subscribe(String channel, Consumer<byte[]> listener);

    boolean isAvailable();

    /**
     * @param listener told in order: at once how it is, then each change, after subscriptions are in force again. Called on threads that
     *     others wait for, so it must not block
     */
    Subscription onAvailability(Consumer<Boolean> listener);

    /** Where it leads, without secrets: {@code redis://10.0.0.5:6379/0}. */
    String description();

    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
