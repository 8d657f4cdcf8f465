package io.stoa.store.redis;

import static io.stoa.store.redis.Conversation.bytes;

import io.lettuce.core.SetArgs;
import io.stoa.store.StoreException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A Redis that comes back empty knows of no room until the nodes, each as it comes back, have told theirs. Until then an empty answer would
 * be a wrong one. Who finds it empty says so to the others, in a key that falls by itself.
 */
final class Settling {
    private static final byte[] KEY = bytes("stoa_settling");
    /** Longer than nodes wait between two attempts to connect. */
    private static final Duration LONGEST = Duration.ofSeconds(8);

    private volatile boolean begun;
    private volatile long until = System.nanoTime();

    /** Whatever is there is not to be relied on from now on. */
    void begin() {
        begun = true;
    }

    /** @param empty whether nothing is there */
    void ask(Conversation redis, boolean empty) throws StoreException {
        if (empty) redis.ask(commands -> commands.set(KEY, bytes("1"), SetArgs.Builder.nx().px(LONGEST)));
        long millis = redis.<Long>ask(commands -> commands.pttl(KEY));
        if (millis > 0) until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** @throws StoreException if what is not found may be there all the same */
    void require() throws StoreException {
        if (begun) throw new StoreException("Redis is away, or has just come back: what it has kept is not known yet");
        if (until - System.nanoTime() > 0) throw new StoreException("Redis has come back, and nodes are telling it what they have");
    }
}
