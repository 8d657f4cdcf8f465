package io.stoa.http;

import io.stoa.auth.AccessTokens;
import io.stoa.auth.AuthException;
import io.stoa.auth.Claims;
import io.stoa.auth.KeyProvider;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.URIUtil;
import org.eclipse.jetty.websocket.server.ServerWebSocketContainer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every request, in the order of spec 1.2. */
final class RequestHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);
    private static final String BEARER = "Bearer ";
    private static final Set<String> METHODS = Set.of("OPTIONS", "HEAD", "GET", "POST", "PATCH", "DELETE");

    private final JettyHttpServer owner;
    private Supplier<ServerWebSocketContainer> container;

    RequestHandler(JettyHttpServer owner) {
        this.owner = owner;
    }

    void container(Supplier<ServerWebSocketContainer> supplier) {
        container = supplier;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Connection connection = request.getConnectionMetaData().getConnection();
        owner.slowClients().requested(connection);
        Request.addCompletionListener(request, failure -> owner.slowClients().answered(connection));
        String path = decodedPath(request);
        JettyExchange exchange = new JettyExchange(request, response, callback, path, owner, container);
        try {
            if (!cors(request, response, exchange)) process(request, path, exchange);
            exchange.finish();
        } catch (HttpExchange.BodyTooLargeException e) {
            exchange.fail(413, "request body too large");
        } catch (JettyExchange.ClientGoneException e) {
            LOG.debug("{} {}: {}", request.getMethod(), path, e.getMessage());
            exchange.fail(408, "request body did not arrive");
        } catch (Exception | AssertionError e) {
            LOG.error("{} {} failed", request.getMethod(), path, e);
            exchange.fail(500, "internal server error");
        }
        return true;
    }

    private static String decodedPath(Request request) {
        String path = Request.getPathInContext(request);
        if (path == null) return ""; // CONNECT has none
        while (path.startsWith("//")) path = path.substring(1);
        return URIUtil.decodePath(path);
    }

    /** @return true if it was a preflight, which is answered here */
    private static boolean cors(Request request, Response response, JettyExchange exchange) {
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        response.getHeaders().add(HttpHeader.VARY, "Origin");
        boolean preflight = request.getMethod().equals("OPTIONS") && origin != null && request.getHeaders().contains("Access-Control-Request-Method");
        if (preflight) {
            response.getHeaders().add(HttpHeader.VARY, "Access-Control-Request-Method, Access-Control-Request-Headers");
            String method = request.getHeaders().get("Access-Control-Request-Method");
            if (METHODS.contains(method)) {
                response.getHeaders().put("Access-Control-Allow-Origin", "*");
                response.getHeaders().put("Access-Control-Allow-Methods", method);
                String headers = request.getHeaders().get("Access-Control-Request-Headers");
                if (headers != null) response.getHeaders().put("Access-Control-Allow-Headers", headers);
                response.getHeaders().put("Access-Control-Max-Age", "86400");
            }
            exchange.respond(204, null, new byte[0]);
            return true;
        }
        if (origin != null) {
            response.getHeaders().put("Access-Control-Allow-Origin", "*");
            response.getHeaders().put("Access-Control-Expose-Headers", "*");
        }
        return false;
    }

    private void process(Request request, String path, JettyExchange exchange) throws Exception {
        if (path.endsWith("/validate")) exchange.header("Access-Control-Allow-Origin", "*");
        if (request.getLength() > owner.maxBodyBytes()) throw new HttpExchange.BodyTooLargeException();
        try {
            exchange.claims(authenticate(request, exchange));
        } catch (AuthException e) {
            exchange.respond(401, e.getMessage());
            return;
        }
        HttpRoute route = owner.route(path);
        if (route != null) route.handle(exchange);
        else if (JettyHttpServer.isRoot(path)) exchange.respond(200, "OK");
        else exchange.respond(404, "404 page not found\n");
    }

    private Claims authenticate(Request request, JettyExchange exchange) throws AuthException {
        String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        String token;
        if (header != null && !header.isEmpty()) {
            if (!header.startsWith(BEARER)) throw new AuthException("invalid authorization header. Must start with " + BEARER);
            token = header.substring(BEARER.length());
        } else {
            token = exchange.query("access_token");
        }
        if (token == null || token.isEmpty()) return null;
        KeyProvider provider = owner.keys;
        if (provider == null) throw new AuthException("invalid API key");
        return AccessTokens.verify(token, provider, Instant.now());
    }

    static Fields queryOf(Request request) {
        try {
            return Request.extractQueryParameters(request, StandardCharsets.UTF_8);
        } catch (RuntimeException e) {
            return Fields.EMPTY; // an undecodable query has no parameters
        }
    }
}
