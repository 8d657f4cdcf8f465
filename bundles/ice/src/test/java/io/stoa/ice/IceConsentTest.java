package io.stoa.ice;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import org.junit.jupiter.api.Test;

/** From the first check to consent, restart and the end, with a peer that follows the script. */
class IceConsentTest {
    @Test
    void a_nominating_check_of_a_stranger_is_answered_checked_back_and_selected() {
        var peer = new ScriptedPeer(false, 1);
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        long begin = peer.now;
        peer.check(peer.udp(), true);
        assertThat(peer.answers).hasSize(1);
        assertThat(peer.checks).as("the triggered check waits for nothing").hasSize(1);
        assertThat(peer.agent.selected()).as("not before our own check was answered").isNull();
        peer.run(2 * peer.halfTrip);
        assertThat(peer.selections).containsExactly(peer.udp());
        assertThat(peer.states).containsExactly(IceState.CHECKING, IceState.CONNECTED);
        assertThat(peer.agent.roundTripNanos()).isEqualTo(2 * peer.halfTrip).isEqualTo(peer.now - begin);
        assertThat(peer.verified).containsExactly(peer.udp());
    }

    @Test
    void a_check_that_nominates_before_the_answer_of_signalling_is_remembered() {
        var peer = new ScriptedPeer(false, 1);
        peer.check(peer.udp(), true);
        peer.run(SECOND);
        assertThat(peer.answers).as("it is answered at once").hasSize(1);
        assertThat(peer.checks).as("we cannot check without credentials").isEmpty();
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        peer.run(2 * peer.halfTrip);
        assertThat(peer.agent.selected()).isSameAs(peer.udp());
    }

    @Test
    void a_check_without_nomination_selects_nothing() {
        var peer = new ScriptedPeer(false, 1);
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        peer.check(peer.udp(), false);
        peer.run(SECOND);
        assertThat(peer.agent.state()).isEqualTo(IceState.CHECKING);
        peer.check(peer.udp(), true);
        assertThat(peer.agent.state()).as("the pair was valid already").isEqualTo(IceState.CONNECTED);
    }

