package io.stoa.srtp;

import io.stoa.base.Bytes;

/** What every engine must know of the packets themselves. */
public final class SrtpPackets {
    public static final int MIN_RTP = 12;
    public static final int MIN_RTCP = 8;

    private SrtpPackets() {}

    /** RFC 3550 section 5.1: fixed header, contributing sources, extension; more than the packet has if it is cut short. */
    public static int headerLength(byte[] bytes, int offset, int length) {
        int header = MIN_RTP + 4 * (bytes[offset] & 0x0f);
        if ((bytes[offset] & 0x10) == 0) return header;
        return header + 4 > length ? header + 4 : header + 4 + 4 * Bytes.u16(bytes, offset + header + 2);
    }
}
