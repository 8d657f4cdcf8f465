/**
 * Numbers for operators, on their way from who counts to who shows them ({@code ops.metrics}).
 *
 * <p>Whoever counts registers a {@link io.stoa.metrics.MetricSource}; who shows asks all there are, at each scrape. Metrics are data:
 * nobody is called when something happens. Names, labels and units are Prometheus's; those that begin with {@code livekit_} mean what
 * LiveKit's server means by them (spec 12), all others are our own and begin with {@code stoa_}.
 *
 * <p>A number that nobody knows is not there: no zero stands for it. {@link io.stoa.metrics.CounterFamily} and
 * {@link io.stoa.metrics.HistogramFamily} are for what many threads count by labels, seldom enough for a look into a map; the packet path
 * has counters of its own.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
package io.stoa.metrics;
