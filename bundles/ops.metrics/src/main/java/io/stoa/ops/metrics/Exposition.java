package io.stoa.ops.metrics;

import io.stoa.metrics.Metric;
import io.stoa.metrics.Metric.Buckets;
import io.stoa.metrics.Metric.Series;
import io.stoa.metrics.Metric.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prometheus's text format, version 0.0.4: what LiveKit's server answers whatever is asked for. (OpenMetrics wants counters to end in
 * {@code _total} and nothing else to; LiveKit's names do not keep to that.)
 */
final class Exposition {
    private static final Logger LOG = LoggerFactory.getLogger(Exposition.class);
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Map<String, String> always;
    /** By name; the first one says kind and help. */
    private final Map<String, Metric> first = new TreeMap<>();
    private final Map<String, Map<Map<String, String>, Series>> series = new TreeMap<>();

    /** @param always labels of this node, for metrics of the server */
    Exposition(Map<String, String> always) {
        this.always = always;
    }

    /** What has the same name and labels is added up. */
    void add(Metric metric) {
        Metric known = first.putIfAbsent(metric.name(), metric);
        if (known != null && known.kind() != metric.kind()) {
            LOG.error("metric {} is a {} and a {}: the latter is left out", metric.name(), known.kind(), metric.kind());
            return;
        }
        Map<Map<String, String>, Series> all = series.computeIfAbsent(metric.name(), name -> new LinkedHashMap<>());
        for (Series one : metric.series()) all.merge(one.labels(), one, Exposition::sum);
    }

    private static Series sum(Series a, Series b) {
        return switch (a) {
            case Value value when b instanceof Value more -> new Value(value.labels(), value.value() + more.value());
            case Buckets buckets when b instanceof Buckets more && buckets.bounds().equals(more.bounds()) -> sum(buckets, more);
            case Value value -> value;
            case Buckets buckets -> buckets;
        };
    }

    private static Buckets sum(Buckets a, Buckets b) {
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i < a.counts().size(); i++) counts.add(a.counts().get(i) + b.counts().get(i));
        return new Buckets(a.labels(), a.bounds(), counts, a.sum() + b.sum());
    }

    String text() {
        StringBuilder out = new StringBuilder(16_384);
        first.forEach((name, metric) -> {
            Map<Map<String, String>, Series> all = series.get(name);
            if (all.isEmpty()) return;
            out.append("# HELP ").append(name).append(' ').append(metric.help().replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
            out.append("# TYPE ").append(name).append(' ').append(metric.kind().name().toLowerCase(java.util.Locale.ROOT)).append('\n');
            for (Series one : all.values()) write(out, name, one);
        });
        return out.toString();
    }

    private void write(StringBuilder out, String name, Series one) {
        Map<String, String> labels = new LinkedHashMap<>(one.labels());
        if (name.startsWith("livekit_") || name.startsWith("stoa_")) labels.putAll(always);
        switch (one) {
            case Value value -> line(out, name, labels, value.value());
            case Buckets buckets -> {
                long sum = 0;
                for (int i = 0; i < buckets.counts().size(); i++) {
                    sum += buckets.counts().get(i);
                    Map<String, String> upTo = new LinkedHashMap<>(labels);
                    upTo.put("le", i < buckets.bounds().size() ? number(buckets.bounds().get(i)) : "+Inf");
                    line(out, name + "_bucket", upTo, sum);
                }
                line(out, name + "_sum", labels, buckets.sum());
                line(out, name + "_count", labels, sum);
            }
        }
    }

    private static void line(StringBuilder out, String name, Map<String, String> labels, double value) {
        out.append(name);
        if (!labels.isEmpty()) {
            out.append('{');
            String separator = "";
            for (var label : labels.entrySet()) {
                out.append(separator).append(label.getKey()).append("=\"").append(escaped(label.getValue())).append('"');
                separator = ",";
            }
            out.append('}');
        }
        out.append(' ').append(number(value)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    static String number(double value) {
        if (value == Double.POSITIVE_INFINITY) return "+Inf";
        if (value == Double.NEGATIVE_INFINITY) return "-Inf";
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value) : Double.toString(value);
    }
}
