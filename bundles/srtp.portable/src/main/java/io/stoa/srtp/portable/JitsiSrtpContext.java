package io.stoa.srtp.portable;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpPackets;
import io.stoa.srtp.SrtpProfile;
import io.stoa.srtp.SrtpSources;
import io.stoa.srtp.SrtpState;
import io.stoa.srtp.SrtpState.Direction;
import io.stoa.srtp.SrtpState.Source;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jitsi.srtp.BaseSrtpCryptoContext;
import org.jitsi.srtp.SrtcpCryptoContext;
import org.jitsi.srtp.SrtpContextFactory;
import org.jitsi.srtp.SrtpErrorStatus;
import org.jitsi.srtp.SrtpPolicy;
import org.jitsi.utils.logging2.Logger;
import org.jitsi.utils.logging2.LoggerImpl;

/**
 * One direction by jitsi-srtp, which keeps a context per SSRC: found here in two parallel arrays that are searched from the last hit on
 * (a connection has few SSRCs, and packets come in runs).
 */
final class JitsiSrtpContext implements SrtpContext {
    private static final int MAX_SSRCS = SrtpSources.MAX;

    private final SrtpState.Direction direction;
    private final boolean sender;
    private final SrtpProfile profile;
    private final byte[] key;
    private final byte[] salt;
    private final SrtpPolicy policy;
    private final Logger logger = new LoggerImpl(JitsiSrtpContext.class.getName());
    private final SrtpContextFactory factory;
    private final PacketWindow window = new PacketWindow();
    private int[] rtpSsrcs = new int[8];
    private RtpContext[] rtp = new RtpContext[8];
    private int rtpCount;
    private int rtpLast;
    private int[] rtcpSsrcs = new int[4];
    private SrtcpCryptoContext[] rtcp = new SrtcpCryptoContext[4];
    private int rtcpCount;
    private boolean closed;

    JitsiSrtpContext(SrtpState from) {
        direction = from.direction();
        sender = direction == Direction.OUTBOUND;
        profile = from.profile();
        key = from.masterKey().clone();
        salt = from.masterSalt().clone();
        policy = policy(profile);
        factory = new SrtpContextFactory(sender, key, salt, policy, policy, logger);
        try {
            for (Source source : from.rtp()) keep(source.ssrc(), derive(source.ssrc()).from(source));
            for (Source source : from.rtcp()) keep(source.ssrc(), goOn(source));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK's cipher refused keys of the right length", e);
        }
    }

    private SrtcpCryptoContext goOn(Source source) throws GeneralSecurityException {
        SrtcpCryptoContext context = factory.deriveControlContext(source.ssrc());
        if (sender) JitsiFields.NEXT.set(context, (int) source.index() + 1);
        else JitsiFields.RECEIVED.set(context, (int) source.index());
        JitsiFields.WINDOW.set((BaseSrtpCryptoContext) context, source.window());
        return context;
    }

    @Override
    public SrtpState state() {
        List<Source> media = new ArrayList<>(rtpCount);
        for (int i = 0; i < rtpCount; i++) media.add(rtp[i].state(sender));
        List<Source> control = new ArrayList<>(rtcpCount);
        for (int i = 0; i < rtcpCount; i++) control.add(state(rtcpSsrcs[i], rtcp[i]));
        return new SrtpState(direction, profile, key, salt, media, control);
    }

    private Source state(int ssrc, SrtcpCryptoContext context) {
        if (sender) return new Source(ssrc, (int) JitsiFields.NEXT.get(context) - 1, 0);
        return new Source(ssrc, (int) JitsiFields.RECEIVED.get(context), (long) JitsiFields.WINDOW.get((BaseSrtpCryptoContext) context));
    }

    private RtpContext derive(int ssrc) throws GeneralSecurityException {
        return new RtpContext(sender, ssrc, key, salt, policy, logger);
    }

    private static SrtpPolicy policy(SrtpProfile profile) {
        SrtpPolicy policy = profile.isAead()
                ? new SrtpPolicy(SrtpPolicy.AESGCM_ENCRYPTION, profile.keyBytes, SrtpPolicy.NULL_AUTHENTICATION, 0, 16, profile.saltBytes)
                : new SrtpPolicy(SrtpPolicy.AESCM_ENCRYPTION, profile.keyBytes, SrtpPolicy.HMACSHA1_AUTHENTICATION, 20, 10, profile.saltBytes);
        // We number what we send ourselves and never send a number twice.
        policy.setSendReplayEnabled(false);
        return policy;
    }

    @Override
    public int protectRtp(byte[] bytes, int offset, int length) {
        if (length < SrtpPackets.MIN_RTP || offset + length + OVERHEAD > bytes.length) return -1;
        if (closed || SrtpPackets.headerLength(bytes, offset, length) > length) return -1;
        try {
            RtpContext context = rtp(Bytes.i32(bytes, offset + 8));
            if (context == null) return -1;
            int protectedLength = transform(context, bytes, offset, length);
            if (protectedLength < 0 && profile.isAead()) {
                context.forgetNonce();
                protectedLength = transform(context, bytes, offset, length);
            }
            return protectedLength;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK's cipher refused our own packet", e);
        }
    }

    /** jitsi-srtp reports success even where GCM refused and the packet is still in the clear; only the tag proves protection. */
    private int transform(RtpContext context, byte[] bytes, int offset, int length) throws GeneralSecurityException {
        SrtpErrorStatus status = context.transformPacket(window.on(bytes, offset, length));
        return status == SrtpErrorStatus.OK && window.getLength() > length ? window.getLength() : -1;
    }

