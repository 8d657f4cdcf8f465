package io.stoa.media.plane;

import io.stoa.base.Time;

/** How many bits the layers of a published track take, each spatial one by its temporal ones, over the last two seconds. */
final class LayerRates {
    static final int TEMPORALS = 4;
    private static final int CELLS = LoopTrack.LAYERS * TEMPORALS;
    /** One per tick of the loop. */
    private static final int BUCKETS = 20;
    /** A layer that has just begun is not judged by its key frame alone. */
    private static final long MIN_WINDOW = 500 * Time.MILLI;

    private final int[] bytes = new int[CELLS];
    private final int[][] buckets = new int[BUCKETS][CELLS];
    private final long[] began = new long[BUCKETS];
    private final long[] sums = new long[CELLS];
    private final long[] bps = new long[CELLS];
    private final long[] firstAt = new long[CELLS];
    private int turn;
    private boolean begun;

    /** Per packet: an addition. */
    void add(int layer, int temporal, int length) {
        bytes[layer * TEMPORALS + temporal] += length;
    }

    /** Every 100 ms or so. */
    void tick(long now) {
        if (!begun) java.util.Arrays.fill(began, now);
        begun = true;
        int[] bucket = buckets[turn];
        long window = now - began[turn];
        for (int cell = 0; cell < CELLS; cell++) {
            sums[cell] += bytes[cell] - bucket[cell];
            bucket[cell] = bytes[cell];
            bytes[cell] = 0;
            if (sums[cell] == 0) firstAt[cell] = now;
            long since = Math.max(MIN_WINDOW, Math.min(window, now - firstAt[cell] + 100 * Time.MILLI));
            bps[cell] = sums[cell] * 8 * Time.SECOND / since;
        }
        began[turn] = now;
        turn = (turn + 1) % BUCKETS;
    }

    /** Of a spatial layer up to a temporal one. */
    long bps(int layer, int temporal) {
        long sum = 0;
        for (int t = 0; t <= Math.min(temporal, TEMPORALS - 1); t++) sum += bps[layer * TEMPORALS + t];
        return sum;
    }

    boolean uses(int layer, int temporal) {
        return sums[layer * TEMPORALS + temporal] > 0;
    }
}
