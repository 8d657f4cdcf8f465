package io.stoa.metrics;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** A counter for each set of label values. Any thread. */
public final class CounterFamily {
    private final String name;
    private final String help;
    private final LabelSets<LongAdder> counts;

    public CounterFamily(String name, String help, String... labels) {
        this.name = name;
        this.help = help;
        counts = new LabelSets<>(List.of(labels), LongAdder::new);
    }

    /** @param labels their values, in the order of their names */
    public void count(String... labels) {
        counts.of(labels).increment();
    }

    public long get(String... labels) {
        return counts.of(labels).sum();
    }

    public Metric metric() {
        return new Metric(name, Metric.Kind.COUNTER, help, counts.all().entrySet().stream()
                .<Metric.Series>map(one -> new Metric.Value(one.getKey(), one.getValue().sum()))
                .toList());
    }
}
