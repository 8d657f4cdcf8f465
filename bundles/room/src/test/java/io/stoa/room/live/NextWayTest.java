package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.JOIN;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.LEAVE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.RECONNECT;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.PeerPath;
import io.stoa.media.PeerState;
import io.stoa.protocol.livekit.CandidateProtocol;
import io.stoa.protocol.livekit.ClientConfigSetting;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.ICEServer;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.Ping;
import io.stoa.protocol.livekit.ReconnectReason;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalTarget;
import io.stoa.protocol.livekit.SimulateScenario;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** After failures: UDP, then TCP alone, then TURN over TLS alone (spec 6.12); on both sides of every threshold. */
class NextWayTest {
    private static final List<ICEServer> TURN = List.of(
            ICEServer.newBuilder().addUrls("turn:embedded").addUrls("turns:embedded").build(), ICEServer.newBuilder().addUrls("turn:other").build());

    private Rig rig = new Rig();
    private Client ann = joins(PeerPath.UDP);

    @AfterEach
    void close() {
        rig.close();
    }

    private Client joins(PeerPath path) {
        Client client = rig.client("ann").join();
        client.subscriber.over(path);
        client.publisher.over(path);
        return client.connected();
    }

    /** With a client that is not hung up on when media fails. */
    private Client joinsAsAnOldOne() {
        Client client = rig.client("ann").with(start -> start.setClient(start.getClient().toBuilder().setProtocol(12))).join();
        client.subscriber.over(PeerPath.UDP);
        client.publisher.over(PeerPath.UDP);
        return client.connected();
    }

    private void lives(Client client, long millis) {
        for (long left = millis; left > 0; left -= 5_000) {
            rig.advance(Math.min(left, 5_000));
            ping(client, 0);
        }
    }

    private void ping(Client client, long roundTrip) {
        client.send(SignalRequest.newBuilder().setPingReq(Ping.newBuilder().setRtt(roundTrip)));
    }

    private CandidateProtocol only() {
        return rig.rooms.ways().only(Rig.ROOM, "ann");
    }

    private void turnOverTls() {
        rig.rooms.turnServers = List.of(sid -> TURN);
    }

    private Client comesBack(Client client, ReconnectReason reason) {
        client.with(start -> start.setReconnectReason(reason));
        return client.resume();
    }

    // -- when

    @ParameterizedTest
    @CsvSource({"89999, TCP", "90000, UDP"})
    void a_connection_that_fails_within_ninety_seconds(long lived, CandidateProtocol next) {
        lives(ann, lived);
        ann.subscriber.failed();
        assertThat(only()).isEqualTo(next);
        assertThat(ann.leave().getAction()).isEqualTo(LeaveRequest.Action.RESUME);
    }

    @Test
    void who_closes_its_connections_has_not_failed() {
        lives(ann, 1_000);
        ann.publisher.closedByClient();
        ann.subscriber.closedByClient();
        rig.advance(1_000);
        assertThat(only()).isEqualTo(CandidateProtocol.UDP);
    }

    @ParameterizedTest
    @CsvSource({"60000, TCP", "60001, UDP"})
    void two_failures_within_a_minute(long apart, CandidateProtocol next) {
        Client old = joinsAsAnOldOne();
        lives(old, 600_000);
        rig.room().member("ann").connections().nextWay().of(SignalTarget.PUBLISHER, PeerState.FAILED);
        assertThat(only()).isEqualTo(CandidateProtocol.UDP);
        lives(old, apart);
        rig.room().member("ann").connections().nextWay().of(SignalTarget.SUBSCRIBER, PeerState.FAILED);
        assertThat(only()).isEqualTo(next);
    }

