package io.stoa.edge.agent;

import io.stoa.auth.Claims;
import io.stoa.http.HttpExchange;
import io.stoa.http.WebSocketListener;
import io.stoa.http.WebSocketPeer;
import io.stoa.protocol.livekit.WorkerMessage;
import io.stoa.protocol.livekit.WorkerPing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Somebody who knocks at {@code /agent}, and the WebSocket if it is let in. */
final class PlayedExchange implements HttpExchange, WebSocketPeer {
    final List<Object> heard = new ArrayList<>();
    WebSocketListener listener;
    long maxMessageBytes;
    int status;
    String text = "";
    int closeCode;
    String closeReason;
    int pings;
    private final Claims claims;
    private final boolean webSocket;

    /** @param video grant as JSON; null for no token */
    PlayedExchange(String video, boolean webSocket) {
        claims = video == null ? null : Claims.fromJson("{\"iss\":\"key\",\"video\":" + video + "}");
        this.webSocket = webSocket;
    }

    static PlayedExchange worker(AgentDoor door) {
        PlayedExchange worker = new PlayedExchange("{\"agent\":true}", true);
        door.connect(worker);
        return worker;
    }

    void says(long timestamp) {
        listener.binary(WorkerMessage.newBuilder().setPing(WorkerPing.newBuilder().setTimestamp(timestamp)).build().toByteArray());
    }

    @Override
    public boolean upgrade(WebSocketListener of, long max) {
        listener = of;
        maxMessageBytes = max;
        of.opened(this);
        return true;
    }

    @Override
    public void respond(int code, String contentType, byte[] body) {
        status = code;
        text = new String(body, StandardCharsets.UTF_8);
    }

    @Override
    public void respond(int code, String answer) {
        status = code;
        text = answer;
    }

    @Override
    public Outcome send(byte[] binary) {
        heard.add(binary);
        return Outcome.QUEUED;
    }

    @Override
    public Outcome send(String json) {
        heard.add(json);
        return Outcome.QUEUED;
    }

    @Override
    public void ping() {
        pings++;
    }

    @Override
    public void close(int code, String reason) {
        closeCode = code;
        closeReason = reason;
    }

    @Override
    public Optional<Claims> claims() {
        return Optional.ofNullable(claims);
    }

    @Override
    public boolean isWebSocket() {
        return webSocket;
    }

    @Override
    public boolean refuseHandshake() {
        return false;
    }

    @Override
    public String method() {
        return "GET";
    }

    @Override
    public String path() {
        return "/agent";
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
        return null;
    }

    @Override
    public void header(String name, String value) {}

    @Override
    public byte[] body() {
        return new byte[0];
    }

    @Override
    public String clientAddress() {
        return "192.0.2.1";
    }

    @Override
    public String origin() {
        return "http://localhost";
    }
}
