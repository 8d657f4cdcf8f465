package io.stoa.base;

/** Arithmetic on monotonic nanoseconds, which may be negative and may wrap: compare by subtraction only. */
public final class Time {
    /** The {@code nextWake()} of a machine that waits for nothing. Always later than any real deadline. */
    public static final long NEVER = Long.MAX_VALUE;

    public static final long MICRO = 1_000;
    public static final long MILLI = 1_000_000;
    public static final long SECOND = 1_000_000_000;

    private Time() {}

    private static final long BEAT = 50 * MILLI;

    /**
     * The latest beat, of 20 per second, that is not after {@code deadline}. For what is done every few seconds for each of thousands of
     * connections and may be done a little earlier: together they wake a loop 20 times a second, not a thousand times.
     */
    public static long onBeat(long deadline) {
        return deadline == NEVER ? NEVER : deadline - Math.floorMod(deadline, BEAT);
    }

    /** Whether {@code deadline} has come; {@link #NEVER} never comes. */
    public static boolean due(long deadline, long now) {
        return deadline != NEVER && deadline - now <= 0;
    }

    /** The earlier of two deadlines, either of which may be {@link #NEVER}. */
    public static long earlier(long a, long b) {
        if (a == NEVER) return b;
        if (b == NEVER) return a;
        return a - b <= 0 ? a : b;
    }
}
