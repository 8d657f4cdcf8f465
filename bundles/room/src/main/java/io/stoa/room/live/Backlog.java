package io.stoa.room.live;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What a client has sent and its room has not got to yet: requests of a signalling connection, or data packets. A client can send faster
 * than a room works; without an end to this it could make the server keep any amount. Any thread.
 */
final class Backlog {
    static final int MAX_REQUESTS = 1_000;
    /** Four of the largest messages that are let in by default. */
    static final long MAX_BYTES = 8 << 20;

    /** Of data packets; as much as may wait for one receiver. */
    static final int MAX_PACKETS = 10_000;

    static final long MAX_PACKET_BYTES = 16 << 20;

    private static final int COUNT_SHIFT = 48;
    private static final long ONE = 1L << COUNT_SHIFT;
    private static final long BYTES = ONE - 1;

    private final int most;
    private final long mostBytes;
    /** How many in the upper 16 bits, bytes below. */
    private final AtomicLong waiting = new AtomicLong();

    private Backlog(int most, long mostBytes) {
        this.most = most;
        this.mostBytes = mostBytes;
    }

    static Backlog ofRequests() {
        return new Backlog(MAX_REQUESTS, MAX_BYTES);
    }

    static Backlog ofPackets() {
        return new Backlog(MAX_PACKETS, MAX_PACKET_BYTES);
    }

    /** @return false if it is one too many; one alone never is */
    boolean add(int bytes) {
        long now = waiting.addAndGet(ONE + bytes);
        if (now >>> COUNT_SHIFT == 1 || now >>> COUNT_SHIFT <= most && (now & BYTES) <= mostBytes) return true;
        remove(bytes);
        return false;
    }

    void remove(int bytes) {
        waiting.addAndGet(-(ONE + bytes));
    }
}
