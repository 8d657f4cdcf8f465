package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Time;
import io.stoa.media.PeerState;
import io.stoa.media.TrackPreference;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tracks of a room on one server that are shown in a room on another one: the servers speak to each other as clients do. */
class BridgeTest {
    private final VirtualNet net = VirtualNet.seeded(977);
    private final Room here = new Room(net);
    private final Room there = Room.ofServer(net, 2, 1);
    private final Client ann;

    BridgeTest() {
        here.red = there.red = true;
        ann = here.publisher("ann");
    }

    @AfterEach
    void close() {
        here.close();
        there.close();
    }

    private void connected(Bridge... bridges) {
        boolean up = net.runUntil(() -> {
            for (Bridge bridge : bridges) if (!bridge.connected()) return false;
            return true;
        }, 10 * SECOND);
        assertThat(up).as("the servers connect, seed %d", net.seed).isTrue();
        for (Bridge bridge : bridges) assertThat(bridge.failures).isEmpty();
    }

    @Test
    void picture_and_sound_arrive_there_and_key_frames_are_asked_of_the_publisher_here() {
        Source camera = ann.publish(Source.simulcast("TR_camera"));
        Source microphone = ann.publish(Source.microphone("TR_microphone", 2));
        Bridge bridge = new Bridge(here, there, "ann");
        bridge.carry(ann, camera);
        bridge.carry(ann, microphone);
        Client bob = there.subscriber("bob");
        here.connected(ann);
        connected(bridge);
        assertThat(bridge.found).containsOnlyKeys("TR_camera", "TR_microphone");
        assertThat(bridge.found.get("TR_microphone").mime()).isEqualTo("audio/red");
        bridge.subscribe(bob, camera);
        bridge.subscribe(bob, microphone);
        there.connected(bob);
        net.run(3 * SECOND);
        assertThat(bob.received(camera).isContinuous().isDecodable().last().layer()).isEqualTo(2);
        assertThat(bob.received(microphone).isContinuous().packets).isPositive();

        int asked = camera.layer(2).keyFramesAskedAt.size();
        bob.rtcp().pli(1, bob.received(camera).ssrc);
        bob.transmitRtcp();
        net.run(SECOND);
        assertThat(camera.layer(2).keyFramesAskedAt).as("a PLI goes all the way").hasSize(asked + 1);

        bridge.near.prefer("TR_camera", new TrackPreference(true, 0, 3));
        net.run(3 * SECOND);
        assertThat(bob.received(camera).isContinuous().isDecodable().last().layer()).isZero();
        int before = bob.received(camera).packets;
        bridge.near.prefer("TR_camera", new TrackPreference(false, 0, 3));
        net.run(2 * SECOND);
        assertThat(bob.received(camera).packets - before).as("nobody wants it").isLessThan(10);
        bridge.near.prefer("TR_camera", TrackPreference.EVERYTHING);
        long back = net.now();
        net.run(2 * SECOND);
        assertThat(bob.received(camera).isContinuous().isDecodable().last().at()).isGreaterThan(back + SECOND);
    }

    @Test
    void several_bridges_between_the_same_servers_in_both_directions_are_told_apart() {
        Source camera = ann.publish(Source.camera("TR_of_ann"));
        Client cid = here.publisher("cid");
        Source other = cid.publish(Source.camera("TR_of_cid"));
        Client dan = there.publisher("dan");
        Source back = dan.publish(Source.camera("TR_of_dan"));
        Client bob = there.subscriber("bob");
        Client eve = here.subscriber("eve");
        here.connected(ann, cid);
        there.connected(dan);
        Bridge first = new Bridge(here, there, "ann");
        Bridge second = new Bridge(here, there, "cid");
        Bridge third = new Bridge(there, here, "dan");
        first.carry(ann, camera);
        second.carry(cid, other);
        third.carry(dan, back);
        connected(first, second, third);
        first.subscribe(bob, camera);
        second.subscribe(bob, other);
        third.subscribe(eve, back);
        there.connected(bob);
        here.connected(eve);
        net.run(3 * SECOND);
        for (Source each : List.of(camera, other)) assertThat(bob.received(each).isContinuous().isDecodable().frames).hasSizeGreaterThan(40);
        assertThat(eve.received(back).isContinuous().isDecodable().frames).hasSizeGreaterThan(40);
        assertThat(here.io.loops.getFirst().ownPorts()).isEqualTo(2);

        first.near.close();
        net.run(SECOND);
        assertThat(first.farState).isEqualTo(PeerState.CLOSED_BY_CLIENT);
        assertThat(here.io.loops.getFirst().ownPorts()).isEqualTo(1);
        long since = net.now();
        net.run(2 * SECOND);
        assertThat(bob.received(other).isContinuous().isDecodable().last().at()).isGreaterThan(since + SECOND);
    }

