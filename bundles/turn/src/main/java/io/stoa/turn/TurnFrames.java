package io.stoa.turn;

import io.stoa.base.Bytes;

/** How messages follow each other in a stream (RFC 8656 section 3.1): each says how long it is, ChannelData is padded to four bytes. */
public final class TurnFrames {
    /** Longer ones are nobody's: what is relayed is a UDP datagram of some media. */
    public static final int MAX_FRAME = 8 << 10;

    /** As many bytes must be there before {@link #length} can tell. */
    public static final int HEADER = 4;

    private TurnFrames() {}

    /**
     * @param at where at least {@link #HEADER} bytes begin
     * @return bytes of the frame with its padding; -1 if no frame begins so
     */
    public static int length(byte[] bytes, int at) {
        int size = Bytes.u16(bytes, at + 2);
        int length = switch (bytes[at] & 0xc0) {
            case 0x00 -> (size & 3) == 0 ? 20 + size : -1;
            case 0x40 -> Turn.CHANNEL_HEADER + size + 3 & ~3;
            default -> -1;
        };
        return length > MAX_FRAME ? -1 : length;
    }
}
