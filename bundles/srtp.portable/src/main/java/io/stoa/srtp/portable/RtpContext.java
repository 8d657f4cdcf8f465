package io.stoa.srtp.portable;

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
}
