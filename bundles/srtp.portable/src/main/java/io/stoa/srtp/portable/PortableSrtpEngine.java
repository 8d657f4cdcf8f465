package io.stoa.srtp.portable;

import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.SrtpState;
import java.lang.reflect.Field;
import java.util.Map;
import org.jitsi.srtp.crypto.Aes;
import org.jitsi.srtp.crypto.CipherFactory;
import org.osgi.service.component.annotations.Component;

/** The engine that works everywhere: jitsi-srtp on the JDK's ciphers. */
@Component(service = SrtpEngine.class, immediate = true, property = "service.ranking:Integer=-100")
public final class PortableSrtpEngine implements SrtpEngine {
    private static final String[] TRANSFORMATIONS = {"AES/CTR/NoPadding", "AES/GCM/NoPadding", "AES/ECB/NoPadding"};

    public PortableSrtpEngine() {
        pinCiphers();
    }

    /**
     * jitsi-srtp would benchmark every provider for two seconds when the first packet comes, on the thread that brings it, and then
     * choose by itself. The JDK's cipher is the measured choice of this engine, so its table of choices is filled beforehand; it has no
     * public way to do that.
     */
    @SuppressWarnings("unchecked")
    private static void pinCiphers() {
        try {
            Field chosen = Aes.class.getDeclaredField("fastestFactories");
            chosen.setAccessible(true);
            Map<String, CipherFactory> table = (Map<String, CipherFactory>) chosen.get(null);
            CipherFactory jdk = new Aes.SunJCECipherFactory();
            for (String transformation : TRANSFORMATIONS) table.put(transformation, jdk);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of jitsi-srtp keeps its choice of ciphers elsewhere", e);
        }
    }

    @Override
    public String name() {
        return "jitsi-srtp (SunJCE)";
    }

    @Override
    public SrtpContext context(SrtpState state) {
        return new JitsiSrtpContext(state);
    }
}
