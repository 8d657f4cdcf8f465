package io.stoa.ops.metrics;

import io.stoa.metrics.Metric;
import io.stoa.metrics.Metric.Buckets;
import io.stoa.metrics.Metric.Series;
import io.stoa.metrics.Metric.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prometheus's text format, which is what LiveKit's server answers whatever is asked for, or OpenMetrics. Names are the same in both:
 * LiveKit's counters that do not end in {@code _total}, which OpenMetrics wants, are of unknown type there.
 */
final class Exposition {
    private static final Logger LOG = LoggerFactory.getLogger(Exposition.class);
    private static final String TOTAL = "_total";

    /** How it is written. */
    enum Format {
        PROMETHEUS("text/plain; version=0.0.4; charset=utf-8"),
        OPEN_METRICS("application/openmetrics-text; version=1.0.0; charset=utf-8");

        final String contentType;

        Format(String contentType) {
            this.contentType = contentType;
        }

        /** @param accept the header, null if there is none */
        static Format accepted(String accept) {
            return accept != null && accept.contains("application/openmetrics-text") ? OPEN_METRICS : PROMETHEUS;
        }
    }

    private final Format format;
    private final Map<String, String> always;
    /** By name; the first one says kind and help. */
    private final Map<String, Metric> first = new TreeMap<>();
    private final Map<String, Map<Map<String, String>, Series>> series = new TreeMap<>();

    /** @param always labels of this node, for metrics of the server */
    Exposition(Format format, Map<String, String> always) {
        this.format = format;
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
            head(out, metric);
            for (Series one : all.values()) write(out, name, one);
        });
        if (format == Format.OPEN_METRICS) out.append("# EOF\n");
        return out.toString();
    }

    private void head(StringBuilder out, Metric metric) {
        String family = metric.name();
        String type = metric.kind().name().toLowerCase(Locale.ROOT);
        String help = metric.help().replace("\\", "\\\\").replace("\n", "\\n");
        if (format == Format.OPEN_METRICS) {
            help = help.replace("\"", "\\\"");
            if (metric.kind() == Metric.Kind.COUNTER && family.endsWith(TOTAL)) family = family.substring(0, family.length() - TOTAL.length());
            else if (metric.kind() == Metric.Kind.COUNTER) type = "unknown";
        }
        out.append("# HELP ").append(family).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(family).append(' ').append(type).append('\n');
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
                    upTo.put("le", i < buckets.bounds().size() ? bound(buckets.bounds().get(i)) : "+Inf");
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

    /** OpenMetrics wants a number with a point there. */
    private String bound(double value) {
        return format == Format.OPEN_METRICS ? Double.toString(value) : number(value);
    }

    static String number(double value) {
        if (value == Double.POSITIVE_INFINITY) return "+Inf";
        if (value == Double.NEGATIVE_INFINITY) return "-Inf";
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value) : Double.toString(value);
    }
}
