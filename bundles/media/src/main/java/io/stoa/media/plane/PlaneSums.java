package io.stoa.media.plane;

import io.stoa.base.DropCounters;

/** Filled by each loop in its turn. */
final class PlaneSums {
    int peers;
    int published;
    int subscribed;
    final Traffic traffic = new Traffic();
    final DropCounters drops = new DropCounters();
}
