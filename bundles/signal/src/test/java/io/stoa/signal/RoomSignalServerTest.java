package io.stoa.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.auth.AccessTokens;
import io.stoa.auth.Claims;
import io.stoa.auth.KeyProvider;
import io.stoa.auth.VideoGrant;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.LeaveRequest;
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
import io.stoa.signal.RoomSignalServer.Patience;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
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

    /** Sessions that look for their participants. */
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final RoomSignalServer server = new RoomSignalServer(tasks::add, new Patience(Duration.ZERO, Duration.ZERO, Duration.ZERO));
    private final List<SignalResponse> told = new ArrayList<>();
    private final List<SignalRequest> passedOn = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private Claims claims = Claims.of("ann", VideoGrant.join("lobby"));
    private Runnable grantsChanged = () -> {};
    private boolean open = true;
    private boolean handsOver;
    private int closings;
    private Rooms rooms;

    @BeforeEach
    void services() {
        rooms = new Rooms();
        server.bindRooms(rooms);
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
        server.unbindRooms(rooms);
        assertThatThrownBy(() -> open(StartSession.newBuilder()))
                .isInstanceOfSatisfying(RoomException.class, it -> assertThat(it.code()).isEqualTo(RoomException.Code.UNAVAILABLE));
    }

    @Test
    void what_a_client_says_while_its_room_is_handed_over_comes_to_the_next_manager_in_order() throws Exception {
        SignalSession session = open(StartSession.newBuilder().setConnectionId("CO_1"));
        server.unbindRooms(rooms);
        told.clear();
        handsOver = true;
        session.receive(ping(1));
        session.receive(ping(2));
        assertThat(passedOn).isEmpty();
        assertThat(told).as("pings are answered").hasSize(2);
        server.bindRooms(new Rooms());
        look();
        session.receive(ping(3));
        assertThat(passedOn).extracting(SignalRequest::getPing).containsExactly(1L, 2L, 3L);
        assertThat(log).containsExactly("join", "reattach CO_1");
        assertThat(closings).isZero();
    }

    @Test
    void a_manager_that_follows_at_once_is_attached_to_without_a_word_to_the_client_but_a_token() throws Exception {
        SignalSession session = open(StartSession.newBuilder().setConnectionId("CO_1"));
        told.clear();
        Rooms next = new Rooms();
        server.bindRooms(next);
        server.unbindRooms(rooms);
        look();
        assertThat(told).extracting(SignalResponse::getMessageCase).containsExactly(MessageCase.REFRESH_TOKEN);
        session.closed();
        assertThat(log).containsExactly("join", "reattach CO_1", "signal closed");
    }

    @Test
    void a_socket_that_closed_meanwhile_is_told_to_the_next_manager() throws Exception {
        SignalSession session = open(StartSession.newBuilder().setConnectionId("CO_1"));
        handsOver = true;
        server.unbindRooms(rooms);
        session.closed();
        assertThat(log).containsExactly("join");
        server.bindRooms(new Rooms());
        look();
        assertThat(log).containsExactly("join", "reattach CO_1", "signal closed");
    }

    @Test
    void a_session_of_another_signal_server_is_adopted_and_goes_on() {
        SignalSession session = server.adopt(start(StartSession.newBuilder().setConnectionId("CO_1")), sink());
        session.receive(ping(1));
        assertThat(passedOn).isEmpty();
        look();
        assertThat(passedOn).hasSize(1);
        assertThat(told).extracting(SignalResponse::getMessageCase).containsExactly(MessageCase.PONG, MessageCase.REFRESH_TOKEN);
        assertThat(log).containsExactly("reattach CO_1");
    }

    @Test
    void what_no_room_has_taken_is_given_to_the_next_signal_server() throws Exception {
        SignalSession session = open(StartSession.newBuilder());
        handsOver = true;
        rooms.refusal = new RoomException(RoomException.Code.UNAVAILABLE, "later");
        session.receive(ping(1));
        session.receive(ping(2));
        assertThat(session.release()).extracting(SignalRequest::getPing).containsExactly(1L, 2L);
        told.clear();
        grantsChanged.run();
        session.receive(ping(3));
        assertThat(passedOn).isEmpty();
        assertThat(told).extracting(SignalResponse::getMessageCase).as("no token of the old one").containsExactly(MessageCase.PONG);
    }

    @Test
    void without_a_next_manager_the_client_is_told_to_come_back() throws Exception {
        open(StartSession.newBuilder().setClient(ClientInfo.newBuilder().setProtocol(17)));
        open = false; // as a room that is frozen says
        server.unbindRooms(rooms);
        look();
        assertThat(told.getLast().getLeave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(closings).isEqualTo(1);
    }

    @Test
    void an_old_client_is_told_so_in_its_own_words() {
        rooms.refusal = new RoomException(RoomException.Code.UNAVAILABLE, "never");
        server.adopt(start(StartSession.newBuilder().setClient(ClientInfo.newBuilder().setProtocol(9))), sink());
        look();
        assertThat(told.getLast().getLeave().getCanReconnect()).isTrue();
        assertThat(closings).isEqualTo(1);
    }

    @Test
    void a_session_whose_room_lives_on_survives_a_manager_that_does_not_have_it() throws Exception {
        SignalSession session = open(StartSession.newBuilder());
        Rooms other = new Rooms();
        other.refusal = new RoomException(RoomException.Code.UNAVAILABLE, "not in charge");
        server.bindRooms(other);
        look();
        session.receive(ping(1));
        assertThat(passedOn).hasSize(1);
        assertThat(closings).isZero();
    }

    private void look() {
        for (Runnable task; (task = tasks.poll()) != null; ) task.run();
    }

    private static SignalRequest ping(long number) {
        return SignalRequest.newBuilder().setPing(number).build();
    }

    private static StartSession start(StartSession.Builder start) {
        return start.setIdentity("ann").setRoomName("lobby").build();
    }

    private SignalSession open(StartSession.Builder start) throws RoomException {
        return server.open(start(start), sink());
    }

    private SignalSink sink() {
        return new SignalSink() {
            @Override
            public void send(SignalResponse response) {
                told.add(response);
            }

            @Override
            public void close() {
                closings++;
            }
        };
    }

    private final class Rooms implements RoomManager {
        private RoomException refusal;

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

        @Override
        public RoomSession reattach(StartSession start, SignalSink sink) throws RoomException {
            if (refusal != null) throw refusal;
            handsOver = false;
            log.add("reattach " + start.getConnectionId());
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
                public boolean receive(SignalRequest request) {
                    if (!handsOver) passedOn.add(request);
                    return !handsOver;
                }

                @Override
                public boolean signalClosed() {
                    if (!handsOver) log.add("signal closed");
                    return !handsOver;
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
