package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.forward.Engines;
import io.stoa.media.Hindrance;
import io.stoa.media.MediaPlane.PlaneStats;
import io.stoa.media.PeerSpec.Role;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ann sends VP9, and VP8 for those who cannot take that. Bob takes both, cat takes VP8 only. */
class BackupCodecTest {
    private Room room;
    private VirtualNet net;
    private Client ann;
    private Client bob;
    private Client cat;
    private final Source camera = Source.camera("TR_camera", Source.Coding.VP9);
    private final Source backup = Source.simulcast("TR_camera");

    @AfterEach
    void close() {
        room.close();
    }

    private void call(long seed, int loops, Role role, boolean changesCodec) {
        net = VirtualNet.seeded(seed);
        room = new Room(net, loops);
        room.changesCodec = changesCodec;
        ann = room.onLoop(0).publisher("ann");
        ann.publish(camera, backup);
        bob = viewer(room.onLoop(loops - 1), "bob", role);
        cat = viewer(room, "cat", role);
        cat.unsupported("VP9");
        bob.subscribe(ann, camera);
        cat.subscribe(ann, camera);
        room.connected(ann, bob, cat);
        net.run(2 * SECOND);
    }

    private static Client viewer(Room room, String name, Role role) {
        Client viewer = room.client(name, role);
        if (role == Role.SINGLE) viewer.offer(false);
        return viewer;
    }

    private void call(long seed) {
        call(seed, 1, Role.SUBSCRIBER, true);
    }

    private void sendsBackup() {
        ann.publishBackup(camera, backup);
        net.run(2 * SECOND);
    }

    private Incoming seenBy(Client viewer) {
        return viewer.received(camera).isContinuous().isDecodable();
    }

    private void sees(Client viewer, String codec) {
        assertThat(seenBy(viewer).last()).as("what %s sees", viewer).matches(frame -> frame.codec().equals(codec) && frame.at() > net.now() - 100 * MILLI, codec);
    }

    @ParameterizedTest
    @CsvSource({"1, SUBSCRIBER", "1, SINGLE", "2, SUBSCRIBER", "2, SINGLE"})
    void each_viewer_gets_the_first_codec_that_it_takes(int loops, Role role) {
        call(2_001, loops, role, true);
        sees(bob, "vp9");
        assertThat(bob.taken).containsEntry(camera.trackSid, 0);
        assertThat(cat.taken).as("asked for before it is there").containsEntry(camera.trackSid, 1);
        assertThat(cat.received(camera).packets).isZero();
        sendsBackup();
        sees(bob, "vp9");
        sees(cat, "vp8");
        assertThat(seenBy(cat).last().layer()).as("in its best quality").isEqualTo(2);
        assertThat(seenBy(bob).longestFreeze(net.now() - 2 * SECOND, net.now())).isLessThan(100 * MILLI);
        var dan = viewer(room, "dan", role);
        dan.unsupported("VP9");
        dan.subscribe(ann, camera);
        room.connected(dan);
        net.run(SECOND);
        sees(dan, "vp8");
        PlaneStats stats = room.stats();
        assertThat(stats.publishedTracks()).isEqualTo(1);
        assertThat(stats.subscribedTracks()).isEqualTo(3);
    }

