package io.stoa.bwe;

import io.stoa.base.Time;

/**
 * Whether a queue stands on the way that does not go when this sender sends less: somebody else keeps it filled, and who goes on making
 * room ends with nothing. A queue of one's own making is gone within seconds, as {@link RateControl} goes below what arrives.
 *
 * <p>Empty is what is nearest to the lowest delay of late, by a tenth of the range seen (Copa, NSDI 2018, section 2.2, which tells the same
 * two situations apart; more slowly here, as this control is slower).
 */
final class StandingQueue {
    private static final long WINDOW = Time.SECOND;
    /** A queue of 300 ms is gone after two if what is sent is 15 % below what arrives. Twice that, since what arrives is known late. */
    private static final int WINDOWS = 4;
    /** The queue of who grows until there is a loss, and halves, comes by being empty as well, but not for long. */
    private static final int EMPTIED = 3;
    /** Of the range; this one and the one before count. Two clocks that differ by 100 ppm are 4 ms apart by then, which is not yet a queue. */
    private static final long EPOCH = 20 * Time.SECOND;
    private static final long NEARLY_EMPTY = 10;
    /** As {@link DelayTrend}: less is none. */
    private static final long MIN_QUEUE = 5 * Time.MILLI;

    private boolean begun;
    private long epochBegan;
    private long lowest;
    private long highest;
    private long lowestBefore;
    private long highestBefore;
    private long windowBegan;
    private long lowestInWindow;
    /** Windows in a row in which it was empty; negative: in which it never was. */
    private int run;
    private boolean stands;

    /** A packet that arrived, in the order of sending. */
    void arrived(long sentAt, long arrivedAt) {
        long delay = arrivedAt - sentAt;
        if (!begun) begin(sentAt, delay);
        if (sentAt - windowBegan >= WINDOW) {
            judge();
            if (sentAt - windowBegan >= WINDOWS * WINDOW) run = 0; // nobody sent
            windowBegan = sentAt;
            lowestInWindow = delay;
        }
        if (sentAt - epochBegan >= EPOCH) {
            lowestBefore = lowest;
            highestBefore = highest;
            lowest = highest = delay;
            epochBegan = sentAt;
        }
        if (delay - lowestInWindow < 0) lowestInWindow = delay;
        if (delay - lowest < 0) lowest = delay;
        if (delay - highest > 0) highest = delay;
    }

    private void begin(long sentAt, long delay) {
        begun = true;
        epochBegan = windowBegan = sentAt;
        lowest = highest = lowestBefore = highestBefore = lowestInWindow = delay;
    }

    private void judge() {
        long base = lowest - lowestBefore < 0 ? lowest : lowestBefore;
        long top = highest - highestBefore > 0 ? highest : highestBefore;
        boolean emptied = lowestInWindow - base < Math.max(MIN_QUEUE, (top - base) / NEARLY_EMPTY);
        run = emptied ? Math.max(0, run) + 1 : Math.min(0, run) - 1;
        if (-run >= WINDOWS) stands = true;
        if (run >= EMPTIED) stands = false;
    }

    boolean stands() {
        return stands;
    }
}
