package io.stoa.itests.framework;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import io.stoa.auth.AccessTokens;
import io.stoa.auth.Claims;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.ConnectionSettings;
import io.stoa.protocol.livekit.JoinRequest;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.WrappedJoinRequest;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Somebody who calls the server from outside, by HTTP and WebSocket. */
final class Caller implements AutoCloseable {
    static final String NOTHING = "{}";

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<WebSocket> open = new ArrayList<>();
    private final int port;

    Caller(int port) {
        this.port = port;
    }

    /** @param status of HTTP */
    record Answer(int status, String text) {}

    /** A signalling connection that was accepted. */
    record Session(WebSocket socket, List<SignalResponse> heard) {
        boolean closed() {
            return socket.isInputClosed();
        }

        void send(SignalRequest.Builder request) {
            socket.sendBinary(ByteBuffer.wrap(request.build().toByteArray()), true).join();
        }

        void awaitJoined() {
            Server.await("join", () -> heard.stream().anyMatch(SignalResponse::hasJoin));
        }
    }

    static String token(String identity, String grant) {
        return token(identity, grant, "devkey", "secret");
    }

    static String token(String identity, String grant, String key, String secret) {
        Claims claims = Claims.fromJson("{\"sub\":\"" + identity + "\",\"identity\":\"" + identity + "\",\"video\":" + grant + "}");
        return AccessTokens.mint(claims, key, secret, Instant.now(), Duration.ofHours(1));
    }

    /** @param claims as they are, without issuer and end */
    static String signed(String claims) {
        return sign(JsonParser.parseString(claims).getAsJsonObject(), "devkey", "secret", Instant.now().plus(Duration.ofHours(1)));
    }

    /** Claims as they are, valid until then. */
    static String sign(JsonObject claims, String key, String secret, Instant expires) {
        JsonObject all = claims.deepCopy();
        all.addProperty("iss", key);
        all.addProperty("exp", expires.getEpochSecond());
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String signed = base64.encodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8))
                + "." + base64.encodeToString(all.toString().getBytes(StandardCharsets.UTF_8));
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return signed + "." + base64.encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Everything, in one room. */
    static String grant(String room) {
        return "{\"roomCreate\":true,\"roomList\":true,\"roomAdmin\":true,\"roomJoin\":true,\"room\":\"" + room + "\"}";
    }

    Answer get(String path) {
        return send(HttpRequest.newBuilder(uri("http", path)).build());
    }

    /** A method of {@code livekit.RoomService} in JSON. */
    Answer api(String method, String json, String grant) {
        return post("/twirp/livekit.RoomService/" + method, "application/json", json.getBytes(StandardCharsets.UTF_8), token("api", grant));
    }

    /** @param token null for none */
    Answer post(String path, String contentType, byte[] body, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri("http", path)).header("Content-Type", contentType);
        if (token != null) request.header("Authorization", "Bearer " + token);
        return send(request.POST(HttpRequest.BodyPublishers.ofByteArray(body)).build());
    }

    Answer listRooms() {
        return api("ListRooms", "{}", grant(""));
    }

    private Answer send(HttpRequest request) {
        try {
            var response = http.send(request, BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (IOException e) {
            return new Answer(0, String.valueOf(e));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What the door says to a WebSocket: 101 is come in; 0 is nobody there. */
    int knock(String identity, String room) {
        try {
            connect(identity, room);
            return 101;
        } catch (CompletionException e) {
            return switch (e.getCause()) {
                case WebSocketHandshakeException refused -> refused.getResponse().statusCode();
                case IOException nobody -> 0;
                default -> throw e;
            };
        }
    }

    /** Enters and stays until this is closed. */
    Session join(String identity, String room) {
        Session session = connect(identity, room);
        session.awaitJoined();
        return session;
    }

    private Session connect(String identity, String room) {
        return enter("/rtc?protocol=15&sdk=js&version=2.5.0&auto_subscribe=1", token(identity, grant(room)));
    }

    /** Enters with one peer connection, so that nothing is offered to it, and may change its metadata. Stays for a minute without media. */
    Session joinQuietly(String identity, String room) {
        return joinQuietly(token(identity, grant(room).replace("{", "{\"canUpdateOwnMetadata\":true,")));
    }

    Session joinQuietly(String token) {
        JoinRequest request = JoinRequest.newBuilder()
                .setClientInfo(ClientInfo.newBuilder().setSdk(ClientInfo.SDK.JS).setProtocol(17).setVersion("2.15.0"))
                .setConnectionSettings(ConnectionSettings.newBuilder().setAutoSubscribe(true))
                .build();
        byte[] wrapped = WrappedJoinRequest.newBuilder().setJoinRequest(request.toByteString()).build().toByteArray();
        Session session = enter("/rtc/v1?join_request=" + Base64.getUrlEncoder().encodeToString(wrapped), token);
        session.awaitJoined();
        return session;
    }

    private Session enter(String path, String token) {
        List<SignalResponse> heard = new CopyOnWriteArrayList<>();
        String query = path + "&access_token=" + URLEncoder.encode(token, StandardCharsets.UTF_8);
        WebSocket socket = http.newWebSocketBuilder().buildAsync(uri("ws", query), new Ear(heard)).join();
        open.add(socket);
        return new Session(socket, heard);
    }

    private static final class Ear implements WebSocket.Listener {
        private final List<SignalResponse> heard;
        private ByteBuffer message = ByteBuffer.allocate(1 << 20);

        Ear(List<SignalResponse> heard) {
            this.heard = heard;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            message.put(data);
            if (last) {
                try {
                    heard.add(SignalResponse.parseFrom(message.flip()));
                } catch (InvalidProtocolBufferException e) {
                    throw new AssertionError(e);
                }
                message = ByteBuffer.allocate(1 << 20);
            }
            socket.request(1);
            return null;
        }
    }

    private URI uri(String scheme, String path) {
        return URI.create(scheme + "://127.0.0.1:" + port + path);
    }

    @Override
    public void close() {
        open.forEach(socket -> socket.sendClose(WebSocket.NORMAL_CLOSURE, ""));
        http.shutdown();
    }
}