    @Override
    public int unprotectRtp(byte[] bytes, int offset, int length) {
        if (closed) return SrtpContext.refused(Drop.SRTP_TOO_EARLY);
        if (length < SrtpPackets.MIN_RTP) return SrtpContext.refused(Drop.SRTP_MALFORMED);
        int ssrc = Bytes.i32(bytes, offset + 8);
        try {
            RtpContext context = known(ssrc);
            boolean first = context == null;
            if (first) {
                if (rtpCount == MAX_SSRCS) return SrtpContext.refused(Drop.RTP_SSRC_LIMIT);
                context = derive(ssrc);
            }
            SrtpErrorStatus status = context.reverseTransformPacket(window.on(bytes, offset, length), false);
            if (status != SrtpErrorStatus.OK) return SrtpContext.refused(dropOf(status));
            if (first) keep(ssrc, context); // only what was authentic may cost memory
            return window.getLength();
        } catch (GeneralSecurityException e) {
            return SrtpContext.refused(Drop.SRTP_AUTHENTICATION);
        } catch (RuntimeException e) {
            // jitsi-srtp reads header fields without checking that they fit; such a packet is malformed
            return SrtpContext.refused(Drop.SRTP_MALFORMED);
        }
    }

    @Override
    public int protectRtcp(byte[] bytes, int offset, int length) {
        if (closed || length < SrtpPackets.MIN_RTCP || offset + length + OVERHEAD > bytes.length) return -1;
        try {
            int ssrc = Bytes.i32(bytes, offset + 4);
            SrtcpCryptoContext context = knownRtcp(ssrc);
            if (context == null) context = keep(ssrc, factory.deriveControlContext(ssrc));
            SrtpErrorStatus status = context.transformPacket(window.on(bytes, offset, length));
            return status == SrtpErrorStatus.OK && window.getLength() > length + 4 ? window.getLength() : -1;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK's cipher refused our own packet", e);
        }
    }

    @Override
    public int unprotectRtcp(byte[] bytes, int offset, int length) {
        if (closed) return SrtpContext.refused(Drop.SRTP_TOO_EARLY);
        if (length < SrtpPackets.MIN_RTCP + 4) return SrtpContext.refused(Drop.SRTP_MALFORMED);
        int ssrc = Bytes.i32(bytes, offset + 4);
        try {
            SrtcpCryptoContext context = knownRtcp(ssrc);
            boolean first = context == null;
            if (first) {
                if (rtcpCount == MAX_SSRCS) return SrtpContext.refused(Drop.RTP_SSRC_LIMIT);
                context = factory.deriveControlContext(ssrc);
            }
            SrtpErrorStatus status = context.reverseTransformPacket(window.on(bytes, offset, length));
            if (status != SrtpErrorStatus.OK) return SrtpContext.refused(dropOf(status));
            if (first) keep(ssrc, context);
            return window.getLength();
        } catch (GeneralSecurityException e) {
            return SrtpContext.refused(Drop.SRTP_AUTHENTICATION);
        } catch (RuntimeException e) {
            return SrtpContext.refused(Drop.SRTP_MALFORMED);
        }
    }

    @Override
    public void close() {
        closed = true;
        factory.close();
        Arrays.fill(key, (byte) 0);
        Arrays.fill(salt, (byte) 0);
    }

    private static Drop dropOf(SrtpErrorStatus status) {
        return switch (status) {
            case AUTH_FAIL -> Drop.SRTP_AUTHENTICATION;
            case REPLAY_FAIL -> Drop.SRTP_REPLAY;
            case REPLAY_OLD -> Drop.SRTP_TOO_OLD;
            case OK, FAIL, INVALID_PACKET -> Drop.SRTP_MALFORMED;
        };
    }

    private RtpContext rtp(int ssrc) throws GeneralSecurityException {
        RtpContext context = known(ssrc);
        if (context != null) return context;
        if (rtpCount == MAX_SSRCS && sender) return null;
        return keep(ssrc, derive(ssrc));
    }

    private RtpContext known(int ssrc) {
        for (int i = rtpLast; i < rtpCount; i++) if (rtpSsrcs[i] == ssrc) return rtp[rtpLast = i];
        for (int i = 0; i < rtpLast && i < rtpCount; i++) if (rtpSsrcs[i] == ssrc) return rtp[rtpLast = i];
        return null;
    }

    private RtpContext keep(int ssrc, RtpContext context) {
        if (rtpCount == rtp.length) {
            rtpSsrcs = Arrays.copyOf(rtpSsrcs, rtpCount * 2);
            rtp = Arrays.copyOf(rtp, rtpCount * 2);
        }
        rtpSsrcs[rtpCount] = ssrc;
        return rtp[rtpCount++] = context;
    }

    private SrtcpCryptoContext knownRtcp(int ssrc) {
        for (int i = 0; i < rtcpCount; i++) if (rtcpSsrcs[i] == ssrc) return rtcp[i];
        return null;
    }

    private SrtcpCryptoContext keep(int ssrc, SrtcpCryptoContext context) {
        if (rtcpCount == rtcp.length) {
            rtcpSsrcs = Arrays.copyOf(rtcpSsrcs, rtcpCount * 2);
            rtcp = Arrays.copyOf(rtcp, rtcpCount * 2);
        }
        rtcpSsrcs[rtcpCount] = ssrc;
        return rtcp[rtcpCount++] = context;
    }
}
