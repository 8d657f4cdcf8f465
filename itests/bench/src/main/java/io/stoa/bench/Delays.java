package io.stoa.bench;

import java.util.Arrays;

/** Samples of how long packets were on their way. */
final class Delays {
    private long[] nanos = new long[4_096];
    private int size;

    void add(long sample) {
        if (size == nanos.length) nanos = Arrays.copyOf(nanos, size * 2);
        nanos[size++] = sample;
    }

    void clear() {
        size = 0;
    }

    /** @return microseconds, NaN without samples */
    double micros(double quantile) {
        if (size == 0) return Double.NaN;
        long[] sorted = Arrays.copyOf(nanos, size);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(size - 1L, (long) (quantile * size))] / 1e3;
    }
}
