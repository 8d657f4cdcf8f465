package io.stoa.ops.metrics;

import io.stoa.metrics.Metric;
import io.stoa.metrics.MetricSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks everybody who counts. */
final class Scrape {
    private static final Logger LOG = LoggerFactory.getLogger(Scrape.class);

    private final Supplier<List<MetricSource>> sources;
    private final Supplier<Map<String, String>> always;
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    Scrape(Supplier<List<MetricSource>> sources, Supplier<Map<String, String>> always) {
        this.sources = sources;
        this.always = always;
    }

    String text(Exposition.Format format) {
        Exposition exposition = new Exposition(format, always.get());
        for (MetricSource source : sources.get()) {
            String name = source.getClass().getName();
            try {
                List<Metric> metrics = source.metrics();
                metrics.forEach(exposition::add);
                failing.remove(name);
            } catch (RuntimeException e) {
                if (failing.add(name)) LOG.error("{} cannot say what it counts, and is left out until it can", name, e);
            }
        }
        exposition.add(Metric.gauge("stoa_metric_sources_failing", "Sources of metrics that are left out because they fail.", Map.of(), failing.size()));
        return exposition.text();
    }
}
