package io.stoa.srtp;

import io.stoa.base.Drop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The SSRCs of one direction, for RTP or for RTCP: how far each is (RFC 3711 section 3.3.1) and which of the last 64 packets have come
 * (section 3.3.2). Flat, and searched from the last hit on: a connection has few SSRCs, and packets come in runs.
 */
public final class SrtpSources {
    /** A peer cannot make us keep more: its further SSRCs are dropped. */
    public static final int MAX = 1_024;

    /** No such source. */
    public static final int NONE = -1;

    private static final int WINDOW = 64;

    private int[] ssrcs = new int[4];
    private long[] indices = new long[4];
    private long[] windows = new long[4];
    private int count;
    private int last;

    public SrtpSources(List<SrtpState.Source> known) {
        for (SrtpState.Source source : known) windows[add(source.ssrc(), source.index())] = source.window();
    }

    /** @return where its state is, or {@link #NONE} */
    public int find(int ssrc) {
        for (int i = last; i < count; i++) if (ssrcs[i] == ssrc) return last = i;
        for (int i = 0; i < last; i++) if (ssrcs[i] == ssrc) return last = i;
        return NONE;
    }

    public boolean isFull() {
        return count == MAX;
    }

    /** A source that is not known yet, with the highest index so far. */
    public int add(int ssrc, long index) {
        if (count == MAX) throw new IllegalStateException("more than " + MAX + " sources");
        if (count == ssrcs.length) {
            ssrcs = Arrays.copyOf(ssrcs, count * 2);
            indices = Arrays.copyOf(indices, count * 2);
            windows = Arrays.copyOf(windows, count * 2);
        }
        ssrcs[count] = ssrc;
        indices[count] = index;
        windows[count] = 0;
        return last = count++;
    }

    public long highest(int at) {
        return indices[at];
    }

    /** The index that is nearest to the highest so far, of those that end in the sequence number. */
    public long estimate(int at, int seq) {
        return estimate(indices[at], seq);
    }

    static long estimate(long highest, int seq) {
        int lastSeq = (int) highest & 0xffff;
        long rollOver = highest >> 16;
        if (lastSeq < 0x8000 ? seq - lastSeq > 0x8000 : lastSeq - 0x8000 > seq) rollOver += lastSeq < 0x8000 ? -1 : 1;
        return rollOver << 16 | seq;
    }

    /** @return why a packet of that index is not taken, whoever sent it; null if it may be */
    public Drop refusal(int at, long index) {
        long behind = indices[at] - index;
        if (behind < 0) return null;
        if (behind >= WINDOW) return Drop.SRTP_TOO_OLD;
        return (windows[at] >>> behind & 1) == 0 ? null : Drop.SRTP_REPLAY;
    }

    /** A packet of that index has come and is authentic. */
    public void received(int at, long index) {
        long ahead = index - indices[at];
        if (ahead <= 0) {
            windows[at] |= 1L << -ahead;
            return;
        }
        windows[at] = ahead >= WINDOW ? 1 : windows[at] << ahead | 1;
        indices[at] = index;
    }

    /** A packet of that index leaves; one that is sent again changes nothing. */
    public void sent(int at, long index) {
        if (index > indices[at]) indices[at] = index;
    }

    public List<SrtpState.Source> state() {
        List<SrtpState.Source> all = new ArrayList<>(count);
        for (int i = 0; i < count; i++) all.add(new SrtpState.Source(ssrcs[i], indices[i], windows[i]));
        return all;
    }
}
