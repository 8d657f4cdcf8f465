package io.stoa.bwe;

import io.stoa.base.Time;

/**
 * The rate that the losses allow. Much loss lowers it (draft-ietf-rmcat-gcc-02 section 6), but only as far as the loss follows the rate:
 * a path that loses as much at half the rate loses by itself, and going further down would help nobody.
 */
final class LossBound {
    private static final long WINDOW = 500 * Time.MILLI;
    private static final int MIN_PACKETS = 20;
    private static final double MUCH = 0.10;
    private static final double LITTLE = 0.02;
    private static final double UP_PER_SECOND = 1.15;
    private static final double MAX_INHERENT = 0.3;

    private double bound = Double.POSITIVE_INFINITY;
    private long windowBegan = Time.NEVER;
    private int lost;
    private int packets;
    /** Share that the path loses whatever the rate. */
    private double inherent;
    /** Of the episode that is under way: where it began, and how much was lost there. */
    private double episodeRate;
    private double episodeLoss;

    double bps() {
        return bound;
    }

    double inherent() {
        return inherent;
    }

    void lost() {
        lost++;
        packets++;
    }

    void arrived() {
        packets++;
    }

    /** Told lost before, and came nevertheless. */
    void cameLate() {
        if (lost > 0) lost--;
    }

    /**
     * @param rate that all other bounds allow, in bits per second
     * @param acknowledged what really arrives, 0 if unknown
     */
    void update(long now, double rate, double acknowledged) {
        if (windowBegan == Time.NEVER) windowBegan = now;
        if (now - windowBegan < WINDOW || packets < MIN_PACKETS) return;
        double loss = (double) lost / packets;
        double seconds = Math.min(2, (now - windowBegan) / 1e9);
        lost = packets = 0;
        windowBegan = now;
        double used = Math.min(rate, bound);
        if (acknowledged > 0 && loss < 1) used = Math.min(used, acknowledged / (1 - loss));
        inherent = Math.min(inherent, inherent + 0.2 * (loss - inherent));
        double excess = Math.max(0, loss - inherent * 1.3 - (inherent > 0 ? 0.02 : 0));
        if (excess > MUCH) decrease(used, loss, excess);
        else if (excess < LITTLE) increase(rate, seconds);
    }

    /** A probe has come through at that rate. */
    void carried(double rate) {
        if (bound < rate) bound = rate;
    }

    private void decrease(double used, double loss, double excess) {
        if (episodeRate == 0 || used > episodeRate) {
            episodeRate = used;
            episodeLoss = loss;
        } else if (used < 0.7 * episodeRate) {
            // Were it all for lack of room, less would be lost now.
            double expected = Math.max(0, 1 - (1 - episodeLoss) * episodeRate / used);
            if (loss > (expected + episodeLoss) / 2) inherent = Math.min(MAX_INHERENT, loss);
            episodeRate = used;
            episodeLoss = loss;
            if (inherent > 0) return;
        }
        bound = used * (1 - 0.5 * excess);
    }

    private void increase(double rate, double seconds) {
        if (bound == Double.POSITIVE_INFINITY) return;
        bound *= Math.pow(UP_PER_SECOND, seconds);
        if (bound < rate) return;
        bound = Double.POSITIVE_INFINITY;
        episodeRate = 0;
    }
}
