package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.TransportAddress;
import io.stoa.ice.IceState;
import io.stoa.media.PeerPath;
import io.stoa.media.PeerSpec.Role;
import io.stoa.media.PeerState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients behind firewalls: directly if there is a way, over a TURN server if there is none. */
class PathsTest {
    private static final TransportAddress RELAY = TransportAddress.of("198.51.100.7", 30_001);
    private static final TransportAddress OPENED = TransportAddress.of("10.0.0.2", 51_000);

    final VirtualNet net = VirtualNet.seeded(511);
    final Room room = new Room(net);

    @AfterEach
    void close() {
        room.close();
    }

    private String path(Client client) {
        var stats = client.peer.stats().toCompletableFuture();
        net.runUntil(stats::isDone, SECOND);
        return stats.join().flow();
    }

    private static void negotiate(Client client) {
        if (client.role == Role.SUBSCRIBER) client.requestOffer(false);
        else client.offer(false);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void where_udp_is_blocked_a_connection_that_takes_a_moment_is_preferred_to_the_relay(Role role) {
        var bob = room.client("bob", role).withoutUdp();
        negotiate(bob);
        bob.relayedBy(RELAY);
        net.in(600 * MILLI, () -> bob.connectsFrom(OPENED));
        room.connected(bob);
        assertThat(path(bob)).startsWith("TCP").endsWith(OPENED.toString());
        net.run(10 * SECOND);
        assertThat(path(bob)).endsWith(OPENED.toString());
        assertThat(bob.states).containsOnlyOnce(PeerState.CONNECTED).doesNotContain(PeerState.DISCONNECTED);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void where_nothing_else_leads_out_the_relay_is_taken_after_a_second(Role role) {
        var bob = room.client("bob", role).withoutUdp();
        negotiate(bob);
        bob.relayedBy(RELAY);
        net.run(SECOND);
        assertThat(bob.iceState()).isEqualTo(IceState.CHECKING);
        net.run(role == Role.SUBSCRIBER ? 300 * MILLI : 700 * MILLI);
        assertThat(bob.iceState()).as("with the round trips of two checks, and where the client asks, the head start of others").isEqualTo(IceState.CONNECTED);
        room.connected(bob);
        assertThat(path(bob)).startsWith("UDP").endsWith(RELAY.toString());
    }

    @Test
    void media_moves_from_the_relay_to_a_connection_that_comes_late_and_nothing_is_lost() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob").withoutUdp();
        var camera = ann.publish(Source.camera("TR_camera"));
        bob.subscribe(ann, camera);
        bob.relayedBy(RELAY);
        room.connected(ann, bob);
        net.run(5 * SECOND);
        assertThat(path(bob)).endsWith(RELAY.toString());
        bob.connectsFrom(OPENED);
        net.run(5 * SECOND);
        assertThat(path(bob)).startsWith("TCP").endsWith(OPENED.toString());
        var picture = bob.received(camera).isContinuous().isDecodable();
        assertThat(picture.longestFreeze(picture.frames.getFirst().at(), net.now())).isLessThan(100 * MILLI);
        assertThat(bob.states).containsOnlyOnce(PeerState.CONNECTED);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void the_owner_is_told_which_way_it_is(Role role) {
        var bob = room.client("bob", role).withoutUdp();
        negotiate(bob);
        bob.relayedBy(RELAY);
        room.connected(bob);
        assertThat(bob.paths).containsExactly(PeerPath.RELAY);
        bob.connectsFrom(OPENED);
        net.run(5 * SECOND);
        if (role == Role.SUBSCRIBER) assertThat(bob.paths).as("the server decides").containsExactly(PeerPath.RELAY, PeerPath.TCP);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void a_connection_that_is_to_use_tcp_alone_does_so_from_the_next_restart_on(Role role) {
        var bob = room.client("bob", role);
        negotiate(bob);
        room.connected(bob);
        bob.connectsFrom(OPENED);
        bob.peer.tcpOnly(true);
        net.run(5 * SECOND);
        assertThat(bob.paths).containsExactly(PeerPath.UDP);
        restart(bob);
        net.run(5 * SECOND);
        assertThat(bob.paths).containsExactly(PeerPath.UDP, PeerPath.TCP);
        assertThat(path(bob)).endsWith(OPENED.toString());
        assertThat(bob.states).containsOnlyOnce(PeerState.CONNECTED);
        bob.peer.tcpOnly(false);
        restart(bob);
        net.run(5 * SECOND);
        assertThat(bob.paths).containsExactly(PeerPath.UDP, PeerPath.TCP, PeerPath.UDP);
    }

    private static void restart(Client client) {
        if (client.role == Role.SUBSCRIBER) client.requestOffer(true);
        else client.offer(true);
    }
}
