package io.stoa.media;

import io.stoa.base.TransportAddress;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The ports of this machine from which a TURN server relays. What comes from there has come over a relay, also while the client has not
 * announced it: a check through a server that is this near overtakes the candidate that signalling brings. Any thread; never blocks.
 */
@ConsumerType
public interface RelayPorts {
    boolean isRelay(TransportAddress address);
}
