package io.stoa.edge.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.auth.AccessTokens;
import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.base.Ids;
import io.stoa.http.HttpExchange;
import io.stoa.http.HttpRoute;
import io.stoa.http.LocalHttpServer;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.UpdateParticipantMetadata;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.room.SignalServer;
import io.stoa.room.SignalSink;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The door in the real HTTP server, knocked at by the JDK's client. */
@Timeout(20)
class RtcOverHttpTest {
    private static final RtcSettings SETTINGS = new RtcSettings(256, 256, 1000, 0, 0);
    private static final Claims ANN = Claims.of("ann", VideoGrant.join("lobby"));

    private final BlockingQueue<StartSession> started = new LinkedBlockingQueue<>();
    private final BlockingQueue<SignalSink> sinks = new LinkedBlockingQueue<>();
    private final BlockingQueue<SignalRequest> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private LocalHttpServer http;

    @BeforeEach
    void open() throws Exception {
        var admission = new Admission(
                new Premises() {
                    @Override
                    public boolean mayEnter(String room, boolean roomCreate) {
                        return true;
                    }

                    @Override
                    public boolean overLimits(RtcSettings settings) {
                        return false;
                    }
                },
                new Ids(new Random(1)));
        var door = new RtcDoor(() -> server, () -> SETTINGS, admission);
        http = new LocalHttpServer(
                "devkey",
                "secret",
                route("/rtc", exchange -> door.connect(exchange, false)),
                route("/rtc/validate", exchange -> door.validate(exchange, false)),
                route("/rtc/v1", exchange -> door.connect(exchange, true)));
    }

    @AfterEach
    void close() throws Exception {
        client.shutdownNow();
        http.close();
    }

    private final SignalServer server = new SignalServer() {
        @Override
        public SignalSession open(StartSession start, SignalSink sink) {
            return session(start, sink);
        }

        @Override
        public SignalSession adopt(StartSession start, SignalSink sink) {
            throw new AssertionError("nothing to adopt");
        }
    };

    private SignalServer.SignalSession session(StartSession start, SignalSink sink) {
        started.add(start);
        sinks.add(sink);
        sink.send(SignalSocketTest.pong(1));
        return new SignalServer.SignalSession() {
            @Override
            public void receive(SignalRequest request) {
                received.add(request);
            }

            @Override
            public void closed() {
                closed.add("closed");
            }

            @Override
            public List<SignalRequest> release() {
                return List.of();
            }
        };
    }

    @Test
    void a_session_from_the_first_word_to_the_last() throws Exception {
        var frames = new Frames();
        WebSocket socket = connect("/rtc", frames);
        assertThat(frames.next()).isEqualTo("binary 1");
        assertThat(started.take().getClient().getAddress()).isEqualTo("127.0.0.1");

        socket.sendBinary(ByteBuffer.wrap(SignalRequest.newBuilder().setPing(5).build().toByteArray()), true).join();
        assertThat(received.take().getPing()).isEqualTo(5);
        socket.sendText("{\"ping\":\"6\"}", true).join();
        assertThat(received.take().getPing()).isEqualTo(6);

        SignalSink sink = sinks.take();
        for (int i = 2; i < 500; i++) sink.send(SignalSocketTest.pong(i));
        sink.close();
        for (int i = 2; i < 500; i++) assertThat(frames.next()).isEqualTo("text {\"pong\":\"" + i + "\"}");
        assertThat(frames.next()).isEqualTo("close 1000");
        assertThat(closed.poll(5, TimeUnit.SECONDS)).isEqualTo("closed");
    }

    @Test
    void a_client_that_goes_is_told_to_the_session() throws Exception {
        WebSocket socket = connect("/rtc", new Frames());
        socket.sendClose(1000, "bye").join();
        assertThat(closed.poll(5, TimeUnit.SECONDS)).isEqualTo("closed");
    }

    @Test
    void a_client_that_vanishes_is_told_to_the_session() throws Exception {
        connect("/rtc", new Frames()).abort();
        assertThat(closed.poll(5, TimeUnit.SECONDS)).isEqualTo("closed");
    }

    @Test
    void the_longest_message_comes_to_the_session() throws Exception {
        var frames = new Frames();
        WebSocket socket = connect("/rtc", frames);
        frames.next();
        byte[] longest = SignalRequest.newBuilder().setUpdateMetadata(UpdateParticipantMetadata.newBuilder().setMetadata("m".repeat(994))).build().toByteArray();
        assertThat(longest).hasSize(1000);
        socket.sendBinary(ByteBuffer.wrap(longest), true).join();
        assertThat(received.poll(5, TimeUnit.SECONDS).getUpdateMetadata().getMetadata()).hasSize(994);
    }

    @Test
    void too_long_a_message_closes_with_1009() throws Exception {
        var frames = new Frames();
        WebSocket socket = connect("/rtc", frames);
        frames.next();
        socket.sendBinary(ByteBuffer.wrap(new byte[1001]), true).join();
        assertThat(frames.next()).isEqualTo("close 1009");
        assertThat(closed.poll(5, TimeUnit.SECONDS)).isEqualTo("closed");
    }

    @Test
    void a_malformed_message_closes_with_1007() throws Exception {
        var frames = new Frames();
        WebSocket socket = connect("/rtc", frames);
        frames.next();
        socket.sendText("{", true).join();
        assertThat(frames.next()).isEqualTo("close 1007");
        assertThat(closed.poll(5, TimeUnit.SECONDS)).isEqualTo("closed");
    }

    @Test
    void who_is_not_let_in_gets_a_status() throws Exception {
        assertThat(refused("/rtc/v1?access_token=" + token(ANN))).isEqualTo(400);
        assertThat(refused("/rtc?access_token=garbage")).isEqualTo(401);
        assertThat(refused("/rtc")).isEqualTo(401);
        assertThat(get("/rtc?access_token=" + token(ANN))).isEqualTo("404 ");
        assertThat(get("/rtc/validate?access_token=" + token(ANN))).isEqualTo("200 success");
        assertThat(get("/rtc/validate")).isEqualTo("401 no permissions to access the room");
        assertThat(started).isEmpty();
    }

    private WebSocket connect(String path, WebSocket.Listener listener) {
        URI uri = URI.create("ws://127.0.0.1:" + http.port + path + "?access_token=" + token(ANN));
        return client.newWebSocketBuilder().buildAsync(uri, listener).join();
    }

    private int refused(String path) {
        try {
            client.newWebSocketBuilder().buildAsync(URI.create("ws://127.0.0.1:" + http.port + path), new Frames()).join();
            throw new AssertionError("was let in");
        } catch (CompletionException e) {
            return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
        }
    }

    private String get(String path) throws Exception {
        var response = client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http.port + path)).build(), BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }

    private static String token(Claims claims) {
        return AccessTokens.mint(claims, "devkey", "secret", Instant.now(), Duration.ofMinutes(1));
    }

    private static HttpRoute route(String path, Consumer<HttpExchange> handler) {
        return new HttpRoute() {
            @Override
            public String path() {
                return path;
            }

            @Override
            public void handle(HttpExchange exchange) {
                handler.accept(exchange);
            }
        };
    }

    private static final class Frames implements WebSocket.Listener {
        private final BlockingQueue<String> frames = new LinkedBlockingQueue<>();

        String next() throws InterruptedException {
            return frames.poll(5, TimeUnit.SECONDS);
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            try {
                frames.add("binary " + SignalResponse.parseFrom(data).getPong());
            } catch (Exception e) {
                frames.add(e.toString());
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            frames.add("text " + data);
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            frames.add("close " + code);
            return null;
        }
    }
}
