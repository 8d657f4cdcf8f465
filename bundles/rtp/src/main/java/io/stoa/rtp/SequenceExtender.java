package io.stoa.rtp;

/** 16-bit sequence numbers to 64-bit indexes that do not wrap: whichever index is nearest to the highest one so far. */
public final class SequenceExtender {
    private long highest = -1;

    /** Makes room below for packets that come late before the first. */
    private static final long START = 1L << 16;

    public long extend(int seq) {
        if (highest < 0) return highest = START + seq;
        long index = highest + (short) (seq - (int) highest);
        if (index > highest) highest = index;
        return index;
    }

    public long highest() {
        return highest;
    }
}
