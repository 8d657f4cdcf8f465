package io.stoa.media.plane;

import io.stoa.base.DropCounters;
import io.stoa.peer.FeedbackCounts;

/** Filled by each loop in its turn. */
final class PlaneSums {
    int peers;
    int published;
    int subscribed;
    final Traffic traffic = new Traffic();
    final FeedbackCounts feedback = new FeedbackCounts();
    final TurnTimes turns = new TurnTimes();
    final DropCounters drops = new DropCounters();
}