    @Test
    void both_connections_that_fail_together_are_two_failures_although_the_first_ends_the_signalling() {
        lives(ann, 600_000);
        ann.subscriber.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.UDP);
        rig.advance(1_000);
        ann.publisher.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.TCP);
    }

    @Test
    void failures_before_a_resume_and_after_it_are_not_in_a_row() {
        lives(ann, 600_000);
        ann.subscriber.failed();
        Client back = comesBack(ann, ReconnectReason.RR_UNKNOWN);
        back.publisher.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.UDP);
    }

    @ParameterizedTest
    @CsvSource({"14999, TCP", "15000, UDP"})
    void the_signalling_has_to_have_lived_within_fifteen_seconds(long silent, CandidateProtocol next) {
        rig.advance(silent);
        ann.subscriber.failed();
        assertThat(only()).isEqualTo(next);
    }

    @ParameterizedTest
    @CsvSource({"14999, TCP", "15000, UDP"})
    void a_ping_counts_from_when_it_came(long silent, CandidateProtocol next) {
        rig.advance(10_000);
        ann.session.receive(SignalRequest.newBuilder().setPing(1).build());
        rig.advance(silent);
        ann.subscriber.failed();
        assertThat(only()).isEqualTo(next);
    }

    @Test
    void where_the_signalling_is_gone_too_it_is_the_network() {
        ann.session.signalClosed();
        ann.subscriber.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.UDP);
    }

    @ParameterizedTest
    @CsvSource({"RR_PUBLISHER_FAILED, TCP", "RR_SUBSCRIBER_FAILED, TCP", "RR_SIGNAL_DISCONNECTED, UDP", "RR_UNKNOWN, UDP", "RR_SWITCH_CANDIDATE, UDP"})
    void a_client_may_notice_first(ReconnectReason reason, CandidateProtocol next) {
        lives(ann, 30_000);
        ann.session.signalClosed();
        Client back = comesBack(ann, reason);
        assertThat(only()).isEqualTo(next);
        assertThat(back.subscriber.tcpOnly).as("of the restart that follows").isEqualTo(next == CandidateProtocol.TCP);
        assertThat(back.publisher.tcpOnly).isEqualTo(next == CandidateProtocol.TCP);
        assertThat(back.subscriber.restarts.getLast()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"89999, TCP", "90000, UDP"})
    void what_a_client_notices_counts_if_the_connection_was_short(long lived, CandidateProtocol next) {
        lives(ann, lived);
        comesBack(ann, ReconnectReason.RR_SUBSCRIBER_FAILED);
        assertThat(only()).isEqualTo(next);
    }

    @Test
    void one_failure_that_both_sides_notice_is_one_step() {
        turnOverTls();
        lives(ann, 30_000);
        ann.subscriber.failed();
        ann.publisher.failed();
        comesBack(ann, ReconnectReason.RR_SUBSCRIBER_FAILED);
        assertThat(only()).isEqualTo(CandidateProtocol.TCP);
    }

    @Test
    void the_time_of_a_connection_begins_again_when_it_has_failed_and_come_back() {
        lives(ann, 600_000);
        ann.subscriber.failed();
        Client back = comesBack(ann, ReconnectReason.RR_SUBSCRIBER_FAILED);
        assertThat(only()).isEqualTo(CandidateProtocol.UDP);
        back.subscriber.connected();
        lives(back, 89_999);
        back.subscriber.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.TCP);
    }

    @Test
    void a_short_silence_does_not_make_a_connection_young_again() {
        lives(ann, 80_000);
        ann.subscriber.silent().connected();
        lives(ann, 20_000);
        ann.subscriber.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.UDP);
    }

    @Test
    void with_one_connection_for_both_directions_it_is_the_same() {
        Client single = rig.client("ann").onePeerConnection().join();
        single.publisher.over(PeerPath.UDP);
        single.connected();
        lives(single, 10_000);
        comesBack(single, ReconnectReason.RR_SUBSCRIBER_FAILED);
        assertThat(only()).isEqualTo(CandidateProtocol.TCP);
        assertThat(single.publisher.tcpOnly).isTrue();
    }

    @Test
    void nothing_follows_where_it_is_not_wanted() {
        rig.allowTcpFallback = false;
        ann.subscriber.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.UDP);
    }

    // -- which

    @Test
    void after_tcp_comes_tls_and_the_client_is_told() {
        turnOverTls();
        ann.subscriber.failed();
        Client again = rig.client("ann").join();
        assertThat(again.publisher.spec.tcpOnly()).isTrue();
        assertThat(again.subscriber.spec.tcpOnly()).isTrue();
        assertThat(again.last(JOIN).getJoin().hasClientConfiguration()).isFalse();
        assertThat(again.last(JOIN).getJoin().getFastPublish()).as("spec 4.7").isFalse();
        again.subscriber.over(PeerPath.TCP);
        again.connected();
        again.subscriber.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.TLS);
        var resumed = comesBack(again, ReconnectReason.RR_UNKNOWN).last(RECONNECT).getReconnect();
        assertThat(resumed.getIceServersList()).containsExactly(ICEServer.newBuilder().addUrls("turns:embedded").build());
        assertThat(resumed.getClientConfiguration().getForceRelay()).isEqualTo(ClientConfigSetting.ENABLED);
        var joined = rig.client("ann").join();
        assertThat(joined.publisher.spec.tcpOnly()).isFalse();
        assertThat(joined.last(JOIN).getJoin().getClientConfiguration().getForceRelay()).isEqualTo(ClientConfigSetting.ENABLED);
    }

    @Test
    void without_turn_over_tls_tcp_is_the_end() {
        Client again = joins(PeerPath.TCP);
        again.subscriber.failed();
        assertThat(only()).as("no way was excluded, and none is").isEqualTo(CandidateProtocol.UDP);
        rig.rooms.ways().only(Rig.ROOM, "ann", CandidateProtocol.TCP);
        Client third = joins(PeerPath.TCP);
        third.subscriber.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.TCP);
    }

    @Test
    void who_came_by_tcp_goes_on_to_tls() {
        turnOverTls();
        joins(PeerPath.TCP).subscriber.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.TLS);
    }

    @Test
    void the_worse_path_of_two_connections_counts() {
        turnOverTls();
        ann.publisher.over(PeerPath.TCP);
        ann.subscriber.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.TLS);
    }

    @Test
    void beyond_a_relay_there_is_nothing() {
        turnOverTls();
        joins(PeerPath.RELAY).subscriber.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.UDP);
    }

    @Test
    void who_had_no_way_at_all_is_given_no_less() {
        turnOverTls();
        Client again = rig.client("ann").join();
        again.subscriber.failed();
        again.publisher.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.UDP);
    }

    @ParameterizedTest
    @CsvSource({"99, TCP, true", "100, TLS, true", "100, UDP, false", "0, TCP, true"})
    void slow_signalling_makes_tcp_worthless(long roundTrip, CandidateProtocol next, boolean tls) {
        if (tls) turnOverTls();
        rig.tcpFallbackRttThreshold = 100;
        ping(ann, roundTrip);
        ann.subscriber.failed();
        assertThat(only()).isEqualTo(next);
    }

    @Test
    void before_a_ping_the_first_answer_tells_how_slow_it_is() {
        turnOverTls();
        rig.tcpFallbackRttThreshold = 100;
        Client slow = rig.client("ann").join();
        rig.advance(100);
        slow.subscriber.over(PeerPath.UDP);
        slow.connected();
        slow.subscriber.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.TLS);
    }

    @ParameterizedTest
    @CsvSource({"GO, 2.0.0, TLS", "SWIFT, 1.0.4, TLS", "SWIFT, 1.0.5, TCP", "ANDROID, 1.0.0, TCP"})
    void not_every_client_opens_connections(ClientInfo.SDK sdk, String version, CandidateProtocol next) {
        turnOverTls();
        Client other = rig.client("ann").with(start -> start.setClient(start.getClient().toBuilder().setSdk(sdk).setVersion(version))).join();
        other.subscriber.over(PeerPath.UDP);
        other.connected();
        other.subscriber.failed();
        assertThat(only()).isEqualTo(next);
    }

    // -- a way that leads nowhere

    @ParameterizedTest
    @CsvSource({"0, 5000", "625, 5000", "1000, 8000", "1500, 12000", "60000, 12000"})
    void tcp_alone_has_eight_round_trips_of_the_signalling(long roundTrip, long patience) {
        turnOverTls();
        rig.rooms.ways().only(Rig.ROOM, "ann", CandidateProtocol.TCP);
        Client again = rig.client("ann").join();
        ping(again, roundTrip);
        again.subscriber.connecting();
        rig.advance(patience - 1);
        assertThat(only()).isEqualTo(CandidateProtocol.TCP);
        rig.advance(1);
        assertThat(only()).isEqualTo(CandidateProtocol.TLS);
        assertThat(again.leave().getAction()).isEqualTo(LeaveRequest.Action.RESUME);
    }

    @Test
    void where_tcp_alone_leads_nowhere_and_there_is_no_tls_every_way_is_open_again() {
        rig.rooms.ways().only(Rig.ROOM, "ann", CandidateProtocol.TCP);
        Client again = rig.client("ann").join();
        again.subscriber.connecting();
        rig.advance(5_000);
        assertThat(only()).isEqualTo(CandidateProtocol.UDP);
        assertThat(rig.client("ann").join().publisher.spec.tcpOnly()).isFalse();
    }

    @Test
    void where_tls_alone_leads_nowhere_every_way_is_open_again() {
        turnOverTls();
        rig.rooms.ways().only(Rig.ROOM, "ann", CandidateProtocol.TLS);
        Client again = rig.client("ann").join();
        again.subscriber.connecting();
        rig.advance(NextWay.MAX_ONLY_MILLIS - 1);
        assertThat(only()).isEqualTo(CandidateProtocol.TLS);
        rig.advance(1);
        assertThat(only()).isEqualTo(CandidateProtocol.UDP);
    }

    @Test
    void who_has_connected_in_time_is_left_alone() {
        rig.rooms.ways().only(Rig.ROOM, "ann", CandidateProtocol.TCP);
        Client again = rig.client("ann").join();
        again.subscriber.connecting();
        again.publisher.connecting();
        rig.advance(3_000);
        again.connected();
        lives(again, 60_000);
        assertThat(only()).isEqualTo(CandidateProtocol.TCP);
        assertThat(again.wasTold(LEAVE)).isFalse();
    }

    @Test
    void a_resume_by_tcp_alone_that_leads_nowhere_goes_on_to_the_next_way() {
        turnOverTls();
        ann.subscriber.failed();
        Client back = comesBack(ann, ReconnectReason.RR_SUBSCRIBER_FAILED);
        assertThat(back.subscriber.tcpOnly).isTrue();
        lives(back, 5_000);
        assertThat(only()).isEqualTo(CandidateProtocol.TLS);
        assertThat(back.subscriber.tcpOnly).isFalse();
        assertThat(back.leave().getAction()).isEqualTo(LeaveRequest.Action.RESUME);
    }

    // -- how long

    @Test
    void it_is_remembered_for_five_minutes_whoever_comes_and_goes() {
        ann.subscriber.failed();
        for (int i = 0; i < 3; i++) {
            assertThat(rig.client("ann").join().publisher.spec.tcpOnly()).isTrue();
            rig.advance(99_999);
        }
        assertThat(rig.client("ann").join().publisher.spec.tcpOnly()).isTrue();
        assertThat(rig.client("bob").join().publisher.spec.tcpOnly()).isFalse();
        rig.advance(3);
        assertThat(rig.client("ann").join().publisher.spec.tcpOnly()).isFalse();
    }

    @Test
    void a_resume_after_that_has_every_way_again() {
        rig.rooms.ways().only(Rig.ROOM, "ann", CandidateProtocol.TCP);
        Client again = joins(PeerPath.TCP);
        lives(again, 300_000);
        Client back = comesBack(again, ReconnectReason.RR_SIGNAL_DISCONNECTED);
        assertThat(back.subscriber.tcpOnly).isFalse();
    }

    @Test
    void the_next_room_manager_knows_it_too() {
        Client bob = rig.dual("bob");
        ann.subscriber.failed();
        ann.session.signalClosed();
        rig.rooms.ways().only(Rig.ROOM, "gone", CandidateProtocol.TLS);
        rig.rooms.ways().only("another", "ann", CandidateProtocol.TLS);
        handOver(bob);
        assertThat(only()).isEqualTo(CandidateProtocol.TCP);
        assertThat(rig.rooms.ways().only(Rig.ROOM, "gone")).isEqualTo(CandidateProtocol.TLS);
        rig.advance(299_999);
        assertThat(rig.client("ann").join().publisher.spec.tcpOnly()).isTrue();
        rig.advance(1);
        assertThat(rig.client("ann").join().publisher.spec.tcpOnly()).isFalse();
    }

    @Test
    void what_a_connection_has_lived_and_which_way_it_took_goes_along() {
        turnOverTls();
        ann.publisher.over(PeerPath.TCP);
        lives(ann, 80_000);
        handOver(ann);
        turnOverTls();
        lives(ann, 9_999);
        ann.publisher.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.TLS);
    }

    @Test
    void a_first_failure_goes_along() {
        lives(ann, 600_000);
        ann.subscriber.failed();
        handOver();
        ann.meets(rig);
        rig.advance(1_000);
        ann.publisher.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.TCP);
    }

    @Test
    void the_time_of_an_only_way_goes_along() {
        rig.rooms.ways().only(Rig.ROOM, "ann", CandidateProtocol.TCP);
        Client again = rig.client("ann").join();
        again.subscriber.connecting();
        rig.advance(3_000);
        handOver(again);
        rig.advance(1_999);
        assertThat(only()).isEqualTo(CandidateProtocol.TCP);
        rig.advance(1);
        assertThat(only()).isEqualTo(CandidateProtocol.UDP);
    }

    private void handOver(Client... clients) {
        Rig next = rig.next();
        rig.leave();
        rig = next;
        for (Client client : clients) client.follows(rig);
    }

    @Test
    void what_a_scenario_has_chosen_is_the_first_step() {
        turnOverTls();
        ann.send(SignalRequest.newBuilder().setSimulate(SimulateScenario.newBuilder().setSwitchCandidateProtocol(CandidateProtocol.TCP)));
        Client again = joins(PeerPath.TCP);
        assertThat(again.publisher.spec.tcpOnly()).isTrue();
        again.subscriber.failed();
        assertThat(only()).isEqualTo(CandidateProtocol.TLS);
    }
}
