package io.stoa.ice;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.zip.CRC32;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * STUN messages byte by byte (RFC 8489 section 5), written without the codec under test, so that it can be told what no honest sender
 * would say. Attributes come in the order of the calls; integrity and fingerprint cover what is there when they are added.
 */
final class RawStun {
    static final int REQUEST = 0x0001;
    static final int INDICATION = 0x0011;
    static final int SUCCESS = 0x0101;
    static final int ERROR = 0x0111;

    static final int USERNAME = 0x0006;
    static final int ERROR_CODE = 0x0009;
    static final int PRIORITY = 0x0024;
    static final int USE_CANDIDATE = 0x0025;
    static final int CONTROLLED = 0x8029;
    static final int CONTROLLING = 0x802a;

    private final int kind;
    private final byte[] transaction;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    private RawStun(int kind, byte[] transaction) {
        this.kind = kind;
        this.transaction = transaction;
    }

    static RawStun message(int kind, byte[] transaction) {
        return new RawStun(kind, transaction);
    }

    RawStun with(int type, byte... value) {
        header(type, value.length);
        body.writeBytes(value);
        for (int pad = value.length; (pad & 3) != 0; pad++) body.write(0);
        return this;
    }

    RawStun username(String username) {
        return with(USERNAME, username.getBytes(StandardCharsets.UTF_8));
    }

    RawStun priority(long priority) {
        return with(PRIORITY, ByteBuffer.allocate(4).putInt((int) priority).array());
    }

    RawStun role(int type, long tieBreaker) {
        return with(type, ByteBuffer.allocate(8).putLong(tieBreaker).array());
    }

    RawStun nominating(boolean nominate) {
        return nominate ? with(USE_CANDIDATE) : this;
    }

    RawStun error(int code) {
        return with(ERROR_CODE, (byte) 0, (byte) 0, (byte) (code / 100), (byte) (code % 100));
    }

    RawStun integrity(String password) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(password.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            return with(0x0008, mac.doFinal(bytes(24)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has HmacSHA1", e);
        }
    }

    RawStun fingerprint() {
        CRC32 crc = new CRC32();
        crc.update(bytes(8));
        return with(0x8028, ByteBuffer.allocate(4).putInt((int) crc.getValue() ^ 0x5354_554e).array());
    }

    byte[] bytes() {
        return bytes(0);
    }

    /** @param more bytes that the length shall count although they are not there yet */
    private byte[] bytes(int more) {
        ByteBuffer message = ByteBuffer.allocate(20 + body.size());
        message.putShort((short) kind).putShort((short) (body.size() + more)).putInt(0x2112_a442).put(transaction);
        return message.put(body.toByteArray()).array();
    }

    private void header(int type, int length) {
        body.writeBytes(ByteBuffer.allocate(4).putShort((short) type).putShort((short) length).array());
    }
}
