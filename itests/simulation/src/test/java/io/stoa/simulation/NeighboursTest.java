package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.ice.IceCandidate;
import io.stoa.media.PeerState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who shares an address with others, comes to one that somebody had, or says that it has one that is somebody else's. */
class NeighboursTest {
    private static final String LINE = "203.0.113.5";

    final VirtualNet net = VirtualNet.seeded(1_401);
    final Room room = new Room(net);

    @AfterEach
    void close() {
        room.close();
    }

    private static TransportAddress port(int number) {
        return TransportAddress.of(LINE, number);
    }

    private Client behindTheLine(Client client, int port) {
        client.rebind(port(port));
        return client;
    }

    private void sees(Client viewer, Source source) {
        assertThat(viewer.received(source).isContinuous().isDecodable().last().at()).as("%s, seed %d", viewer, net.seed).isGreaterThan(net.now() - 100 * MILLI);
    }

    @Test
    void two_people_with_two_connections_each_behind_one_line_see_each_other() {
        var annSends = behindTheLine(room.publisher("ann"), 61_001);
        var annReceives = behindTheLine(room.subscriber("ann"), 61_002);
        var bobSends = behindTheLine(room.publisher("bob"), 61_003);
        var bobReceives = behindTheLine(room.subscriber("bob"), 61_004);
        var annsCamera = annSends.publish(Source.camera("TR_ann"));
        var bobsCamera = bobSends.publish(Source.camera("TR_bob"));
        annReceives.subscribe(bobSends, bobsCamera);
        bobReceives.subscribe(annSends, annsCamera);
        room.connected(annSends, annReceives, bobSends, bobReceives);
        net.run(3 * SECOND);
        sees(annReceives, bobsCamera);
        sees(bobReceives, annsCamera);
        annSends.offer(true);
        bobReceives.requestOffer(true);
        net.run(3 * SECOND);
        sees(annReceives, bobsCamera);
        sees(bobReceives, annsCamera);
        assertThat(room.io.loops.getFirst().flows()).containsKeys(port(61_001), port(61_002), port(61_003), port(61_004));
        annSends.leave();
        annReceives.leave();
        net.run(3 * SECOND);
        assertThat(bobSends.state()).isEqualTo(PeerState.CONNECTED);
        assertThat(bobReceives.state()).isEqualTo(PeerState.CONNECTED);
    }

    @Test
    void whoever_comes_to_an_address_that_its_owner_has_left_is_let_in() {
        var ann = behindTheLine(room.publisher("ann"), 61_001);
        var bob = room.publisher("bob");
        ann.offer(false);
        room.connected(ann);
        net.run(SECOND);
        ann.rebind(port(61_009));
        ann.offer(true);
        net.run(3 * SECOND);
        behindTheLine(bob, 61_001);
        bob.offer(false);
        room.connected(bob);
        net.run(30 * SECOND);
        assertThat(ann.state()).isEqualTo(PeerState.CONNECTED);
        assertThat(bob.state()).isEqualTo(PeerState.CONNECTED);
        ann.leave();
        net.run(5 * SECOND);
        assertThat(bob.state()).isEqualTo(PeerState.CONNECTED);
    }

    @Test
    void whoever_comes_to_an_address_whose_owner_has_vanished_waits_until_that_is_noticed_and_no_longer() {
        var ann = behindTheLine(room.publisher("ann"), 61_001);
        ann.offer(false);
        room.connected(ann);
        ann.vanish();
        net.run(9 * SECOND);
        assertThat(ann.state()).isEqualTo(PeerState.DISCONNECTED);
        var bob = behindTheLine(room.publisher("bob"), 61_001);
        bob.offer(false);
        assertThat(net.runUntil(() -> bob.connected() && bob.state() == PeerState.CONNECTED, 2 * SECOND)).isTrue();
        net.run(30 * SECOND);
        assertThat(ann.state()).isEqualTo(PeerState.FAILED);
        assertThat(bob.state()).isEqualTo(PeerState.CONNECTED);
        ann.peer.close();
        net.run(5 * SECOND);
        assertThat(bob.state()).isEqualTo(PeerState.CONNECTED);
    }

    /** The server checks what it is told of, so it knows the path before its client has come over it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoever_names_the_address_of_another_keeps_nobody_out_and_gets_nothing(boolean before) {
        var eve = room.subscriber("eve");
        var ann = room.publisher("ann");
        var camera = ann.publish(Source.camera("TR_camera"));
        eve.subscribe(ann, camera);
        room.connected(ann, eve);
        var bob = behindTheLine(room.subscriber("bob"), 61_001);
        String stolen = IceCandidate.host(Flow.Protocol.UDP, port(61_001), 0, eve.iceCredentials().ufrag()).toSdp();
        if (before) {
            eve.requestOffer(true);
            eve.peer.addCandidate(stolen);
            net.run(SECOND);
        }
        bob.subscribe(ann, camera);
        assertThat(net.runUntil(() -> bob.connected() && bob.state() == PeerState.CONNECTED, 3 * SECOND)).isTrue();
        if (!before) {
            eve.requestOffer(true);
            eve.peer.addCandidate(stolen);
        }
        net.run(5 * SECOND);
        sees(bob, camera);
        sees(eve, camera);
        eve.leave();
        net.run(3 * SECOND);
        sees(bob, camera);
    }

    /** A guest that can write any address on its packets. */
    @Test
    void checks_that_pretend_to_come_from_where_another_is_connected_take_nothing_from_it() {
        var ann = room.publisher("ann");
        var bob = behindTheLine(room.subscriber("bob"), 61_001);
        var camera = ann.publish(Source.camera("TR_camera"));
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        var eve = room.publisher("eve");
        List<byte[]> checks = new ArrayList<>();
        eve.up.lost = datagram -> {
            if (datagram[0] == 0 && datagram[1] == 1) checks.add(datagram.clone());
            return false;
        };
        eve.offer(false);
        room.connected(eve);
        assertThat(checks).isNotEmpty();
        Link spoofed = net.link();
        for (int i = 0; i < 50; i++)
            net.in(i * 50 * MILLI, () -> net.send(spoofed, port(61_001), room.io.loops.getFirst().address(), checks.getFirst().clone()));
        long before = room.drops(Drop.STUN_UNKNOWN_USERNAME);
        net.run(5 * SECOND);
        sees(bob, camera);
        assertThat(bob.state()).isEqualTo(PeerState.CONNECTED);
        assertThat(eve.state()).isEqualTo(PeerState.CONNECTED);
        assertThat(room.drops(Drop.STUN_UNKNOWN_USERNAME) - before).as("by name").isEqualTo(50);
    }
}
