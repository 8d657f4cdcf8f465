package io.stoa.http;

import org.osgi.annotation.versioning.ConsumerType;

/** A WebSocket's way in; one call at a time, in the order of the wire. */
@ConsumerType
public interface WebSocketListener {
    void opened(WebSocketPeer peer);

    void binary(byte[] message);

    void text(String message);

    /** Exactly once, however it ended. @param code 1006 if there was no close frame */
    void closed(int code, String reason);
}
