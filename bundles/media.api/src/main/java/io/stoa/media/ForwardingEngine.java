package io.stoa.media;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Makes forwarders: the swappable brain that decides, per subscriber, which packets of a track go on and how they are renumbered.
 * Stateless; called on media loops, so it must neither block nor keep anything that outlives its bundle.
 */
@ProviderType
public interface ForwardingEngine {
    /** Shown to operators; says what and which version. */
    String name();

    /**
     * @param from null for a new subscription; else continue exactly where the forwarder of another engine (possibly of the version
     *     before or after this one) stopped: the next packet gets the next sequence number
     * @throws RuntimeException if the state cannot be used; the caller then keeps the old forwarder
     */
    Forwarder create(ForwarderSpec spec, ForwarderState from);
}
