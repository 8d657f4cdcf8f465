package io.stoa.base;

import java.util.EnumMap;
import java.util.Map;

/**
 * How often each {@link Drop} happened. One writer, the owner of the thing that is counted; other threads may read at any time and see
 * values that are at most a little old.
 */
public final class DropCounters {
    private final long[] counts = new long[Drop.values().length];

    public void count(Drop drop) {
        counts[drop.ordinal()]++;
    }

    public long get(Drop drop) {
        return counts[drop.ordinal()];
    }

    public long total() {
        long sum = 0;
        for (long count : counts) sum += count;
        return sum;
    }

    public void addTo(DropCounters sum) {
        for (int i = 0; i < counts.length; i++) sum.counts[i] += counts[i];
    }

    /** Those that happened at least once. */
    public Map<Drop, Long> nonZero() {
        Map<Drop, Long> seen = new EnumMap<>(Drop.class);
        for (Drop drop : Drop.values()) if (get(drop) != 0) seen.put(drop, get(drop));
        return seen;
    }

    @Override
    public String toString() {
        return nonZero().toString();
    }
}
