package io.stoa.store.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.stoa.redis.RedisConnection;
import io.stoa.redis.Replies;
import io.stoa.store.StoreException;
import io.stoa.store.records.Gate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Questions to Redis, by those who are allowed to ask; what Redis does not answer is the store's failure. */
final class Conversation {
    private final RedisConnection redis;
    private final Gate gate;

    interface Question<T> extends Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<? extends T>> {}

    Conversation(RedisConnection redis, Gate gate) {
        this.redis = redis;
        this.gate = gate;
    }

    /** For those who may always ask. */
    static Conversation with(RedisConnection redis) {
        return new Conversation(redis, new Gate(RedisStores.NAME));
    }

    <T> T ask(Question<T> question) throws StoreException {
        return gate.within(() -> {
            try {
                return Replies.await(question.apply(redis.commands()));
            } catch (RedisException e) {
                throw failure(e);
            }
        });
    }

    /** In one go. All are done, even if one fails. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    final <T> List<T> askAll(Question<T>... questions) throws StoreException {
        return askAll(Arrays.asList(questions));
    }

    <T> List<T> askAll(List<Question<T>> questions) throws StoreException {
        return gate.within(() -> {
            try {
                RedisClusterAsyncCommands<byte[], byte[]> commands = redis.commands();
                List<CompletionStage<? extends T>> replies = new ArrayList<>();
                for (Question<T> question : questions) replies.add(question.apply(commands));
                List<T> answers = new ArrayList<>();
                for (CompletionStage<? extends T> reply : replies) answers.add(Replies.await(reply));
                return answers;
            } catch (RedisException e) {
                throw failure(e);
            }
        });
    }

    /** @return what the script returns, a whole number */
    long run(String script, List<String> keys, byte[]... arguments) throws StoreException {
        byte[][] all = keys.stream().map(Conversation::bytes).toArray(byte[][]::new);
        return this.<Long>ask(commands -> commands.eval(script, ScriptOutputType.INTEGER, all, arguments));
    }

    private StoreException failure(RedisException e) {
        return new StoreException("the store in Redis (" + redis.description() + ") does not answer: " + e.getMessage(), e);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
