package io.stoa.srtp.linux;

import io.stoa.base.Bytes;
import io.stoa.srtp.SrtpPackets;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/** AES-GCM (RFC 7714): header and trailer are associated data, the tag is part of the ciphertext. */
final class AeadCipher implements RtpCipher, RtcpCipher {
    private static final int ENCRYPTED = 0x8000_0000;

    private final Staging staging;
    private final EvpCipher cipher;
    private final GcmNonce nonce;

    AeadCipher(Algorithm algorithm, SessionKeys keys, boolean encrypt, AtomicInteger open, Staging staging) {
        this.staging = staging;
        cipher = new EvpCipher(algorithm, keys.encryption(), encrypt, open);
        nonce = new GcmNonce(keys.salt());
    }

    @Override
    public int tagBytes() {
        return EvpCipher.TAG_BYTES;
    }

    @Override
    public boolean protectRtp(byte[] bytes, int offset, int header, int length, int ssrc, long index) {
        MemorySegment here = staging.of(bytes, offset, length, EvpCipher.TAG_BYTES);
        if (!begin(here, ssrc, index) || !cipher.associated(here, 0, header) || !cipher.text(here, header, length - header) || !cipher.seal(here, length)) return false;
        Staging.take(here, Staging.PACKET + header, bytes, offset + header, length - header + EvpCipher.TAG_BYTES);
        return true;
    }

    @Override
    public boolean unprotectRtp(byte[] bytes, int offset, int header, int length, int ssrc, long index) {
        MemorySegment here = staging.of(bytes, offset, length + EvpCipher.TAG_BYTES, 0);
        boolean authentic = begin(here, ssrc, index)
                && cipher.associated(here, 0, header)
                && cipher.expect(here, length)
                && cipher.text(here, header, length - header)
                && cipher.isAuthentic(here, length);
        if (authentic) Staging.take(here, Staging.PACKET + header, bytes, offset + header, length - header);
        return authentic;
    }

    @Override
    public boolean protectRtcp(byte[] bytes, int offset, int length, int ssrc, int trailer) {
        MemorySegment here = staging.of(bytes, offset, length, EvpCipher.TAG_BYTES);
        Bytes.i32(bytes, offset + trailerAt(length), trailer);
        boolean done = begin(here, ssrc, rtcpIndex(trailer))
                && associated(here, SrtpPackets.MIN_RTCP, trailer)
                && cipher.text(here, SrtpPackets.MIN_RTCP, length - SrtpPackets.MIN_RTCP)
                && cipher.seal(here, length);
        if (done) Staging.take(here, Staging.PACKET, bytes, offset, length + EvpCipher.TAG_BYTES);
        return done;
    }

    @Override
    public boolean unprotectRtcp(byte[] bytes, int offset, int length, int ssrc, int trailer) {
        MemorySegment here = staging.of(bytes, offset, length + EvpCipher.TAG_BYTES, 0);
        int open = (trailer & ENCRYPTED) == 0 ? length : SrtpPackets.MIN_RTCP;
        boolean authentic = begin(here, ssrc, rtcpIndex(trailer))
                && associated(here, open, trailer)
                && cipher.expect(here, length)
                && cipher.text(here, open, length - open)
                && cipher.isAuthentic(here, length);
        if (authentic) Staging.take(here, Staging.PACKET, bytes, offset, length);
        return authentic;
    }

    @Override
    public int trailerAt(int length) {
        return length + EvpCipher.TAG_BYTES;
    }

    /** So much of the packet, and the trailer. */
    private boolean associated(MemorySegment here, int count, int trailer) {
        Staging.word(here, trailer);
        return cipher.associated(here, 0, count) && cipher.associatedWord(here);
    }

    /** In the places of roll-over counter and sequence number stand two zeros and the index (section 9.1). */
    private static long rtcpIndex(int trailer) {
        return trailer & ~ENCRYPTED;
    }

    private boolean begin(MemorySegment here, int ssrc, long index) {
        return cipher.begin(here, nonce.of(ssrc, index));
    }

    @Override
    public void close() {
        cipher.close();
    }
}