    @Test
    void consent_is_asked_for_every_two_seconds_over_the_selected_flow_without_nominating() {
        var peer = ScriptedPeer.connected();
        peer.checks.clear();
        peer.run(20 * SECOND);
        assertThat(peer.checks).hasSize(10).allSatisfy(check -> {
            assertThat(check.flow()).isSameAs(peer.udp());
            assertThat(check.message().useCandidate()).isFalse();
            assertThat(check.message().controlling()).isFalse();
            assertThat(check.message().username()).isEqualTo("peer:" + peer.agent.local().ufrag());
        });
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void silence_disconnects_after_eight_seconds_and_fails_after_thirty() {
        var peer = ScriptedPeer.connected();
        peer.run(2 * SECOND);
        peer.answering = false;
        long heard = peer.checks.getLast().at() + 2 * peer.halfTrip;
        peer.run(heard + 8 * SECOND - MILLI - peer.now);
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
        peer.run(MILLI);
        assertThat(peer.agent.state()).as("at the moment, not with the next check").isEqualTo(IceState.DISCONNECTED);
        peer.run(22 * SECOND - MILLI);
        assertThat(peer.agent.state()).isEqualTo(IceState.DISCONNECTED);
        peer.run(MILLI);
        assertThat(peer.agent.state()).isEqualTo(IceState.FAILED);
        assertThat(peer.selections).as("nobody was told of another flow").hasSize(1);
        int checks = peer.checks.size();
        peer.run(60 * SECOND);
        assertThat(peer.checks).as("no consent, no traffic (RFC 7675)").hasSize(checks);
    }

    @Test
    void consent_comes_back_within_the_grace_period() {
        var peer = ScriptedPeer.connected();
        peer.answering = false;
        peer.run(27 * SECOND);
        peer.answering = true;
        peer.run(3 * SECOND);
        assertThat(peer.states).containsExactly(IceState.CHECKING, IceState.CONNECTED, IceState.DISCONNECTED, IceState.CONNECTED);
        peer.run(60 * SECOND);
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void an_agent_that_slept_asks_before_it_gives_up() {
        var peer = ScriptedPeer.connected();
        peer.now += 60 * SECOND;
        peer.agent.wake(peer.now);
        assertThat(peer.agent.state()).isEqualTo(IceState.DISCONNECTED);
        peer.run(SECOND);
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void plain_checks_of_the_peer_are_no_consent() {
        var peer = ScriptedPeer.connected();
        peer.answering = false;
        for (int i = 0; i < 35; i++) {
            peer.run(SECOND);
            peer.check(peer.udp(), false);
        }
        assertThat(peer.agent.state()).isEqualTo(IceState.FAILED);
    }

    @Test
    void a_restart_keeps_the_flow_and_answers_checks_of_both_generations() {
        var peer = ScriptedPeer.connected();
        IceCredentials before = peer.agent.local();
        IceCredentials after = peer.agent.restart(peer.now);
        assertThat(after).isEqualTo(peer.agent.local()).isNotEqualTo(before);
        assertThat(after.ufrag()).isNotEqualTo(before.ufrag());
        assertThat(peer.agent.claims(before.ufrag())).isTrue();
        assertThat(peer.agent.selected()).isSameAs(peer.udp());
        peer.answers.clear();
        peer.check(peer.udp(), before, true);
        assertThat(peer.answers).as("the peer's consent for the old generation").hasSize(1);
        assertThat(peer.agent.state()).as("but it selects nothing").isEqualTo(IceState.CHECKING);
        peer.credentials = new IceCredentials("again", "againagainagainagainagain");
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        Flow other = peer.udp(TransportAddress.of("10.0.0.1", 40_009));
        peer.check(other, true);
        assertThat(peer.agent.selected()).as("media stays where it was until the new path is proved").isSameAs(peer.udp());
        peer.run(SECOND);
        assertThat(peer.selections).containsExactly(peer.udp(), other);
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void a_client_that_stays_with_the_path_from_before_a_restart_keeps_it_as_long_as_it_checks_it() {
        ScriptedPeer peer = ScriptedPeer.connected();
        IceCredentials before = peer.agent.local();
        peer.agent.restart(peer.now);
        peer.agent.remoteCredentials(peer.now, new IceCredentials("next", "nextnextnextnextnextnext"));
        for (int i = 0; i < 30; i++) {
            peer.run(2 * Time.SECOND);
            peer.check(peer.udp(), before, false);
        }
        assertThat(peer.agent.state()).isEqualTo(IceState.CHECKING);
        assertThat(peer.agent.usable()).isSameAs(peer.udp());
        peer.run(7 * Time.SECOND);
        assertThat(peer.agent.state()).isEqualTo(IceState.CHECKING);
        peer.check(peer.udp(ScriptedPeer.UDP), before, false);
        peer.run(2 * Time.SECOND);
        assertThat(peer.agent.state()).as("a check over another path says nothing of this one").isEqualTo(IceState.FAILED);
    }

    /** As Chromium does whose new addresses are known before our description is. */
    @Test
    void a_restarted_client_that_checks_our_addresses_of_before_from_new_ones_has_a_path() {
        ScriptedPeer peer = ScriptedPeer.connected();
        IceCredentials before = peer.agent.local();
        peer.agent.restart(peer.now);
        peer.credentials = new IceCredentials("next", "nextnextnextnextnextnext");
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        Flow fresh = peer.udp(TransportAddress.of("10.0.0.1", 40_009));
        peer.check(fresh, before, true);
        peer.run(Time.SECOND);
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
        assertThat(peer.selections).containsExactly(peer.udp(), fresh);
        peer.run(5 * Time.SECOND);
        assertThat(peer.checks).filteredOn(check -> check.flow() == fresh).hasSizeGreaterThan(2)
                .allSatisfy(check -> assertThat(check.message().username()).isEqualTo("next:" + before.ufrag()));

        peer.agent.restart(peer.now);
        peer.answers.clear();
        peer.check(fresh, before, true);
        assertThat(peer.answers).as("what it uses is what it may go on to use").hasSize(1);
    }

    @Test
    void credentials_two_restarts_old_are_strange() {
        var peer = ScriptedPeer.connected();
        IceCredentials first = peer.agent.local();
        peer.agent.restart(peer.now);
        peer.agent.restart(peer.now);
        peer.answers.clear();
        peer.check(peer.udp(), first, true);
        assertThat(peer.answers).isEmpty();
        assertThat(peer.agent.drops().get(Drop.STUN_UNKNOWN_USERNAME)).isEqualTo(1);
    }

    @Test
    void a_restart_over_the_same_flow_does_not_announce_it_twice() {
        var peer = ScriptedPeer.connected();
        peer.agent.restart(peer.now);
        peer.credentials = new IceCredentials("again", "againagainagainagainagain");
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        peer.check(peer.udp(), true);
        peer.run(SECOND);
        assertThat(peer.selections).containsExactly(peer.udp());
        assertThat(peer.states).containsExactly(IceState.CHECKING, IceState.CONNECTED, IceState.CHECKING, IceState.CONNECTED);
    }

    @Test
    void after_failing_a_restart_connects_again() {
        var peer = ScriptedPeer.connected();
        peer.answering = false;
        peer.run(32 * SECOND);
        assertThat(peer.agent.state()).isEqualTo(IceState.FAILED);
        peer.agent.restart(peer.now);
        peer.answering = true;
        peer.agent.remoteCredentials(peer.now, new IceCredentials("x", peer.credentials.password()));
        peer.check(peer.udp(), true);
        peer.run(20 * SECOND);
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
        assertThat(peer.agent.nextWake()).as("consent is watched again").isNotEqualTo(Time.NEVER);
    }

    @Test
    void a_connection_that_the_client_opened_is_selected_and_its_successor_replaces_it() {
        var peer = new ScriptedPeer(false, 1);
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        peer.check(peer.tcp(50_000), true);
        peer.run(SECOND);
        assertThat(peer.agent.selected()).isSameAs(peer.tcp(50_000));
        peer.silent.add(peer.tcp(50_000));
        peer.agent.flowClosed(peer.now, peer.tcp(50_000));
        peer.run(100 * MILLI);
        assertThat(peer.agent.state()).isEqualTo(IceState.DISCONNECTED);
        peer.check(peer.tcp(50_001), true);
        peer.run(20 * SECOND);
        assertThat(peer.selections).containsExactly(peer.tcp(50_000), peer.tcp(50_001));
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void tcp_candidates_of_the_client_are_never_dialled() throws Exception {
        var peer = new ScriptedPeer(true, 1);
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        peer.agent.addRemote(peer.now, IceCandidate.parse("candidate:1 1 tcp 1518280447 10.0.0.1 9 typ host tcptype active"));
        peer.agent.addRemote(peer.now, IceCandidate.parse("candidate:2 1 tcp 1518214911 10.0.0.1 52067 typ host tcptype passive"));
        peer.run(10 * SECOND);
        assertThat(peer.checks).isEmpty();
    }

    @Test
    void a_client_that_moves_to_another_address_is_followed() {
        var peer = ScriptedPeer.connected();
        peer.silent.add(peer.udp());
        Flow moved = peer.udp(TransportAddress.of("192.0.2.77", 1_234));
        peer.check(moved, true);
        peer.run(30 * SECOND);
        assertThat(peer.selections).containsExactly(peer.udp(), moved);
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void answers_from_elsewhere_and_to_questions_never_asked_prove_nothing() {
        var peer = new ScriptedPeer(false, 1);
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        peer.answerOver = peer.udp(TransportAddress.of("10.9.9.9", 9));
        peer.check(peer.udp(), true);
        peer.run(2 * peer.halfTrip);
        assertThat(peer.agent.drops().get(Drop.STUN_UNEXPECTED_SOURCE)).isEqualTo(1);
        peer.receive(peer.udp(), RawStun.message(RawStun.SUCCESS, peer.transaction()).integrity(peer.credentials.password()).bytes());
        assertThat(peer.agent.drops().get(Drop.STUN_UNKNOWN_TRANSACTION)).isEqualTo(1);
        peer.receive(peer.udp(), RawStun.message(RawStun.SUCCESS, peer.transaction()).integrity("not the password").bytes());
        peer.receive(peer.udp(), RawStun.message(RawStun.SUCCESS, peer.transaction()).bytes());
        assertThat(peer.agent.drops().get(Drop.STUN_BAD_INTEGRITY)).isEqualTo(2);
        assertThat(peer.agent.selected()).isNull();
    }

    @Test
    void nothing_happens_without_a_path_but_an_end_after_thirty_seconds() throws Exception {
        var peer = new ScriptedPeer(false, 1);
        peer.answering = false;
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        peer.agent.addRemote(peer.now, IceCandidate.parse("candidate:1 1 udp 2113937151 10.0.0.1 40000 typ host"));
        peer.run(29 * SECOND);
        assertThat(peer.agent.state()).isEqualTo(IceState.CHECKING);
        assertThat(peer.checks).as("one check, retransmitted with back-off").hasSize(7);
        peer.run(2 * SECOND);
        assertThat(peer.states).containsExactly(IceState.CHECKING, IceState.FAILED);
    }

    @Test
    void a_closed_agent_is_deaf_and_asks_for_no_time() {
        var peer = ScriptedPeer.connected();
        peer.agent.close();
        peer.agent.close();
        int said = peer.checks.size() + peer.answers.size();
        peer.check(peer.udp(), true);
        peer.agent.wake(peer.now + 60 * SECOND);
        assertThat(peer.checks.size() + peer.answers.size()).isEqualTo(said);
        assertThat(peer.agent.nextWake()).isEqualTo(Time.NEVER);
        assertThat(peer.states).endsWith(IceState.CLOSED).containsOnlyOnce(IceState.CLOSED);
    }

    @Test
    void a_client_that_lists_countless_candidates_is_cut_off_and_counted() {
        var peer = new ScriptedPeer(false, 1);
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        for (int i = 0; i < 1_000; i++) {
            var address = TransportAddress.of("10.1." + i / 250 + "." + i % 250, 5_000);
            peer.agent.addRemote(peer.now, new IceCandidate("f", Flow.Protocol.UDP, i, address, "host", "", ""));
        }
        assertThat(peer.agent.drops().get(Drop.ICE_CANDIDATE_LIMIT)).isGreaterThan(900);
        peer.run(100 * MILLI);
        assertThat(peer.checks).as("checks leave at the pace of Ta").hasSizeLessThanOrEqualTo(6);
        peer.check(peer.udp(), true);
        peer.run(SECOND);
        assertThat(peer.agent.selected()).as("and the path that works is still found").isSameAs(peer.udp());
    }
}
