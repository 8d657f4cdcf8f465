package io.stoa.srtp.linux;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpPackets;
import io.stoa.srtp.SrtpProfile;
import io.stoa.srtp.SrtpSources;
import io.stoa.srtp.SrtpState;
import io.stoa.srtp.SrtpState.Direction;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** One direction: two ciphers, and how far every source is. */
final class LibCryptoContext implements SrtpContext {
    private static final int TRAILER = 4;
    private static final int ENCRYPTED = 0x8000_0000;
    private static final int LAST_RTCP_INDEX = 0x7fff_ffff;

    private final Direction direction;
    private final SrtpProfile profile;
    private final byte[] key;
    private final byte[] salt;
    private final SrtpSources rtp;
    private final SrtpSources rtcp;
    private final RtpCipher rtpCipher;
    private final RtcpCipher rtcpCipher;
    private boolean closed;

    /** @param wide AES-GCM of RTP by {@link IpsecMb} */
    LibCryptoContext(SrtpState from, boolean wide, AtomicInteger open, Staging staging) {
        direction = from.direction();
        profile = from.profile();
        key = from.masterKey().clone();
        salt = from.masterSalt().clone();
        rtp = new SrtpSources(from.rtp());
        rtcp = new SrtpSources(from.rtcp());
        rtpCipher = rtpCipher(wide, open, staging);
        try {
            rtcpCipher = rtcpCipher(open, staging);
        } catch (RuntimeException | Error e) {
            rtpCipher.close();
            throw e;
        }
    }

    private RtpCipher rtpCipher(boolean wide, AtomicInteger open, Staging staging) {
        SessionKeys keys = SessionKeys.derive(profile, key, salt, SessionKeys.RTP, staging);
        try {
            if (!profile.isAead()) return new CounterCipher(Algorithm.of(profile), keys, encrypts(), open, staging);
            return wide ? new IpsecMbCipher(keys, open, staging) : new AeadCipher(Algorithm.of(profile), keys, encrypts(), open, staging);
        } finally {
            keys.forget();
        }
    }

    private RtcpCipher rtcpCipher(AtomicInteger open, Staging staging) {
        SessionKeys keys = SessionKeys.derive(profile, key, salt, SessionKeys.RTCP, staging);
        try {
            if (!profile.isAead()) return new CounterCipher(Algorithm.of(profile), keys, encrypts(), open, staging);
            return new AeadCipher(Algorithm.of(profile), keys, encrypts(), open, staging);
        } finally {
            keys.forget();
        }
    }

    private boolean encrypts() {
        return direction == Direction.OUTBOUND;
    }

    @Override
    public int protectRtp(byte[] bytes, int offset, int length) {
        if (closed || length < SrtpPackets.MIN_RTP || offset + length + OVERHEAD > bytes.length) return -1;
        int header = SrtpPackets.headerLength(bytes, offset, length);
        if (header > length) return -1;
        int ssrc = Bytes.i32(bytes, offset + 8);
        int seq = Bytes.u16(bytes, offset + 2);
        int source = rtp.find(ssrc);
        if (source == SrtpSources.NONE) {
            if (rtp.isFull()) return -1;
            source = rtp.add(ssrc, seq);
        }
        long index = rtp.estimate(source, seq);
        if (!rtpCipher.protectRtp(bytes, offset, header, length, ssrc, index)) throw new IllegalStateException("libcrypto refused our own packet");
        rtp.sent(source, index);
        return length + rtpCipher.tagBytes();
    }

    @Override
    public int unprotectRtp(byte[] bytes, int offset, int length) {
        if (closed) return SrtpContext.refused(Drop.SRTP_TOO_EARLY);
        int plain = length - rtpCipher.tagBytes();
        if (plain < SrtpPackets.MIN_RTP) return SrtpContext.refused(Drop.SRTP_MALFORMED);
        int header = SrtpPackets.headerLength(bytes, offset, plain);
        if (header > plain) return SrtpContext.refused(Drop.SRTP_MALFORMED);
        int ssrc = Bytes.i32(bytes, offset + 8);
        int seq = Bytes.u16(bytes, offset + 2);
        int source = rtp.find(ssrc);
        boolean first = source == SrtpSources.NONE;
        if (first && rtp.isFull()) return SrtpContext.refused(Drop.RTP_SSRC_LIMIT);
        long index = first ? seq : rtp.estimate(source, seq);
        Drop refusal = first ? null : rtp.refusal(source, index);
        if (refusal != null) return SrtpContext.refused(refusal);
        if (!rtpCipher.unprotectRtp(bytes, offset, header, plain, ssrc, index)) return SrtpContext.refused(Drop.SRTP_AUTHENTICATION);
        rtp.received(first ? rtp.add(ssrc, index) : source, index); // only what was authentic may cost memory
        return plain;
    }

    @Override
    public int protectRtcp(byte[] bytes, int offset, int length) {
        if (closed || length < SrtpPackets.MIN_RTCP || offset + length + OVERHEAD > bytes.length) return -1;
        int ssrc = Bytes.i32(bytes, offset + 4);
        int source = rtcp.find(ssrc);
        if (source == SrtpSources.NONE) {
            if (rtcp.isFull()) return -1;
            source = rtcp.add(ssrc, -1);
        }
        long index = rtcp.highest(source) + 1;
        if (index > LAST_RTCP_INDEX) return -1; // the key is used up (RFC 3711 section 9.2): at a report per millisecond, after 24 days
        if (!rtcpCipher.protectRtcp(bytes, offset, length, ssrc, (int) index | ENCRYPTED)) throw new IllegalStateException("libcrypto refused our own report");
        rtcp.sent(source, index);
        return length + rtcpCipher.tagBytes() + TRAILER;
    }

    @Override
    public int unprotectRtcp(byte[] bytes, int offset, int length) {
        if (closed) return SrtpContext.refused(Drop.SRTP_TOO_EARLY);
        int plain = length - rtcpCipher.tagBytes() - TRAILER;
        if (plain < SrtpPackets.MIN_RTCP) return SrtpContext.refused(Drop.SRTP_MALFORMED);
        int ssrc = Bytes.i32(bytes, offset + 4);
        int trailer = Bytes.i32(bytes, offset + rtcpCipher.trailerAt(plain));
        long index = trailer & LAST_RTCP_INDEX;
        int source = rtcp.find(ssrc);
        boolean first = source == SrtpSources.NONE;
        if (first && rtcp.isFull()) return SrtpContext.refused(Drop.RTP_SSRC_LIMIT);
        Drop refusal = first ? null : rtcp.refusal(source, index);
        if (refusal != null) return SrtpContext.refused(refusal);
        if (!rtcpCipher.unprotectRtcp(bytes, offset, plain, ssrc, trailer)) return SrtpContext.refused(Drop.SRTP_AUTHENTICATION);
        rtcp.received(first ? rtcp.add(ssrc, index) : source, index);
        return plain;
    }

    @Override
    public SrtpState state() {
        return new SrtpState(direction, profile, key, salt, rtp.state(), rtcp.state());
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        rtpCipher.close();
        rtcpCipher.close();
        Arrays.fill(key, (byte) 0);
        Arrays.fill(salt, (byte) 0);
    }
}
