package io.stoa.media.plane;

import io.stoa.base.DropCounters;

/** Filled by each loop in its turn. */
final class PlaneSums {
    int peers;
    int published;
    int subscribed;
    long packetsIn;
    long packetsOut;
    long bytesIn;
    long bytesOut;
    final DropCounters drops = new DropCounters();
}
