package io.stoa.forward;

import io.stoa.base.Time;

/**
 * One time line over layers whose RTP timestamps begin at random values. Where two layers have sender reports, the publisher's clock
 * says which timestamps belong together; else the times of arrival do. A switch never moves time backwards and never far ahead.
 */
final class TimestampBridge {
    private static final int LAYERS = 3;
    /** Spec 6.8: how far a switch may deviate from the time of arrival. */
    private static final long SWITCH_TOLERANCE = 50 * Time.MILLI;

    private final int clockRate;
    private final long[] ntp = new long[LAYERS];
    private final int[] timestamps = new int[LAYERS];
    private int offset;
    private int lastOut;
    private int lastIn;
    private long lastArrival;
    private boolean started;

    TimestampBridge(int clockRate, int start) {
        this.clockRate = clockRate;
        lastOut = start;
    }

    void senderReport(int layer, long ntpTime, int timestamp) {
        ntp[layer] = ntpTime;
        timestamps[layer] = timestamp;
    }

    long ntp(int layer) {
        return ntp[layer];
    }

    int reported(int layer) {
        return timestamps[layer];
    }

    int lastOut() {
        return lastOut;
    }

    int lastIn() {
        return lastIn;
    }

    /** When the packet of {@link #lastOut} arrived; 0 if none has. */
    long lastArrival() {
        return lastArrival;
    }

    void resume(int in, int out, long now) {
        lastIn = in;
        lastOut = out;
        offset = out - in;
        lastArrival = now;
        started = true;
    }

    int translate(int in, long arrival) {
        int out = in + offset;
        if (out - lastOut >= 0) {
            lastOut = out;
            lastIn = in;
            lastArrival = arrival;
        }
        return out;
    }

    /** The same source after a pause: its own clock says how much time has passed. */
    void goOn(int in) {
        if (in + offset - lastOut <= 0) offset = lastOut + 1 - in;
    }

    /** From now on packets of another layer (or of a source that began anew). */
    void change(int fromLayer, int toLayer, int in, long arrival) {
        if (!started) {
            started = true;
            offset = lastOut - in;
            lastArrival = arrival;
            return;
        }
        long elapsed = lastArrival == 0 ? 0 : Math.max(0, arrival - lastArrival);
        int byArrival = lastOut + Math.max(1, ticks(elapsed));
        int out = byArrival;
        if (fromLayer >= 0 && fromLayer != toLayer && ntp[fromLayer] != 0 && ntp[toLayer] != 0) {
            // in -> publisher's clock by the new layer's report -> the old layer's timestamps -> ours
            long clock = ntp[toLayer] - ntp[fromLayer];
            int between = (int) ((clock >> 32) * clockRate + ((clock & 0xffff_ffffL) * clockRate >>> 32));
            int inOld = timestamps[fromLayer] + between + (in - timestamps[toLayer]);
            int byClock = inOld + offset;
            int deviation = byClock - byArrival;
            int tolerance = ticks(SWITCH_TOLERANCE);
            out = deviation > tolerance ? byArrival + tolerance : byClock - lastOut <= 0 ? lastOut + 1 : byClock;
        }
        offset = out - in;
    }

    private int ticks(long nanos) {
        return (int) (nanos / 1_000 * clockRate / 1_000_000);
    }
}
