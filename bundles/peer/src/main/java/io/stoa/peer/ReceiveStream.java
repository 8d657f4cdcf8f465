package io.stoa.peer;

import io.stoa.rtp.NackList;
import io.stoa.rtp.ReceiveStatistics;
import io.stoa.rtp.SequenceExtender;

/** One SSRC that the client sends: a track without simulcast, or one layer of a track with it. */
public final class ReceiveStream {
    private static final int SEEN = 1_024;

    private final int ssrc;
    private final Receiver receiver;
    private final int layer;
    private final int epoch;
    final SequenceExtender extender = new SequenceExtender();
    final ReceiveStatistics statistics;
    final NackList nacks = new NackList();
    /** The last index seen in each slot: tells duplicates (a retransmission that crossed its original). */
    private final long[] seen = new long[SEEN];
    long index = -1;
    int rtxSsrc;
    boolean wantsNacks = true;

    ReceiveStream(int ssrc, Receiver receiver, int layer, int epoch, int clockRate) {
        this.ssrc = ssrc;
        this.receiver = receiver;
        this.layer = layer;
        this.epoch = epoch;
        statistics = new ReceiveStatistics(clockRate);
    }

    public int ssrc() {
        return ssrc;
    }

    public Receiver receiver() {
        return receiver;
    }

    /** 0 low, 1 medium, 2 high; 0 without simulcast. */
    public int layer() {
        return layer;
    }

    /** Another value than before means that the layer's source began anew with another SSRC. */
    public int epoch() {
        return epoch;
    }

    /** Extended sequence number of the packet that is being handled. */
    public long index() {
        return index;
    }

    public ReceiveStatistics statistics() {
        return statistics;
    }

    /** @return false for a packet that was seen before */
    boolean firstSight(long at) {
        int slot = (int) at & SEEN - 1;
        if (seen[slot] == at || at < extender.highest() - SEEN) return false;
        seen[slot] = at;
        return true;
    }
}
