package io.stoa.ice;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which of several paths a controlling agent asks for, and when: relayed ones only if no direct one answers soon. */
class IceNominationTest {
    private static final TransportAddress RELAY = TransportAddress.of("198.51.100.7", 30_001);
    private static final TransportAddress BETTER = TransportAddress.of("203.0.113.9", 9);
    private static final TransportAddress OTHER_RELAY = TransportAddress.of("198.51.100.8", 30_001);

    private final ScriptedPeer peer = new ScriptedPeer(true, 1);

    IceNominationTest() {
        peer.controlled = true;
        peer.agent.remoteCredentials(peer.now, peer.credentials);
    }

    private static IceCandidate candidate(String type, TransportAddress address, long typePreference) {
        return new IceCandidate("f", Flow.Protocol.UDP, typePreference << 24 | 255, address, type, "", "");
    }

    private Flow announceRelay(TransportAddress address) {
        peer.agent.addRemote(peer.now, candidate("relay", address, 2));
        return peer.udp(address);
    }

    private Flow announceHost() {
        peer.agent.addRemote(peer.now, candidate("host", ScriptedPeer.CLIENT, 126));
        return peer.udp();
    }

    /** It never answers. */
    private void announceBetter() {
        peer.silent.add(peer.udp(BETTER));
        peer.agent.addRemote(peer.now, candidate("host", BETTER, 127));
    }

    private List<Flow> asked() {
        return peer.checks.stream().filter(check -> check.message().useCandidate()).map(ScriptedPeer.Check::flow).toList();
    }

    private long askedAt(Flow flow) {
        return peer.checks.stream().filter(check -> check.message().useCandidate() && check.flow() == flow).findFirst().orElseThrow().at();
    }

    @Test
    void a_direct_path_is_asked_for_at_once_if_nothing_better_is_known() {
        long begin = peer.now;
        Flow host = announceHost();
        peer.run(SECOND);
        assertThat(askedAt(host) - begin).isEqualTo(2 * peer.halfTrip);
        assertThat(asked()).as("once").containsExactly(host);
    }

    @Test
    void it_waits_for_a_better_one_that_may_be_about_as_quick() {
        long begin = peer.now;
        announceBetter();
        Flow host = announceHost();
        peer.run(SECOND);
        assertThat(askedAt(host) - begin).as("twice the round trip after the better one was asked").isEqualTo(4 * peer.halfTrip);
    }

    @Test
    void but_no_longer_than_fifty_milliseconds() {
        peer.halfTrip = 100 * MILLI;
        long begin = peer.now;
        announceBetter();
        Flow host = announceHost();
        peer.run(SECOND);
        assertThat(askedAt(host) - begin).isEqualTo(20 * MILLI + 2 * peer.halfTrip + 50 * MILLI);
    }

    @Test
    void a_better_one_that_answers_meanwhile_is_taken() {
        peer.halfTrip = 5 * MILLI;
        peer.check(peer.udp(), false);
        peer.agent.addRemote(peer.now, candidate("host", BETTER, 127));
        announceHost();
        peer.run(SECOND);
        assertThat(asked()).as("checked second").containsExactly(peer.udp(BETTER));
    }

    @Test
    void a_path_that_nobody_has_announced_may_be_a_relay_and_waits() {
        long begin = peer.now;
        peer.check(peer.udp(), false);
        peer.run(SECOND);
        assertThat(askedAt(peer.udp()) - begin).isEqualTo(2 * peer.halfTrip + 50 * MILLI);
    }

    @Test
    void until_it_is_announced() {
        long begin = peer.now;
        peer.check(peer.udp(), false);
        peer.run(2 * peer.halfTrip + 10 * MILLI);
        announceHost();
        peer.run(SECOND);
        assertThat(askedAt(peer.udp()) - begin).isEqualTo(2 * peer.halfTrip + 10 * MILLI);
    }

    @Test
    void before_it_is_selected_what_has_answered_is_usable() {
        assertThat(peer.agent.usable()).isNull();
        peer.check(peer.udp(RELAY), false);
        assertThat(peer.agent.usable()).as("a check proves nothing to a full agent").isNull();
        peer.run(2 * peer.halfTrip);
        assertThat(peer.agent.usable()).isSameAs(peer.udp(RELAY));
        announceRelay(RELAY);
        peer.check(peer.tcp(50_000), false);
        peer.run(2 * peer.halfTrip);
        assertThat(peer.agent.selected()).isNull();
        assertThat(peer.agent.usable()).as("rather directly").isSameAs(peer.tcp(50_000));
        peer.run(SECOND);
        assertThat(peer.agent.usable()).isSameAs(peer.agent.selected()).isSameAs(peer.tcp(50_000));
    }

