package io.stoa.bench;

import io.stoa.base.Time;
import java.util.LinkedHashMap;
import java.util.Map;

/** What all receiving connections have counted. Belongs to the loop. */
final class LoadTotals {
    final Delays delays = new Delays();
    final Map<String, Integer> failures = new LinkedHashMap<>();
    private long arrivedAt = Time.NEVER;
    private long longestGap;
    long packets;
    long bytes;
    long reports;
    long verified;
    /** Packets that could not be decrypted, or did not carry what was sent. */
    long unverified;
    long keyFrames;
    long nacks;
    long repaired;
    long unsent;
    long oddities;
    int connected;
    String profile = "";

    void packet(long now, int length) {
        packets++;
        bytes += length;
        if (arrivedAt != Time.NEVER) longestGap = Math.max(longestGap, now - arrivedAt);
        arrivedAt = now;
    }

    /** The longest time in nanoseconds without any packet since it was taken last. */
    long takeLongestGap() {
        long taken = longestGap;
        longestGap = 0;
        return taken;
    }

    void failure(String what) {
        failures.merge(what, 1, Integer::sum);
    }
}
