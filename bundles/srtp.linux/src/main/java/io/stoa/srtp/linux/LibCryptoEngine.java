package io.stoa.srtp.linux;

import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.SrtpState;
import java.util.concurrent.atomic.AtomicInteger;

/** Contexts on libcrypto, whose AES-GCM of RTP may be that of libIPSec_MB. */
public final class LibCryptoEngine implements SrtpEngine {
    private final String name;
    private final boolean wide;
    private final AtomicInteger open = new AtomicInteger();
    private final Staging staging = new Staging();

    /** @throws LinkageError if there is no libcrypto, or it lacks a function */
    public LibCryptoEngine() {
        this(false);
    }

    private LibCryptoEngine(boolean wide) {
        LibCrypto.require();
        this.wide = wide;
        String libcrypto = "libcrypto (" + LibCrypto.version().replaceAll(" +\\d+ \\w+ \\d+.*", "") + ")";
        name = wide ? libcrypto + " with libIPSec_MB " + IpsecMb.version() : libcrypto;
    }

    /** @throws LinkageError if there is no libcrypto or no libIPSec_MB, or the processor has no VAES */
    public static LibCryptoEngine withIpsecMb() {
        IpsecMb.require();
        return new LibCryptoEngine(true);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public SrtpContext context(SrtpState state) {
        return new LibCryptoContext(state, wide, open, staging);
    }

    /** Ciphers that hold memory outside the heap: two for each context that is not closed. */
    public int open() {
        return open.get();
    }
}