    @Test
    void the_only_path_is_asked_for_after_a_second_if_it_is_relayed() {
        long begin = peer.now;
        Flow relay = announceRelay(RELAY);
        peer.run(2 * SECOND);
        assertThat(askedAt(relay) - begin).isEqualTo(2 * peer.halfTrip + SECOND);
        assertThat(peer.selections).containsExactly(relay);
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void of_relayed_paths_the_best_is_taken_at_the_time_of_the_first() {
        Flow worse = announceRelay(RELAY);
        peer.run(500 * MILLI);
        peer.agent.addRemote(peer.now, candidate("relay", OTHER_RELAY, 3));
        peer.run(2 * SECOND);
        assertThat(asked()).containsExactly(peer.udp(OTHER_RELAY)).doesNotContain(worse);
    }

    @Test
    void a_connection_that_the_client_opens_a_moment_later_is_taken_instead_of_the_relay() {
        announceRelay(RELAY);
        peer.run(900 * MILLI);
        assertThat(asked()).isEmpty();
        peer.check(peer.tcp(50_000), false);
        peer.run(2 * SECOND);
        assertThat(asked()).containsExactly(peer.tcp(50_000));
        assertThat(peer.selections).containsExactly(peer.tcp(50_000));
    }

    @Test
    void a_direct_path_does_not_wait_for_the_time_of_the_relay() {
        announceRelay(RELAY);
        peer.run(200 * MILLI);
        long begin = peer.now;
        peer.check(peer.tcp(50_000), false);
        peer.run(SECOND);
        assertThat(askedAt(peer.tcp(50_000)) - begin).isEqualTo(2 * peer.halfTrip + 50 * MILLI);
    }

    @Test
    void a_direct_path_that_is_proved_when_the_relays_time_has_come_is_preferred() {
        announceRelay(RELAY);
        peer.run(SECOND - 10 * MILLI);
        peer.check(peer.tcp(50_000), false);
        peer.run(SECOND);
        assertThat(asked()).as("proved 10 ms before").containsExactly(peer.tcp(50_000));
    }

    @Test
    void a_relay_that_was_taken_is_left_for_a_direct_path_that_comes_late() {
        Flow relay = announceRelay(RELAY);
        peer.run(5 * SECOND);
        assertThat(peer.selections).containsExactly(relay);
        peer.check(peer.tcp(50_000), false);
        peer.run(SECOND);
        assertThat(peer.selections).containsExactly(relay, peer.tcp(50_000));
        assertThat(peer.states).containsExactly(IceState.CHECKING, IceState.CONNECTED);
        peer.run(20 * SECOND);
        assertThat(peer.agent.state()).as("consent goes over the new path").isEqualTo(IceState.CONNECTED);
    }

    @Test
    void candidates_that_come_late_are_checked_while_the_path_is_relayed() {
        Flow relay = announceRelay(RELAY);
        peer.run(5 * SECOND);
        Flow host = announceHost();
        peer.run(SECOND);
        assertThat(peer.selections).containsExactly(relay, host);
        peer.checks.clear();
        announceRelay(OTHER_RELAY);
        peer.run(SECOND);
        assertThat(peer.checks).as("of no use any more").allSatisfy(check -> assertThat(check.flow()).isSameAs(host));
    }

    @Test
    void what_was_taken_is_left_for_nothing_of_its_kind() {
        peer.check(peer.tcp(50_000), false);
        peer.run(SECOND);
        peer.check(peer.udp(), false);
        peer.run(5 * SECOND);
        assertThat(asked()).as("one nomination (RFC 8445 section 8.1.1)").containsExactly(peer.tcp(50_000));
        assertThat(peer.selections).containsExactly(peer.tcp(50_000));
    }

    @Test
    void a_worse_path_that_is_proved_while_a_nomination_is_under_way_does_not_cross_it() {
        Flow host = announceHost();
        peer.run(peer.halfTrip); // the answer to the first check is on its way
        peer.silent.add(host);
        peer.run(20 * MILLI);
        assertThat(asked()).containsExactly(host);
        peer.check(peer.tcp(50_000), false);
        peer.run(100 * MILLI);
        peer.silent.clear();
        peer.run(2 * SECOND);
        assertThat(asked()).containsOnly(host);
        assertThat(peer.selections).containsExactly(host);
    }

    @Test
    void a_nomination_that_is_never_answered_leaves_the_way_to_the_next_best() {
        Flow host = announceHost();
        peer.run(peer.halfTrip); // the answer to the first check is on its way
        peer.silent.add(host);
        peer.check(peer.tcp(50_000), false);
        peer.run(12 * SECOND);
        assertThat(peer.selections).containsExactly(peer.tcp(50_000));
    }

    @Test
    void the_answer_to_the_nomination_of_a_relay_does_not_undo_that_of_a_direct_path() {
        Flow relay = announceRelay(RELAY);
        peer.run(500 * MILLI);
        peer.silent.add(relay);
        peer.run(600 * MILLI);
        assertThat(asked()).containsExactly(relay);
        peer.check(peer.tcp(50_000), false);
        peer.run(200 * MILLI);
        assertThat(peer.selections).containsExactly(peer.tcp(50_000));
        peer.silent.clear();
        peer.run(5 * SECOND);
        assertThat(asked().getLast()).as("asked for once more").isSameAs(relay);
        assertThat(peer.selections).containsExactly(peer.tcp(50_000));
    }

    /** Some clients gather no further when something has answered. */
    @Test
    void a_controlled_agent_gives_direct_paths_a_quarter_of_a_second() {
        ScriptedPeer client = new ScriptedPeer(false, 1);
        client.agent.remoteCredentials(client.now, client.credentials);
        client.agent.addRemote(client.now, candidate("relay", RELAY, 2));
        client.check(client.udp(RELAY), true);
        client.run(240 * MILLI);
        assertThat(client.answers).isEmpty();
        assertThat(client.selections).isEmpty();
        client.check(client.tcp(50_000), false);
        client.run(MILLI);
        assertThat(client.answers).as("a direct one is answered").hasSize(1);
        client.run(10 * MILLI);
        client.check(client.udp(RELAY), true);
        client.run(100 * MILLI);
        assertThat(client.answers).hasSize(2);
        assertThat(client.selections).containsExactly(client.udp(RELAY));
    }

    /** They do so in either role. */
    @Test
    void a_controlling_agent_does_so_too_and_is_not_held_up_by_it() {
        long begin = peer.now;
        Flow relay = announceRelay(RELAY);
        peer.check(relay, false);
        peer.run(240 * MILLI);
        assertThat(peer.answers).isEmpty();
        peer.silent.addAll(List.of(peer.tcp(50_000), peer.udp()));
        peer.check(peer.tcp(50_000), false);
        assertThat(peer.answers).as("a direct one is answered").hasSize(1);
        peer.check(peer.udp(), false);
        assertThat(peer.answers).as("also one that nobody has announced").hasSize(2);
        peer.run(20 * MILLI);
        peer.check(relay, false);
        assertThat(peer.answers).hasSize(3);
        peer.run(2 * SECOND);
        assertThat(askedAt(relay) - begin).as("where nothing else answers").isEqualTo(2 * peer.halfTrip + SECOND);
        assertThat(peer.selections).containsExactly(relay);
    }

    /** An aggressive nominator asks for whatever answers, so first for the relay. */
    @Test
    void a_controlled_agent_follows_from_the_relay_to_a_direct_path_at_once_whatever_the_priorities() {
        ScriptedPeer client = new ScriptedPeer(false, 1);
        client.agent.remoteCredentials(client.now, client.credentials);
        client.agent.addRemote(client.now, candidate("relay", RELAY, 126));
        client.run(300 * MILLI);
        client.check(client.udp(RELAY), true);
        client.run(100 * MILLI);
        assertThat(client.selections).containsExactly(client.udp(RELAY));
        client.check(client.tcp(50_000), true);
        client.run(100 * MILLI);
        assertThat(client.selections).containsExactly(client.udp(RELAY), client.tcp(50_000));
        client.check(client.udp(RELAY), true);
        client.run(100 * MILLI);
        assertThat(client.selections).as("the relay's turn in the same round").hasSize(2);
    }

    @Test
    void a_check_that_comes_before_its_candidate_is_known_as_relayed_afterwards() {
        peer.check(peer.udp(RELAY), false);
        peer.run(60 * MILLI);
        Flow relay = announceRelay(RELAY);
        long pairs = peer.checks.size();
        peer.run(500 * MILLI);
        assertThat(asked()).as("it waits as any relayed path").isEmpty();
        assertThat(peer.checks).as("and is one pair").hasSize((int) pairs);
        peer.run(SECOND);
        assertThat(peer.selections).containsExactly(relay);
    }

    @Test
    void a_relay_that_its_owner_knows_need_not_be_announced() {
        peer.relays.add(RELAY);
        peer.check(peer.udp(RELAY), false);
        assertThat(peer.answers).as("too early").isEmpty();
        peer.run(260 * MILLI);
        peer.check(peer.udp(RELAY), false);
        assertThat(peer.answers).hasSize(1);
        peer.run(500 * MILLI);
        assertThat(asked()).as("it waits as any relayed path").isEmpty();
        announceRelay(RELAY);
        peer.run(SECOND);
        assertThat(peer.selections).containsExactly(peer.udp(RELAY));
        assertThat(peer.agent.relayed()).isTrue();
    }

    @Test
    void an_unannounced_path_waits_as_a_direct_one_and_is_left_once_it_is_known_as_relayed() {
        peer.check(peer.udp(RELAY), false);
        peer.run(300 * MILLI);
        assertThat(peer.selections).containsExactly(peer.udp(RELAY));
        announceRelay(RELAY);
        peer.check(peer.tcp(50_000), false);
        peer.run(SECOND);
        assertThat(peer.selections).containsExactly(peer.udp(RELAY), peer.tcp(50_000));
    }

    @Test
    void after_a_restart_the_relay_waits_again_and_media_stays_where_it_was() {
        Flow host = announceHost();
        peer.run(SECOND);
        peer.agent.restart(peer.now);
        peer.credentials = new IceCredentials("again", "againagainagainagainagain");
        peer.agent.remoteCredentials(peer.now, peer.credentials);
        long begin = peer.now;
        peer.checks.clear();
        Flow relay = announceRelay(RELAY);
        peer.run(2 * SECOND);
        assertThat(askedAt(relay) - begin).isEqualTo(2 * peer.halfTrip + SECOND);
        assertThat(peer.selections).containsExactly(host, relay);
    }

    @Test
    void when_a_path_falls_silent_another_that_has_answered_since_is_taken() {
        Flow host = announceHost();
        peer.run(SECOND);
        peer.silent.add(host);
        peer.run(2 * SECOND);
        peer.check(peer.tcp(50_000), false);
        peer.run(5 * SECOND);
        assertThat(peer.selections).as("not for a moment's silence").containsExactly(host);
        peer.run(SECOND);
        assertThat(peer.selections).containsExactly(host, peer.tcp(50_000));
        assertThat(peer.states).containsExactly(IceState.CHECKING, IceState.CONNECTED, IceState.DISCONNECTED, IceState.CONNECTED);
    }

    @Test
    void a_path_that_was_good_before_the_silence_has_to_answer_again() {
        Flow host = announceHost();
        peer.check(peer.tcp(50_000), false);
        peer.run(3 * SECOND);
        peer.silent.add(host);
        peer.run(10 * SECOND);
        assertThat(peer.agent.state()).isEqualTo(IceState.DISCONNECTED);
        peer.check(peer.tcp(50_000), false);
        assertThat(peer.selections).containsExactly(host);
        peer.run(SECOND);
        assertThat(peer.selections).containsExactly(host, peer.tcp(50_000));
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
    }

    @Test
    void a_connection_that_was_closed_is_replaced_by_its_successor() {
        peer.check(peer.tcp(50_000), false);
        peer.run(SECOND);
        peer.silent.add(peer.tcp(50_000));
        peer.agent.flowClosed(peer.now, peer.tcp(50_000));
        peer.run(100 * MILLI);
        assertThat(peer.agent.state()).isEqualTo(IceState.DISCONNECTED);
        peer.check(peer.tcp(50_001), false);
        peer.run(SECOND);
        assertThat(peer.selections).containsExactly(peer.tcp(50_000), peer.tcp(50_001));
        assertThat(peer.agent.state()).isEqualTo(IceState.CONNECTED);
    }
}
