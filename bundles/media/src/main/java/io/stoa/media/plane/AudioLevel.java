package io.stoa.media.plane;

import io.stoa.base.Time;

/**
 * Loudness of an audio track from the levels its packets carry (RFC 6464), over windows of 400 ms (spec 6.10): active if enough of the
 * window was loud enough. One writer, the loop; any thread may read {@link #value}.
 */
final class AudioLevel {
    static final long WINDOW = 400 * Time.MILLI;
    private static final int ACTIVE_LEVEL = 35;
    private static final double MIN_SHARE = 0.4;
    private static final double SMOOTHING = 2.0 / 3;

    private int packets;
    private int active;
    private int loudest = 127;
    private long windowEnd;
    private double smoothed;
    private volatile double value;

    /** @param level 0 (loudest) to 127 dBov below */
    void packet(int level) {
        packets++;
        if (level > ACTIVE_LEVEL) return;
        active++;
        loudest = Math.min(loudest, level);
    }

    void tick(long now) {
        if (windowEnd != 0 && now - windowEnd < 0) return;
        windowEnd = now + WINDOW;
        // A track that was silent (DTX) sends few packets: the share is taken of what a window would hold.
        double share = (double) active / Math.max(packets, WINDOW / (20 * Time.MILLI));
        double level = share >= MIN_SHARE ? Math.pow(10, -(loudest - 20 * Math.log10(share)) / 20) : 0;
        smoothed += (level - smoothed) * SMOOTHING;
        if (smoothed < 0.001) smoothed = 0;
        value = Math.min(1, smoothed);
        packets = active = 0;
        loudest = 127;
    }

    double value() {
        return value;
    }
}
