package io.stoa.srtp.linux;

import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.SrtpState;
import java.util.concurrent.atomic.AtomicInteger;

/** Contexts on libcrypto. */
public final class LibCryptoEngine implements SrtpEngine {
    private final String name;
    private final AtomicInteger open = new AtomicInteger();
    private final Staging staging = new Staging();

    /** @throws LinkageError if there is no libcrypto, or it lacks a function */
    public LibCryptoEngine() {
        LibCrypto.require();
        name = "libcrypto (" + LibCrypto.version().replaceAll(" +\\d+ \\w+ \\d+.*", "") + ")";
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public SrtpContext context(SrtpState state) {
        return new LibCryptoContext(state, open, staging);
    }

    /** Ciphers that hold memory outside the heap: two for each context that is not closed. */
    public int open() {
        return open.get();
    }
}
