package io.stoa.http;

import io.stoa.auth.KeyProvider;
import java.lang.annotation.Annotation;
import java.net.ServerSocket;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.Constants;

/** The real HTTP server on a free port, without a framework. Lives in its package because that is where routes are plugged in. */
public final class LocalHttpServer implements AutoCloseable {
    private final JettyHttpServer server;
    public final int port;

    public LocalHttpServer(String key, String secret, HttpRoute... routes) throws Exception {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        server = new JettyHttpServer(config(port));
        server.keys = new KeyProvider() {
            @Override
            public Optional<String> secret(String apiKey) {
                return apiKey.equals(key) ? Optional.of(secret) : Optional.empty();
            }

            @Override
            public Optional<String> firstKey() {
                return Optional.of(key);
            }
        };
        long services = 0;
        for (HttpRoute route : routes) server.addRoute(route, Map.of(Constants.SERVICE_ID, ++services));
        server.start();
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }

    private static HttpConfig config(int port) {
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
                return 0;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return HttpConfig.class;
            }
        };
    }
}
