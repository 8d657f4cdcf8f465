package io.stoa.media.plane;

import io.stoa.base.Time;
import io.stoa.media.PacketMeta;
import java.util.Arrays;

/**
 * Where the latest key frame of each layer begins. Whoever comes within a moment of it, a room that meets its publisher again above all,
 * begins with it out of the ring, and sees its first picture without asking for another one.
 */
final class KeyFrames {
    /** What has followed is sent at once: the picture catches up with the present in less time than one would have waited for. */
    private static final long RECENT = 500 * Time.MILLI;

    private final long[] indexes = new long[LoopTrack.LAYERS];
    private final int[] timestamps = new int[LoopTrack.LAYERS];
    private final long[] cameAt = new long[LoopTrack.LAYERS];

    KeyFrames() {
        forget();
    }

    /** A packet of one, of which there may be several. */
    void came(long now, PacketMeta packet) {
        int layer = packet.layer;
        boolean same = indexes[layer] >= 0 && timestamps[layer] == packet.timestamp;
        if (same ? packet.index > indexes[layer] : packet.index < indexes[layer]) return;
        if (!same) cameAt[layer] = now;
        indexes[layer] = packet.index;
        timestamps[layer] = packet.timestamp;
    }

    /** @return -1 if there is none, or it is too long ago */
    long latest(long now, int layer) {
        return now - cameAt[layer] <= RECENT ? indexes[layer] : -1;
    }

    void forget(int layer) {
        indexes[layer] = -1;
    }

    void forget() {
        Arrays.fill(indexes, -1);
    }
}
