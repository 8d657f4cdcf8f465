package io.stoa.metrics;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Somebody who counts. A whiteboard: register a service. Several may report the same metric, for instance while one is replaced by
 * another: what has the same labels is added up.
 */
@ConsumerType
public interface MetricSource {
    /** As it is now. Any thread; may take some milliseconds. If it throws, this source is left out and reported. */
    List<Metric> metrics();
}
