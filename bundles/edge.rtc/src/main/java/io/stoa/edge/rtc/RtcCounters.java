package io.stoa.edge.rtc;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/** How often each {@link RtcDrop} happened. Sockets have threads of their own, so unlike media's counters these have many writers. */
final class RtcCounters {
    private final AtomicLongArray counts = new AtomicLongArray(RtcDrop.values().length);

    void count(RtcDrop drop) {
        counts.incrementAndGet(drop.ordinal());
    }

    long get(RtcDrop drop) {
        return counts.get(drop.ordinal());
    }

    /** Those that happened at least once. */
    Map<RtcDrop, Long> nonZero() {
        Map<RtcDrop, Long> seen = new EnumMap<>(RtcDrop.class);
        for (RtcDrop drop : RtcDrop.values()) if (get(drop) != 0) seen.put(drop, get(drop));
        return seen;
    }
}
