package io.stoa.srtp.portable;

import io.stoa.srtp.SrtpState;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import org.jitsi.srtp.SrtpCryptoContext;
import org.jitsi.srtp.SrtpPolicy;
import org.jitsi.utils.logging2.Logger;

/** jitsi-srtp's state of one SSRC, and a way to send a packet again under its own number. */
final class RtpContext extends SrtpCryptoContext {
    private static final byte[] UNUSED_NONCE = new byte[12];

    RtpContext(boolean sender, int ssrc, byte[] masterKey, byte[] masterSalt, SrtpPolicy policy, Logger logger) throws GeneralSecurityException {
        super(sender, ssrc, 0, masterKey, masterSalt, policy, logger);
    }

    /**
     * The JDK's GCM refuses the nonce that it encrypted with last, so a retransmission (the same bytes under the same number, RFC 3711
     * section 3.3.1) right after the first transmission needs another nonce in between. Nothing is encrypted with that one.
     */
    void forgetNonce() throws GeneralSecurityException {
        cipher.setIV(UNUSED_NONCE, Cipher.ENCRYPT_MODE);
    }

    /** Goes on where a context of another engine has stopped. */
    RtpContext from(SrtpState.Source source) {
        JitsiFields.ROLL_OVER.set((SrtpCryptoContext) this, (int) (source.index() >> 16));
        JitsiFields.HIGHEST.set((SrtpCryptoContext) this, (int) source.index() & 0xffff);
        JitsiFields.BEGUN.set((SrtpCryptoContext) this, true);
        replayWindow = source.window();
        return this;
    }

    SrtpState.Source state(boolean sender) {
        long rollOver = (int) JitsiFields.ROLL_OVER.get((SrtpCryptoContext) this);
        return new SrtpState.Source(getSsrc(), rollOver << 16 | (int) JitsiFields.HIGHEST.get((SrtpCryptoContext) this), sender ? 0 : replayWindow);
    }
}
