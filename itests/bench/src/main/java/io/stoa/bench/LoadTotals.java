package io.stoa.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** What all receiving connections have counted. Belongs to the loop. */
final class LoadTotals {
    final Delays delays = new Delays();
    final Map<String, Integer> failures = new LinkedHashMap<>();
    long packets;
    long bytes;
    long reports;
    long verified;
    /** Packets that could not be decrypted, or did not carry what was sent. */
    long unverified;
    long keyFrames;
    long nacks;
    long unsent;
    long oddities;
    int connected;
    String profile = "";

    void failure(String what) {
        failures.merge(what, 1, Integer::sum);
    }
}