    @Test
    void key_frames_are_asked_for_where_they_are_missing() {
        call(2_011);
        sendsBackup();
        int ofCamera = camera.layer(0).keyFramesAskedAt.size();
        int ofBackup = backup.layer(2).keyFramesAskedAt.size();
        cat.rtcp().pli(1, cat.received(camera).ssrc);
        cat.transmitRtcp();
        net.run(SECOND);
        assertThat(backup.layer(2).keyFramesAskedAt).hasSize(ofBackup + 1);
        assertThat(camera.layer(0).keyFramesAskedAt).hasSize(ofCamera);
        bob.rtcp().pli(1, bob.received(camera).ssrc);
        bob.transmitRtcp();
        net.run(SECOND);
        assertThat(backup.layer(2).keyFramesAskedAt).hasSize(ofBackup + 1);
        assertThat(camera.layer(0).keyFramesAskedAt).hasSize(ofCamera + 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void muted_and_ended_in_both(int loops) {
        call(2_021, loops, Role.SUBSCRIBER, true);
        sendsBackup();
        ann.peer.setPublicationMuted(camera.trackSid, true);
        net.run(SECOND);
        List<Incoming> both = List.of(seenBy(bob), seenBy(cat));
        List<Integer> before = both.stream().map(track -> track.frames.size()).toList();
        net.run(SECOND);
        assertThat(both.stream().map(track -> track.frames.size()).toList()).isEqualTo(before);
        ann.peer.setPublicationMuted(camera.trackSid, false);
        net.run(SECOND);
        sees(bob, "vp9");
        sees(cat, "vp8");
        ann.stopSending(backup);
        ann.unpublish(camera);
        net.run(SECOND);
        for (Client viewer : List.of(bob, cat)) assertThat(viewer.events).contains("subscription TR_camera ENDED");
        assertThat(room.stats().publishedTracks()).isZero();
        assertThat(room.stats().subscribedTracks()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"2031, 1, SUBSCRIBER", "2032, 1, SINGLE", "2033, 2, SUBSCRIBER", "2034, 2, SINGLE"})
    void a_track_goes_over_to_the_backup_for_everybody(long seed, int loops, Role role) {
        call(seed, loops, role, true);
        int ssrc = bob.received(camera).ssrc;
        int offers = (int) bob.events.stream().filter(event -> event.startsWith("codec")).count();
        ann.peer.regress(camera.trackSid, 1);
        net.run(SECOND);
        sees(bob, "vp9"); // nothing else is there yet
        long begun = net.now();
        sendsBackup();
        sees(bob, "vp8");
        sees(cat, "vp8");
        assertThat(bob.received(camera).ssrc).as("the same stream").isEqualTo(ssrc);
        assertThat(bob.taken).containsEntry(camera.trackSid, 1);
        assertThat(bob.events.stream().filter(event -> event.startsWith("codec")).count()).as("told once").isEqualTo(offers + 1);
        Incoming picture = bob.received(camera);
        assertThat(picture.since(begun).stream().filter(frame -> frame.codec().equals("vp8")).findFirst().orElseThrow().key()).isTrue();
        assertThat(picture.longestFreeze(begun, net.now())).isLessThan(400 * MILLI);
        int asked = camera.layer(0).keyFramesAskedAt.size();
        camera.paused = true;
        net.run(3 * SECOND);
        sees(bob, "vp8");
        assertThat(camera.layer(0).keyFramesAskedAt).as("nobody misses the first codec").hasSize(asked);
        var dan = viewer(room, "dan", role);
        dan.subscribe(ann, camera);
        room.connected(dan);
        net.run(SECOND);
        sees(dan, "vp8");
        assertThat(dan.taken).containsEntry(camera.trackSid, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void time_goes_on_at_its_pace_when_the_codec_changes(int loops) {
        call(2_041, loops, Role.SUBSCRIBER, true);
        ann.peer.regress(camera.trackSid, 1);
        sendsBackup();
        Incoming picture = seenBy(bob);
        for (int i = 1; i < picture.frames.size(); i++) {
            Incoming.Frame before = picture.frames.get(i - 1);
            Incoming.Frame frame = picture.frames.get(i);
            long ticks = frame.timestamp() - before.timestamp();
            if (!before.codec().equals(frame.codec())) assertThat(ticks * SECOND / 90_000).isBetween(frame.at() - before.at() - 50 * MILLI, frame.at() - before.at() + 50 * MILLI);
        }
        assertThat(picture.frames).extracting(Incoming.Frame::codec).contains("vp9", "vp8");
    }

    @ParameterizedTest
    @CsvSource({"2051, 1, SUBSCRIBER", "2052, 1, SINGLE", "2053, 2, SUBSCRIBER", "2054, 2, SINGLE"})
    void who_cannot_change_the_codec_gets_another_section(long seed, int loops, Role role) {
        call(seed, loops, role, false);
        int ssrc = bob.received(camera).ssrc;
        ann.peer.regress(camera.trackSid, 1);
        sendsBackup();
        sees(bob, "vp8");
        sees(cat, "vp8");
        assertThat(bob.received(camera).ssrc).isNotEqualTo(ssrc);
        assertThat(bob.taken).containsEntry(camera.trackSid, 1);
        assertThat(bob.events).doesNotContain("subscription TR_camera ENDED", "subscription TR_camera CODEC_UNSUPPORTED");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void the_backup_may_end_and_come_back(int loops) {
        call(2_061, loops, Role.SUBSCRIBER, true);
        sendsBackup();
        sees(cat, "vp8");
        ann.stopSending(backup);
        net.run(SECOND);
        assertThat(cat.events).doesNotContain("subscription TR_camera ENDED");
        assertThat(room.stats().publishedTracks()).isEqualTo(1);
        sees(bob, "vp9");
        var again = Source.simulcast("TR_camera");
        ann.publishBackup(camera, again);
        net.run(2 * SECOND);
        sees(cat, "vp8");
        sees(bob, "vp9");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void the_engine_may_be_replaced_while_somebody_waits_for_a_codec(int loops) {
        call(2_071, loops, Role.SUBSCRIBER, true);
        room.swap(Engines.named("second"));
        sendsBackup();
        sees(cat, "vp8");
        ann.peer.regress(camera.trackSid, 1);
        room.stop();
        net.run(200 * MILLI);
        room.start(Engines.named("third"));
        net.run(SECOND);
        sees(bob, "vp8");
        sees(cat, "vp8");
        ann.stopSending(backup);
        net.run(500 * MILLI);
        room.swap(Engines.named("fourth"));
        ann.publishBackup(camera, Source.simulcast("TR_camera"));
        net.run(2 * SECOND);
        sees(bob, "vp8");
        sees(cat, "vp8");
    }

    @Test
    void who_takes_none_of_the_codecs_is_told() {
        call(2_081);
        var dan = room.subscriber("dan");
        dan.unsupported("VP9");
        dan.unsupported("VP8");
        dan.subscribe(ann, camera);
        room.connected(dan);
        net.run(SECOND);
        assertThat(dan.events).contains("subscription TR_camera CODEC_UNSUPPORTED");
    }

    @Test
    void operators_see_that_a_codec_is_waited_for() throws Exception {
        call(2_091);
        var asked = cat.peer.hindrances(camera.trackSid);
        net.run(10 * MILLI);
        assertThat(asked.toCompletableFuture().get()).containsExactly(Hindrance.NO_MEDIA_SECTION);
        sendsBackup();
        asked = cat.peer.hindrances(camera.trackSid);
        net.run(10 * MILLI);
        assertThat(asked.toCompletableFuture().get()).isEmpty();
    }
}
