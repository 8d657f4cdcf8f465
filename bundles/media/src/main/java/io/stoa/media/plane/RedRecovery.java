package io.stoa.media.plane;

import io.stoa.media.PacketMeta;
import io.stoa.rtp.RedView;

/**
 * What a subscriber has of an opus track, so that to one without RED the redundancy of a packet fills the gap in front of it, and nobody is
 * sent anything twice: the original, should it come after its copy, may differ from it in a header bit, and its number is taken.
 */
final class RedRecovery {
    private static final int WINDOW = Long.SIZE;

    private long highest = -1;
    private int highestTimestamp;
    private int epoch;
    /** Bit k: the packet k before the highest. */
    private long had;
    private boolean paused;

    /** The gap in front of the next packet is meant to be there. */
    void pause() {
        paused = true;
    }

    boolean had(PacketMeta meta) {
        if (highest < 0 || meta.epoch != epoch || meta.index > highest) return false;
        return highest - meta.index >= WINDOW || (had >>> highest - meta.index & 1) != 0;
    }

    void sent(PacketMeta meta) {
        if (highest < 0 || meta.epoch != epoch) {
            highest = meta.index - 1;
            had = 0;
        }
        epoch = meta.epoch;
        paused = false;
        if (meta.index <= highest) {
            had |= 1L << highest - meta.index;
            return;
        }
        long step = meta.index - highest;
        had = (step < WINDOW ? had << step : 0) | 1;
        highest = meta.index;
        highestTimestamp = meta.timestamp;
    }

    /**
     * How many packets in front of this one are missing and are in its redundancy, 0 if none: the oldest must be newer than what was
     * sent before, else the blocks are not those of the missing numbers (an encoder leaves out what is too long).
     */
    int missing(PacketMeta meta, RedView red) {
        if (highest < 0 || paused || meta.epoch != epoch || meta.index - highest <= 1) return 0;
        int back = (int) Math.min(meta.index - highest - 1, red.redundant());
        for (int i = back; i > 0; i--) if (red.timestampOffset(i) <= red.timestampOffset(i - 1)) return 0;
        return meta.timestamp - red.timestampOffset(back) - highestTimestamp <= 0 ? 0 : back;
    }
}
