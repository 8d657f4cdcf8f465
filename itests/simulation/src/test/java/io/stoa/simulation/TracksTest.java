package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import io.stoa.media.PeerSpec;
import io.stoa.media.PeerSpec.EnabledCodec;
import io.stoa.media.TrackPreference;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tracks that are muted, ended, published again, restarted, or cannot be decoded. */
class TracksTest {
    final VirtualNet net = VirtualNet.seeded(301);
    final Room room = new Room(net);

    @AfterEach
    void close() {
        room.close();
    }

    @Test
    void a_muted_track_goes_nowhere_and_continues_with_a_key_frame() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        var camera = ann.publish(Source.camera("TR_camera"));
        var microphone = ann.publish(Source.microphone("TR_microphone"));
        bob.subscribe(ann, camera);
        bob.subscribe(ann, microphone);
        room.connected(ann, bob);
        net.run(2 * SECOND);
        for (var source : List.of(camera, microphone)) ann.peer.setPublicationMuted(source.trackSid, true);
        net.run(200 * MILLI);
        long muted = net.now();
        net.run(3 * SECOND);
        assertThat(bob.received(camera).since(muted)).isEmpty();
        assertThat(bob.received(microphone).since(muted)).isEmpty();
        for (var source : List.of(camera, microphone)) ann.peer.setPublicationMuted(source.trackSid, false);
        net.run(SECOND);
        assertThat(bob.received(camera).isContinuous().isDecodable().since(muted).getFirst().key()).isTrue();
        assertThat(bob.received(microphone).isContinuous().since(muted).size()).isGreaterThan(45);
        assertThat(room.drops(Drop.MUTED)).isPositive();
    }

    @ParameterizedTest
    @EnumSource(Source.Coding.class)
    void every_codec_is_forwarded(Source.Coding coding) {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        var cat = room.single("cat");
        cat.offer(false);
        var source = ann.publish(Source.camera("TR_any", coding));
        bob.subscribe(ann, source);
        cat.subscribe(ann, source);
        room.connected(ann, bob, cat);
        net.run(2 * SECOND);
        for (var viewer : List.of(bob, cat)) assertThat(viewer.received(source).isContinuous().isDecodable().frames).hasSizeGreaterThan(50);
        assertThat(ann.events).anyMatch(event -> event.equalsIgnoreCase("published TR_any " + coding.mime));
    }

    @Test
    void a_track_that_is_muted_before_it_is_negotiated_stays_muted() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        ann.peer.setPublicationMuted("TR_camera", true);
        var camera = ann.publish(Source.camera("TR_camera"));
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        net.run(SECOND);
        assertThat(bob.received(camera).packets).isZero();
        ann.peer.setPublicationMuted("TR_camera", false);
        net.run(SECOND);
        assertThat(bob.received(camera).isContinuous().isDecodable().frames.size()).isGreaterThan(25);
    }

    @Test
    void a_client_has_time_to_make_an_answer_its_own_before_sound_comes() {
        var ann = room.publisher("ann");
        var cat = room.single("cat");
        var microphone = ann.publish(Source.microphone("TR_microphone"));
        cat.offer(false);
        room.connected(ann, cat);
        net.run(SECOND);
        cat.subscribe(ann, microphone);
        assertThat(net.runUntil(() -> cat.events.contains("subscription TR_microphone BOUND"), SECOND)).isTrue();
        long answered = net.now();
        net.run(2 * SECOND);
        assertThat(cat.received(microphone).isContinuous().since(answered + 40 * MILLI).size()).isGreaterThan(90);
        assertThat(cat.received(microphone).since(0)).isEqualTo(cat.received(microphone).since(answered + 40 * MILLI));
    }

    @Test
    void a_section_is_used_again_by_another_track() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        var first = ann.publish(Source.camera("TR_first"));
        bob.subscribe(ann, first);
        room.connected(ann, bob);
        net.run(2 * SECOND);
        for (int i = 0; i < 5; i++) {
            String mid = first.mid;
            ann.unpublish(first);
            net.run(300 * MILLI);
            assertThat(bob.events).contains("subscription " + first.trackSid + " ENDED");
            first = ann.publish(Source.camera("TR_again" + i));
            assertThat(first.mid).isEqualTo(mid);
            bob.subscribe(ann, first);
            net.run(2 * SECOND);
            assertThat(bob.received(first).isContinuous().isDecodable().frames.size()).isGreaterThan(50);
        }
        assertThat(room.stats().publishedTracks()).isEqualTo(1);
        assertThat(room.stats().subscribedTracks()).isEqualTo(1);
    }

    @Test
    void unsubscribed_and_subscribed_again() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        var camera = ann.publish(Source.camera("TR_camera"));
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        net.run(SECOND);
        for (int i = 0; i < 5; i++) {
            var before = bob.received(camera);
            bob.peer.unsubscribe(camera.trackSid);
            net.run(300 * MILLI);
            int packets = before.packets;
            net.run(300 * MILLI);
            assertThat(before.isContinuous().packets).isEqualTo(packets);
            bob.subscribe(ann, camera);
            net.run(SECOND);
            assertThat(bob.received(camera)).isNotSameAs(before);
            assertThat(bob.received(camera).isContinuous().isDecodable().frames.size()).isGreaterThan(20);
        }
        assertThat(room.stats().subscribedTracks()).isEqualTo(1);
    }

    @Test
    void a_subscription_may_come_before_its_track() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        bob.subscribe(ann, "TR_camera", TrackPreference.EVERYTHING);
        net.run(SECOND);
        var camera = ann.publish(Source.simulcast("TR_camera"));
        room.connected(ann, bob);
        net.run(2 * SECOND);
        assertThat(bob.received(camera).isContinuous().isDecodable().frames.size()).isGreaterThan(50);
    }

    @ParameterizedTest
    @EnumSource(value = PeerSpec.Role.class, names = {"SUBSCRIBER", "SINGLE"})
    void whoever_comes_just_after_a_key_frame_begins_with_it(PeerSpec.Role role) {
        var ann = room.publisher("ann");
        var bob = room.client("bob", role);
        if (role == PeerSpec.Role.SINGLE) bob.offer(false);
        else bob.requestOffer(false);
        ann.offer(false);
        room.connected(ann, bob);
        var camera = ann.publish(Source.camera("TR_camera"));
        net.run(250 * MILLI);
        bob.subscribe(ann, camera);
        net.run(2 * SECOND);
        var picture = bob.received(camera).isContinuous().isDecodable();
        assertThat(picture.frames.getFirst().number()).isEqualTo(camera.layer(0).keyFrames.getFirst());
        assertThat(camera.layer(0).keyFramesAskedAt).isEmpty();
        assertThat(camera.layer(0).keyFrames).hasSize(1);
        assertThat(picture.frames.size()).isGreaterThan(55);
    }

    @Test
    void whoever_comes_long_after_a_key_frame_is_given_another_one() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        var camera = ann.publish(Source.camera("TR_camera"));
        room.connected(ann);
        bob.requestOffer(false);
        net.run(2 * SECOND);
        bob.subscribe(ann, camera);
        net.run(2 * SECOND);
        assertThat(bob.received(camera).isContinuous().isDecodable().frames.getFirst().number()).isEqualTo(camera.layer(0).keyFrames.getLast());
        assertThat(camera.layer(0).keyFramesAskedAt).hasSize(1);
    }

    @Test
    void what_was_there_before_a_mute_is_not_for_whoever_comes_after_it() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        bob.requestOffer(false);
        ann.offer(false);
        room.connected(ann, bob);
        var camera = ann.publish(Source.camera("TR_camera"));
        net.run(100 * MILLI);
        ann.peer.setPublicationMuted(camera.trackSid, true);
        net.run(50 * MILLI);
        ann.peer.setPublicationMuted(camera.trackSid, false);
        bob.subscribe(ann, camera);
        net.run(SECOND);
        assertThat(bob.received(camera).isContinuous().isDecodable().frames.getFirst().number()).isEqualTo(camera.layer(0).keyFrames.getLast());
        assertThat(camera.layer(0).keyFrames).hasSize(2);
    }

    @Test
    void a_track_that_goes_is_not_in_the_way_of_those_that_come_with_it() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        var camera = ann.publish(Source.camera("TR_camera"));
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        net.run(2 * SECOND);
        int offers = bob.offers;
        ann.unpublish(camera);
        net.run(300 * MILLI);
        assertThat(bob.offers).as("nobody needs it yet").isEqualTo(offers);
        var next = ann.publish(Source.camera("TR_next"));
        bob.subscribe(ann, next);
        net.run(2 * SECOND);
        assertThat(bob.offers).as("of both").isEqualTo(offers + 1);
        bob.peer.unsubscribe(next.trackSid);
        net.run(2 * SECOND);
        assertThat(bob.offers).as("sooner or later its section is free").isEqualTo(offers + 2);
    }

    @Test
    void a_stream_that_begins_anew_with_another_ssrc_is_the_same_track() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        var camera = ann.publish(Source.simulcast("TR_camera"));
        var microphone = ann.publish(Source.microphone("TR_microphone"));
        bob.subscribe(ann, camera);
        bob.subscribe(ann, microphone);
        room.connected(ann, bob);
        for (int i = 0; i < 5; i++) {
            net.run(2 * SECOND);
            camera.restart();
            microphone.restart();
            ann.offer(false);
        }
        net.run(2 * SECOND);
        var picture = bob.received(camera).isContinuous().isDecodable();
        assertThat(picture.last().epoch()).isEqualTo(5);
        assertThat(picture.longestFreeze(picture.frames.getFirst().at(), net.now())).isLessThan(250 * MILLI);
        assertThat(bob.received(microphone).isContinuous().last().epoch()).isEqualTo(5);
    }

    @Test
    void packets_without_content_leave_no_holes() {
        var ann = room.publisher("ann").conditions(link -> link.jitter(10 * MILLI));
        var bob = room.subscriber("bob");
        var camera = Source.camera("TR_camera");
        camera.pads = true;
        ann.publish(camera);
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        net.run(5 * SECOND);
        assertThat(bob.received(camera).isContinuous().isDecodable().frames.size()).isGreaterThan(140);
        assertThat(room.drops(Drop.RTP_PADDING_ONLY)).isGreaterThan(100);
    }

    @Test
    void who_cannot_decode_a_codec_is_told_and_the_rest_goes_on() {
        var ann = room.publisher("ann");
        var bob = room.subscriber("bob");
        bob.unsupported("H264");
        var screen = ann.publish(Source.camera("TR_screen", Source.Coding.H264));
        var camera = ann.publish(Source.camera("TR_camera"));
        bob.subscribe(ann, screen);
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        net.run(2 * SECOND);
        assertThat(bob.events).contains("subscription TR_screen CODEC_UNSUPPORTED", "subscription TR_camera BOUND");
        assertThat(bob.received(camera).isContinuous().isDecodable().frames.size()).isGreaterThan(50);
        assertThat(room.stats().subscribedTracks()).isEqualTo(1);

        var second = ann.publish(Source.camera("TR_second"));
        bob.subscribe(ann, second);
        net.run(SECOND);
        assertThat(bob.received(second).isContinuous().isDecodable().frames.size()).isGreaterThan(25);
    }

    @Test
    void on_one_connection_too_who_cannot_decode_a_codec_is_told() {
        var ann = room.single("ann");
        var bob = room.single("bob");
        bob.unsupported("H264");
        var screen = ann.publish(Source.camera("TR_screen", Source.Coding.H264));
        var camera = ann.publish(Source.camera("TR_camera"));
        bob.publish(Source.microphone("TR_microphone"));
        bob.subscribe(ann, screen);
        bob.subscribe(ann, camera);
        room.connected(ann, bob);
        net.run(2 * SECOND);
        assertThat(bob.events).contains("subscription TR_screen CODEC_UNSUPPORTED", "subscription TR_camera BOUND");
        assertThat(bob.received(camera).isContinuous().isDecodable().frames.size()).isGreaterThan(50);
    }

    @Test
    void every_codec_goes_through() {
        var ann = room.publisher("ann").conditions(link -> link.loss(0.02));
        var bob = room.subscriber("bob").conditions(link -> link.loss(0.02));
        var sources = List.of(
                ann.publish(Source.camera("TR_vp8")), ann.publish(Source.camera("TR_vp9", Source.Coding.VP9)), ann.publish(Source.camera("TR_h264", Source.Coding.H264)));
        for (var source : sources) bob.subscribe(ann, source);
        room.connected(ann, bob);
        net.run(10 * SECOND);
        for (var source : sources) assertThat(bob.received(source).isContinuous().frames.size()).as("%s", bob.received(source)).isGreaterThan(250);
    }

    @Test
    void a_codec_that_the_room_does_not_allow_is_not_taken() {
        room.enabledCodecs = List.of(new EnabledCodec("video/vp8", ""), new EnabledCodec("audio/opus", ""));
        var ann = room.publisher("ann");
        ann.publish(Source.camera("TR_h264", Source.Coding.H264));
        room.connected(ann);
        net.run(SECOND);
        assertThat(ann.events).noneMatch(event -> event.startsWith("first packet"));
    }

    @Test
    void loudness_follows_what_the_packets_say() {
        var ann = room.publisher("ann");
        var microphone = ann.publish(Source.microphone("TR_microphone"));
        microphone.audioLevel = 10;
        room.connected(ann);
        net.run(2 * SECOND);
        assertThat(ann.peer.audioLevel("TR_microphone")).isBetween(0.25, 0.4);
        microphone.audioLevel = 60;
        net.run(5 * SECOND);
        assertThat(ann.peer.audioLevel("TR_microphone")).isZero();
    }
}
