package io.stoa.http;

import org.osgi.annotation.versioning.ProviderType;

/** A WebSocket's way out. Any thread; order is kept; never blocks. */
@ProviderType
public interface WebSocketPeer {
    /** @return false if too much is waiting to be sent: the connection was closed */
    boolean send(byte[] binary);

    boolean send(String text);

    void ping();

    /** After what was sent before. */
    void close(int code, String reason);
}
