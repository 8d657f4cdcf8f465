package io.stoa.ops.metrics;

import io.stoa.metrics.CounterFamily;
import io.stoa.metrics.Metric;
import io.stoa.metrics.MetricSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;

/** Which bundles of ours there are, in which state, and how often they have started and been updated since these metrics began. */
final class BundleSource implements MetricSource, BundleListener {
    private final BundleContext context;
    private final CounterFamily changes = new CounterFamily("stoa_bundle_changes_total", "Starts, stops and updates of bundles since metrics began.", "bundle", "change");

    BundleSource(BundleContext context) {
        this.context = context;
        context.addBundleListener(this);
    }

    void close() {
        context.removeBundleListener(this);
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        String change = switch (event.getType()) {
            case BundleEvent.STARTED -> "started";
            case BundleEvent.STOPPED -> "stopped";
            case BundleEvent.UPDATED -> "updated";
            default -> null;
        };
        if (change != null && ours(event.getBundle())) changes.count(event.getBundle().getSymbolicName(), change);
    }

    private static boolean ours(Bundle bundle) {
        return bundle.getSymbolicName() != null && bundle.getSymbolicName().startsWith("io.stoa.");
    }

    @Override
    public List<Metric> metrics() {
        List<Metric.Series> states = new ArrayList<>();
        for (Bundle bundle : context.getBundles())
            if (ours(bundle))
                states.add(new Metric.Value(Map.of("bundle", bundle.getSymbolicName(), "version", bundle.getVersion().toString(), "state", state(bundle)), 1));
        return List.of(new Metric("stoa_bundle_state", Metric.Kind.GAUGE, "1 for the state that a bundle is in.", states), changes.metric());
    }

    private static String state(Bundle bundle) {
        return switch (bundle.getState()) {
            case Bundle.ACTIVE -> "active";
            case Bundle.STARTING -> "starting";
            case Bundle.STOPPING -> "stopping";
            case Bundle.RESOLVED -> "resolved";
            case Bundle.INSTALLED -> "installed";
            default -> "uninstalled";
        };
    }
}
