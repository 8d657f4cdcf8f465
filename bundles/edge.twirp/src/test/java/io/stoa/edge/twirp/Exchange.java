package io.stoa.edge.twirp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.stoa.auth.Claims;
import io.stoa.http.HttpExchange;
import io.stoa.http.WebSocketListener;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A request that the test makes, and the answer it gets. */
final class Exchange implements HttpExchange {
    private final String path;
    private final Map<String, String> headers = new HashMap<>();
    private final byte[] body;
    private String method = "POST";
    private Claims claims;
    boolean tooLarge;
    int status;
    String contentType;
    byte[] answer;

    private Exchange(String path, String contentType, byte[] body) {
        this.path = path;
        this.body = body;
        if (contentType != null) headers.put("Content-Type", contentType);
    }

    static Exchange of(String path, String contentType, byte[] body) {
        return new Exchange(path, contentType, body);
    }

    static Exchange json(String path, String body) {
        return of(path, "application/json", body.getBytes(StandardCharsets.UTF_8));
    }

    static Exchange protobuf(String path, byte[] body) {
        return of(path, "application/protobuf", body);
    }

    Exchange method(String other) {
        method = other;
        return this;
    }

    Exchange saying(String name, String value) {
        headers.put(name, value);
        return this;
    }

    Exchange by(Claims who) {
        claims = who;
        return this;
    }

    String text() {
        return new String(answer, StandardCharsets.UTF_8);
    }

    /** Status and Twirp code of an error, which is JSON whatever was asked in. */
    String error() {
        assertThat(contentType).isEqualTo("application/json");
        JsonObject json = JsonParser.parseString(text()).getAsJsonObject();
        assertThat(json.keySet()).contains("code", "msg").isSubsetOf("code", "msg", "meta");
        return status + " " + json.get("code").getAsString();
    }

    String message() {
        return JsonParser.parseString(text()).getAsJsonObject().get("msg").getAsString();
    }

    JsonObject meta() {
        return JsonParser.parseString(text()).getAsJsonObject().getAsJsonObject("meta");
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public String query(String name) {
        return null;
    }

    @Override
    public Map<String, String> queryParameters() {
        return Map.of();
    }

    @Override
    public String header(String name) {
        return headers.get(name);
    }

    @Override
    public byte[] body() throws BodyTooLargeException {
        if (tooLarge) throw new BodyTooLargeException();
        return body;
    }

    @Override
    public String clientAddress() {
        return "192.0.2.7";
    }

    @Override
    public String origin() {
        return "http://localhost";
    }

    @Override
    public Optional<Claims> claims() {
        return Optional.ofNullable(claims);
    }

    @Override
    public void header(String name, String value) {}

    @Override
    public void respond(int code, String type, byte[] bytes) {
        assertThat(status).as("answered once").isZero();
        status = code;
        contentType = type;
        answer = bytes;
    }

    @Override
    public void respond(int code, String text) {
        respond(code, "text/plain", text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean isWebSocket() {
        return false;
    }

    @Override
    public boolean refuseHandshake() {
        throw new AssertionError("Twirp has no sockets");
    }

    @Override
    public boolean upgrade(WebSocketListener listener, long maxMessageBytes) {
        throw new AssertionError("Twirp has no sockets");
    }
}
