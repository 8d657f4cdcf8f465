package io.stoa.rtp;

import io.stoa.base.Time;

/**
 * What became of the packets sent to one subscriber: out-sequence to the packet it came from and how it was translated. A NACK is
 * answered from here and the {@link PacketRing} alone.
 *
 * <p>Rules of spec 6.6: at most 3 repetitions, none within min(100 ms, 2 round trips) of the last one.
 */
public final class SendHistory {
    private static final int MAX_RESENDS = 3;
    private static final long MAX_SPACING = 100 * Time.MILLI;

    private final int mask;
    private final int[] seqs;
    private final long[] indexes;
    private final byte[] layers;
    private final byte[] resends;
    private final boolean[] markers;
    private final int[] timestamps;
    private final long[] descriptors;
    private final long[] resentAt;
    private int found;

    /** @param packets a power of two */
    public SendHistory(int packets) {
        mask = packets - 1;
        seqs = new int[packets];
        java.util.Arrays.fill(seqs, -1);
        indexes = new long[packets];
        layers = new byte[packets];
        resends = new byte[packets];
        markers = new boolean[packets];
        timestamps = new int[packets];
        descriptors = new long[packets];
        resentAt = new long[packets];
    }

    /** @param descriptor packed by the caller, given back as it is */
    public void add(int seq, int layer, long index, int timestamp, boolean marker, long descriptor) {
        int slot = seq & mask;
        seqs[slot] = seq;
        layers[slot] = (byte) layer;
        indexes[slot] = index;
        timestamps[slot] = timestamp;
        markers[slot] = marker;
        descriptors[slot] = descriptor;
        resends[slot] = 0;
        resentAt[slot] = 0;
    }

    public enum Verdict {
        RESEND,
        UNKNOWN,
        TOO_OFTEN
    }

    /** On RESEND the other methods speak of this packet, and the repetition counts. */
    public Verdict find(long now, int seq, long roundTripNanos) {
        int slot = seq & mask;
        if (seqs[slot] != seq) return Verdict.UNKNOWN;
        long spacing = Math.min(MAX_SPACING, 2 * roundTripNanos);
        boolean soon = resends[slot] > 0 && now - resentAt[slot] < spacing;
        if (soon || resends[slot] >= MAX_RESENDS) return Verdict.TOO_OFTEN;
        resends[slot]++;
        resentAt[slot] = now;
        found = slot;
        return Verdict.RESEND;
    }

    public int layer() {
        return layers[found];
    }

    public long index() {
        return indexes[found];
    }

    public int timestamp() {
        return timestamps[found];
    }

    public boolean marker() {
        return markers[found];
    }

    public long descriptor() {
        return descriptors[found];
    }
}
