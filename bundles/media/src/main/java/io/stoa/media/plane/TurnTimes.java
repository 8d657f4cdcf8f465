package io.stoa.media.plane;

import io.stoa.metrics.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How long turns of loops have taken, from the look at the clock to the end. Only the loop writes. */
final class TurnTimes {
    private static final long[] BOUNDS = {100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 100_000_000};

    private final long[] counts = new long[BOUNDS.length + 1];
    private long sumNanos;

    void took(long nanos) {
        int at = 0;
        while (at < BOUNDS.length && nanos > BOUNDS[at]) at++;
        counts[at]++;
        sumNanos += nanos;
    }

    void add(TurnTimes other) {
        for (int i = 0; i < counts.length; i++) counts[i] += other.counts[i];
        sumNanos += other.sumNanos;
    }

    Metric metric(String name, String help) {
        List<Double> bounds = new ArrayList<>();
        for (long bound : BOUNDS) bounds.add(bound / 1e9);
        List<Long> all = new ArrayList<>();
        for (long count : counts) all.add(count);
        return new Metric(name, Metric.Kind.HISTOGRAM, help, List.of(new Metric.Buckets(Map.of(), bounds, all, sumNanos / 1e9)));
    }
}
