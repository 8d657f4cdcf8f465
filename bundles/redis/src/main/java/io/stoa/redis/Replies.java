package io.stoa.redis;

import io.lettuce.core.RedisCommandInterruptedException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** Waits for replies, on virtual threads. */
public final class Replies {
    private Replies() {}

    /** @throws RedisException whatever went wrong: Redis is away, did not answer in time, or refused the command */
    public static <T> T await(CompletionStage<T> reply) {
        try {
            return reply.toCompletableFuture().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisCommandInterruptedException(e);
        } catch (CancellationException e) {
            throw new RedisConnectionException("the connection to Redis ended before the reply", e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    /** What a reply completed with, as the exception that {@link #await} would throw. */
    public static RedisException failure(Throwable cause) {
        Throwable inner = cause instanceof java.util.concurrent.CompletionException && cause.getCause() != null ? cause.getCause() : cause;
        if (inner instanceof CancellationException) return new RedisConnectionException("the connection to Redis ended before the reply", inner);
        return inner instanceof RedisException failure ? failure : new RedisException(inner);
    }
}
