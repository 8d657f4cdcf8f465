package io.stoa.bwe;

import io.stoa.base.Time;

/**
 * How much arrives, by the receiver's clock: rates over short windows, each weighed by how surprising it is, so that one burst does not
 * count as much as a change that stays.
 */
final class AcknowledgedRate {
    private static final long FIRST_WINDOW = 500 * Time.MILLI;
    private static final long WINDOW = 150 * Time.MILLI;
    private static final double SURPRISE = 10;
    private static final double DRIFT = 5;

    private boolean begun;
    private long windowBegan;
    private long last;
    private long bytes;
    private double kbps = -1;
    private double variance = 50;

    void arrived(long at, int size) {
        if (!begun) {
            begun = true;
            windowBegan = last = at;
            return; // what opens a window has no duration before it
        }
        if (at - last < 0) at = last;
        long window = kbps < 0 ? FIRST_WINDOW : WINDOW;
        bytes += size;
        last = at;
        long elapsed = at - windowBegan;
        if (elapsed < window) return;
        // After a pause the window is as long as the pause was: nobody sent, which says nothing of the path.
        if (elapsed <= 3 * window || kbps < 0) sample(bytes * 8e6 / elapsed);
        bytes = 0;
        windowBegan = at;
    }

    private void sample(double measured) {
        if (kbps < 0) {
            kbps = measured;
            return;
        }
        double off = SURPRISE * Math.abs(kbps - measured) / Math.max(1, kbps);
        double sampleVariance = off * off;
        double predicted = variance + DRIFT;
        kbps = (sampleVariance * kbps + predicted * measured) / (sampleVariance + predicted);
        variance = sampleVariance * predicted / (sampleVariance + predicted);
    }

    /** @return bits per second, 0 before it is known */
    double bps() {
        return Math.max(0, kbps) * 1_000;
    }
}
