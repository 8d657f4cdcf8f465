package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.forward.Engines;
import io.stoa.media.TrackPreference;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What decoders are given when a track pauses or ends, so that they come to rest (spec 6.9). */
class BlankFramesTest {
    private static final TrackPreference OFF = new TrackPreference(false, 2, 3);

    final VirtualNet net = VirtualNet.seeded(331);
    final Room room = new Room(net);
    final Client ann = room.publisher("ann");
    final Client bob = room.subscriber("bob");

    @AfterEach
    void close() {
        room.close();
    }

    private Incoming call(Source source) {
        ann.publish(source);
        bob.subscribe(ann, source);
        room.connected(ann, bob);
        net.run(2 * SECOND);
        return bob.received(source);
    }

    /** Frames follow each other at this distance, and the first one follows what was sent. */
    private static void areSteady(List<Incoming.Frame> blanks, int ticks, int tolerance) {
        for (int i = 1; i < blanks.size(); i++) assertThat(blanks.get(i).timestamp() - blanks.get(i - 1).timestamp()).isBetween(ticks - tolerance, ticks + tolerance);
    }

    @ParameterizedTest
    @EnumSource(value = Source.Coding.class, names = {"OPUS", "PCMU", "PCMA"})
    void a_second_of_silence_follows_a_sound_that_is_muted(Source.Coding coding) {
        var sound = new Source("TR_sound", coding, 1);
        var heard = call(sound);
        ann.peer.setPublicationMuted(sound.trackSid, true);
        net.run(3 * SECOND);
        assertThat(heard.isContinuous().blanks).hasSize(50);
        areSteady(heard.blanks, coding.clockRate / 50, 1);
        assertThat(heard.blanks.getFirst().timestamp() - heard.last().timestamp()).isBetween(coding.clockRate / 50 - 1, coding.clockRate / 10);
        assertThat(heard.blanks.getLast().at() - heard.blanks.getFirst().at()).isBetween(950 * MILLI, SECOND);
        long muted = net.now();
        ann.peer.setPublicationMuted(sound.trackSid, false);
        net.run(SECOND);
        assertThat(heard.isContinuous().since(muted)).hasSizeGreaterThan(45);
        assertThat(heard.blanks).hasSize(50);
    }

    /** Spec 6.9: they would not know of it before. */
    @ParameterizedTest
    @EnumSource(value = Source.Coding.class, names = {"OPUS", "VP8", "VP9"})
    void a_client_that_knows_tracks_by_their_packets_gets_empty_ones_of_what_is_muted(Source.Coding coding) {
        var source = new Source("TR_muted", coding, 1);
        room.tracksByPackets = true;
        Client cid = room.subscriber("cid");
        ann.publish(source);
        ann.peer.setPublicationMuted(source.trackSid, true);
        bob.subscribe(ann, source);
        cid.subscribe(ann, source);
        room.connected(ann, bob, cid);
        net.run(3 * SECOND);
        assertThat(cid.received(source).empty).as("a second of ten").isBetween(9, 10);
        assertThat(bob.received(source).packets).isZero();

        long goesOn = net.now();
        ann.peer.setPublicationMuted(source.trackSid, false);
        net.run(2 * SECOND);
        assertThat(cid.received(source).isContinuous().since(goesOn)).hasSizeGreaterThan(45);
        assertThat(cid.received(source).empty).isBetween(9, 10);
    }

    @ParameterizedTest
    @EnumSource(value = Source.Coding.class, names = {"OPUS", "VP8", "VP9"})
    void so_it_does_of_what_does_not_begin(Source.Coding coding) {
        var source = new Source("TR_late", coding, 1);
        source.paused = true;
        room.tracksByPackets = true;
        Client cid = room.subscriber("cid");
        ann.publish(source);
        bob.subscribe(ann, source);
        cid.subscribe(ann, source);
        room.connected(ann, bob, cid);
        net.run(500 * MILLI);
        assertThat(cid.received(source).empty).as("every tenth of a second").isBetween(1, 4);
        long begins = net.now();
        source.paused = false;
        net.run(2 * SECOND);
        int empty = cid.received(source).empty;
        assertThat(cid.received(source).isContinuous().since(begins)).hasSizeGreaterThan(45);
        assertThat(empty).isLessThan(6);
        net.run(2 * SECOND);
        assertThat(cid.received(source).empty).isEqualTo(empty);
        assertThat(bob.received(source).empty).isZero();
    }

