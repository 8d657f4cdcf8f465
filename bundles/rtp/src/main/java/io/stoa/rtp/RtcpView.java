package io.stoa.rtp;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;

/**
 * A reused look at a compound RTCP packet (RFC 3550 section 6, RFC 4585 section 6.1): {@link #set}, then {@link #next} until it is
 * false. Fields are those of the packet that {@link #next} has arrived at.
 *
 * <pre>
 * |V=2|P|  count  |      PT       |      length in words - 1      |
 * |                 SSRC of the sender of this packet              |
 * |            feedback: SSRC of the media it is about             |
 * </pre>
 */
public final class RtcpView {
    public static final int SENDER_REPORT = 200;
    public static final int RECEIVER_REPORT = 201;
    public static final int SDES = 202;
    public static final int BYE = 203;
    public static final int RTP_FEEDBACK = 205;
    public static final int PAYLOAD_FEEDBACK = 206;
    public static final int XR = 207;
    public static final int FMT_NACK = 1;
    public static final int FMT_TRANSPORT_CC = 15;
    public static final int FMT_PLI = 1;
    public static final int FMT_FIR = 4;
    public static final int FMT_AFB = 15;

    private byte[] b;
    private int end;
    private int at;
    private int nextAt;

    /** @return null if the whole compound is well formed, else why not */
    public Drop set(byte[] bytes, int offset, int length) {
        b = bytes;
        end = offset + length;
        nextAt = offset;
        for (int p = offset; p < end; ) {
            if (p + 4 > end || (b[p] & 0xc0) != 0x80) return Drop.RTCP_MALFORMED;
            p += 4 + 4 * Bytes.u16(b, p + 2);
            if (p > end) return Drop.RTCP_MALFORMED;
        }
        return length < 4 ? Drop.RTCP_MALFORMED : null;
    }

    public boolean next() {
        if (nextAt >= end) return false;
        at = nextAt;
        nextAt = at + 4 + 4 * Bytes.u16(b, at + 2);
        return true;
    }

    public int type() {
        return b[at + 1] & 0xff;
    }

    /** Report count, or feedback message type. */
    public int count() {
        return b[at] & 0x1f;
    }

    /** Where the packet begins in the array given to {@link #set}. */
    public int offset() {
        return at;
    }

    /** Of the packet, its header included. */
    public int size() {
        return nextAt - at;
    }

    public int senderSsrc() {
        return size() >= 8 ? Bytes.i32(b, at + 4) : 0;
    }

    // sender report

    public boolean hasSenderInfo() {
        return size() >= 28;
    }

    public long ntp() {
        return Bytes.i64(b, at + 8);
    }

    public int rtpTimestamp() {
        return Bytes.i32(b, at + 16);
    }

    // report blocks of SR and RR

    private int block(int i) {
        return at + (type() == SENDER_REPORT ? 28 : 8) + 24 * i;
    }

    /** How many report blocks really fit. */
    public int blocks() {
        int base = type() == SENDER_REPORT ? 28 : 8;
        return Math.max(0, Math.min(count(), (size() - base) / 24));
    }

    public int blockSsrc(int i) {
        return Bytes.i32(b, block(i));
    }

    /** In 1/256. */
    public int blockFractionLost(int i) {
        return b[block(i) + 4] & 0xff;
    }

    /** Extended highest sequence number that was received, 32 bits. */
    public int blockHighest(int i) {
        return Bytes.i32(b, block(i) + 8);
    }

    /** In clock units. */
    public long blockJitter(int i) {
        return Bytes.u32(b, block(i) + 12);
    }

    public int blockLastSr(int i) {
        return Bytes.i32(b, block(i) + 16);
    }

    /** In 1/65536 s. */
    public long blockDelaySinceLastSr(int i) {
        return Bytes.u32(b, block(i) + 20);
    }

    // feedback

    public boolean hasMediaSsrc() {
        return size() >= 12;
    }

    public int mediaSsrc() {
        return Bytes.i32(b, at + 8);
    }

    /** NACK: number of (packet id, bitmask) pairs. */
    public int nackPairs() {
        return Math.max(0, (size() - 12) / 4);
    }

    public int nackPacketId(int i) {
        return Bytes.u16(b, at + 12 + 4 * i);
    }

    public int nackMask(int i) {
        return Bytes.u16(b, at + 14 + 4 * i);
    }

    /** FIR (RFC 5104 section 4.3.1): number of entries; their SSRCs name the media. */
    public int firEntries() {
        return Math.max(0, (size() - 12) / 8);
    }

    public int firSsrc(int i) {
        return Bytes.i32(b, at + 12 + 8 * i);
    }

    // receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb-03 section 2.2), an application's feedback

    public boolean isRemb() {
        return size() >= 20 && Bytes.i32(b, at + 12) == 0x52454D42; // "REMB"
    }

    /** In bits per second; what does not fit is as much as fits. */
    public long rembBps() {
        int exponent = b[at + 17] >>> 2 & 0x3f;
        long mantissa = Bytes.u24(b, at + 17) & 0x3ffff;
        return mantissa == 0 ? 0 : exponent > Long.numberOfLeadingZeros(mantissa) - 1 ? Long.MAX_VALUE : mantissa << exponent;
    }
}
