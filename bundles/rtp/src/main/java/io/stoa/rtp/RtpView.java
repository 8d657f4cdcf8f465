package io.stoa.rtp;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;

/**
 * A reused look at one RTP packet (RFC 3550 section 5.1).
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * |                           timestamp                           |
 * |                             SSRC                              |
 * |        CSRCs, header extension (RFC 8285), payload, padding   |
 * </pre>
 */
public final class RtpView {
    public static final int HEADER = 12;
    private static final int ONE_BYTE = 0xBEDE;
    private static final int TWO_BYTE = 0x1000;

    private byte[] bytes;
    private int at;
    private int length;
    private int extensionAt;
    private int extensionEnd;
    private int extensionProfile;
    private int payloadAt;
    private int paddingLength;
    private int foundLength;

    /** @return null if it is a packet, else why not */
    public Drop set(byte[] array, int offset, int count) {
        bytes = array;
        at = offset;
        length = count;
        if (count < HEADER) return Drop.TRUNCATED;
        int first = array[offset] & 0xff;
        if (first >> 6 != 2) return Drop.RTP_BAD_VERSION;
        int end = offset + count;
        payloadAt = offset + HEADER + 4 * (first & 0x0f);
        extensionAt = extensionEnd = extensionProfile = 0;
        if ((first & 0x10) != 0) {
            if (payloadAt + 4 > end) return Drop.RTP_BAD_EXTENSION;
            extensionProfile = Bytes.u16(array, payloadAt);
            extensionAt = payloadAt + 4;
            extensionEnd = extensionAt + 4 * Bytes.u16(array, payloadAt + 2);
            payloadAt = extensionEnd;
        }
        if (payloadAt > end) return extensionAt != 0 ? Drop.RTP_BAD_EXTENSION : Drop.TRUNCATED;
        paddingLength = 0;
        if ((first & 0x20) != 0) {
            paddingLength = array[end - 1] & 0xff;
            if (paddingLength == 0 || paddingLength > end - payloadAt) return Drop.RTP_BAD_PADDING;
        }
        return null;
    }

    public byte[] bytes() {
        return bytes;
    }

    public int offset() {
        return at;
    }

    public int length() {
        return length;
    }

    public boolean marker() {
        return bytes[at + 1] < 0;
    }

    public int payloadType() {
        return bytes[at + 1] & 0x7f;
    }

    public int seq() {
        return Bytes.u16(bytes, at + 2);
    }

    public int timestamp() {
        return Bytes.i32(bytes, at + 4);
    }

    public int ssrc() {
        return Bytes.i32(bytes, at + 8);
    }

    public int payloadOffset() {
        return payloadAt;
    }

    /** Without padding. */
    public int payloadLength() {
        return at + length - payloadAt - paddingLength;
    }

    /**
     * Where the data of a header extension begins; its length is then {@link #extensionLength}.
     *
     * @param id as negotiated; 0 is never found
     * @return -1 if the packet does not carry it
     */
    public int extensionOffset(int id) {
        if (id == 0 || extensionAt == 0 || extensionAt == extensionEnd) return -1;
        if (extensionProfile == ONE_BYTE) return oneByte(id);
        if ((extensionProfile & 0xfff0) == TWO_BYTE) return twoByte(id);
        return -1;
    }

    public int extensionLength() {
        return foundLength;
    }

    private int oneByte(int id) {
        for (int p = extensionAt; p < extensionEnd; ) {
            int head = bytes[p] & 0xff;
            if (head == 0) {
                p++;
                continue;
            }
            if (head >> 4 == 15) return -1;
            int size = (head & 0x0f) + 1;
            if (p + 1 + size > extensionEnd) return -1;
            if (head >> 4 == id) {
                foundLength = size;
                return p + 1;
            }
            p += 1 + size;
        }
        return -1;
    }

    private int twoByte(int id) {
        for (int p = extensionAt; p + 1 < extensionEnd; ) {
            int head = bytes[p] & 0xff;
            if (head == 0) {
                p++;
                continue;
            }
            int size = bytes[p + 1] & 0xff;
            if (p + 2 + size > extensionEnd) return -1;
            if (head == id) {
                foundLength = size;
                return p + 2;
            }
            p += 2 + size;
        }
        return -1;
    }

    /** Text of an extension such as mid or rid; allocates, so only for streams that are not known yet. */
    public String extensionText(int id) {
        int offset = extensionOffset(id);
        return offset < 0 ? null : new String(bytes, offset, foundLength, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    /**
     * Undoes RFC 4588 in place: the first two payload bytes are the original sequence number; the header moves up by two bytes and
     * gets the original's SSRC and payload type.
     *
     * @return null and this view on the original, or why not
     */
    public Drop unwrapRtx(int originalSsrc, int originalPayloadType) {
        if (payloadLength() < 2) return Drop.RTX_MALFORMED; // padding-only probes come this way
        int original = Bytes.u16(bytes, payloadAt);
        System.arraycopy(bytes, at, bytes, at + 2, payloadAt - at);
        at += 2;
        length -= 2;
        bytes[at + 1] = (byte) (bytes[at + 1] & 0x80 | originalPayloadType);
        Bytes.u16(bytes, at + 2, original);
        Bytes.i32(bytes, at + 8, originalSsrc);
        return set(bytes, at, length);
    }
}
