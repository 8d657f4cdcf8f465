package io.stoa.ice;

import io.stoa.base.Bytes;
import java.nio.charset.StandardCharsets;

/** Looks at a datagram without making objects: is it STUN, and for whom. */
public final class StunPeek {
    static final int HEADER = 20;
    static final int MAGIC_COOKIE = 0x2112_A442;
    static final int USERNAME = 0x0006;
    static final int BINDING_REQUEST = 0x0001;

    private StunPeek() {}

    /** RFC 8489 section 5 and RFC 7983: two zero bits, the cookie, a length that is a multiple of 4 and fits. */
    public static boolean isStun(byte[] bytes, int offset, int length) {
        return length >= HEADER
                && (bytes[offset] & 0xc0) == 0
                && Bytes.i32(bytes, offset + 4) == MAGIC_COOKIE
                && Bytes.u16(bytes, offset + 2) == length - HEADER
                && (length & 3) == 0;
    }

    /** @return the part of USERNAME before the colon, which is ours in a request that we receive; null if there is none */
    public static String localUfrag(byte[] bytes, int offset, int length) {
        if (!isStun(bytes, offset, length) || Bytes.u16(bytes, offset) != BINDING_REQUEST) return null;
        int at = find(bytes, offset, length, USERNAME);
        if (at < 0) return null;
        int size = Bytes.u16(bytes, at + 2);
        for (int i = 0; i < size; i++)
            if (bytes[at + 4 + i] == ':') return new String(bytes, at + 4, i, StandardCharsets.ISO_8859_1);
        return null;
    }

    /** @return where the attribute's header begins, -1 if it is absent or attributes are malformed before it */
    static int find(byte[] bytes, int offset, int length, int type) {
        int end = offset + length;
        for (int at = offset + HEADER; at + 4 <= end; ) {
            int size = Bytes.u16(bytes, at + 2);
            if (at + 4 + size > end) return -1;
            if (Bytes.u16(bytes, at) == type) return at;
            at += 4 + (size + 3 & ~3);
        }
        return -1;
    }
}
