package io.stoa.forward;

/**
 * Incoming indexes to outgoing ones: contiguous over packets that are dropped on purpose, with gaps where the network lost packets (so
 * that the subscriber can ask for them), and correct for packets that come late.
 *
 * <p>One bit per packet tells what was dropped: a late packet's offset is today's, plus what was dropped after it. So a map is two cache
 * lines, which matters when a packet goes through a thousand of them.
 */
final class SequenceMap {
    private static final int WINDOW = 1_024;

    private final long[] dropped = new long[WINDOW / Long.SIZE];
    private long first;
    /** Since this index no packet was left out: one offset holds for all. */
    private long steadySince;
    private long last = -1;
    private long offset;
    private long highestOut;

    SequenceMap(long startOut) {
        highestOut = startOut;
    }

    long highestOut() {
        return highestOut;
    }

    long lastIn() {
        return last;
    }

    /** The next packet, this one, gets the next number; nothing before it will be translated. */
    void anchor(long index) {
        java.util.Arrays.fill(dropped, 0);
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
    }

    private boolean isDropped(long index) {
        return (dropped[word(index)] >>> index & 1) != 0;
    }

    private static int word(long index) {
        return (int) (index >>> 6) & WINDOW / Long.SIZE - 1;
    }

    /** Forgets what the window leaves behind. */
    private void advance(long index) {
        if (index - last >= WINDOW) java.util.Arrays.fill(dropped, 0);
        else for (long at = last + 1; at <= index; at++) dropped[word(at)] &= ~(1L << at);
        last = index;
    }

    boolean isBefore(long index) {
        return index < first;
    }

    /** @return -1 if the packet is too old to be translated or had been dropped */
    long translate(long index) {
        if (index > last) {
            advance(index);
            long out = index + offset;
            if (out > highestOut) highestOut = out;
            return out;
        }
        if (index < first || index <= last - WINDOW || isDropped(index)) return -1;
        long out = index + offset;
        for (long at = index + 1; at <= last; at++) if (isDropped(at)) out++;
        return out;
    }

    /** The packet is left out on purpose: later ones move up. A late one leaves the gap it has already made. */
    void drop(long index) {
        if (index <= last) return;
        advance(index);
        dropped[word(index)] |= 1L << index;
        steadySince = index + 1;
        offset--;
        highestOut = Math.max(highestOut, index + offset); // numbers of gaps are taken
    }
}
