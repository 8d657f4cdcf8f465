package io.stoa.sctp;

import org.osgi.annotation.versioning.ProviderType;

/** How hard a channel tries (RFC 8832 section 5.1). */
@ProviderType
public sealed interface Reliability {
    record Reliable() implements Reliability {}

    /** @param times 0 = sent once only */
    record MaxRetransmits(int times) implements Reliability {}

    record MaxLifetime(int millis) implements Reliability {}

    Reliability RELIABLE = new Reliable();
}