    @Test
    void one_of_which_packets_come_in_time_is_sent_nothing_else() {
        room.tracksByPackets = true;
        Client cid = room.subscriber("cid");
        var microphone = Source.microphone("TR_sound");
        ann.publish(microphone);
        cid.subscribe(ann, microphone);
        room.connected(ann, cid);
        net.run(3 * SECOND);
        assertThat(cid.received(microphone).empty).isZero();
    }

    @Test
    void silence_gives_way_to_what_is_said_again_and_may_follow_it_again() {
        var microphone = Source.microphone("TR_sound");
        var heard = call(microphone);
        for (int i = 1; i <= 5; i++) {
            ann.peer.setPublicationMuted(microphone.trackSid, true);
            net.run(300 * MILLI);
            ann.peer.setPublicationMuted(microphone.trackSid, false);
            net.run(100 * MILLI);
            int before = heard.blanks.size();
            assertThat(before).isBetween(13 * i, 16 * i);
            net.run(SECOND);
            assertThat(heard.blanks).hasSize(before);
            assertThat(heard.last().at()).isGreaterThan(net.now() - 100 * MILLI);
        }
        heard.isContinuous();
    }

    @Test
    void whoever_switches_a_sound_off_is_sent_silence() {
        var microphone = Source.microphone("TR_sound");
        var heard = call(microphone);
        bob.peer.prefer(microphone.trackSid, OFF);
        net.run(2 * SECOND);
        assertThat(heard.isContinuous().blanks).hasSize(50);
        bob.peer.prefer(microphone.trackSid, TrackPreference.EVERYTHING);
        net.run(SECOND);
        assertThat(heard.isContinuous().last().at()).isGreaterThan(net.now() - 100 * MILLI);
    }

    @Test
    void in_red_silence_comes_alone() {
        room.red = true;
        var dan = room.publisher("dan");
        var eve = room.subscriber("eve");
        var microphone = Source.microphone("TR_sound", 2);
        dan.publish(microphone);
        eve.subscribe(dan, microphone);
        room.connected(dan, eve);
        net.run(2 * SECOND);
        var heard = eve.received(microphone);
        int before = heard.redPackets;
        assertThat(before).isPositive();
        dan.peer.setPublicationMuted(microphone.trackSid, true);
        net.run(2 * SECOND);
        assertThat(heard.isContinuous().blanks).hasSize(50);
        assertThat(heard.redPackets).isGreaterThanOrEqualTo(before + 50);
        dan.peer.setPublicationMuted(microphone.trackSid, false);
        net.run(SECOND);
        assertThat(heard.isContinuous().last().at()).isGreaterThan(net.now() - 100 * MILLI);
    }

