package io.stoa.http;

import io.stoa.auth.Claims;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.websocket.api.exceptions.WebSocketException;
import org.eclipse.jetty.websocket.server.ServerWebSocketContainer;

/** A request of Jetty's in our shape. */
final class JettyExchange implements HttpExchange {
    private static final int DRAINED_BYTES = 256 << 10;
    private static final int KEY_BYTES = 16;

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final String path;
    private final JettyHttpServer owner;
    private final long maxBodyBytes;
    private final Fields query;
    private final Supplier<ServerWebSocketContainer> container;
    private Claims claims;
    private boolean answered;
    private boolean bodyRead;
    private boolean bodyTooLarge;

    JettyExchange(Request request, Response response, Callback callback, String path, JettyHttpServer owner, Supplier<ServerWebSocketContainer> container) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.path = path;
        this.owner = owner;
        maxBodyBytes = owner.maxBodyBytes();
        this.container = container;
        query = RequestHandler.queryOf(request);
    }

    void claims(Claims verified) {
        claims = verified;
    }

    @Override
    public String method() {
        return request.getMethod();
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public String query(String name) {
        return query.getValue(name);
    }

    @Override
    public Map<String, String> queryParameters() {
        Map<String, String> all = new LinkedHashMap<>();
        for (Fields.Field field : query) all.put(field.getName(), field.getValue());
        return all;
    }

    @Override
    public String header(String name) {
        return request.getHeaders().get(name);
    }

    @Override
    public byte[] body() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        long since = owner.nanos();
        try (InputStream in = Content.Source.asInputStream(request)) {
            for (int count; (count = in.read(buffer)) >= 0; ) {
                body.write(buffer, 0, count);
                if (body.size() > maxBodyBytes) throw new BodyTooLargeException();
                if (SlowClients.isSlow(body.size(), since, owner.nanos())) throw new IOException("too slow");
            }
        } catch (BodyTooLargeException e) {
            bodyTooLarge = true;
            throw e;
        } catch (IOException e) {
            throw new ClientGoneException(e);
        }
        bodyRead = true;
        return body.toByteArray();
    }

    /** The body ended before its end, or did not come in time: the client's fault, nobody's bug. */
    static final class ClientGoneException extends IOException {
        private static final long serialVersionUID = 1;

        ClientGoneException(IOException cause) {
            super("the body did not arrive: " + cause, cause);
        }
    }

    @Override
    public String clientAddress() {
        for (String name : new String[] {"CF-Connecting-IP", "X-Forwarded-For", "X-Real-IP"}) {
            String value = header(name);
            if (value != null && !value.isEmpty()) return value;
        }
        return Request.getRemoteAddr(request);
    }

    @Override
    public String origin() {
        return request.getHttpURI().getScheme() + "://" + request.getHeaders().get(HttpHeader.HOST);
    }

    @Override
    public Optional<Claims> claims() {
        return Optional.ofNullable(claims);
    }

    @Override
    public void header(String name, String value) {
        response.getHeaders().put(name, value);
    }

    @Override
    public void respond(int status, String text) {
        header("X-Content-Type-Options", "nosniff");
        respond(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void respond(int status, String contentType, byte[] body) {
        if (answered) throw new IllegalStateException("this exchange was answered already");
        answered = true;
        if (!bodyRead && !drained()) header("Connection", "close");
        response.setStatus(status);
        if (contentType != null) response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
        if (status != 204) response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, ByteBuffer.wrap(request.getMethod().equals("HEAD") ? new byte[0] : body), callback);
    }

    /** A short body that nobody read is read here: else the client would lose its connection while it makes its next request on it. */
    private boolean drained() {
        if (bodyTooLarge || request.getLength() > Math.min(DRAINED_BYTES, maxBodyBytes) || header("Expect") != null) return false;
        byte[] buffer = new byte[8192];
        try {
            InputStream in = Content.Source.asInputStream(request);
            int left = DRAINED_BYTES;
            long since = owner.nanos();
            for (int count; left >= 0 && (count = in.read(buffer)) >= 0; ) {
                left -= count;
                if (SlowClients.isSlow(DRAINED_BYTES - left, since, owner.nanos())) return false;
            }
            return left >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public boolean isWebSocket() {
        return request.getHeaders().contains(HttpHeader.UPGRADE, "websocket") && request.getHeaders().contains(HttpHeader.CONNECTION, "upgrade");
    }

    /** RFC 6455 section 4.2.1; what is refused for its version is told ours (section 4.2.2). */
    @Override
    public boolean refuseHandshake() {
        boolean get = method().equals("GET");
        boolean version = header("Sec-WebSocket-Version") instanceof String said && said.strip().equals("13");
        boolean alone = header("Upgrade") instanceof String said && said.strip().equalsIgnoreCase("websocket"); // Jetty takes no list
        if (get && version && alone && isHttp11() && isKey(request.getHeaders().getValuesList("Sec-WebSocket-Key"))) return false;
        if (!version) header("Sec-WebSocket-Version", "13");
        if (get) respond(400, "Bad Request\n");
        else respond(405, "Method Not Allowed\n");
        return true;
    }

    private boolean isHttp11() {
        return request.getConnectionMetaData().getHttpVersion().getVersion() >= HttpVersion.HTTP_1_1.getVersion();
    }

    /** One value: 16 bytes in base64. */
    private static boolean isKey(List<String> values) {
        if (values.size() != 1) return false;
        try {
            return Base64.getDecoder().decode(values.getFirst().strip()).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public boolean upgrade(WebSocketListener listener, long maxMessageBytes) {
        if (refuseHandshake()) return false;
        try {
            boolean upgraded = container.get().upgrade(
                    (upgradeRequest, upgradeResponse, upgradeCallback) -> {
                        // Browsers refuse some of what Jetty deflates; signalling is small, so nothing is compressed.
                        upgradeResponse.setExtensions(List.of());
                        return new JettyWebSocket(listener, maxMessageBytes);
                    }, request, response, callback);
            if (!upgraded) {
                respond(400, "Bad Request\n");
                return false;
            }
            answered = true;
            if (listener.returnsAtOnce() && request.getConnectionMetaData().getConnection().getEndPoint() instanceof ReadingEndPoint endPoint) endPoint.readAtOnce();
            return true;
        } catch (WebSocketException e) {
            respond(400, "Bad Request\n");
            return false;
        }
    }

    /** A route that neither answered nor upgraded has a bug. */
    void finish() {
        if (!answered) fail(500, "internal server error");
    }

    void fail(int status, String text) {
        if (answered) {
            callback.failed(new IllegalStateException(text));
            return;
        }
        respond(status, text);
    }
}
