package io.stoa.ice;

import io.stoa.base.Bytes;
import io.stoa.base.TransportAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.ice4j.attribute.FingerprintAttribute;

/** A STUN message in the making (RFC 8489 section 5): attributes in the order of the calls, at last integrity and fingerprint. */
public final class StunWriter {
    private static final int ERROR_CODE = 0x0009;
    private static final int FAMILY_IPV4 = 1;
    private static final int FAMILY_IPV6 = 2;

    private byte[] bytes = new byte[160];
    private int size = StunPeek.HEADER;

    /** @param type {@link StunView#type(int, int)} */
    public StunWriter(int type, byte[] transaction) {
        Bytes.u16(bytes, 0, type);
        Bytes.i32(bytes, 4, StunPeek.MAGIC_COOKIE);
        System.arraycopy(transaction, 0, bytes, 8, 12);
    }

    public StunWriter attribute(int type, byte[] value) {
        return attribute(type, value, 0, value.length);
    }

    public StunWriter attribute(int type, byte[] value, int offset, int length) {
        int at = header(type, length);
        System.arraycopy(value, offset, bytes, at, length);
        return this;
    }

    public StunWriter text(int type, String value) {
        return attribute(type, value.getBytes(StandardCharsets.UTF_8));
    }

    public StunWriter u32(int type, long value) {
        int at = header(type, 4);
        Bytes.i32(bytes, at, (int) value);
        return this;
    }

    /** RFC 8489 section 14.2. */
    public StunWriter xorAddress(int type, TransportAddress address) {
        boolean four = address.isIpv4();
        int at = header(type, four ? 8 : 20);
        bytes[at + 1] = (byte) (four ? FAMILY_IPV4 : FAMILY_IPV6);
        Bytes.u16(bytes, at + 2, address.port() ^ StunPeek.MAGIC_COOKIE >>> 16);
        if (four) {
            Bytes.i32(bytes, at + 4, (int) address.low() ^ StunPeek.MAGIC_COOKIE);
        } else {
            Bytes.i64(bytes, at + 4, address.high() ^ Bytes.i64(bytes, 4));
            Bytes.i64(bytes, at + 12, address.low() ^ Bytes.i64(bytes, 12));
        }
        return this;
    }

    public StunWriter error(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int at = header(ERROR_CODE, 4 + text.length);
        bytes[at + 2] = (byte) (code / 100);
        bytes[at + 3] = (byte) (code % 100);
        System.arraycopy(text, 0, bytes, at + 4, text.length);
        return this;
    }

    /** One that has its header already. */
    StunWriter encoded(byte[] attribute) {
        return attribute(Bytes.u16(attribute, 0), attribute, 4, Bytes.u16(attribute, 2));
    }

    /** Makes room: the array may be another one afterwards. */
    private int header(int type, int length) {
        int at = size;
        size = at + 4 + (length + 3 & ~3);
        if (size > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(size, 2 * bytes.length));
        Bytes.u16(bytes, at, type);
        Bytes.u16(bytes, at + 2, length);
        return at + 4;
    }

    /** RFC 8489 section 14.5: with the length as if the message ended here. Nothing but the fingerprint may follow. */
    public StunWriter integrity(byte[] key) {
        return integrity(new Integrity(), key);
    }

    StunWriter integrity(Integrity hmac, byte[] key) {
        int covered = size;
        int at = header(StunView.INTEGRITY, Integrity.SIZE);
        Bytes.u16(bytes, 2, size - StunPeek.HEADER);
        System.arraycopy(hmac.of(key, bytes, 0, covered), 0, bytes, at, Integrity.SIZE);
        return this;
    }

    /** RFC 8489 section 14.7; the last of all. */
    public StunWriter fingerprint() {
        int covered = size;
        int at = header(StunView.FINGERPRINT, 4);
        Bytes.u16(bytes, 2, size - StunPeek.HEADER);
        System.arraycopy(FingerprintAttribute.calculateXorCRC32(bytes, 0, covered), 0, bytes, at, 4);
        return this;
    }

    public byte[] toBytes() {
        Bytes.u16(bytes, 2, size - StunPeek.HEADER);
        return Arrays.copyOf(bytes, size);
    }
}
