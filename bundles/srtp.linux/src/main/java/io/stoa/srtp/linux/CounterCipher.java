package io.stoa.srtp.linux;

import io.stoa.base.Bytes;
import io.stoa.srtp.SrtpPackets;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** AES in counter mode with HMAC-SHA1 of 80 bits (RFC 3711 sections 4.1.1 and 4.2.1). */
final class CounterCipher implements RtpCipher, RtcpCipher {
    private static final int ENCRYPTED = 0x8000_0000;

    private final Staging staging;
    private final EvpCipher cipher;
    private final HmacSha1 mac;
    private final byte[] salt;
    private final byte[] iv = new byte[16];

    CounterCipher(Algorithm algorithm, SessionKeys keys, boolean encrypt, AtomicInteger open, Staging staging) {
        this.staging = staging;
        cipher = new EvpCipher(algorithm, keys.encryption(), encrypt, open);
        mac = new HmacSha1(keys.authentication(), staging);
        salt = Arrays.copyOf(keys.salt(), 16);
    }

    @Override
    public int tagBytes() {
        return HmacSha1.TAG_BYTES;
    }

    @Override
    public boolean protectRtp(byte[] bytes, int offset, int header, int length, int ssrc, long index) {
        MemorySegment here = staging.of(bytes, offset, length, 0);
        if (!text(here, header, length - header, ssrc, index)) return false;
        mac.of(here, length, (int) (index >>> 16));
        Staging.take(here, Staging.PACKET + header, bytes, offset + header, length - header);
        mac.write(bytes, offset + length);
        return true;
    }

    @Override
    public boolean unprotectRtp(byte[] bytes, int offset, int header, int length, int ssrc, long index) {
        MemorySegment here = staging.of(bytes, offset, length, 0);
        mac.of(here, length, (int) (index >>> 16));
        if (!mac.is(bytes, offset + length) || !text(here, header, length - header, ssrc, index)) return false;
        Staging.take(here, Staging.PACKET + header, bytes, offset + header, length - header);
        return true;
    }

    @Override
    public boolean protectRtcp(byte[] bytes, int offset, int length, int ssrc, int trailer) {
        MemorySegment here = staging.of(bytes, offset, length, 0);
        if (!text(here, SrtpPackets.MIN_RTCP, length - SrtpPackets.MIN_RTCP, ssrc, trailer & ~ENCRYPTED)) return false;
        mac.of(here, length, trailer);
        Staging.take(here, Staging.PACKET, bytes, offset, length);
        Bytes.i32(bytes, offset + length, trailer);
        mac.write(bytes, offset + length + 4);
        return true;
    }

    @Override
    public boolean unprotectRtcp(byte[] bytes, int offset, int length, int ssrc, int trailer) {
        MemorySegment here = staging.of(bytes, offset, length, 0);
        mac.of(here, length, trailer);
        if (!mac.is(bytes, offset + length + 4)) return false;
        if ((trailer & ENCRYPTED) == 0) return true;
        if (!text(here, SrtpPackets.MIN_RTCP, length - SrtpPackets.MIN_RTCP, ssrc, trailer & ~ENCRYPTED)) return false;
        Staging.take(here, Staging.PACKET, bytes, offset, length);
        return true;
    }

    @Override
    public int trailerAt(int length) {
        return length;
    }

    /** IV: salt * 2^16 XOR SSRC * 2^64 XOR index * 2^16. */
    private boolean text(MemorySegment here, int at, int count, int ssrc, long index) {
        if (count == 0) return true;
        Bytes.i32(iv, 0, Bytes.i32(salt, 0));
        Bytes.i32(iv, 4, Bytes.i32(salt, 4) ^ ssrc);
        Bytes.i64(iv, 8, Bytes.i64(salt, 8) ^ index << 16);
        return cipher.begin(here, iv) && cipher.text(here, at, count);
    }

    @Override
    public void close() {
        cipher.close();
        mac.forget();
    }
}
