package io.stoa.rtp;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;

/**
 * A reused look at a payload of redundant audio (RFC 2198 section 3): the headers of all blocks, then their data, oldest first. Blocks
 * are counted backwards: 0 is the primary, 1 the one before it.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |1|  block PT   |     timestamp offset      |   block length    |  of each redundant block
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |0|  block PT   |                                                  of the primary, whose data reach to the end
 * +-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class RedView {
    /** More than any encoder makes (libwebrtc: 9 and the primary). */
    private static final int MAX_BLOCKS = 16;

    static final int HEADER = 4;
    static final int PRIMARY_HEADER = 1;

    private final int[] headers = new int[MAX_BLOCKS];
    private final int[] offsets = new int[MAX_BLOCKS];
    private byte[] bytes;
    private int redundant;
    private int primaryType;
    private int end;

    /** @return null if the payload is redundant audio, else why not */
    public Drop set(byte[] array, int offset, int length) {
        bytes = array;
        redundant = 0;
        end = offset + length;
        int p = offset;
        while (p < end && array[p] < 0) {
            if (p + HEADER > end || redundant == MAX_BLOCKS - 1) return Drop.PAYLOAD_MALFORMED;
            headers[redundant++] = Bytes.i32(array, p);
            p += HEADER;
        }
        if (p >= end) return Drop.PAYLOAD_MALFORMED;
        primaryType = array[p++];
        for (int i = 0; i < redundant; i++) {
            offsets[i] = p;
            p += headers[i] & 0x3ff;
        }
        offsets[redundant] = p;
        return p > end ? Drop.PAYLOAD_MALFORMED : null;
    }

    /** How many blocks there are besides the primary. */
    public int redundant() {
        return redundant;
    }

    /** Whether all blocks are of one payload type, this one. */
    public boolean carriesOnly(int payloadType) {
        for (int i = 0; i < redundant; i++) if ((headers[i] >> 24 & 0x7f) != payloadType) return false;
        return primaryType == payloadType;
    }

    public byte[] bytes() {
        return bytes;
    }

    /** How much older than the packet's timestamp the block is; 0 for the primary. */
    public int timestampOffset(int back) {
        return back == 0 ? 0 : headers[redundant - back] >> 10 & 0x3fff;
    }

    public int offset(int back) {
        return offsets[redundant - back];
    }

    public int length(int back) {
        return back == 0 ? end - offsets[redundant] : headers[redundant - back] & 0x3ff;
    }

    /** Gives all blocks of a well-formed payload another payload type, in place. */
    public static void retype(byte[] b, int at, int payloadType) {
        for (; b[at] < 0; at += HEADER) b[at] = (byte) (0x80 | payloadType);
        b[at] = (byte) payloadType;
    }
}
