/**
 * Metrics for Prometheus (spec 12) on a port of their own, {@code prometheus.port}; without one nothing listens.
 *
 * <p>{@link io.stoa.ops.metrics.MetricsServer} asks every {@link io.stoa.metrics.MetricSource} when somebody asks it, and writes what they
 * say in Prometheus's text format ({@link io.stoa.ops.metrics.Exposition}): the names, types and labels are LiveKit's, so that dashboards
 * go on working. A source that fails is left out and reported once. What the process and the framework say of themselves comes from
 * {@link io.stoa.ops.metrics.ProcessSource} and {@link io.stoa.ops.metrics.BundleSource}. What is not exported, and why, is in
 * {@code docs/metrics.md}.
 *
 * <p>Every path answers, as with LiveKit. Two scrapes at a time are served, further ones are told 503. Threads are virtual ones, of the
 * requests; the packet path is not touched.
 */
package io.stoa.ops.metrics;
