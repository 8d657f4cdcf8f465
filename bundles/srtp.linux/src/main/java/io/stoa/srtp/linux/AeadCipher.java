package io.stoa.srtp.linux;

import io.stoa.base.Bytes;
import io.stoa.srtp.SrtpPackets;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/** AES-GCM (RFC 7714): header and trailer are associated data, the tag is part of the ciphertext. */
final class AeadCipher implements PacketCipher {
    private static final int ENCRYPTED = 0x8000_0000;

    private final EvpCipher cipher;
    private final byte[] salt;
    private final byte[] iv = new byte[12];
    private final MemorySegment ivSegment = MemorySegment.ofArray(iv);
    private final byte[] word = new byte[4];
    private final MemorySegment wordSegment = MemorySegment.ofArray(word);

    AeadCipher(Algorithm algorithm, SessionKeys keys, boolean encrypt, AtomicInteger open) {
        cipher = new EvpCipher(algorithm, keys.encryption(), encrypt, open);
        salt = keys.salt();
    }

    @Override
    public int tagBytes() {
        return EvpCipher.TAG_BYTES;
    }

    @Override
    public boolean protectRtp(byte[] bytes, int offset, int header, int length, int ssrc, long index) {
        MemorySegment packet = cipher.of(bytes);
        return begin(ssrc, index)
                && cipher.associated(packet.asSlice(offset, header), header)
                && text(packet, offset + header, length - header)
                && cipher.seal(packet.asSlice(offset + length, EvpCipher.TAG_BYTES));
    }

    @Override
    public boolean unprotectRtp(byte[] bytes, int offset, int header, int length, int ssrc, long index) {
        MemorySegment packet = cipher.of(bytes);
        MemorySegment tag = packet.asSlice(offset + length, EvpCipher.TAG_BYTES);
        return begin(ssrc, index)
                && cipher.associated(packet.asSlice(offset, header), header)
                && cipher.expect(tag)
                && text(packet, offset + header, length - header)
                && cipher.isAuthentic(tag);
    }

    @Override
    public boolean protectRtcp(byte[] bytes, int offset, int length, int ssrc, int trailer) {
        MemorySegment packet = cipher.of(bytes);
        Bytes.i32(bytes, offset + trailerAt(length), trailer);
        return begin(ssrc, rtcpIndex(trailer))
                && associated(packet, offset, SrtpPackets.MIN_RTCP, trailer)
                && text(packet, offset + SrtpPackets.MIN_RTCP, length - SrtpPackets.MIN_RTCP)
                && cipher.seal(packet.asSlice(offset + length, EvpCipher.TAG_BYTES));
    }

    @Override
    public boolean unprotectRtcp(byte[] bytes, int offset, int length, int ssrc, int trailer) {
        MemorySegment packet = cipher.of(bytes);
        MemorySegment tag = packet.asSlice(offset + length, EvpCipher.TAG_BYTES);
        int open = (trailer & ENCRYPTED) == 0 ? length : SrtpPackets.MIN_RTCP;
        return begin(ssrc, rtcpIndex(trailer))
                && associated(packet, offset, open, trailer)
                && cipher.expect(tag)
                && text(packet, offset + open, length - open)
                && cipher.isAuthentic(tag);
    }

    @Override
    public int trailerAt(int length) {
        return length + EvpCipher.TAG_BYTES;
    }

    private boolean associated(MemorySegment packet, int at, int count, int trailer) {
        Bytes.i32(word, 0, trailer);
        return cipher.associated(packet.asSlice(at, count), count) && cipher.associated(wordSegment, word.length);
    }

    private boolean text(MemorySegment packet, int at, int count) {
        return count == 0 || cipher.text(packet.asSlice(at, count), count);
    }

    /** In the places of roll-over counter and sequence number stand two zeros and the index (section 9.1). */
    private static long rtcpIndex(int trailer) {
        return trailer & ~ENCRYPTED;
    }

    /** Section 8.1: 00 00, SSRC, roll-over counter, sequence number, all XOR salt. */
    private boolean begin(int ssrc, long index) {
        Bytes.u16(iv, 0, Bytes.u16(salt, 0));
        Bytes.i32(iv, 2, Bytes.i32(salt, 2) ^ ssrc);
        Bytes.u16(iv, 6, Bytes.u16(salt, 6) ^ (int) (index >>> 32) & 0xffff);
        Bytes.i32(iv, 8, Bytes.i32(salt, 8) ^ (int) index);
        return cipher.begin(ivSegment);
    }

    @Override
    public void close() {
        cipher.close();
    }
}
