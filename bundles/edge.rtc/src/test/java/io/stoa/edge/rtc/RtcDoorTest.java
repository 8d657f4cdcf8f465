package io.stoa.edge.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.base.Ids;
import io.stoa.http.HttpExchange;
import io.stoa.http.WebSocketListener;
import io.stoa.protocol.livekit.JoinRequest;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.protocol.livekit.WrappedJoinRequest.Compression;
import io.stoa.room.RoomException;
import io.stoa.room.SignalServer;
import io.stoa.room.SignalSink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests come in, answers go out; the room behind is played by the test. */
class RtcDoorTest {
    private static final RtcSettings SETTINGS = new RtcSettings(256, 256, 1234, 0, 0);
    private static final String JOIN = JoinRequestDecoderTest.wrap(
            Compression.NONE, JoinRequest.newBuilder().setReconnect(true).build().toByteArray());

    private final SignalSocketTest.Session session = new SignalSocketTest.Session();
    private final List<StartSession> started = new ArrayList<>();
    private SignalSink sink;
    private RoomException failure;
    private SignalServer server = new Server();
    private final RtcDoor door = new RtcDoor(
            () -> server,
            () -> SETTINGS,
            new Admission(
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
                    new Ids(new Random(1))));

    private final class Server implements SignalServer {
        @Override
        public SignalSession open(StartSession start, SignalSink to) throws RoomException {
            if (failure != null) throw failure;
            started.add(start);
            sink = to;
            to.send(SignalSocketTest.pong(1));
            return session;
        }

        @Override
        public SignalSession adopt(StartSession start, SignalSink to) {
            throw new AssertionError("nothing to adopt");
        }
    }

    @Test
    void who_comes_and_what_is_said_is_counted() {
        var request = new Exchange();
        door.connect(request, false);
        request.listener.opened(new SignalSocketTest.Wire());
        request.listener.binary(io.stoa.protocol.livekit.SignalRequest.newBuilder().setPing(1).build().toByteArray());
        request.listener.binary(new byte[] {(byte) 0xff});
        server = null;
        door.connect(new Exchange(), false);
        assertThat(counted("livekit_participant_join_total", "state", "signal_connected", "warp", "")).isEqualTo(1);
        assertThat(counted("livekit_participant_join_total", "state", "signal_failed", "warp", "")).isEqualTo(1);
        assertThat(counted("livekit_participant_join_total", "state", "signal_validation_failed", "warp", "")).isZero();
        assertThat(counted("livekit_node_messages", "type", "signal", "status", "success", "direction", "request")).isEqualTo(1);
        assertThat(counted("livekit_node_messages", "type", "signal", "status", "failure", "direction", "request")).isEqualTo(1);
        assertThat(counted("livekit_node_messages", "type", "signal", "status", "success", "direction", "response")).isEqualTo(1);
        assertThat(counted("stoa_signal_drops_total", "reason", "NO_SIGNAL_SERVER")).isEqualTo(1);
    }

    private double counted(String name, String... labels) {
        Map<String, String> wanted = new HashMap<>();
        for (int i = 0; i < labels.length; i += 2) wanted.put(labels[i], labels[i + 1]);
        return door.counters().metrics().stream()
                .filter(metric -> metric.name().equals(name))
                .flatMap(metric -> metric.series().stream())
                .filter(one -> one.labels().equals(wanted))
                .mapToDouble(one -> ((io.stoa.metrics.Metric.Value) one).value())
                .sum();
    }

    @Test
    void sessions_go_on_with_the_signal_server_that_follows() {
        var request = new Exchange();
        door.connect(request, false);
        var wire = new SignalSocketTest.Wire();
        request.listener.opened(wire);
        var next = new SignalSocketTest.Server();
        server = next;
        door.serverChanged();
        assertThat(next.adopted).isEqualTo(started.getFirst());
        request.listener.closed(1006, "");
        assertThat(next.session.closed).isEqualTo(1);
        assertThat(session.closed).isZero();
    }

    @Test
    void a_session_that_begins_while_its_server_is_replaced_follows_at_once() {
        var next = new SignalSocketTest.Server();
        server = new SignalServer() {
            @Override
            public SignalSession open(StartSession start, SignalSink to) {
                server = next;
                return session;
            }

            @Override
            public SignalSession adopt(StartSession start, SignalSink to) {
                throw new AssertionError("nothing to adopt");
            }
        };
        door.connect(new Exchange(), false);
        assertThat(next.adopted).isNotNull();
    }

    @Test
    void a_server_that_goes_while_it_is_asked_is_not_the_last_word() {
        server = new SignalServer() {
            @Override
            public SignalSession open(StartSession start, SignalSink to) throws RoomException {
                server = new Server();
                throw new RoomException(RoomException.Code.UNAVAILABLE, "going");
            }

            @Override
            public SignalSession adopt(StartSession start, SignalSink to) {
                throw new AssertionError("nothing to adopt");
            }
        };
        var request = new Exchange();
        door.connect(request, false);
        assertThat(started).hasSize(1);
        assertThat(request.listener).isNotNull();
    }

    @Test
    void without_a_signal_server_for_too_long_clients_are_to_come_back() {
        var request = new Exchange();
        door.connect(request, false);
        var wire = new SignalSocketTest.Wire();
        request.listener.opened(wire);
        server = null;
        door.serverChanged();
        assertThat(wire.log).containsExactly("binary 1");
        door.abandon();
        assertThat(wire.log).endsWith("close 1001");
    }

