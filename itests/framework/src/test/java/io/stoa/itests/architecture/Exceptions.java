package io.stoa.itests.architecture;

import java.util.Map;

/** What the rules do not hold for, each with its reason. Nothing else is excepted anywhere, and what needs no exception may not stay. */
final class Exceptions {
    /** Protocol code that makes threads. */
    static final Map<String, String> THREADS = Map.of(
            "io.stoa.dtls.DtlsConnection", "the handshake of Bouncy Castle blocks: it gets a virtual thread of its own, which ends with it");

    private Exceptions() {}
}
