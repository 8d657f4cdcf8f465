package io.stoa.edge.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.room.SignalServer.SignalSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The writer is driven by hand and time stands still unless it is moved. */
class SignalSocketTest {
    private long now;
    private final RtcCounters counters = new RtcCounters();
    private final SignalSocket socket = new SignalSocket(() -> now, counters);
    private final List<String> wire = new ArrayList<>();
    private final List<SignalRequest> received = new ArrayList<>();
    private int closedTold;

    @Test
    void what_was_sent_before_the_upgrade_goes_first_and_in_binary() throws Exception {
        socket.send(pong(1));
        open();
        socket.send(pong(2));
        drain();
        assertThat(wire).containsExactly("binary 1", "binary 2");
    }

    @Test
    void the_client_chooses_the_encoding_by_its_last_frame() throws Exception {
        open();
        socket.text("{\"ping\":\"7\",\"somethingNew\":true}");
        socket.send(pong(1));
        drain();
        socket.binary(SignalRequest.newBuilder().setPing(8).build().toByteArray());
        socket.send(pong(2));
        drain();
        assertThat(wire).containsExactly("text {\"pong\":\"1\"}", "binary 2");
        assertThat(received).extracting(SignalRequest::getPing).containsExactly(7L, 8L);
    }

    @Test
    void empty_frames_mean_nothing() throws Exception {
        open();
        socket.binary(new byte[0]);
        assertThat(received).isEmpty();
        assertThat(counters.nonZero()).isEmpty();
    }

    @Test
    void a_malformed_frame_ends_the_connection_after_what_was_pending() throws Exception {
        open();
        socket.send(pong(1));
        socket.binary(new byte[] {0x0a, 0x7f});
        socket.send(pong(2));
        socket.binary(SignalRequest.newBuilder().setPing(8).build().toByteArray());
        drain();
        assertThat(wire).containsExactly("binary 1", "close 1007");
        assertThat(received).isEmpty();
        assertThat(closedTold).isEqualTo(1);
        assertThat(counters.get(RtcDrop.REQUEST_NOT_PROTOBUF)).isEqualTo(1);
    }

    @Test
    void what_does_not_leave_within_the_flush_time_is_left() throws Exception {
        open();
        socket.send(pong(1));
        socket.text("{");
        now += SignalSocket.FLUSH_NANOS + 1;
        drain();
        assertThat(wire).containsExactly("close 1007");
    }

    @Test
    void the_session_closes_after_its_last_word() throws Exception {
        open();
        socket.send(pong(1));
        socket.close();
        socket.send(pong(2));
        now += 5_000_000_000L;
        assertThat(closedTold).as("it knows").isZero();
        drain();
        assertThat(wire).containsExactly("binary 1", "close 1000");
        socket.gone();
        socket.gone();
        assertThat(closedTold).isEqualTo(1);
    }

    @Test
    void a_refused_join_is_written_and_closed_although_it_ended_before_the_upgrade() throws Exception {
        socket.send(pong(1));
        socket.close();
        open();
        drain();
        assertThat(wire).containsExactly("binary 1", "close 1000");
    }

    @Test
    void pings_every_ten_seconds() throws Exception {
        open();
        drain();
        assertThat(wire).isEmpty();
        now += SignalSocket.PING_NANOS;
        drain();
        drain();
        assertThat(wire).containsExactly("ping");
    }

    @Test
    void a_client_that_does_not_read_is_disconnected() {
        open();
        for (int i = 0; i <= SignalSocket.MAX_QUEUED; i++) socket.send(pong(i));
        assertThat(wire).containsExactly("close 1008");
        assertThat(closedTold).isEqualTo(1);
        assertThat(counters.get(RtcDrop.RESPONSES_OVERRUN)).isEqualTo(1);
    }

    @Test
    void a_wire_that_fails_is_told_to_the_session() {
        socket.begin(session());
        socket.attach(new Recorder() {
            @Override
            public void binary(byte[] message) throws IOException {
                throw new IOException("reset by peer");
            }
        });
        socket.send(pong(1));
        socket.write();
        assertThat(closedTold).isEqualTo(1);
        assertThat(wire).containsExactly("close 1001");
    }

    private void open() {
        socket.begin(session());
        socket.attach(new Recorder());
    }

    private void drain() throws Exception {
        for (int i = 0; i < 10 && socket.step(0); i++) {}
    }

    private static SignalResponse pong(long number) {
        return SignalResponse.newBuilder().setPong(number).build();
    }

    private SignalSession session() {
        return new SignalSession() {
            @Override
            public void receive(SignalRequest request) {
                received.add(request);
            }

            @Override
            public void closed() {
                closedTold++;
            }
        };
    }

    private class Recorder implements SignalSocket.Wire {
        @Override
        public void binary(byte[] message) throws IOException {
            wire.add("binary " + SignalResponse.parseFrom(message).getPong());
        }

        @Override
        public void text(String message) {
            wire.add("text " + message);
        }

        @Override
        public void ping() {
            wire.add("ping");
        }

        @Override
        public void close(int code, String reason) {
            wire.add("close " + code);
        }
    }
}
