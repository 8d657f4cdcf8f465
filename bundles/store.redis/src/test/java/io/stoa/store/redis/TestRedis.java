package io.stoa.store.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.stoa.redis.RedisConnection;
import io.stoa.redis.RedisServer;
import java.time.Duration;
import java.util.function.Consumer;

/** A connection to a server of a test, which can be said to be away. */
final class TestRedis implements RedisConnection, AutoCloseable {
    private final AbstractRedisClient client;
    private final RedisClusterAsyncCommands<byte[], byte[]> commands;
    volatile boolean away;

    /** @param database several are stores of their own */
    TestRedis(RedisServer server, int database) {
        RedisClient single = RedisClient.create(RedisURI.builder().withHost("127.0.0.1").withPort(server.port()).withDatabase(database).withTimeout(Duration.ofSeconds(20)).build());
        single.setOptions(ClientOptions.builder().autoReconnect(false).build());
        client = single;
        commands = single.connect(ByteArrayCodec.INSTANCE).async();
    }

    private TestRedis(RedisClusterClient client) {
        this.client = client;
        commands = client.connect(ByteArrayCodec.INSTANCE).async();
    }

    static TestRedis cluster(RedisServer server) {
        return new TestRedis(RedisClusterClient.create(RedisURI.create("127.0.0.1", server.port())));
    }

    @Override
    public RedisClusterAsyncCommands<byte[], byte[]> commands() {
        if (away) throw new RedisConnectionException("it is away");
        return commands;
    }

    @Override
    public Subscription subscribe(String channel, Consumer<byte[]> listener) {
        throw new UnsupportedOperationException("stores do not listen");
    }

    @Override
    public boolean isAvailable() {
        return !away;
    }

    @Override
    public Subscription onAvailability(Consumer<Boolean> listener) {
        listener.accept(!away);
        return () -> {};
    }

    @Override
    public String description() {
        return "redis://of.a.test";
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
