package io.stoa.room.live;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What one signalling connection has asked and its room has not got to yet. A client can ask faster than a room answers; without an end
 * to this it could make the server keep any amount. Any thread.
 */
final class Backlog {
    static final int MAX_REQUESTS = 1_000;
    /** Four of the largest messages that are let in by default. */
    static final long MAX_BYTES = 8 << 20;

    private static final int COUNT_SHIFT = 48;
    private static final long ONE = 1L << COUNT_SHIFT;
    private static final long BYTES = ONE - 1;

    /** Requests in the upper 16 bits, bytes below. */
    private final AtomicLong waiting = new AtomicLong();

    /** @return false if it is one too many; one alone never is */
    boolean add(int bytes) {
        long now = waiting.addAndGet(ONE + bytes);
        if (now >>> COUNT_SHIFT == 1 || now >>> COUNT_SHIFT <= MAX_REQUESTS && (now & BYTES) <= MAX_BYTES) return true;
        remove(bytes);
        return false;
    }

    void remove(int bytes) {
        waiting.addAndGet(-(ONE + bytes));
    }
}