    @Test
    void a_picture_that_pauses_stays_as_it_is() {
        var camera = Source.camera("TR_camera");
        var seen = call(camera);
        ann.peer.setPublicationMuted(camera.trackSid, true);
        net.run(2 * SECOND);
        assertThat(seen.isContinuous().blanks).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"VP8, 6", "H264, 6", "VP9, 0", "H265, 0", "OPUS, 10"})
    void black_or_silence_follows_what_has_ended(Source.Coding coding, int frames) {
        var source = Source.camera("TR_any", coding);
        var received = call(source);
        bob.peer.unsubscribe(source.trackSid);
        net.run(SECOND);
        assertThat(received.isContinuous().blanks).hasSize(frames);
        areSteady(received.blanks, source.video() ? 3_000 : 960, 3);
        if (frames > 0) assertThat(received.blanks.getLast().at() - received.blanks.getFirst().at()).isBetween(150 * MILLI, 200 * MILLI);
        bob.subscribe(ann, source);
        net.run(2 * SECOND);
        assertThat(bob.received(source)).isNotSameAs(received);
        assertThat(bob.received(source).isContinuous().isDecodable().frames).hasSizeGreaterThan(50);
        ann.unpublish(source);
        net.run(SECOND);
        assertThat(bob.received(source).isContinuous().blanks).hasSize(frames);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoever_turns_to_another_track_is_sent_the_end_of_the_first_one_at_once(boolean single) {
        var eve = single ? room.single("eve") : bob;
        if (single) eve.offer(false);
        var first = ann.publish(Source.camera("TR_first"));
        var second = ann.publish(Source.camera("TR_second"));
        eve.subscribe(ann, first);
        room.connected(ann, eve);
        net.run(2 * SECOND);
        var seen = eve.received(first);
        long turned = net.now();
        eve.peer.unsubscribe(first.trackSid);
        eve.subscribe(ann, second);
        net.run(2 * SECOND);
        assertThat(seen.isContinuous().blanks).hasSize(6).allMatch(frame -> frame.at() - turned < 50 * MILLI);
        areSteady(seen.blanks, 3_000, 3);
        assertThat(eve.received(second).isContinuous().isDecodable().frames).hasSizeGreaterThan(45);
    }

    @Test
    void what_was_never_sent_has_no_end() {
        var camera = ann.publish(Source.camera("TR_camera"));
        camera.paused = true;
        var seen = call(camera);
        bob.peer.unsubscribe(camera.trackSid);
        net.run(SECOND);
        assertThat(seen.packets).isZero();
    }

    @Test
    void frames_of_the_server_say_so_among_encrypted_ones() {
        bob.trailer = new byte[] {1, 2, 3, 4, 5};
        for (var source : List.of(Source.camera("TR_camera"), Source.microphone("TR_sound"))) {
            source.encrypted = true;
            var received = call(source);
            received.trailer = bob.trailer;
            bob.peer.unsubscribe(source.trackSid);
            net.run(SECOND);
            assertThat(received.isContinuous().blanks).hasSize(source.video() ? 6 : 10);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void silence_and_what_follows_it_survive_another_engine(boolean sideBySide) {
        var microphone = Source.microphone("TR_sound");
        var camera = Source.camera("TR_camera");
        var heard = call(microphone);
        var seen = call(camera);
        for (int i = 0; i < 3; i++) {
            ann.peer.setPublicationMuted(microphone.trackSid, true);
            if (i == 2) bob.peer.unsubscribe(camera.trackSid);
            net.run(100 * MILLI);
            if (sideBySide) room.swap(Engines.named("next " + i));
            else {
                room.stop();
                net.run(100 * MILLI);
                if (i == 1) ann.peer.setPublicationMuted(microphone.trackSid, false);
                net.run(100 * MILLI);
                room.start(Engines.named("next " + i));
            }
            net.run(2 * SECOND);
            ann.peer.setPublicationMuted(microphone.trackSid, false);
            net.run(SECOND);
            assertThat(heard.isContinuous().last().at()).isGreaterThan(net.now() - 100 * MILLI);
        }
        assertThat(heard.blanks).hasSizeGreaterThan(100);
        assertThat(seen.isContinuous().blanks).hasSize(6);
    }

    @Test
    void nothing_of_a_muted_track_is_sent_late_when_an_engine_is_back() {
        var microphone = Source.microphone("TR_sound");
        var camera = Source.camera("TR_camera");
        var heard = call(microphone);
        var seen = call(camera);
        for (boolean unmuted : new boolean[] {false, true}) {
            for (var source : List.of(camera, microphone)) ann.peer.setPublicationMuted(source.trackSid, true);
            net.run(200 * MILLI);
            room.stop();
            net.run(500 * MILLI);
            long since = net.now();
            if (unmuted) for (var source : List.of(camera, microphone)) ann.peer.setPublicationMuted(source.trackSid, false);
            int said = microphone.frames(0);
            int shown = camera.frames(0);
            net.run(200 * MILLI);
            room.start(Engines.named("back " + unmuted));
            net.run(200 * MILLI);
            assertThat(heard.since(since)).allMatch(frame -> frame.number() >= said - 2 && unmuted);
            assertThat(seen.since(since)).allMatch(frame -> frame.number() >= shown - 2 && unmuted);
            for (var source : List.of(camera, microphone)) ann.peer.setPublicationMuted(source.trackSid, false);
            net.run(SECOND);
            heard.isContinuous();
            seen.isContinuous();
        }
    }
}
