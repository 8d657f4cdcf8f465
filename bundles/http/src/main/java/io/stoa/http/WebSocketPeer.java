package io.stoa.http;

import org.osgi.annotation.versioning.ProviderType;

/** A WebSocket's way out. Any thread; order is kept; never blocks, and never calls the {@link WebSocketListener}. */
@ProviderType
public interface WebSocketPeer {
    /** What became of a message. */
    enum Outcome {
        QUEUED,
        /** Too much is waiting to be sent: the connection was cut. */
        OVERRUN,
        /** The connection had ended before, or is about to. */
        CLOSED
    }

    Outcome send(byte[] binary);

    Outcome send(String text);

    void ping();

    /** After what was sent before. */
    void close(int code, String reason);
}
