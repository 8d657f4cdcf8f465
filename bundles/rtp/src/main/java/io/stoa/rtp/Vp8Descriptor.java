package io.stoa.rtp;

/**
 * The VP8 payload descriptor (RFC 7741 section 4.2) packed into a long, so that it is parsed once per packet.
 *
 * <pre>
 *      0 1 2 3 4 5 6 7
 *     +-+-+-+-+-+-+-+-+
 *     |X|R|N|S|R| PID |
 * X:  |I|L|T|K| RSV   |
 * I:  |M| PictureID   |  (M: 15 bits in two bytes)
 * L:  |   TL0PICIDX   |
 * T/K:|TID|Y| KEYIDX  |
 * </pre>
 *
 * Layout of the word: length 0..3, picture id 4..18, TL0PICIDX 19..26, TID 27..28, Y 29, KEYIDX 30..34, flags N 35, S 36, PID 37..39,
 * I 40, M 41, L 42, T 43, K 44, key frame 45. 0 = no descriptor.
 */
public final class Vp8Descriptor {
    private static final long N = 1L << 35;
    private static final long S = 1L << 36;
    private static final long I = 1L << 40;
    private static final long M = 1L << 41;
    private static final long L = 1L << 42;
    private static final long T = 1L << 43;
    private static final long K = 1L << 44;
    private static final long KEY = 1L << 45;

    private Vp8Descriptor() {}

    /** @return 0 if the payload is too short for what it says */
    public static long parse(byte[] b, int at, int length) {
        if (length < 2) return 0;
        int first = b[at] & 0xff;
        long word = ((first & 0x20) != 0 ? N : 0) | ((first & 0x10) != 0 ? S : 0) | (long) (first & 0x07) << 37;
        int p = 1;
        if ((first & 0x80) != 0) {
            int x = b[at + p++] & 0xff;
            if ((x & 0x80) != 0) {
                if (p >= length) return 0;
                boolean wide = b[at + p] < 0;
                if (p + (wide ? 2 : 1) > length) return 0;
                int id = b[at + p++] & 0x7f;
                if (wide) id = id << 8 | b[at + p++] & 0xff;
                word |= I | (wide ? M : 0) | (long) id << 4;
            }
            if ((x & 0x40) != 0) {
                if (p >= length) return 0;
                word |= L | (long) (b[at + p++] & 0xff) << 19;
            }
            if ((x & 0x30) != 0) {
                if (p >= length) return 0;
                int tk = b[at + p++] & 0xff;
                if ((x & 0x20) != 0) word |= T | (long) (tk >> 6) << 27 | (long) (tk >> 5 & 1) << 29;
                if ((x & 0x10) != 0) word |= K | (long) (tk & 0x1f) << 30;
            }
        }
        if (p >= length) return 0;
        if ((word & S) != 0 && (first & 0x07) == 0 && (b[at + p] & 0x01) == 0) word |= KEY;
        return word | p;
    }

    public static int length(long word) {
        return (int) word & 0xf;
    }

    public static boolean keyFrame(long word) {
        return (word & KEY) != 0;
    }

    public static boolean frameStart(long word) {
        return (word & S) != 0 && (word >> 37 & 7) == 0;
    }

    public static boolean hasPictureId(long word) {
        return (word & I) != 0;
    }

    /** 7 or 15 bits. */
    public static int pictureId(long word) {
        return (int) (word >> 4) & 0x7fff;
    }

    /** Whether the picture id has 15 bits. */
    public static boolean isWide(long word) {
        return (word & M) != 0;
    }

    public static boolean hasTl0PicIdx(long word) {
        return (word & L) != 0;
    }

    public static int tl0PicIdx(long word) {
        return (int) (word >> 19) & 0xff;
    }

    public static boolean hasTid(long word) {
        return (word & T) != 0;
    }

    public static int tid(long word) {
        return (int) (word >> 27) & 3;
    }

    /** A frame from which higher temporal layers may be switched on. */
    public static boolean layerSync(long word) {
        return (word >> 29 & 1) != 0;
    }

    public static boolean hasKeyIdx(long word) {
        return (word & K) != 0;
    }

    public static int keyIdx(long word) {
        return (int) (word >> 30) & 0x1f;
    }

    /** The same descriptor with other ids; the picture id becomes 15 bits wide if it was there. */
    public static long with(long word, int pictureId, int tl0PicIdx, int keyIdx) {
        long kept = word & ~(0x7fffL << 4 | 0xffL << 19 | 0x1fL << 30);
        if ((word & I) != 0) kept |= M | (long) (pictureId & 0x7fff) << 4;
        return kept | (long) (tl0PicIdx & 0xff) << 19 | (long) (keyIdx & 0x1f) << 30;
    }

    /** That of the beginning of a frame on which nothing but later ones depends, with the fields that another descriptor has. */
    public static long begin(long like) {
        return like & (I | M | L | T | K) | S;
    }

    /** @return the number of bytes written, at most 6 */
    public static int write(long word, byte[] b, int at) {
        boolean extended = (word & (I | L | T | K)) != 0;
        int first = (extended ? 0x80 : 0) | ((word & N) != 0 ? 0x20 : 0) | ((word & S) != 0 ? 0x10 : 0) | (int) (word >> 37 & 7);
        int p = at;
        b[p++] = (byte) first;
        if (!extended) return 1;
        b[p++] = (byte) (((word & I) != 0 ? 0x80 : 0) | ((word & L) != 0 ? 0x40 : 0) | ((word & T) != 0 ? 0x20 : 0) | ((word & K) != 0 ? 0x10 : 0));
        if ((word & I) != 0) {
            int id = pictureId(word);
            if ((word & M) != 0) b[p++] = (byte) (0x80 | id >> 8);
            b[p++] = (byte) id;
        }
        if ((word & L) != 0) b[p++] = (byte) tl0PicIdx(word);
        if ((word & (T | K)) != 0) b[p++] = (byte) (tid(word) << 6 | (int) (word >> 29 & 1) << 5 | keyIdx(word));
        return p - at;
    }
}