    @Test
    void a_track_that_ends_here_ends_there_and_its_section_serves_the_next_one() {
        Source camera = ann.publish(Source.camera("TR_camera"));
        Bridge bridge = new Bridge(here, there, "ann");
        bridge.carry(ann, camera);
        Client bob = there.subscriber("bob");
        here.connected(ann);
        connected(bridge);
        bridge.subscribe(bob, camera);
        there.connected(bob);
        net.run(2 * SECOND);
        assertThat(bob.received(camera).frames).isNotEmpty();
        ann.peer.unpublish("TR_camera");
        net.run(2 * SECOND);
        assertThat(bridge.ended).containsExactly("TR_camera");
        Source screen = ann.publish(Source.camera("TR_screen"));
        bridge.carry(ann, screen);
        net.run(2 * SECOND);
        bridge.subscribe(bob, screen);
        net.run(2 * SECOND);
        assertThat(bob.received(screen).isContinuous().isDecodable().frames).hasSizeGreaterThan(20);
    }

    @Test
    void packets_that_are_lost_between_the_servers_come_again() {
        Source camera = ann.publish(Source.camera("TR_camera"));
        Bridge bridge = new Bridge(here, there, "ann");
        bridge.carry(ann, camera);
        Client bob = there.subscriber("bob");
        here.connected(ann);
        connected(bridge);
        bridge.subscribe(bob, camera);
        there.connected(bob);
        net.run(SECOND);
        here.io.loops.getFirst().toServers().loss(0.05);
        long begun = net.now();
        net.run(5 * SECOND);
        assertThat(bob.received(camera).isDecodable().longestFreeze(begun, net.now())).isLessThan(600 * MILLI);
        assertThat(bob.received(camera).last().at()).isGreaterThan(net.now() - Time.SECOND);
    }

    @Test
    void a_track_that_regresses_to_another_codec_ends_there_and_comes_again() {
        Source camera = Source.camera("TR_camera", Source.Coding.VP9);
        Source backup = Source.simulcast("TR_camera");
        ann.publish(camera, backup);
        Bridge bridge = new Bridge(here, there, "ann");
        bridge.carry(ann, camera);
        Client bob = there.subscriber("bob");
        here.connected(ann);
        connected(bridge);
        bridge.subscribe(bob, camera);
        there.connected(bob);
        net.run(2 * SECOND);
        assertThat(bob.received(camera).isDecodable().last().codec()).isEqualTo("vp9");
        ann.publishBackup(camera, backup);
        ann.peer.regress("TR_camera", 1);
        net.run(3 * SECOND);
        assertThat(bridge.failures).isEmpty();
        assertThat(bridge.ended).containsExactly("TR_camera");
        assertThat(bridge.found.get("TR_camera").mime()).isEqualTo("video/VP8");
        bridge.subscribe(bob, camera);
        net.run(3 * SECOND);
        assertThat(bob.received(camera).isContinuous().isDecodable().last()).matches(frame -> frame.codec().equals("vp8") && frame.at() > net.now() - 200 * MILLI);
    }

    @Test
    void layers_within_a_stream_are_for_whoever_wants_less_than_others() {
        Source camera = ann.publish(Source.scalable("TR_camera", 3));
        Bridge bridge = new Bridge(here, there, "ann");
        bridge.carry(ann, camera);
        Client bob = there.subscriber("bob");
        Client cid = there.subscriber("cid");
        here.connected(ann);
        connected(bridge);
        bridge.subscribe(bob, camera);
        bridge.subscribe(cid, camera);
        there.connected(bob, cid);
        net.run(3 * SECOND);
        for (Client viewer : List.of(bob, cid)) assertThat(viewer.received(camera).isDecodable().since(net.now() - SECOND)).hasSizeBetween(29, 31);
        cid.peer.prefer("TR_camera", new TrackPreference(true, 0, 3));
        net.run(3 * SECOND);
        assertThat(bob.received(camera).isContinuous().isDecodable().since(net.now() - SECOND)).hasSizeBetween(29, 31).allMatch(frame -> frame.layer() == 2);
        assertThat(cid.received(camera).isContinuous().isDecodable().since(net.now() - SECOND)).hasSizeBetween(29, 31).allMatch(frame -> frame.layer() == 0);
        bridge.near.prefer("TR_camera", new TrackPreference(true, 1, 3));
        net.run(3 * SECOND);
        assertThat(bob.received(camera).isContinuous().isDecodable().since(net.now() - SECOND)).hasSizeBetween(29, 31).allMatch(frame -> frame.layer() == 1);
        bridge.near.prefer("TR_camera", TrackPreference.EVERYTHING);
        cid.peer.prefer("TR_camera", TrackPreference.EVERYTHING);
        net.run(3 * SECOND);
        for (Client viewer : List.of(bob, cid))
            assertThat(viewer.received(camera).isContinuous().isDecodable().since(net.now() - SECOND)).hasSizeBetween(29, 31).allMatch(frame -> frame.layer() == 2);
    }
}
