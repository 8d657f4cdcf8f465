package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.TransportAddress;
import io.stoa.media.DataLane;
import io.stoa.media.PeerPath;
import io.stoa.media.PeerSpec.Role;
import io.stoa.media.PeerState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Calls in which the clients alone look for paths. */
class IceLiteTest {
    private static final TransportAddress RELAY = TransportAddress.of("198.51.100.7", 30_001);
    private static final TransportAddress OPENED = TransportAddress.of("10.0.0.2", 51_000);

    final VirtualNet net = VirtualNet.seeded(521);
    final Room room = new Room(net);

    @BeforeEach
    void lite() {
        room.iceLite = true;
    }

    @AfterEach
    void close() {
        room.close();
    }

    private static void negotiate(Client client, boolean restart) {
        if (client.role == Role.SUBSCRIBER) client.requestOffer(restart);
        else client.offer(restart);
    }

    @Test
    void media_goes_both_ways_for_as_long_as_they_like() {
        var ann = room.single("ann");
        var bob = room.single("bob");
        var camera = ann.publish(Source.camera("TR_camera"));
        var microphone = bob.publish(Source.microphone("TR_microphone"));
        bob.subscribe(ann, camera);
        ann.subscribe(bob, microphone);
        room.connected(ann, bob);
        net.run(60 * SECOND);
        assertThat(bob.received(camera).isContinuous().isDecodable().frames).hasSizeGreaterThan(58 * 30);
        assertThat(ann.received(microphone).isContinuous().frames).hasSizeGreaterThan(58 * 50);
        assertThat(ann.states).containsOnlyOnce(PeerState.CONNECTED).doesNotContain(PeerState.DISCONNECTED);
        assertThat(bob.states).containsOnlyOnce(PeerState.CONNECTED).doesNotContain(PeerState.DISCONNECTED);
        assertThat(ann.checked + bob.checked).as("the plane asks for nothing").isZero();
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void data_alone_keeps_a_connection_of_every_kind(Role role) {
        var bob = room.client("bob", role);
        negotiate(bob, false);
        room.connected(bob);
        assertThat(net.runUntil(() -> bob.peer.isOpen(DataLane.RELIABLE), 10 * SECOND)).isTrue();
        net.run(60 * SECOND);
        bob.peer.send(DataLane.RELIABLE, ConnectionTest.numbered(7, 100));
        net.run(SECOND);
        assertThat(bob.dataReceived.get(DataLane.RELIABLE).stream().map(Client::number)).containsExactly(7);
        assertThat(bob.states).containsOnlyOnce(PeerState.CONNECTED).doesNotContain(PeerState.DISCONNECTED);
        assertThat(bob.paths).containsExactly(PeerPath.UDP);
        assertThat(bob.checked).isZero();
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void the_server_follows_the_client_from_the_relay_to_a_connection(Role role) {
        var bob = room.client("bob", role).withoutUdp();
        negotiate(bob, false);
        bob.relayedBy(RELAY);
        room.connected(bob);
        assertThat(bob.paths).containsExactly(PeerPath.RELAY);
        bob.connectsFrom(OPENED);
        net.run(5 * SECOND);
        assertThat(bob.paths).containsExactly(PeerPath.RELAY, PeerPath.TCP);
    }

    @Test
    void media_goes_on_while_ice_restarts() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        var camera = ann.publish(Source.camera("TR_camera"));
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        for (int i = 0; i < 4; i++) {
            net.run(2 * SECOND);
            ann.offer(true);
            bob.requestOffer(true);
        }
        net.run(3 * SECOND);
        var picture = bob.received(camera).isContinuous().isDecodable();
        assertThat(picture.longestFreeze(picture.frames.getFirst().at(), net.now())).isLessThan(100 * MILLI);
        assertThat(ann.state()).isEqualTo(PeerState.CONNECTED);
        assertThat(bob.state()).isEqualTo(PeerState.CONNECTED);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void whoever_falls_silent_is_noticed_as_soon_as_ever_and_comes_back(Role role) {
        var bob = room.client("bob", role);
        negotiate(bob, false);
        room.connected(bob);
        bob.conditions(link -> link.loss(1));
        net.run(5 * SECOND);
        assertThat(bob.state()).isEqualTo(PeerState.CONNECTED);
        net.run(3 * SECOND + 100 * MILLI);
        assertThat(bob.state()).isEqualTo(PeerState.DISCONNECTED);
        bob.conditions(link -> link.loss(0));
        net.run(3 * SECOND);
        assertThat(bob.state()).isEqualTo(PeerState.CONNECTED);
        bob.conditions(link -> link.loss(1));
        net.run(31 * SECOND);
        assertThat(bob.state()).isEqualTo(PeerState.FAILED);
        bob.conditions(link -> link.loss(0));
        negotiate(bob, true);
        net.run(4 * SECOND);
        assertThat(bob.state()).isEqualTo(PeerState.CONNECTED);
    }
}