    @Test
    void the_socket_opens_when_the_first_response_waits() {
        var request = new Exchange();
        door.connect(request, false);
        assertThat(started).hasSize(1);
        assertThat(request.limit).isEqualTo(1234);

        var wire = new SignalSocketTest.Wire();
        request.listener.opened(wire);
        sink.send(SignalSocketTest.pong(2));
        door.ping();
        assertThat(wire.log).containsExactly("binary 1", "binary 2", "ping");

        request.listener.closed(1006, "");
        assertThat(session.closed).isEqualTo(1);
        door.ping();
        assertThat(wire.log).hasSize(3);
    }

    @Test
    void a_plain_request_finds_nothing() {
        var request = new Exchange();
        request.headers.remove("Upgrade");
        door.connect(request, false);
        assertThat(request.answer()).isEqualTo("404 ");
    }

    @Test
    void nobody_joins_by_a_bad_handshake() {
        var request = new Exchange();
        request.badHandshake = true;
        door.connect(request, false);
        assertThat(request.status).isEqualTo(400);
        assertThat(started).isEmpty();
        assertThat(door.counters().get(RtcDrop.REFUSED)).isEqualTo(1);
    }

    @Test
    void an_upgrade_that_fails_ends_the_session() {
        var request = new Exchange();
        request.upgrades = false;
        door.connect(request, false);
        assertThat(session.closed).isEqualTo(1);
        assertThat(door.counters().get(RtcDrop.UPGRADE_FAILED)).isEqualTo(1);
    }

    @Test
    void without_a_token_there_is_no_room() {
        var request = new Exchange();
        request.claims = Optional.empty();
        door.connect(request, true);
        assertThat(request.answer()).isEqualTo("401 no permissions to access the room");
    }

    @Test
    void v1_wants_a_join_request_and_v0_takes_one() {
        var without = new Exchange();
        door.connect(without, true);
        assertThat(without.answer()).isEqualTo("400 join_request is required");

        var v0 = new Exchange();
        v0.query.put("join_request", JOIN);
        door.connect(v0, false);
        assertThat(started.getLast().getUseSinglePeerConnection()).isTrue();
    }

    @Test
    void without_a_signal_server_the_answer_is_503() {
        server = null;
        var connect = new Exchange();
        door.connect(connect, false);
        assertThat(connect.status).isEqualTo(503);
        var validate = new Exchange();
        door.validate(validate, false);
        assertThat(validate.status).isEqualTo(503);
    }

    @ParameterizedTest
    @EnumSource(RoomException.Code.class)
    void a_session_that_cannot_start_says_why(RoomException.Code code) {
        failure = new RoomException(code, "because");
        var request = new Exchange();
        door.connect(request, false);
        assertThat(request.answer()).isEqualTo(RtcDoor.status(code) + " because");
        assertThat(request.status).isBetween(400, 503);
        assertThat(request.listener).isNull();
    }

    @Test
    void validate_answers_as_connect_would_and_starts_nothing() {
        var good = new Exchange();
        door.validate(good, false);
        assertThat(good.answer()).isEqualTo("200 success");

        var packed = new Exchange();
        packed.query.put("join_request", JOIN);
        door.validate(packed, true);
        assertThat(packed.answer()).isEqualTo("200 success");

        var attributes = new Exchange();
        attributes.query.put("attributes", "%%%");
        door.validate(attributes, false);
        assertThat(attributes.answer()).isEqualTo("400 cannot decode attributes");
        assertThat(started).isEmpty();
    }

    @Test
    void closing_the_door_lets_everybody_resume_elsewhere() {
        var request = new Exchange();
        door.connect(request, false);
        var wire = new SignalSocketTest.Wire();
        request.listener.opened(wire);
        door.close();
        assertThat(wire.log).endsWith("close 1001");
        assertThat(session.closed).isEqualTo(1);
    }

    private static final class Exchange implements HttpExchange {
        final Map<String, String> headers =
                new HashMap<>(Map.of("Upgrade", "websocket", "Sec-WebSocket-Key", "x", "Sec-WebSocket-Version", "13"));
        final Map<String, String> query = new HashMap<>();
        Optional<Claims> claims = Optional.of(Claims.of("ann", VideoGrant.join("lobby")));
        boolean upgrades = true;
        boolean badHandshake;
        int status;
        String body = "";
        WebSocketListener listener;
        long limit;

        String answer() {
            return status + " " + body;
        }

        @Override
        public String method() {
            return "GET";
        }

        @Override
        public String path() {
            return "/rtc";
        }

        @Override
        public String query(String name) {
            return query.get(name);
        }

        @Override
        public Map<String, String> queryParameters() {
            return query;
        }

        @Override
        public String header(String name) {
            return headers.get(name);
        }

        @Override
        public byte[] body() {
            return new byte[0];
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
            return claims;
        }

        @Override
        public void header(String name, String value) {}

        @Override
        public void respond(int code, String contentType, byte[] bytes) {
            respond(code, new String(bytes, StandardCharsets.UTF_8));
        }

        @Override
        public void respond(int code, String text) {
            assertThat(status).as("answered once").isZero();
            status = code;
            body = text;
        }

        @Override
        public boolean isWebSocket() {
            return headers.containsKey("Upgrade");
        }

        @Override
        public boolean refuseHandshake() {
            if (badHandshake) respond(400, "Bad Request\n");
            return badHandshake;
        }

        @Override
        public boolean upgrade(WebSocketListener to, long maxMessageBytes) {
            if (upgrades) listener = to;
            limit = maxMessageBytes;
            return upgrades;
        }
    }
}
