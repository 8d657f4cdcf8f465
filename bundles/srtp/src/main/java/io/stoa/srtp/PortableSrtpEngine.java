package io.stoa.srtp;

import org.jitsi.srtp.crypto.Aes;

/** The engine that works everywhere: jitsi-srtp on the JDK's ciphers. */
public final class PortableSrtpEngine implements SrtpEngine {
    public PortableSrtpEngine() {
        // jitsi-srtp would benchmark and choose by itself at run time; the JDK's cipher is the measured choice of the portable engine.
        Aes.setFactoryClassName("org.jitsi.srtp.crypto.Aes$SunJCECipherFactory");
    }

    @Override
    public String name() {
        return "jitsi-srtp (SunJCE)";
    }

    @Override
    public SrtpContext outbound(SrtpProfile profile, byte[] masterKey, byte[] masterSalt) {
        return new JitsiSrtpContext(true, profile, masterKey, masterSalt);
    }

    @Override
    public SrtpContext inbound(SrtpProfile profile, byte[] masterKey, byte[] masterSalt) {
        return new JitsiSrtpContext(false, profile, masterKey, masterSalt);
    }

    @Override
    public void protect(SrtpBatch batch) {
        for (int i = 0; i < batch.size(); i++)
            batch.length(i, batch.context(i).protectRtp(batch.slab(), batch.offset(i), batch.length(i)));
    }
}
