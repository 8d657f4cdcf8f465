package io.stoa.launcher;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stoa.auth.AccessTokens;
import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who calls a server: its API, and as a participant that speaks signalling and no media. */
final class Caller implements WebSocket.Listener {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final VideoGrant LIST =
            new VideoGrant(false, true, false, false, false, "", "", null, null, null, List.of(), null, false, false, false, false, null, null);

    private final List<SignalResponse> heard = new CopyOnWriteArrayList<>();
    private WebSocket socket;

    static int health(int port) {
        return get(port, "/");
    }

    static int get(int port, String path) {
        return status(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build());
    }

    /** The HTTP status of ListRooms. */
    static int listRooms(int port, String key, String secret) {
        return status(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/twirp/livekit.RoomService/ListRooms"))
                .header("Authorization", "Bearer " + AccessTokens.mint(Claims.of("", LIST), key, secret, Instant.now(), Duration.ofMinutes(5)))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build());
    }

    private static int status(HttpRequest request) {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** @throws CompletionException if the server does not let it in */
    static Caller join(int port, String token) {
        Caller caller = new Caller();
        URI uri = URI.create("ws://127.0.0.1:" + port + "/rtc?protocol=16&sdk=go&access_token=" + token);
        caller.socket = HTTP.newWebSocketBuilder().buildAsync(uri, caller).join();
        return caller;
    }

    static String token(String identity, String key, String secret) {
        return AccessTokens.mint(Claims.of(identity, VideoGrant.join("lobby")), key, secret, Instant.now(), Duration.ofMinutes(5));
    }

    List<SignalResponse> heard() {
        return heard;
    }

    void leave() {
        SignalRequest leave = SignalRequest.newBuilder().setLeave(LeaveRequest.getDefaultInstance()).build();
        socket.sendBinary(ByteBuffer.wrap(leave.toByteArray()), true).join();
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        try {
            heard.add(SignalResponse.parseFrom(data));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        from.request(1);
        return null;
    }
}
