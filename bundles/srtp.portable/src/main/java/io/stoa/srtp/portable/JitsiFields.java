package io.stoa.srtp.portable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jitsi.srtp.BaseSrtpCryptoContext;
import org.jitsi.srtp.SrtcpCryptoContext;
import org.jitsi.srtp.SrtpCryptoContext;

/**
 * How far jitsi-srtp is with a source. It keeps that to itself; a connection that changes its engine takes it along.
 *
 * <p>RTP: roll-over counter, highest sequence number, whether there is one. RTCP: highest index received, next index to send. Both: the
 * replay window.
 */
final class JitsiFields {
    static final VarHandle ROLL_OVER = field(SrtpCryptoContext.class, "roc", int.class);
    static final VarHandle HIGHEST = field(SrtpCryptoContext.class, "s_l", int.class);
    static final VarHandle BEGUN = field(SrtpCryptoContext.class, "seqNumSet", boolean.class);
    static final VarHandle RECEIVED = field(SrtcpCryptoContext.class, "receivedIndex", int.class);
    static final VarHandle NEXT = field(SrtcpCryptoContext.class, "sentIndex", int.class);
    static final VarHandle WINDOW = field(BaseSrtpCryptoContext.class, "replayWindow", long.class);

    private JitsiFields() {}

    private static VarHandle field(Class<?> owner, String name, Class<?> type) {
        try {
            return MethodHandles.privateLookupIn(owner, MethodHandles.lookup()).findVarHandle(owner, name, type);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of jitsi-srtp keeps " + owner.getSimpleName() + "." + name + " elsewhere", e);
        }
    }
}
