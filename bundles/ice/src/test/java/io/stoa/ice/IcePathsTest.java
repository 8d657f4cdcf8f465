package io.stoa.ice;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import org.junit.jupiter.api.Test;

/** Two agents, many networks. */
class IcePathsTest {
    private static final TransportAddress CLIENT = TransportAddress.of("10.0.0.1", 40_000);
    private static final TransportAddress CLIENT_6 = TransportAddress.of("fd00::1", 40_000);
    private static final TransportAddress SERVER = TransportAddress.of("10.0.0.2", 7_882);
    private static final TransportAddress SERVER_6 = TransportAddress.of("fd00::2", 7_882);

    @Test
    void without_loss_two_round_trips_and_the_nomination_delay_are_enough_at_any_delay() {
        for (long seed = 0; seed < 300; seed++) {
            var net = new VirtualPaths(seed);
            long delay = MILLI + net.random.nextLong(90 * MILLI);
            var client = net.host(true, delay, CLIENT);
            var server = net.host(false, delay, SERVER);
            client.learn(server, true);
            server.learn(client, true);
            long took = net.untilAllConnected(5 * SECOND);
            assertThat(took).as("seed %d, delay %d ms", seed, delay / MILLI).isLessThanOrEqualTo(4 * delay + 60 * MILLI);
        }
    }

    @Test
    void a_tenth_lost_still_connects_always() {
        for (long seed = 0; seed < 300; seed++) {
            var net = new VirtualPaths(seed);
            net.loss = 0.1;
            var client = net.host(true, 20 * MILLI, CLIENT);
            var server = net.host(false, 20 * MILLI, SERVER);
            client.learn(server, true);
            server.learn(client, true);
            assertThat(net.untilAllConnected(10 * SECOND)).as("seed %d", seed).isLessThan(10 * SECOND);
        }
    }

    @Test
    void of_two_families_the_one_that_is_blocked_is_left_alone() {
        for (TransportAddress dead : new TransportAddress[] {SERVER, SERVER_6, CLIENT, CLIENT_6}) {
            var net = new VirtualPaths(3);
            net.blocked.add(dead);
            var client = net.host(true, 20 * MILLI, CLIENT, CLIENT_6);
            var server = net.host(false, 20 * MILLI, SERVER, SERVER_6);
            client.learn(server, true);
            server.learn(client, true);
            assertThat(net.untilAllConnected(SECOND)).as("%s blocked", dead).isLessThan(SECOND);
            assertThat(server.agent.selected().local.isIpv4()).isEqualTo(!dead.isIpv4());
            assertThat(client.agent.selected().local.isIpv4()).isEqualTo(!dead.isIpv4());
        }
    }

    @Test
    void of_two_good_paths_the_preferred_one_is_nominated_and_both_sides_agree() {
        for (long seed = 0; seed < 100; seed++) {
            var net = new VirtualPaths(seed);
            net.jitter = 15 * MILLI;
            var client = net.host(true, 10 * MILLI, CLIENT, CLIENT_6);
            var server = net.host(false, 10 * MILLI, SERVER, SERVER_6);
            client.learn(server, true);
            server.learn(client, true);
            net.run(SECOND);
            assertThat(client.agent.selected().remote).as("seed %d", seed).isEqualTo(SERVER);
            assertThat(server.agent.selected().remote).as("seed %d", seed).isEqualTo(CLIENT);
            assertThat(server.selections).hasSize(1);
        }
    }

    @Test
    void behind_a_nat_the_client_is_known_by_the_address_it_is_seen_at() {
        var seen = TransportAddress.of("203.0.113.5", 61_000);
        var net = new VirtualPaths(5);
        net.nat(CLIENT, seen);
        var client = net.host(true, 20 * MILLI, CLIENT);
        var server = net.host(false, 20 * MILLI, SERVER);
        client.learn(server, true);
        server.learn(client, true);
        assertThat(net.untilAllConnected(SECOND)).isLessThan(SECOND);
        assertThat(server.agent.selected().remote).isEqualTo(seen);
        assertThat(client.agent.selected().remote).isEqualTo(SERVER);
    }

    @Test
    void a_client_that_announces_nothing_needs_no_longer() {
        for (long seed = 0; seed < 100; seed++) {
            var net = new VirtualPaths(seed);
            var client = net.host(true, 20 * MILLI, CLIENT);
            var server = net.host(false, 20 * MILLI, SERVER);
            client.learn(server, true);
            net.run(net.random.nextLong(300 * MILLI));
            server.learn(client, false);
            assertThat(net.untilAllConnected(5 * SECOND)).as("seed %d", seed).isLessThan(500 * MILLI);
        }
    }

    /** RFC 8445 section 7.3.1.1: whatever both believed, one of them controls in the end. */
    @Test
    void conflicting_roles_are_settled_whatever_the_delays() {
        for (long seed = 0; seed < 600; seed++) {
            var net = new VirtualPaths(seed);
            boolean role = seed % 2 == 0;
            net.jitter = 1 + net.random.nextLong(60 * MILLI);
            var one = net.host(role, MILLI + net.random.nextLong(150 * MILLI), CLIENT);
            var other = net.host(role, MILLI + net.random.nextLong(150 * MILLI), SERVER);
            one.learn(other, true);
            net.run(net.random.nextLong(200 * MILLI));
            other.learn(one, true);
            assertThat(net.untilAllConnected(10 * SECOND)).as("seed %d", seed).isLessThan(10 * SECOND);
            net.run(20 * SECOND);
            assertThat(net.allConnected()).as("seed %d, later", seed).isTrue();
            assertThat(one.controls).as("seed %d, roles", seed).isNotEqualTo(other.controls);
        }
    }

    @Test
    void a_restart_of_both_on_another_network_moves_the_media_without_a_gap() {
        var net = new VirtualPaths(8);
        var client = net.host(true, 20 * MILLI, CLIENT, CLIENT_6);
        var server = net.host(false, 20 * MILLI, SERVER, SERVER_6);
        client.learn(server, true);
        server.learn(client, true);
        net.run(SECOND);
        Flow before = server.agent.selected();
        net.blocked.add(CLIENT);
        client.agent.restart(net.now);
        server.agent.restart(net.now);
        client.learn(server, true);
        server.learn(client, true);
        assertThat(server.agent.selected()).isSameAs(before);
        assertThat(net.untilAllConnected(2 * SECOND)).isLessThan(2 * SECOND);
        assertThat(server.selections).hasSize(2);
        assertThat(server.agent.selected().remote).isEqualTo(CLIENT_6);
        assertThat(client.agent.selected().remote).isEqualTo(SERVER_6);
    }
}
