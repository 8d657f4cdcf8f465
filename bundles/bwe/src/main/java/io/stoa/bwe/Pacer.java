package io.stoa.bwe;

import io.stoa.base.Time;

/**
 * Whether a packet may leave now: the path is thought of as a line of a certain rate that is free again some time after each packet. A
 * short burst may pass; who sends less than the rate never waits. Knows sizes and times; the queue is the caller's.
 */
public final class Pacer {
    /** So far ahead of the line packets may leave at once. */
    static final long BURST = 10 * Time.MILLI;

    private static final int FRACTION = 16;

    /** Per byte, with {@link #FRACTION} binary digits; 0: no limit. */
    private long nanosPerByte;
    private long freeAt;

    /** @param bps 0: everything passes */
    public void rate(long now, long bps) {
        if (nanosPerByte == 0 || freeAt - now < 0) freeAt = now;
        nanosPerByte = bps == 0 ? 0 : Math.max(1, (8 * Time.SECOND << FRACTION) / bps);
    }

    /** Whether a packet may leave; if so it is {@link #spend spent}. */
    public boolean pass(long now, int bytes) {
        if (nanosPerByte == 0) return true;
        if (freeAt - now > BURST) return false;
        spend(now, bytes);
        return true;
    }

    /** A packet leaves that does not wait. */
    public void spend(long now, int bytes) {
        if (nanosPerByte == 0) return;
        if (freeAt - now < 0) freeAt = now;
        freeAt += bytes * nanosPerByte >> FRACTION;
    }

    /** When the next packet may leave. */
    public long nextPass(long now) {
        return nanosPerByte == 0 || freeAt - now <= BURST ? now : freeAt - BURST;
    }
}
