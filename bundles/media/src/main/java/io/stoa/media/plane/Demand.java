package io.stoa.media.plane;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What was asked of a peer, and given to it to send, that its loop has not got to yet. A guest can ask its room, and let others send, faster
 * than a loop works. Any thread.
 */
final class Demand {
    /** What belongs to the peer's own negotiation and tracks; nobody gets there by mistake. */
    static final int MAX_TASKS = 20_000;
    /** As much as an association may have unsent. */
    static final long MAX_BYTES = 16 << 20;
    /** What a small message costs beside its bytes, which it shares with other receivers. */
    static final int MESSAGE_COST = 200;

    private final AtomicInteger tasks = new AtomicInteger();
    private final AtomicBoolean ending = new AtomicBoolean();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    /** @return false if it is one task too many */
    boolean asks() {
        if (tasks.incrementAndGet() <= MAX_TASKS) return true;
        tasks.decrementAndGet();
        return false;
    }

    void served() {
        tasks.decrementAndGet();
    }

    /** What was refused leaves the peer in no state to go on. @return true the first time */
    boolean ends() {
        return ending.compareAndSet(false, true);
    }

    /** @return false if there is no room for the message */
    boolean gives(int length) {
        if (bytes.addAndGet(length + MESSAGE_COST) <= MAX_BYTES) return true;
        bytes.addAndGet(-(length + MESSAGE_COST));
        refused.incrementAndGet();
        return false;
    }

    /** @return how many messages were refused since the last time */
    long taken(int length) {
        bytes.addAndGet(-(length + MESSAGE_COST));
        return refused.get() == 0 ? 0 : refused.getAndSet(0);
    }
}
