package io.stoa.metrics;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One metric with all its series.
 *
 * @param name in Prometheus's spelling, as it is exported; counters may end in {@code _total} or not
 */
public record Metric(String name, Kind kind, String help, List<Series> series) {
    /** What its numbers are. */
    public enum Kind {
        /** Only grows, and begins anew with who counts. */
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    /** One row of numbers, told from the others by its labels. */
    @ProviderType
    public sealed interface Series {
        Map<String, String> labels();
    }

    /** Of a counter or a gauge. */
    public record Value(Map<String, String> labels, double value) implements Series {}

    /**
     * Of a histogram.
     *
     * @param bounds upper ends, ascending, without infinity
     * @param counts of values up to each bound and above the one before; one more for those above all
     */
    public record Buckets(Map<String, String> labels, List<Double> bounds, List<Long> counts, double sum) implements Series {
        public Buckets {
            if (counts.size() != bounds.size() + 1) throw new IllegalArgumentException("a histogram needs a count for each bound and one more");
        }
    }

    public static Metric counter(String name, String help, Map<String, String> labels, double value) {
        return new Metric(name, Kind.COUNTER, help, List.of(new Value(labels, value)));
    }

    public static Metric gauge(String name, String help, Map<String, String> labels, double value) {
        return new Metric(name, Kind.GAUGE, help, List.of(new Value(labels, value)));
    }
}
