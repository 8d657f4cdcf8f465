package io.stoa.media.plane;

import io.stoa.base.Time;

/**
 * How late a loop came to its deadlines: what it, the collector, the compiler or the system did instead is a pause for all media of the loop.
 * Timers of hundreds of connections are as good as a clock. The loop writes, anybody reads.
 */
final class Lateness {
    /** A pause that somebody could notice. */
    static final long LONG = 5 * Time.MILLI;

    private static final long WINDOW = 30 * Time.SECOND;

    private volatile long longest;
    private volatile long longestBefore;
    private volatile long longOnes;
    private long windowEnds = Time.NEVER;

    /** @param due the deadline, {@link Time#NEVER} if there was none */
    void observe(long now, long due) {
        if (!Time.due(due, now)) return;
        if (windowEnds == Time.NEVER || Time.due(windowEnds, now)) {
            windowEnds = now + WINDOW;
            longestBefore = longest;
            longest = 0;
        }
        long late = now - due;
        if (late > longest) longest = late;
        if (late > LONG) longOnes = longOnes + 1;
    }

    /** In the last 30 to 60 s in which there were deadlines, nanoseconds. */
    long longest() {
        return Math.max(longest, longestBefore);
    }

    /** Those of more than {@link #LONG}, since the beginning. */
    long longOnes() {
        return longOnes;
    }
}
