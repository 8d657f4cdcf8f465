package io.stoa.rtp;

import io.stoa.base.Bytes;

/** Writes a compound RTCP packet into a reused array, which keeps room for protection behind it. */
public final class RtcpWriter {
    /** Compounds are sent before they pass this length. */
    public static final int LIMIT = 1_100;

    private static final int CAPACITY = 1_500;

    private final byte[] b = new byte[CAPACITY];
    private int length;

    public byte[] bytes() {
        return b;
    }

    public int length() {
        return length;
    }

    public void clear() {
        length = 0;
    }

    public boolean isFull() {
        return length >= LIMIT;
    }

    private int begin(int count, int type, int words) {
        int at = length;
        b[at] = (byte) (0x80 | count);
        b[at + 1] = (byte) type;
        Bytes.u16(b, at + 2, words - 1);
        length += 4 * words;
        return at;
    }

    /** Without report blocks. */
    public void senderReport(int ssrc, long ntp, int rtpTimestamp, long packets, long octets) {
        int at = begin(0, RtcpView.SENDER_REPORT, 7);
        Bytes.i32(b, at + 4, ssrc);
        Bytes.i64(b, at + 8, ntp);
        Bytes.i32(b, at + 16, rtpTimestamp);
        Bytes.i32(b, at + 20, (int) packets);
        Bytes.i32(b, at + 24, (int) octets);
    }

    public void receiverReport(int ownSsrc, int ssrc, ReceiveStatistics statistics, long now) {
        receiverReport(ownSsrc, ssrc, statistics, 0, now);
    }

    /**
     * One block per report keeps this simple; a compound holds as many as there are streams.
     *
     * @param leastLost what the fraction lost is at least, in 1/256
     */
    public void receiverReport(int ownSsrc, int ssrc, ReceiveStatistics statistics, int leastLost, long now) {
        int at = begin(1, RtcpView.RECEIVER_REPORT, 8);
        Bytes.i32(b, at + 4, ownSsrc);
        Bytes.i32(b, at + 8, ssrc);
        Bytes.i32(b, at + 12, Math.max(leastLost, statistics.takeFractionLost()) << 24 | (int) Math.min(0x7f_ffff, statistics.lost()));
        Bytes.i32(b, at + 16, statistics.extendedHighest());
        Bytes.i32(b, at + 20, (int) statistics.jitter());
        Bytes.i32(b, at + 24, statistics.lastSr());
        Bytes.i32(b, at + 28, statistics.delaySinceLastSr(now));
    }

    public void emptyReceiverReport(int ownSsrc) {
        Bytes.i32(b, begin(0, RtcpView.RECEIVER_REPORT, 2) + 4, ownSsrc);
    }

    /** SDES with a CNAME (RFC 3550 section 6.5). */
    public void cname(int ssrc, byte[] name) {
        int words = 2 + (2 + name.length + 1 + 3) / 4;
        int at = begin(1, RtcpView.SDES, words);
        java.util.Arrays.fill(b, at + 4, at + 4 * words, (byte) 0);
        Bytes.i32(b, at + 4, ssrc);
        b[at + 8] = 1;
        b[at + 9] = (byte) name.length;
        System.arraycopy(name, 0, b, at + 10, name.length);
    }

    public void pli(int ownSsrc, int ssrc) {
        int at = begin(RtcpView.FMT_PLI, RtcpView.PAYLOAD_FEEDBACK, 3);
        Bytes.i32(b, at + 4, ownSsrc);
        Bytes.i32(b, at + 8, ssrc);
    }

    /** Generic NACK (RFC 4585 section 6.2.1); ascending sequence numbers are packed into pairs of id and bitmask. */
    public void nack(int ownSsrc, int ssrc, int[] seqs, int count) {
        int head = begin(RtcpView.FMT_NACK, RtcpView.RTP_FEEDBACK, 3);
        Bytes.i32(b, head + 4, ownSsrc);
        Bytes.i32(b, head + 8, ssrc);
        int pairs = 0;
        for (int i = 0; i < count; pairs++) {
            int first = seqs[i++];
            int mask = 0;
            while (i < count && (seqs[i] - first & 0xffff) <= 16) mask |= 1 << (seqs[i++] - first - 1 & 0xffff);
            Bytes.u16(b, length, first);
            Bytes.u16(b, length + 2, mask);
            length += 4;
        }
        Bytes.u16(b, head + 2, 2 + pairs);
    }

    /** Takes a packet that somebody else composed. */
    public void append(byte[] packet, int offset, int count) {
        System.arraycopy(packet, offset, b, length, count);
        length += count;
    }
}
