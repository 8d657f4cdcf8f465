package io.stoa.redis.client;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.stoa.redis.Replies;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** One connection for commands and one for channels, from connecting to the end of either. */
final class Session implements AutoCloseable {
    private final StatefulConnection<byte[], byte[]> connection;
    private final RedisClusterAsyncCommands<byte[], byte[]> commands;
    private final StatefulRedisPubSubConnection<byte[], byte[]> channels;
    private final boolean heals;

    /**
     * @param commands of the connection
     * @param heals whether a connection that has ended comes back by itself
     */
    Session(
            StatefulConnection<byte[], byte[]> connection, RedisClusterAsyncCommands<byte[], byte[]> commands,
            StatefulRedisPubSubConnection<byte[], byte[]> channels, boolean heals) {
        this.connection = connection;
        this.commands = commands;
        this.channels = channels;
        this.heals = heals;
    }

    RedisClusterAsyncCommands<byte[], byte[]> commands() {
        return commands;
    }

    StatefulRedisPubSubConnection<byte[], byte[]> channels() {
        return channels;
    }

    /** Calls back, possibly often, when one of the connections has ended; again after it has come back by itself. */
    void onEnd(Runnable ended) {
        RedisConnectionStateListener listener = new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> gone) {
                ended.run();
            }
        };
        connection.addListener(listener);
        channels.addListener(listener);
    }

    boolean heals() {
        return heals;
    }

    /** @throws RedisException if one of them does not answer */
    void check() {
        CompletionStage<String> first = commands.ping();
        CompletionStage<String> second = channels.async().ping();
        Replies.await(first);
        Replies.await(second);
    }

    @Override
    public void close() {
        CompletableFuture.allOf(connection.closeAsync(), channels.closeAsync()).join();
    }

    /** Where sessions come from. Blocks. */
    interface Opener extends Supplier<Session>, AutoCloseable {
        /** @throws RedisException if there is none to be had now */
        @Override
        Session get();

        @Override
        void close();
    }
}
