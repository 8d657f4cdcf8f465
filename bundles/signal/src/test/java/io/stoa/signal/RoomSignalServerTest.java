package io.stoa.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.auth.AccessTokens;
import io.stoa.auth.Claims;
import io.stoa.auth.KeyProvider;
import io.stoa.auth.VideoGrant;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.Ping;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.SignalResponse.MessageCase;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.room.LiveRoom;
import io.stoa.room.RoomException;
import io.stoa.room.RoomManager;
import io.stoa.room.RoomSession;
import io.stoa.room.SignalServer.SignalSession;
import io.stoa.room.SignalSink;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Spec 2.4, 4.1: what a session does by itself, beside a room that the test plays. */
class RoomSignalServerTest {
    private static final KeyProvider KEYS = new KeyProvider() {
        @Override
        public Optional<String> secret(String apiKey) {
            return apiKey.equals("devkey") ? Optional.of("secret") : Optional.empty();
        }

        @Override
        public Optional<String> firstKey() {
            return Optional.of("devkey");
        }
    };

    private final RoomSignalServer server = new RoomSignalServer();
    private final List<SignalResponse> told = new ArrayList<>();
    private final List<SignalRequest> passedOn = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private Claims claims = Claims.of("ann", VideoGrant.join("lobby"));
    private Runnable grantsChanged = () -> {};
    private boolean open = true;

    @BeforeEach
    void services() {
        server.rooms = new Rooms();
        server.keys = KEYS;
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    @Test
    void a_token_follows_the_join() throws Exception {
        open(StartSession.newBuilder());
        assertThat(told).extracting(SignalResponse::getMessageCase).containsExactly(MessageCase.JOIN, MessageCase.REFRESH_TOKEN);
        Claims refreshed = AccessTokens.verify(told.getLast().getRefreshToken(), KEYS, Instant.now());
        assertThat(refreshed.identity()).isEqualTo("ann");
        assertThat(refreshed.video().room()).isEqualTo("lobby");
        assertThat(refreshed.expiresAtSeconds() - Instant.now().getEpochSecond()).as("ten minutes at least").isBetween(595L, 605L);
    }

    @Test
    void it_lives_as_long_as_the_first_one_would_have() throws Exception {
        long end = Instant.now().getEpochSecond() + 7_200;
        open(StartSession.newBuilder().setTokenExpiresAt(end));
        Claims refreshed = AccessTokens.verify(told.getLast().getRefreshToken(), KEYS, Instant.now());
        assertThat(refreshed.expiresAtSeconds()).isBetween(end - 2, end + 2);
    }

    @Test
    void a_token_follows_a_resume_and_every_change_of_what_it_says() throws Exception {
        open(StartSession.newBuilder().setReconnect(true));
        assertThat(log).containsExactly("resume");
        assertThat(told).extracting(SignalResponse::getMessageCase).containsExactly(MessageCase.RECONNECT, MessageCase.REFRESH_TOKEN);

        claims = claims.with("Ann", "", java.util.Map.of(), claims.video());
        grantsChanged.run();
        assertThat(AccessTokens.verify(told.getLast().getRefreshToken(), KEYS, Instant.now()).name()).isEqualTo("Ann");
    }

    @Test
    void pings_are_answered_at_once_and_passed_on() throws Exception {
        SignalSession session = open(StartSession.newBuilder());
        told.clear();
        long before = System.currentTimeMillis();
        session.receive(SignalRequest.newBuilder().setPing(1).build());
        session.receive(SignalRequest.newBuilder().setPingReq(Ping.newBuilder().setTimestamp(77)).build());
        assertThat(told.get(0).getPong()).isBetween(before, System.currentTimeMillis());
        assertThat(told.get(1).getPongResp().getLastPingTimestamp()).isEqualTo(77);
        assertThat(told.get(1).getPongResp().getTimestamp()).isBetween(before, System.currentTimeMillis());
        assertThat(passedOn).hasSize(2);
    }

    @Test
    void without_keys_there_are_no_tokens() throws Exception {
        server.keys = null;
        open(StartSession.newBuilder());
        assertThat(told).extracting(SignalResponse::getMessageCase).containsExactly(MessageCase.JOIN);
    }

    @Test
    void who_was_refused_gets_none() throws Exception {
        open = false;
        open(StartSession.newBuilder());
        assertThat(told).extracting(SignalResponse::getMessageCase).containsExactly(MessageCase.JOIN);
        grantsChanged.run();
        assertThat(told).hasSize(1);
    }

    @Test
    void a_lost_socket_is_told_to_the_room() throws Exception {
        open(StartSession.newBuilder()).closed();
        assertThat(log).containsExactly("join", "signal closed");
    }

    @Test
    void without_rooms_the_answer_is_unavailable() {
        server.rooms = null;
        assertThatThrownBy(() -> open(StartSession.newBuilder()))
                .isInstanceOfSatisfying(RoomException.class, it -> assertThat(it.code()).isEqualTo(RoomException.Code.UNAVAILABLE));
    }

    private SignalSession open(StartSession.Builder start) throws RoomException {
        return server.open(start.setIdentity("ann").setRoomName("lobby").build(), new SignalSink() {
            @Override
            public void send(SignalResponse response) {
                told.add(response);
            }

            @Override
            public void close() {}
        });
    }

    private final class Rooms implements RoomManager {
        @Override
        public RoomSession join(StartSession start, SignalSink sink) {
            log.add("join");
            sink.send(SignalResponse.newBuilder().setJoin(io.stoa.protocol.livekit.JoinResponse.getDefaultInstance()).build());
            return session();
        }

        @Override
        public RoomSession resume(StartSession start, SignalSink sink) {
            log.add("resume");
            sink.send(SignalResponse.newBuilder().setReconnect(io.stoa.protocol.livekit.ReconnectResponse.getDefaultInstance()).build());
            return session();
        }

        private RoomSession session() {
            return new RoomSession() {
                @Override
                public String roomName() {
                    return "lobby";
                }

                @Override
                public String identity() {
                    return "ann";
                }

                @Override
                public void receive(SignalRequest request) {
                    passedOn.add(request);
                }

                @Override
                public void signalClosed() {
                    log.add("signal closed");
                }

                @Override
                public boolean open() {
                    return open;
                }

                @Override
                public String grantsJson() {
                    return claims.toJson();
                }

                @Override
                public void onGrantsChanged(Runnable listener) {
                    grantsChanged = listener;
                }
            };
        }

        @Override
        public Room create(CreateRoomRequest request) {
            return Room.getDefaultInstance();
        }

        @Override
        public Optional<LiveRoom> room(String name) {
            return Optional.empty();
        }

        @Override
        public Collection<LiveRoom> rooms() {
            return List.of();
        }

        @Override
        public void drain() {}

        @Override
        public int participants() {
            return 0;
        }

        @Override
        public void shutdown() {}
    }
}
