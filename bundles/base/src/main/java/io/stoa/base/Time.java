package io.stoa.base;

/** Arithmetic on monotonic nanoseconds, which may be negative and may wrap: compare by subtraction only. */
public final class Time {
    /** The {@code nextWake()} of a machine that waits for nothing. Always later than any real deadline. */
    public static final long NEVER = Long.MAX_VALUE;

    public static final long MICRO = 1_000;
    public static final long MILLI = 1_000_000;
    public static final long SECOND = 1_000_000_000;

    private Time() {}

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
