package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.DataLane;
import io.stoa.media.MediaPeer;
import io.stoa.media.PeerListener;
import io.stoa.media.PeerState;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The owner of connections is replaced: nobody notices, and the next owner misses nothing. */
class ParkingTest {
    private final VirtualNet net = VirtualNet.seeded(601);
    private final Room room = new Room(net);

    @AfterEach
    void close() {
        room.close();
    }

    private String park(Client client) {
        CompletionStage<String> key = client.peer.park();
        net.settle();
        return key.toCompletableFuture().resultNow();
    }

    private MediaPeer adopt(String key, PeerListener listener) {
        MediaPeer adopted = room.plane.adopt(key, listener).orElseThrow();
        net.settle();
        return adopted;
    }

    @Test
    void media_flows_on_while_nobody_listens_and_the_peer_is_the_same_afterwards() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        var camera = ann.publish(Source.camera("TR_camera"));
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        net.run(2 * SECOND);
        String ofAnn = park(ann);
        String ofBob = park(bob);
        assertThat(List.of(ofAnn, ofBob)).containsExactly("PA_ann/PUBLISHER", "PA_bob/SUBSCRIBER");
        net.run(5 * SECOND);
        assertThat(adopt(ofAnn, ann)).isSameAs(ann.peer);
        assertThat(adopt(ofBob, bob)).isSameAs(bob.peer);
        net.run(5 * SECOND);

        assertThat(bob.received(camera).isContinuous().frames).hasSizeGreaterThan(11 * 30);
        assertThat(bob.received(camera).keyFramesAsked).isZero();
    }

    @Test
    void reliable_data_of_a_parked_peer_waits_for_the_next_owner_in_order() {
        var ann = room.publisher("ann").conditions(link -> link.loss(0.05).jitter(30 * MILLI));
        ann.offer(false);
        room.connected(ann);
        net.runUntil(() -> ann.isOpen(DataLane.RELIABLE), 10 * SECOND);
        for (int i = 0; i < 300; i++) {
            int number = i;
            net.in(i * 10 * MILLI, () -> ann.sendData(DataLane.RELIABLE, ConnectionTest.numbered(number, 100)));
        }
        net.run(SECOND);
        String key = park(ann);
        int before = ann.dataArrived.get(DataLane.RELIABLE).size();
        net.run(SECOND);
        assertThat(ann.dataArrived.get(DataLane.RELIABLE)).as("nothing for the owner that goes").hasSize(before);
        adopt(key, ann);
        net.run(20 * SECOND);
        assertThat(ann.dataArrived.get(DataLane.RELIABLE).stream().map(Client::number)).containsExactlyElementsOf(IntStream.range(0, 300).boxed().toList());
    }

    @Test
    void descriptions_are_made_and_messages_sent_while_parked() {
        var bob = room.subscriber("bob");
        bob.requestOffer(false);
        room.connected(bob);
        net.runUntil(() -> bob.peer.isOpen(DataLane.RELIABLE), 10 * SECOND);
        String key = park(bob);
        bob.peer.send(DataLane.RELIABLE, ConnectionTest.numbered(7, 20));
        bob.requestOffer(false);
        net.run(SECOND);
        assertThat(bob.dataReceived.get(DataLane.RELIABLE).stream().map(Client::number)).containsExactly(7);
        assertThat(bob.events).noneMatch(event -> event.startsWith("negotiation failed"));
        adopt(key, bob);
    }

    @Test
    void what_happens_to_the_connection_meanwhile_is_told_afterwards() {
        var ann = room.publisher("ann");
        ann.offer(false);
        room.connected(ann);
        String key = park(ann);
        ann.vanish();
        net.run(25 * SECOND);
        assertThat(ann.state()).isEqualTo(PeerState.CONNECTED);
        adopt(key, ann);
        assertThat(ann.states).containsSubsequence(PeerState.CONNECTED, PeerState.DISCONNECTED);
    }

    @Test
    void a_peer_that_nobody_adopts_is_closed_in_the_end() {
        var ann = room.publisher("ann");
        ann.offer(false);
        room.connected(ann);
        String key = park(ann);
        net.run(29 * SECOND);
        assertThat(room.stats().peers()).isEqualTo(1);
        net.run(2 * SECOND);
        assertThat(room.stats().peers()).isZero();
        assertThat(room.plane.adopt(key, ann)).isEmpty();
    }

    @Test
    void an_adopted_peer_can_be_parked_again_and_time_begins_anew() {
        var ann = room.publisher("ann");
        ann.offer(false);
        room.connected(ann);
        String key = park(ann);
        net.run(20 * SECOND);
        adopt(key, ann);
        assertThat(room.plane.adopt(key, ann)).as("it has its owner").isEmpty();
        assertThat(park(ann)).isEqualTo(key);
        net.run(20 * SECOND);
        assertThat(adopt(key, ann)).isSameAs(ann.peer);
        net.run(60 * SECOND);
        assertThat(room.stats().peers()).isEqualTo(1);
    }

    @Test
    void more_than_can_wait_is_the_end_of_the_connection_and_no_gap() {
        var ann = room.publisher("ann");
        ann.offer(false);
        room.connected(ann);
        net.runUntil(() -> ann.isOpen(DataLane.RELIABLE), 10 * SECOND);
        String key = park(ann);
        byte[] large = new byte[60_000];
        for (int i = 0; i < 80; i++) net.in(i * 100 * MILLI, () -> ann.sendData(DataLane.RELIABLE, large));
        net.run(20 * SECOND);
        assertThat(room.plane.adopt(key, ann)).isEmpty();
        assertThat(room.stats().peers()).isZero();
    }
}
