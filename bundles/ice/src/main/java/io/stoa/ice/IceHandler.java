package io.stoa.ice;

import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import org.osgi.annotation.versioning.ConsumerType;

/** What an agent needs of its owner and tells it; called in the middle of the call that caused it. */
@ConsumerType
public interface IceHandler {
    void send(Flow flow, byte[] bytes, int offset, int length);

    /** @return null if there is no such path, for instance TCP that the remote did not open */
    Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote);

    /** Whether a TURN server is known to relay from there, whatever the client has announced. */
    default boolean isRelay(TransportAddress remote) {
        return false;
    }

    /** An authenticated message came over the flow: it belongs to this connection. After an answer it may be {@link IceAgent#usable}. */
    void verified(Flow flow);

    /** Everything goes this way from now on. */
    void selected(Flow flow);

    void stateChanged(IceState state, String reason);
}
