package io.stoa.media.plane;

import io.stoa.media.TrackPreference;

/**
 * The ways in which a track can be sent to one subscriber, from the cheapest to the best: the lowest spatial layer by its temporal
 * layers, then whole spatial layers. And where on it the track is. Reused.
 */
final class Ladder {
    private static final int MAX_RUNGS = LoopTrack.LAYERS + LayerRates.TEMPORALS;
    /** Below the first rung: nothing is sent. */
    static final int OFF = -1;

    private final int[] spatial = new int[MAX_RUNGS];
    private final int[] temporal = new int[MAX_RUNGS];
    private final long[] bps = new long[MAX_RUNGS];
    private int rungs;
    private int whole;
    int priority;
    /** Nothing was decided about the track before. */
    boolean fresh;
    /** Where the track is by what it was granted last. */
    int current = OFF;
    /** Where it shall be. */
    int next = OFF;

    /**
     * @param grantedSpatial what it was granted last
     * @param off nothing
     */
    void set(LayerRates rates, int liveMask, TrackPreference wish, int grantedSpatial, int grantedTemporal, boolean off) {
        rungs = 0;
        priority = wish.priority();
        int lowest = liveMask == 0 ? 0 : Integer.numberOfTrailingZeros(liveMask);
        for (int t = 0; t < Math.min(wish.maxTemporal(), LayerRates.TEMPORALS - 1); t++)
            if (rates.uses(lowest, t) && higherThan(rates, lowest, t, wish.maxTemporal())) add(lowest, t, rates.bps(lowest, t));
        whole = rungs;
        add(lowest, wish.maxTemporal(), rates.bps(lowest, wish.maxTemporal()));
        for (int layer = lowest + 1; layer <= Math.min(wish.maxSpatial(), LoopTrack.LAYERS - 1); layer++)
            if ((liveMask >> layer & 1) != 0) add(layer, wish.maxTemporal(), rates.bps(layer, wish.maxTemporal()));
        current = OFF;
        if (!off) for (int i = 0; i < rungs; i++) if (spatial[i] < grantedSpatial || spatial[i] == grantedSpatial && temporal[i] <= grantedTemporal || i == 0) current = i;
    }

    private static boolean higherThan(LayerRates rates, int layer, int t, int maxTemporal) {
        for (int higher = t + 1; higher <= maxTemporal; higher++) if (rates.uses(layer, higher)) return true;
        return false;
    }

    private void add(int s, int t, long cost) {
        spatial[rungs] = s;
        temporal[rungs] = t;
        bps[rungs] = rungs == 0 ? cost : Math.max(cost, bps[rungs - 1]); // a still picture may be cheaper in full size
        rungs++;
    }

    int rungs() {
        return rungs;
    }

    /** The rung of the lowest spatial layer in full motion. */
    int whole() {
        return whole;
    }

    int spatial(int rung) {
        return spatial[rung];
    }

    int temporal(int rung) {
        return temporal[rung];
    }

    long bps(int rung) {
        return rung == OFF ? 0 : bps[rung];
    }

    /** What one rung more costs. */
    long step(int rung) {
        return bps(rung + 1) - bps(rung);
    }
}
