package io.stoa.ice;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.base.TransportAddress;
import java.security.MessageDigest;
import java.util.Arrays;
import org.ice4j.attribute.FingerprintAttribute;

/**
 * A STUN message looked at where it lies (RFC 8489 section 5); may be reused for the next one.
 *
 * <pre>
 *   0 0 | type (14)   | length (16)     of what follows the header, a multiple of 4
 *   magic cookie (32)
 *   transaction id (96)
 *   attributes: type (16) | length (16) | value, padded to 4
 * </pre>
 *
 * What stands behind MESSAGE-INTEGRITY is not there for it, except FINGERPRINT (section 14.5).
 */
public final class StunView {
    /** Classes of a message. */
    public static final int REQUEST = 0;
    public static final int INDICATION = 1;
    public static final int SUCCESS = 2;
    public static final int ERROR = 3;

    static final int INTEGRITY = 0x0008;
    static final int FINGERPRINT = 0x8028;
    /** With its header. */
    private static final int FINGERPRINT_SIZE = 8;

    private byte[] bytes = {};
    private int offset;
    /** Of the attributes that count. */
    private int end;
    private int integrity;
    private boolean fingerprint;

    /** @return false if this is no STUN message: its attributes do not fill it, or it was damaged on the way */
    public boolean look(byte[] message, int from, int length) {
        return refuse(message, from, length) == null;
    }

    /** As {@link #look}. @return why it is none, else null */
    Drop refuse(byte[] message, int from, int length) {
        if (!StunPeek.isStun(message, from, length)) return Drop.STUN_MALFORMED;
        bytes = message;
        offset = from;
        end = from + length;
        integrity = -1;
        fingerprint = false;
        int at = from + StunPeek.HEADER;
        for (int last = from + length; at < last; at += 4 + padded(at)) {
            if (at + 4 > last || at + 4 + padded(at) > last) return Drop.STUN_MALFORMED;
            int type = Bytes.u16(message, at);
            if (type == FINGERPRINT && !fingerprintFits(at, last)) return Drop.STUN_BAD_FINGERPRINT;
            if (type == FINGERPRINT || type == INTEGRITY) end = Math.min(end, at);
            if (type == INTEGRITY && integrity < 0) integrity = at;
        }
        return null;
    }

    private boolean fingerprintFits(int at, int last) {
        fingerprint = true;
        if (at + 8 != last || Bytes.u16(bytes, at + 2) != 4) return false;
        byte[] expected = FingerprintAttribute.calculateXorCRC32(bytes, offset, at - offset);
        return Arrays.equals(expected, 0, 4, bytes, at + 4, at + 8);
    }

    private int padded(int at) {
        return Bytes.u16(bytes, at + 2) + 3 & ~3;
    }

    /** Method and class, as they stand in the header. */
    public int type() {
        return Bytes.u16(bytes, offset);
    }

    public int method() {
        int type = type();
        return type & 0xf | type >> 1 & 0x70 | type >> 2 & 0xf80;
    }

    /** {@link #REQUEST} and the like. */
    public int kind() {
        return type() >> 7 & 2 | type() >> 4 & 1;
    }

    /** The header's first 16 bits for a method and a class. */
    public static int type(int method, int kind) {
        return method & 0xf | (method & 0x70) << 1 | (method & 0xf80) << 2 | (kind & 1) << 4 | (kind & 2) << 7;
    }

    public byte[] transaction() {
        return Arrays.copyOfRange(bytes, offset + 8, offset + StunPeek.HEADER);
    }

    public boolean hasIntegrity() {
        return integrity >= 0;
    }

    public boolean hasFingerprint() {
        return fingerprint;
    }

    /** Over everything before the attribute, with the length as if the message ended behind it (RFC 8489 section 14.5). */
    public boolean integrityFits(byte[] key) {
        return integrityFits(new Integrity(), key);
    }

    boolean integrityFits(Integrity hmac, byte[] key) {
        if (integrity < 0 || Bytes.u16(bytes, integrity + 2) != Integrity.SIZE) return false;
        byte[] covered = Arrays.copyOfRange(bytes, offset, integrity);
        Bytes.u16(covered, 2, integrity - offset - StunPeek.HEADER + 4 + Integrity.SIZE);
        byte[] expected = hmac.of(key, covered, 0, covered.length);
        return MessageDigest.isEqual(expected, Arrays.copyOfRange(bytes, integrity + 4, integrity + 4 + Integrity.SIZE));
    }

    /**
     * Whether it says what that message says: it differs by nothing but the transaction, the integrity and the fingerprint, which both must have, at the end.
     *
     * @param before a whole message
     */
    boolean repeats(byte[] before) {
        int covered = integrity - offset;
        if (integrity < 0 || !fingerprint || before.length != covered + 4 + Integrity.SIZE + FINGERPRINT_SIZE) return false;
        return same(before, 0, 4) && same(before, StunPeek.HEADER, covered + 4) && same(before, before.length - FINGERPRINT_SIZE, before.length - 4);
    }

    private boolean same(byte[] before, int from, int to) {
        return Arrays.equals(before, from, to, bytes, offset + from, offset + to);
    }

    // -- attributes

    /** @return where the header of the first attribute begins; for {@link #next} */
    public int first() {
        return next(offset + StunPeek.HEADER, true);
    }

    /** @return where the header of the attribute behind this one begins, -1 if this is the last */
    public int next(int at) {
        return next(at, false);
    }

    private int next(int at, boolean itself) {
        int found = itself ? at : at + 4 + padded(at);
        return found < end ? found : -1;
    }

    /** Of the attribute at that place. */
    public int attribute(int at) {
        return Bytes.u16(bytes, at);
    }

    /** @return where the header of the first one of this type begins, -1 if there is none */
    public int find(int attribute) {
        for (int at = first(); at >= 0; at = next(at)) if (attribute(at) == attribute) return at;
        return -1;
    }

    public boolean has(int attribute) {
        return find(attribute) >= 0;
    }

    /** Bytes of its value. */
    public int size(int at) {
        return Bytes.u16(bytes, at + 2);
    }

    /** Where its value begins. */
    public int value(int at) {
        return at + 4;
    }

    public byte[] copy(int at) {
        return Arrays.copyOfRange(bytes, at + 4, at + 4 + size(at));
    }

    /** @return -1 if its value has another size than four bytes; unsigned */
    public long u32(int at) {
        return size(at) == 4 ? Bytes.u32(bytes, at + 4) : -1;
    }

    /** An address that is hidden from eager middle boxes (section 14.2); null if it is none. */
    public TransportAddress xorAddress(int at) {
        int size = size(at);
        boolean four = size == 8 && bytes[at + 5] == 1;
        if (!four && (size != 20 || bytes[at + 5] != 2)) return null;
        int port = Bytes.u16(bytes, at + 6) ^ StunPeek.MAGIC_COOKIE >>> 16;
        if (four) return new TransportAddress(0, 0xffffL << 32 | Bytes.u32(bytes, at + 8) ^ StunPeek.MAGIC_COOKIE, port);
        return new TransportAddress(Bytes.i64(bytes, at + 8) ^ Bytes.i64(bytes, offset + 4), Bytes.i64(bytes, at + 16) ^ Bytes.i64(bytes, offset + 12), port);
    }
}
