package io.stoa.rtp;

import io.stoa.base.Time;

/**
 * What became of the packets sent to one subscriber: out-sequence to the packet it came from and how it was translated. A NACK is
 * answered from here and the {@link PacketRing} alone.
 *
 * <p>At most 10 repetitions, as often as browsers ask, and none of which whoever asks again cannot know yet: a request that comes within a
 * round trip of the last one was sent before that could arrive. (LiveKit, spec 6.6: 3, and min(100 ms, 2 round trips), so that every other
 * request of a client that asks once per round trip is in vain. A packet that never comes costs a receiver seconds.)
 */
public final class SendHistory {
    private static final int MAX_RESENDS = 10;
    private static final long MAX_SPACING = 100 * Time.MILLI;

    /**
     * Per packet four words beside each other, so that adding one touches one cache line: what is packed below, index, descriptor, time of
     * the last repetition.
     *
     * <p>Packed: sequence number 0..15, layer 16..19, repetitions 20..27, marker 28, used 29, timestamp 32..63.
     */
    private static final int WORDS = 4;
    private static final long MARKER = 1L << 28;
    private static final long USED = 1L << 29;
    private static final long ONE_RESEND = 1L << 20;

    private final int mask;
    private final long[] words;
    private int found;

    /** @param packets a power of two */
    public SendHistory(int packets) {
        mask = packets - 1;
        words = new long[packets * WORDS];
    }

    /** @param descriptor packed by the caller, given back as it is */
    public void add(int seq, int layer, long index, int timestamp, boolean marker, long descriptor) {
        int at = (seq & mask) * WORDS;
        words[at] = (long) timestamp << 32 | USED | (marker ? MARKER : 0) | (long) layer << 16 | seq & 0xffff;
        words[at + 1] = index;
        words[at + 2] = descriptor;
    }

    public enum Verdict {
        RESEND,
        UNKNOWN,
        TOO_OFTEN
    }

    /** On RESEND the other methods speak of this packet, and the repetition counts. */
    public Verdict find(long now, int seq, long roundTripNanos) {
        int at = (seq & mask) * WORDS;
        if ((words[at] & (USED | 0xffff)) != (USED | seq & 0xffff)) return Verdict.UNKNOWN;
        long spacing = Math.min(MAX_SPACING, roundTripNanos - roundTripNanos / 4); // round trips vary
        int resends = (int) (words[at] >>> 20) & 0xff;
        boolean soon = resends > 0 && now - words[at + 3] < spacing;
        if (soon || resends >= MAX_RESENDS) return Verdict.TOO_OFTEN;
        words[at] += ONE_RESEND;
        words[at + 3] = now;
        found = at;
        return Verdict.RESEND;
    }

    /** Looks at a packet without repeating it. If it is there, the other methods speak of it. */
    public boolean recall(int seq) {
        int at = (seq & mask) * WORDS;
        found = at;
        return (words[at] & (USED | 0xffff)) == (USED | seq & 0xffff);
    }

    public int layer() {
        return (int) (words[found] >>> 16) & 0xf;
    }

    public long index() {
        return words[found + 1];
    }

    public int timestamp() {
        return (int) (words[found] >>> 32);
    }

    public boolean marker() {
        return (words[found] & MARKER) != 0;
    }

    public long descriptor() {
        return words[found + 2];
    }
}
