package io.stoa.http;

import org.osgi.annotation.versioning.ConsumerType;

/** A WebSocket's way in; one call at a time, in the order of the wire. */
@ConsumerType
public interface WebSocketListener {
    void opened(WebSocketPeer peer);

    void binary(byte[] message);

    void text(String message);

    /**
     * Whether {@link #binary} and {@link #text} never wait for anything: then whoever reads from the sockets calls them, and nobody has to be woken. One
     * thread reads for all connections.
     */
    default boolean returnsAtOnce() {
        return false;
    }

    /** Exactly once, however it ended. @param code 1006 if there was no close frame */
    void closed(int code, String reason);
}
