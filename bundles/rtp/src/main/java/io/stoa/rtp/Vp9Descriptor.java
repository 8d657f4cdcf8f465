package io.stoa.rtp;

/**
 * The VP9 payload descriptor (RFC 9628 section 4.2) packed into a long, so that it is parsed once per packet.
 *
 * <pre>
 *      0 1 2 3 4 5 6 7
 *     +-+-+-+-+-+-+-+-+
 *     |I|P|L|F|B|E|V|Z|
 * I:  |M| PICTURE ID  |  (M: 15 bits in two bytes)
 * L:  | TID |U| SID |D|
 *     |   TL0PICIDX   |  (not if F)
 *     |  references   |  (if F and P)
 * V:  | N_S |Y|G|-|-|-|  (and more)
 * </pre>
 *
 * Layout of the word: picture id 0..14, SID 16..18, TID 20..22, then the flags below and whether there is a descriptor at all, and in
 * 36..39 the number of spatial layers, 0 if it is not told. 0 = no descriptor.
 */
public final class Vp9Descriptor {
    private static final long PRESENT = 1L << 24;
    private static final long I = 1L << 25;
    private static final long M = 1L << 26;
    private static final long P = 1L << 27;
    private static final long L = 1L << 28;
    private static final long B = 1L << 29;
    private static final long E = 1L << 30;
    private static final long U = 1L << 31;
    private static final long D = 1L << 32;

    private Vp9Descriptor() {}

    /** @return 0 if the payload is too short for what it says */
    public static long parse(byte[] b, int at, int length) {
        if (length < 1) return 0;
        int first = b[at] & 0xff;
        long word = PRESENT | ((first & 0x40) != 0 ? P : 0) | ((first & 0x08) != 0 ? B : 0) | ((first & 0x04) != 0 ? E : 0);
        int p = 1;
        if ((first & 0x80) != 0) {
            if (p >= length) return 0;
            boolean wide = b[at + p] < 0;
            if (p + (wide ? 2 : 1) > length) return 0;
            int id = b[at + p++] & 0x7f;
            if (wide) id = id << 8 | b[at + p++] & 0xff;
            word |= I | (wide ? M : 0) | id;
        }
        if ((first & 0x20) != 0) {
            if (p >= length) return 0;
            int layers = b[at + p] & 0xff;
            word |= L | (long) (layers >> 1 & 7) << 16 | (long) (layers >> 5) << 20 | ((layers & 0x10) != 0 ? U : 0) | ((layers & 0x01) != 0 ? D : 0);
            p += (first & 0x10) == 0 ? 2 : 1;
        }
        if ((first & 0x02) != 0 && (first & 0x50) != 0x50 && p < length) word |= (long) ((b[at + p] & 0xff) >> 5) + 1 << 36;
        return word;
    }

    /** As its scalability structure says; 0 if the packet has none. Not looked for behind references, where it has no reason to be. */
    public static int spatialLayers(long word) {
        return (int) (word >> 36) & 0xf;
    }

    public static boolean hasPictureId(long word) {
        return (word & I) != 0;
    }

    /** Whether ids have 15 bits, not 7. */
    public static boolean isWide(long word) {
        return (word & M) != 0;
    }

    public static int pictureId(long word) {
        return (int) word & 0x7fff;
    }

    /** Whether spatial and temporal layer are given. */
    public static boolean hasLayers(long word) {
        return (word & L) != 0;
    }

    public static int sid(long word) {
        return (int) (word >> 16) & 7;
    }

    public static int tid(long word) {
        return (int) (word >> 20) & 7;
    }

    public static boolean frameStart(long word) {
        return (word & B) != 0;
    }

    public static boolean frameEnd(long word) {
        return (word & E) != 0;
    }

    /** Whether the frame depends on earlier pictures. */
    public static boolean interPicture(long word) {
        return (word & P) != 0;
    }

    /** Whether the frame depends on the layer below in its picture. */
    public static boolean interLayer(long word) {
        return (word & D) != 0;
    }

    /** Later frames of higher temporal layers depend on none of those before this frame. */
    public static boolean switchingUp(long word) {
        return (word & U) != 0;
    }
}
