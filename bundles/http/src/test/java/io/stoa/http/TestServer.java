package io.stoa.http;

import io.stoa.auth.KeyProvider;
import io.stoa.room.ListeningSockets;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.Constants;

/** The server on a free port, and a client that says exactly the bytes it is given. */
final class TestServer implements AutoCloseable {
    static final int MAX_BODY = 10_000;
    private static final int TIMEOUT_MILLIS = 10_000;

    final JettyHttpServer server;
    final int port;
    private long services;

    interface Handler {
        void handle(HttpExchange exchange) throws Exception;
    }

    TestServer() throws Exception {
        this(freePort(), null);
    }

    /** @param sockets null for none */
    TestServer(int port, ListeningSockets sockets) throws Exception {
        this.port = port;
        server = new JettyHttpServer(config(port, MAX_BODY));
        server.sockets = sockets;
        server.keys = new KeyProvider() {
            @Override
            public Optional<String> secret(String apiKey) {
                return apiKey.equals("devkey") ? Optional.of("secret") : Optional.empty();
            }

            @Override
            public Optional<String> firstKey() {
                return Optional.of("devkey");
            }
        };
        server.start();
    }

    static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    HttpRoute route(String path, Handler handler) {
        return route(path, 0, handler);
    }

    HttpRoute route(String path, int ranking, Handler handler) {
        HttpRoute route = new HttpRoute() {
            @Override
            public String path() {
                return path;
            }

            @Override
            public void handle(HttpExchange exchange) throws Exception {
                handler.handle(exchange);
            }
        };
        server.addRoute(route, Map.of(Constants.SERVICE_RANKING, ranking, Constants.SERVICE_ID, ++services));
        return route;
    }

    Socket connect() throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    /** One request with {@code Connection: close}; the whole answer as text. */
    String ask(String requestLine, String headers, String body) throws IOException {
        try (Socket socket = connect()) {
            String request = requestLine + " HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: close\r\n" + headers + "\r\n" + body;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(readAll(socket.getInputStream()), StandardCharsets.UTF_8);
        }
    }

    String get(String path) throws IOException {
        return ask("GET " + path, "", "");
    }

    /** What came before the connection was closed or reset. */
    private static byte[] readAll(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[8_192];
        try {
            for (int count; (count = in.read(buffer)) >= 0; ) all.write(buffer, 0, count);
        } catch (java.net.SocketTimeoutException e) {
            throw e;
        } catch (IOException reset) {
            if (all.size() == 0) throw reset;
        }
        return all.toByteArray();
    }

    static HttpConfig config(int port, long maxBodyBytes) {
        return new HttpConfig() {
            @Override
            public int port() {
                return port;
            }

            @Override
            public String[] bindAddresses() {
                return new String[] {"127.0.0.1"};
            }

            @Override
            public long maxApiRequestBodySize() {
                return maxBodyBytes;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return HttpConfig.class;
            }
        };
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }
}
