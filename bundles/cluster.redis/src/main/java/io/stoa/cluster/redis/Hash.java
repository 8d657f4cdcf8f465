package io.stoa.cluster.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.stoa.cluster.ClusterException;
import io.stoa.redis.RedisConnection;
import io.stoa.redis.Replies;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** Questions to Redis, each awaited; what is not answered is {@code UNAVAILABLE}. */
record Hash(RedisConnection connection) {
    private static final byte[] DELETE = """
            if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then return redis.call('HDEL', KEYS[1], ARGV[1]) end
            return 0""".getBytes(StandardCharsets.US_ASCII);

    <T> T ask(Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> question) throws ClusterException {
        try {
            return Replies.await(question.apply(connection.commands()));
        } catch (RedisException e) {
            throw new ClusterException(ClusterException.Code.UNAVAILABLE, connection.description() + " does not answer: " + e.getMessage());
        }
    }

    /** Unless somebody has written another value. */
    void deleteIf(byte[] hash, byte[] field, byte[] value) throws ClusterException {
        this.<Long>ask(commands -> commands.eval(DELETE, ScriptOutputType.INTEGER, new byte[][] {hash}, field, value));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
