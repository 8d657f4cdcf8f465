package io.stoa.edge.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stoa.http.WebSocketPeer;
import io.stoa.http.WebSocketPeer.Outcome;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.room.SignalServer;
import io.stoa.room.SignalServer.SignalSession;
import io.stoa.room.SignalSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SignalSocketTest {
    private static final StartSession START = StartSession.newBuilder().setIdentity("ann").setConnectionId("CO_1").build();

    private final RtcCounters counters = new RtcCounters();
    private final List<SignalSocket> gone = new ArrayList<>();
    private final SignalSocket socket = new SignalSocket(counters, gone::add);
    private final Wire wire = new Wire();
    private final Session session = new Session();
    private SignalServer current;

    @Test
    void what_was_sent_before_the_upgrade_goes_first_and_in_binary() {
        socket.send(pong(1));
        open();
        socket.send(pong(2));
        assertThat(wire.log).containsExactly("binary 1", "binary 2");
    }

    @Test
    void the_client_chooses_the_encoding_by_its_last_frame() {
        open();
        socket.text("{\"ping\":\"7\",\"somethingNew\":true}");
        socket.send(pong(1));
        socket.binary(SignalRequest.newBuilder().setPing(8).build().toByteArray());
        socket.send(pong(2));
        assertThat(wire.log).containsExactly("text {\"pong\":\"1\"}", "binary 2");
        assertThat(session.received).extracting(SignalRequest::getPing).containsExactly(7L, 8L);
    }

    @Test
    void empty_frames_mean_nothing() {
        open();
        socket.binary(new byte[0]);
        assertThat(session.received).isEmpty();
        assertThat(counters.nonZero()).isEmpty();
    }

    @Test
    void a_malformed_frame_ends_the_connection_after_what_was_pending() {
        open();
        socket.send(pong(1));
        socket.binary(new byte[] {0x0a, 0x7f});
        socket.send(pong(2));
        socket.binary(SignalRequest.newBuilder().setPing(8).build().toByteArray());
        assertThat(wire.log).containsExactly("binary 1", "close 1007");
        assertThat(session.received).isEmpty();
        assertThat(counters.get(RtcDrop.REQUEST_NOT_PROTOBUF)).isEqualTo(1);

        socket.closed(1007, "");
        socket.closed(1006, "");
        assertThat(session.closed).isEqualTo(1);
        assertThat(gone).containsExactly(socket);
    }

    @Test
    void the_session_closes_after_its_last_word() {
        open();
        socket.send(pong(1));
        socket.close();
        socket.send(pong(2));
        assertThat(wire.log).containsExactly("binary 1", "close 1000");
        assertThat(session.closed).isZero();
        socket.closed(1000, "");
        assertThat(session.closed).isEqualTo(1);
    }

    @Test
    void that_a_client_leaves_is_heard_also_after_the_last_word() {
        open();
        socket.close();
        SignalRequest leave = SignalRequest.newBuilder().setLeave(LeaveRequest.getDefaultInstance()).build();
        socket.binary(SignalRequest.newBuilder().setPing(1).build().toByteArray());
        socket.binary(leave.toByteArray());
        assertThat(session.received).containsExactly(leave);
    }

    @Test
    void a_refused_join_is_written_and_closed_although_it_ended_before_the_upgrade() {
        socket.send(pong(1));
        socket.close();
        open();
        assertThat(wire.log).containsExactly("binary 1", "close 1000");
    }

    @Test
    void a_client_that_does_not_read_gets_no_more() {
        open();
        wire.outcome = Outcome.OVERRUN;
        socket.send(pong(1));
        wire.outcome = Outcome.QUEUED;
        socket.send(pong(2));
        assertThat(wire.log).isEmpty();
        assertThat(counters.get(RtcDrop.RESPONSES_OVERRUN)).isEqualTo(1);
    }

    @Test
    void what_waited_for_a_client_that_has_just_gone_is_not_too_much() {
        for (int i = 0; i < 5; i++) socket.send(pong(i));
        wire.outcome = Outcome.CLOSED;
        open();
        socket.send(pong(5));
        assertThat(wire.log).isEmpty();
        assertThat(counters.nonZero()).containsExactly(Map.entry(RtcDrop.CLIENT_GONE, 1L));
    }

    @Test
    void too_much_before_the_upgrade_ends_it() {
        for (int i = 0; i <= SignalSocket.MAX_WAITING; i++) socket.send(pong(i));
        open();
        assertThat(wire.log).hasSize(SignalSocket.MAX_WAITING + 1).endsWith("close 1001");
    }

    @Test
    void what_may_wait_before_the_upgrade_is_sent() {
        for (int i = 0; i < SignalSocket.MAX_WAITING; i++) socket.send(pong(i));
        open();
        assertThat(wire.log).hasSize(SignalSocket.MAX_WAITING).noneMatch(line -> line.startsWith("close"));
    }

    @Test
    void pings_only_an_open_socket() {
        socket.ping();
        open();
        socket.ping();
        socket.close();
        socket.ping();
        assertThat(wire.log).containsExactly("ping", "close 1000");
    }

    @Test
    void a_signal_server_that_follows_gets_what_was_said_meanwhile_in_order() {
        open();
        session.left.add(SignalRequest.newBuilder().setPing(7).build());
        current = null;
        socket.follow(() -> current);
        assertThat(session.released).isTrue();
        socket.binary(SignalRequest.newBuilder().setPing(8).build().toByteArray());
        socket.binary(SignalRequest.newBuilder().setPing(9).build().toByteArray());
        socket.send(pong(1));
        Server next = follow();
        socket.binary(SignalRequest.newBuilder().setPing(10).build().toByteArray());
        assertThat(session.received).isEmpty();
        assertThat(next.session.received).extracting(SignalRequest::getPing).containsExactly(7L, 8L, 9L, 10L);
        assertThat(next.adopted).isEqualTo(START);
        assertThat(session.closed + next.session.closed).as("nobody was told that it closed").isZero();
        assertThat(wire.log).as("the room goes on speaking").containsExactly("binary 1");
    }

    @Test
    void the_same_signal_server_adopts_nothing() {
        open();
        socket.follow(() -> current);
        socket.binary(SignalRequest.newBuilder().setPing(8).build().toByteArray());
        assertThat(session.received).hasSize(1);
        assertThat(((Server) current).adopted).isNull();
    }

    @Test
    void the_next_signal_server_is_told_of_a_websocket_that_went_meanwhile() {
        open();
        current = null;
        socket.follow(() -> current);
        socket.closed(1006, "");
        assertThat(gone).isEmpty();
        Server next = follow();
        assertThat(next.session.closed).isEqualTo(1);
        assertThat(session.closed).isZero();
        assertThat(gone).containsExactly(socket);
        follow();
        assertThat(next.session.closed).isEqualTo(1);
    }

    @Test
    void without_a_next_signal_server_the_client_is_to_come_back() {
        open();
        socket.abandon();
        assertThat(wire.log).as("there is one").isEmpty();
        current = null;
        socket.follow(() -> current);
        socket.abandon();
        assertThat(wire.log).containsExactly("close 1001");
        socket.closed(1001, "");
        socket.abandon();
        assertThat(gone).containsExactly(socket);
    }

    @Test
    void more_than_can_wait_for_a_signal_server_is_not_lost_in_silence() {
        open();
        current = null;
        socket.follow(() -> current);
        for (int i = 0; i <= SignalSocket.MAX_HELD_REQUESTS; i++) socket.binary(SignalRequest.newBuilder().setPing(8).build().toByteArray());
        assertThat(wire.log).containsExactly("close 1001");
        assertThat(counters.get(RtcDrop.REQUESTS_OVERRUN)).isEqualTo(1);
        assertThat(follow().session.received).isEmpty();
    }

    @Test
    void what_may_wait_for_a_signal_server_comes_to_it() {
        open();
        current = null;
        socket.follow(() -> current);
        for (int i = 0; i < SignalSocket.MAX_HELD_REQUESTS; i++) socket.binary(SignalRequest.newBuilder().setPing(8).build().toByteArray());
        assertThat(wire.log).isEmpty();
        assertThat(follow().session.received).hasSize(SignalSocket.MAX_HELD_REQUESTS);
    }

    private Server follow() {
        Server next = new Server();
        current = next;
        socket.follow(() -> current);
        return next;
    }

    private void open() {
        current = new Server();
        socket.begin(START, current, session);
        socket.opened(wire);
    }

    static final class Server implements SignalServer {
        final Session session = new Session();
        StartSession adopted;

        @Override
        public SignalSession open(StartSession start, SignalSink sink) {
            throw new AssertionError("sessions are only adopted here");
        }

        @Override
        public SignalSession adopt(StartSession start, SignalSink sink) {
            adopted = start;
            return session;
        }
    }

    static SignalResponse pong(long number) {
        return SignalResponse.newBuilder().setPong(number).build();
    }

    static final class Session implements SignalSession {
        final List<SignalRequest> received = new ArrayList<>();
        final List<SignalRequest> left = new ArrayList<>();
        int closed;
        boolean released;

        @Override
        public void receive(SignalRequest request) {
            received.add(request);
        }

        @Override
        public void closed() {
            closed++;
        }

        @Override
        public List<SignalRequest> release() {
            released = true;
            return left;
        }
    }

    static final class Wire implements WebSocketPeer {
        final List<String> log = new ArrayList<>();
        Outcome outcome = Outcome.QUEUED;

        @Override
        public Outcome send(byte[] binary) {
            try {
                if (outcome == Outcome.QUEUED) log.add("binary " + SignalResponse.parseFrom(binary).getPong());
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
            return outcome;
        }

        @Override
        public Outcome send(String text) {
            if (outcome == Outcome.QUEUED) log.add("text " + text);
            return outcome;
        }

        @Override
        public void ping() {
            log.add("ping");
        }

        @Override
        public void close(int code, String reason) {
            log.add("close " + code);
        }
    }
}
