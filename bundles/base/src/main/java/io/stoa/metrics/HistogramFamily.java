package io.stoa.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.stream.IntStream;

/** A histogram for each set of label values. Any thread. */
public final class HistogramFamily {
    private final String name;
    private final String help;
    private final List<Double> bounds;
    private final LabelSets<Counts> counts;

    private static final class Counts {
        final AtomicLongArray buckets;
        final DoubleAdder sum = new DoubleAdder();

        Counts(int bounds) {
            buckets = new AtomicLongArray(bounds + 1);
        }
    }

    /** @param bounds upper ends, ascending */
    public HistogramFamily(String name, String help, List<Double> bounds, String... labels) {
        this.name = name;
        this.help = help;
        this.bounds = List.copyOf(bounds);
        counts = new LabelSets<>(List.of(labels), () -> new Counts(bounds.size()));
    }

    /** Bounds that grow by the same factor each, as LiveKit spaces them. */
    public static List<Double> exponential(double first, double last, int count) {
        double factor = Math.pow(last / first, 1.0 / (count - 1));
        return IntStream.range(0, count).mapToObj(i -> first * Math.pow(factor, i)).toList();
    }

    /** @param labels their values, in the order of their names */
    public void observe(double value, String... labels) {
        Counts of = counts.of(labels);
        int at = 0;
        while (at < bounds.size() && value > bounds.get(at)) at++;
        of.buckets.incrementAndGet(at);
        of.sum.add(value);
    }

    public Metric metric() {
        List<Metric.Series> series = new ArrayList<>();
        counts.all().forEach((labels, of) -> {
            List<Long> buckets = IntStream.range(0, bounds.size() + 1).mapToObj(of.buckets::get).toList();
            series.add(new Metric.Buckets(labels, bounds, buckets, of.sum.sum()));
        });
        return new Metric(name, Metric.Kind.HISTOGRAM, help, series);
    }
}
