package io.stoa.ice;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** Consent checks (RFC 7675) not yet answered, over the selected flow, oldest first; the oldest make way for new ones. */
final class Consents {
    private static final int MAX = 8;
    /** No such check. */
    static final long UNKNOWN = Long.MIN_VALUE;

    private record Asked(byte[] transaction, long sentAt) {}

    private final Deque<Asked> open = new ArrayDeque<>();

    void add(byte[] transaction, long now) {
        if (open.size() == MAX) open.poll();
        open.add(new Asked(transaction, now));
    }

    /** @return when the check that this answers was sent, or {@link #UNKNOWN} */
    long sentAt(byte[] transaction) {
        for (Asked asked : open) if (Arrays.equals(transaction, asked.transaction)) return asked.sentAt;
        return UNKNOWN;
    }

    void clear() {
        open.clear();
    }
}
