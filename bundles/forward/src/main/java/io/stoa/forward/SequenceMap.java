package io.stoa.forward;

/**
 * Incoming indexes to outgoing ones: contiguous over packets that are dropped on purpose, with gaps where the network lost packets (so
 * that the subscriber can ask for them), and correct for packets that come late.
 */
final class SequenceMap {
    private static final int WINDOW = 1_024;

    private final long[] indexes = new long[WINDOW];
    private final long[] offsets = new long[WINDOW];
    private long first;
    /** Since this index no packet was left out: one offset holds for all. */
    private long steadySince;
    private long last = -1;
    private long offset;
    private long highestOut;

    SequenceMap(long startOut) {
        highestOut = startOut;
        java.util.Arrays.fill(indexes, -1);
    }

    long highestOut() {
        return highestOut;
    }

    long lastIn() {
        return last;
    }

    /** The next packet, this one, gets the next number; nothing before it will be translated. */
    void anchor(long index) {
        java.util.Arrays.fill(indexes, -1);
        first = steadySince = index;
        last = index - 1;
        offset = highestOut + 1 - index;
    }

    long steadySince() {
        return steadySince;
    }

    /**
     * Goes on as another map left off: {@code lastIndex} was sent as {@code lastOut}. What was lost before that may still come, and has
     * its number if one offset holds since then; else any number might be another packet's.
     */
    void resume(long steadyIndex, long lastIndex, long lastOut) {
        anchor(lastIndex + 1);
        highestOut = lastOut;
        offset = lastOut - lastIndex;
        first = steadySince = Math.clamp(steadyIndex, Math.max(0, lastIndex - WINDOW / 4), lastIndex + 1);
        for (long at = first; at <= lastIndex; at++) remember(at);
    }

    private void remember(long index) {
        int slot = (int) index & WINDOW - 1;
        indexes[slot] = index;
        offsets[slot] = offset;
    }

    boolean isBefore(long index) {
        return index < first;
    }

    /** @return -1 if the packet is too old to be translated or had been dropped */
    long translate(long index) {
        if (index > last) {
            for (long gap = Math.max(last + 1, index - WINDOW + 1); gap <= index; gap++) remember(gap);
            last = index;
            long out = index + offset;
            if (out > highestOut) highestOut = out;
            return out;
        }
        int slot = (int) index & WINDOW - 1;
        return indexes[slot] == index ? index + offsets[slot] : -1;
    }

    /** The packet is left out on purpose: later ones move up. A late one leaves the gap it has already made. */
    void drop(long index) {
        if (index <= last) return;
        for (long gap = Math.max(last + 1, index - WINDOW + 1); gap < index; gap++) remember(gap);
        indexes[(int) index & WINDOW - 1] = -1;
        last = index;
        steadySince = index + 1;
        offset--;
        highestOut = Math.max(highestOut, index + offset); // numbers of gaps are taken
    }
}
