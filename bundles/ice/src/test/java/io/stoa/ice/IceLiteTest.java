package io.stoa.ice;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A lite agent answers, takes what is nominated, and asks for nothing. */
class IceLiteTest {
    final ScriptedPeer peer = ScriptedPeer.facingLite();

    @AfterEach
    void it_never_asked() {
        assertThat(peer.checks).isEmpty();
    }

    private void connected() {
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        peer.check(peer.udp(), true);
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void what_is_nominated_is_selected_at_once_even_before_signalling_has_answered() {
        peer.check(peer.udp(), false);
        assertThat(peer.answers).hasSize(1);
        assertThat(peer.states).containsExactly(IceState.CHECKING);
        peer.check(peer.udp(), true);
        assertThat(peer.answers).hasSize(2);
        assertThat(peer.selections).containsExactly(peer.udp());
        assertThat(peer.states).containsExactly(IceState.CHECKING, IceState.CONNECTED);
        assertThat(peer.verified).containsExactly(peer.udp());
    }

    @Test
    void candidates_of_the_client_are_waited_for_and_not_tried() throws Exception {
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        peer.agent.addRemote(peer.now, IceCandidate.parse("candidate:1 1 udp 2113937151 10.0.0.1 40000 typ host"));
        peer.run(29 * SECOND);
        assertThat(peer.agent.state()).isEqualTo(IceState.CHECKING);
        peer.run(2 * SECOND);
        assertThat(peer.states).containsExactly(IceState.CHECKING, IceState.FAILED);
    }

    @Test
    void whether_the_path_is_relayed_is_known_from_the_candidates_before_and_after() throws Exception {
        TransportAddress relay = TransportAddress.of("198.51.100.7", 30_001);
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        peer.agent.addRemote(peer.now, IceCandidate.parse("candidate:1 1 udp 33562367 198.51.100.7 30001 typ relay"));
        peer.run(IceSettings.DEFAULT.headStartNanos());
        peer.check(peer.udp(relay), true);
        assertThat(peer.agent.relayed()).isTrue();
        TransportAddress late = TransportAddress.of("198.51.100.7", 30_002);
        peer.run(2 * SECOND);
        peer.check(peer.udp(late), true);
        assertThat(peer.agent.relayed()).isFalse();
        peer.agent.addRemote(peer.now, IceCandidate.parse("candidate:2 1 udp 33562367 198.51.100.7 30002 typ relay"));
        assertThat(peer.agent.relayed()).isTrue();
    }

    @Test
    void a_client_that_believes_to_be_controlled_is_told_to_control() {
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        peer.controlled = true;
        peer.check(peer.udp(), false);
        assertThat(peer.answers.getLast().errorCode()).as("whatever the tie breaker").isEqualTo(487);
        peer.controlled = false;
        peer.check(peer.udp(), true);
        assertThat(peer.answers.getLast().errorCode()).isZero();
        assertThat(peer.agent.selected()).isSameAs(peer.udp());
    }

    @Test
    void checks_are_consent_wherever_they_nominate_or_not() {
        connected();
        for (int i = 0; i < 20; i++) {
            peer.run(5 * SECOND);
            peer.check(peer.udp(), i % 2 == 0);
        }
        assertThat(peer.states).containsExactly(IceState.CHECKING, IceState.CONNECTED);
    }

    @Test
    void silence_disconnects_after_eight_seconds_and_fails_after_thirty() {
        connected();
        peer.run(8 * SECOND - MILLI);
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
        peer.run(MILLI);
        assertThat(peer.agent.state()).isEqualTo(IceState.DISCONNECTED);
        peer.run(22 * SECOND - MILLI);
        assertThat(peer.agent.state()).isEqualTo(IceState.DISCONNECTED);
        peer.run(MILLI);
        assertThat(peer.agent.state()).isEqualTo(IceState.FAILED);
        assertThat(peer.agent.nextWake()).isEqualTo(Time.NEVER);
    }

    @Test
    void what_else_the_client_proves_to_have_sent_is_consent_over_the_selected_flow_alone() {
        connected();
        Flow other = peer.udp(TransportAddress.of("10.0.0.1", 40_009));
        for (int i = 0; i < 10; i++) {
            peer.run(SECOND);
            peer.agent.heard(peer.now, other);
            peer.check(other, false);
        }
        assertThat(peer.agent.state()).isEqualTo(IceState.DISCONNECTED);
        peer.agent.heard(peer.now, peer.udp());
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
        for (int i = 0; i < 40; i++) {
            peer.run(SECOND);
            peer.agent.heard(peer.now, peer.udp());
        }
        assertThat(peer.states).containsExactly(IceState.CHECKING, IceState.CONNECTED, IceState.DISCONNECTED, IceState.CONNECTED);
        assertThat(peer.selections).containsExactly(peer.udp());
    }

    @Test
    void an_agent_that_slept_gives_the_client_a_moment_before_it_gives_up() {
        connected();
        peer.now += 60 * SECOND;
        peer.agent.wake(peer.now);
        assertThat(peer.agent.state()).isEqualTo(IceState.DISCONNECTED);
        peer.check(peer.udp(), true);
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
        peer.now += 60 * SECOND;
        peer.agent.wake(peer.now);
        peer.run(3 * SECOND);
        assertThat(peer.agent.state()).isEqualTo(IceState.FAILED);
    }

    @Test
    void the_client_moves_where_it_nominates_but_not_to_something_worse_in_the_same_breath() {
        connected();
        Flow worse = peer.tcp(50_000);
        peer.check(worse, true);
        assertThat(peer.agent.selected()).as("an aggressive nominator means the best").isSameAs(peer.udp());
        peer.run(2 * SECOND);
        peer.check(worse, true);
        assertThat(peer.agent.selected()).as("the client has decided").isSameAs(worse);
        peer.run(2 * SECOND);
        Flow moved = peer.udp(TransportAddress.of("192.0.2.77", 1_234));
        peer.check(moved, true);
        assertThat(peer.selections).containsExactly(peer.udp(), worse, moved);
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void a_restart_keeps_the_flow_until_the_client_nominates_again() {
        connected();
        IceCredentials before = peer.agent.local();
        peer.agent.restart(peer.now);
        peer.check(peer.udp(), before, true);
        assertThat(peer.agent.state()).as("of the generation before").isEqualTo(IceState.CHECKING);
        assertThat(peer.agent.selected()).isSameAs(peer.udp());
        Flow other = peer.udp(TransportAddress.of("10.0.0.1", 40_009));
        peer.check(other, true);
        assertThat(peer.selections).containsExactly(peer.udp(), other);
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void a_connection_that_ends_is_replaced_by_the_next_one_that_the_client_opens() {
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        peer.check(peer.tcp(50_000), true);
        peer.agent.flowClosed(peer.now, peer.tcp(50_000));
        peer.run(100 * MILLI);
        assertThat(peer.agent.state()).isEqualTo(IceState.DISCONNECTED);
        peer.check(peer.tcp(50_001), true);
        assertThat(peer.selections).containsExactly(peer.tcp(50_000), peer.tcp(50_001));
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void strangers_select_nothing() {
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        peer.receive(peer.udp(), peer.request(peer.agent.local()).nominating(true).integrity("not the password").fingerprint().bytes());
        assertThat(peer.agent.drops().get(Drop.STUN_BAD_INTEGRITY)).isEqualTo(1);
        assertThat(peer.answers).isEmpty();
        peer.receive(peer.udp(), RawStun.message(RawStun.SUCCESS, peer.transaction()).integrity(peer.credentials.password()).bytes());
        assertThat(peer.agent.drops().get(Drop.STUN_UNKNOWN_TRANSACTION)).isEqualTo(1);
        assertThat(peer.agent.selected()).isNull();
    }

    @Test
    void countless_addresses_of_a_client_are_bounded_and_the_one_that_counts_stays() {
        connected();
        for (int i = 0; i < 2_000; i++) peer.check(peer.udp(TransportAddress.of("10.1.0.1", 10_000 + i)), false);
        assertThat(peer.agent.drops().get(Drop.ICE_CANDIDATE_LIMIT)).isZero();
        assertThat(peer.agent.selected()).isSameAs(peer.udp());
        peer.run(2 * SECOND);
        Flow last = peer.udp(TransportAddress.of("10.1.0.2", 1));
        peer.check(last, true);
        assertThat(peer.agent.selected()).isSameAs(last);
    }

    @Test
    void a_full_agent_that_faces_it_controls() {
        var paths = new VirtualPaths(3);
        var client = paths.host(false, 10 * MILLI, TransportAddress.of("10.0.0.1", 40_000));
        client.agent.facesLite();
        var server = paths.liteHost(10 * MILLI, TransportAddress.of("10.0.0.2", 7_882), TransportAddress.of("10.0.0.3", 7_882));
        paths.blocked.add(TransportAddress.of("10.0.0.2", 7_882));
        client.learn(server, true);
        server.learn(client, true);
        paths.run(3 * SECOND);
        assertThat(paths.allConnected()).isTrue();
        assertThat(client.controls).isTrue();
        assertThat(server.agent.selected().local).isEqualTo(TransportAddress.of("10.0.0.3", 7_882));
        paths.run(60 * SECOND);
        assertThat(paths.allConnected()).as("each by the consent of the other").isTrue();
    }
}
