package io.stoa.http;

import io.stoa.auth.Claims;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** One request and its answer. */
@ProviderType
public interface HttpExchange {
    String method();

    /** Decoded, without query. */
    String path();

    /** @return null if absent */
    String query(String name);

    /** @return null if absent */
    String header(String name);

    /** The whole body. @throws BodyTooLargeException over the limit; the server then answers 413 */
    byte[] body() throws java.io.IOException;

    /** As spec 1.5: proxies' headers before the socket. */
    String clientAddress();

    /** {@code http://host:port} as the client sees it. */
    String origin();

    /** Of the verified token; empty if the request brought none. */
    Optional<Claims> claims();

    void header(String name, String value);

    void respond(int status, String contentType, byte[] body);

    /** {@code text/plain; charset=utf-8} */
    void respond(int status, String text);

    /** Whether the client asks for a WebSocket at all. */
    boolean isWebSocket();

    /**
     * For routes that have something to do before they upgrade: nothing should be begun for a handshake that fails afterwards.
     *
     * @return true if the handshake breaks RFC 6455 section 4.2.1; then it has been answered
     */
    boolean refuseHandshake();

    /**
     * Accepts the upgrade.
     *
     * @param maxMessageBytes longer messages close the connection with 1009
     * @return false if the handshake is malformed; then it has been answered
     */
    boolean upgrade(WebSocketListener listener, long maxMessageBytes);

    Map<String, String> queryParameters();

    /** A body over the configured limit. */
    final class BodyTooLargeException extends java.io.IOException {
        private static final long serialVersionUID = 1;

        public BodyTooLargeException() {
            super("request body too large");
        }
    }
}
