package io.stoa.auth;

import org.osgi.annotation.versioning.ConsumerType;

/** Who may read the metrics. A whiteboard of one: the service of the highest ranking counts; without one nobody may. Any thread. */
@ConsumerType
public interface MetricsAccess {
    /** @param authorization the header of the request (RFC 7617), null if there is none */
    boolean permits(String authorization);
}
