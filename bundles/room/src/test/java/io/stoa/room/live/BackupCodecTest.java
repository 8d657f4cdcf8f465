package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.REQUEST_RESPONSE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.SUBSCRIBED_AUDIO_CODEC_UPDATE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.SUBSCRIBED_QUALITY_UPDATE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.TRACK_PUBLISHED;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.auth.Claims;
import io.stoa.auth.KeyProvider;
import io.stoa.auth.VideoGrant;
import io.stoa.media.PublicationSpec;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.BackupCodecPolicy;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.Codec;
import io.stoa.protocol.livekit.RequestResponse;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SimulcastCodec;
import io.stoa.protocol.livekit.SimulcastCodecInfo;
import io.stoa.protocol.livekit.SubscribedAudioCodec;
import io.stoa.protocol.livekit.SubscribedCodec;
import io.stoa.protocol.livekit.SubscribedQuality;
import io.stoa.protocol.livekit.SubscribedQualityUpdate;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.UpdateTrackSettings;
import io.stoa.protocol.livekit.VideoLayer;
import io.stoa.protocol.livekit.VideoQuality;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spec 6.4: a track in two codecs. Bob takes both, cat takes the second one only. */
class BackupCodecTest {
    private static final long PAUSE = 5_000;

    private Rig rig = new Rig();
    private final Client ann = rig.single("ann");
    private final Client bob = rig.dual("bob");
    private final Client cat = rig.dual("cat");

    @AfterEach
    void close() {
        rig.close();
    }

    private static VideoLayer.Builder layer(int quality) {
        return VideoLayer.newBuilder().setQualityValue(quality).setWidth(320 << quality).setHeight(180 << quality).setBitrate(150_000 << quality);
    }

    private static AddTrackRequest.Builder camera(BackupCodecPolicy policy) {
        AddTrackRequest.Builder track = Client.camera("c-vp9").setBackupCodecPolicy(policy);
        for (int i = 0; i < 3; i++) track.addLayers(layer(i));
        return track.addSimulcastCodecs(SimulcastCodec.newBuilder().setCodec("vp9").setCid("c-vp9")).addSimulcastCodecs(SimulcastCodec.newBuilder().setCodec("vp8"));
    }

    private String publishes(BackupCodecPolicy policy) {
        return ann.publishes(camera(policy), "video/VP9");
    }

    /** As livekit-client answers when it is asked for the codec. */
    private void announcesBackup(String track) {
        AddTrackRequest.Builder more = Client.camera("c-vp8").setSid(track);
        SimulcastCodec.Builder codec = SimulcastCodec.newBuilder().setCodec("vp8").setCid("c-vp8");
        for (int i = 0; i < 2; i++) {
            more.addLayers(layer(i));
            codec.addLayers(layer(i));
        }
        ann.send(SignalRequest.newBuilder().setAddTrack(more.addSimulcastCodecs(codec)));
    }

    private void sendsBackup(String track) {
        announcesBackup(track);
        ann.publisher.media("c-vp8", "video/VP8");
    }

    private int told() {
        return ann.all(SUBSCRIBED_QUALITY_UPDATE).size();
    }

    /** By codec the qualities that are enabled, as they were told last. */
    private static Map<String, List<VideoQuality>> last(Client publisher) {
        SubscribedQualityUpdate update = publisher.last(SUBSCRIBED_QUALITY_UPDATE).getSubscribedQualityUpdate();
        assertThat(update.getSubscribedQualitiesList()).as("what old clients read").isEqualTo(update.getSubscribedCodecs(0).getQualitiesList());
        Map<String, List<VideoQuality>> enabled = new LinkedHashMap<>();
        for (SubscribedCodec codec : update.getSubscribedCodecsList())
            enabled.put(codec.getCodec(), codec.getQualitiesList().stream().filter(SubscribedQuality::getEnabled).map(SubscribedQuality::getQuality).toList());
        return enabled;
    }

    private static final List<VideoQuality> ALL = List.of(VideoQuality.LOW, VideoQuality.MEDIUM, VideoQuality.HIGH);
    private static final List<VideoQuality> TWO = List.of(VideoQuality.LOW, VideoQuality.MEDIUM);

    @Test
    void the_publisher_is_asked_for_the_codec_that_somebody_needs() {
        String track = publishes(BackupCodecPolicy.SIMULCAST);
        assertThat(told()).as("nobody has said yet what it takes").isZero();
        bob.subscriber.bound(track);
        assertThat(last(ann)).as("the backup is not spoken of").isEqualTo(Map.of("vp9", ALL));
        cat.subscriber.bound(track, 1);
        assertThat(last(ann)).containsExactly(Map.entry("vp9", ALL), Map.entry("vp8", ALL));
        assertThat(ann.last(SUBSCRIBED_QUALITY_UPDATE).getSubscribedQualityUpdate().getTrackSid()).isEqualTo(track);

        announcesBackup(track);
        TrackInfo announced = ann.last(TRACK_PUBLISHED).getTrackPublished().getTrack();
        assertThat(ann.last(TRACK_PUBLISHED).getTrackPublished().getCid()).isEqualTo("c-vp8");
        assertThat(announced.getSid()).isEqualTo(track);
        assertThat(announced.getMimeType()).isEqualTo("video/VP9");
        assertThat(announced.getCodecsList()).extracting(SimulcastCodecInfo::getCid).containsExactly("c-vp9", "c-vp8");
        assertThat(announced.getCodecs(1).getLayersList()).extracting(VideoLayer::getRid).containsExactly("q", "h");
        PublicationSpec spec = ann.publisher.expected.get(track);
        assertThat(spec.cids()).containsExactly("c-vp9");
        assertThat(spec.backups()).containsExactly(new PublicationSpec.Backup("video/vp8", "c-vp8"));

        ann.publisher.media("c-vp8", "video/VP8");
        TrackInfo seen = bob.track("ann", track);
        assertThat(seen.getMid()).isEqualTo("7");
        assertThat(seen.getMimeType()).isEqualTo("video/VP9");
        assertThat(seen.getLayersCount()).isEqualTo(3);
        assertThat(seen.getCodecs(1).getMid()).isEqualTo("8");
        assertThat(seen.getCodecs(1).getMimeType()).isEqualTo("video/VP8");
        assertThat(seen.getCodecs(1).getLayersList()).extracting(VideoLayer::getSsrc).containsExactly(1112, 0);
        rig.advance(PAUSE);
        assertThat(last(ann)).as("as many layers as there are").containsExactly(Map.entry("vp9", ALL), Map.entry("vp8", TWO));
        assertThat(ann.publisher.regressed).isEmpty();
    }

    @Test
    void a_codec_that_nobody_takes_is_told_so_after_a_while() {
        String track = publishes(BackupCodecPolicy.SIMULCAST);
        cat.subscriber.bound(track, 1);
        assertThat(last(ann)).as("what is needed, at once").isEqualTo(Map.of("vp8", ALL));
        rig.advance(Dynacast.NEW_MILLIS - 1);
        assertThat(told()).isEqualTo(1);
        rig.advance(1);
        assertThat(last(ann)).containsExactly(Map.entry("vp9", List.of()), Map.entry("vp8", ALL));
        bob.subscriber.bound(track);
        assertThat(last(ann)).containsExactly(Map.entry("vp9", ALL), Map.entry("vp8", ALL));
        cat.subscribes(false, track);
        rig.advance(PAUSE);
        assertThat(last(ann)).containsExactly(Map.entry("vp9", ALL), Map.entry("vp8", List.of()));
        bob.leaves();
        rig.advance(PAUSE);
        assertThat(last(ann)).containsExactly(Map.entry("vp9", List.of()), Map.entry("vp8", List.of()));
    }

    @Test
    void qualities_are_those_of_the_codec_that_is_taken() {
        String track = publishes(BackupCodecPolicy.SIMULCAST);
        bob.subscriber.bound(track);
        cat.subscriber.bound(track, 1);
        sendsBackup(track);
        bob.wants(UpdateTrackSettings.newBuilder().addTrackSids(track).setWidth(320).setHeight(180));
        cat.wants(UpdateTrackSettings.newBuilder().addTrackSids(track).setWidth(1280).setHeight(720));
        rig.advance(PAUSE);
        assertThat(last(ann)).containsExactly(Map.entry("vp9", List.of(VideoQuality.LOW)), Map.entry("vp8", TWO));
        assertThat(bob.subscriber.preferences.get(track).maxSpatial()).isZero();
        assertThat(cat.subscriber.preferences.get(track).maxSpatial()).as("the backup has two layers").isEqualTo(1);
        bob.subscriber.listener.codecTaken(track, 1);
        rig.advance(PAUSE);
        assertThat(last(ann)).containsExactly(Map.entry("vp9", List.of()), Map.entry("vp8", TWO));
    }

    @ParameterizedTest
    @CsvSource({
        "PREFER_REGRESSION, 4, true",
        "PREFER_REGRESSION, 3, false",
        "PREFER_REGRESSION, 0, true",
        "SIMULCAST, 0, false",
        "REGRESSION, 1, true",
    })
    void whether_all_go_over_to_the_backup_says_the_policy(BackupCodecPolicy policy, int threshold, boolean regresses) {
        rig.codecRegressionThreshold = threshold;
        String track = publishes(policy);
        bob.subscriber.bound(track);
        cat.subscriber.bound(track, 1);
        announcesBackup(track);
        assertThat(ann.publisher.regressed).as("not before it is there").isEmpty();
        ann.publisher.media("c-vp8", "video/VP8");
        if (!regresses) {
            assertThat(ann.publisher.regressed).isEmpty();
            return;
        }
        assertThat(ann.publisher.regressed).isEqualTo(Map.of(track, 1));
        bob.subscriber.listener.codecTaken(track, 1); // the media plane has moved it
        rig.advance(PAUSE);
        assertThat(last(ann)).as("the first codec is not asked for any more").containsExactly(Map.entry("vp9", List.of()), Map.entry("vp8", TWO));
    }

    @Test
    void it_is_decided_once() {
        rig.codecRegressionThreshold = 3;
        String track = publishes(BackupCodecPolicy.PREFER_REGRESSION);
        cat.subscriber.bound(track, 1);
        sendsBackup(track);
        bob.leaves();
        ann.publisher.media("c-vp8", "video/VP8");
        assertThat(ann.publisher.regressed).as("when the backup came, there were three").isEmpty();
    }

    @Test
    void both_at_once_from_the_beginning() {
        AddTrackRequest.Builder both = camera(BackupCodecPolicy.REGRESSION);
        both.getSimulcastCodecsBuilder(1).setCid("c-vp8");
        ann.send(SignalRequest.newBuilder().setAddTrack(both));
        String track = ann.last(TRACK_PUBLISHED).getTrackPublished().getTrack().getSid();
        ann.publisher.media("c-vp8", "video/VP8");
        assertThat(bob.about("ann").getTracksList()).as("not without its first codec").isEmpty();
        assertThat(ann.publisher.regressed.keySet()).isSubsetOf(track);
        ann.publisher.regressed.clear();
        ann.publisher.media("c-vp9", "video/VP9");
        assertThat(bob.track("ann", track).getCodecsList()).extracting(SimulcastCodecInfo::getMid).containsExactly("7", "8");
        assertThat(ann.publisher.regressed).isEqualTo(Map.of(track, 1));
    }

    @Test
    void codecs_of_a_track_that_does_not_exist() {
        announcesBackup("TR_none");
        assertThat(ann.last(REQUEST_RESPONSE).getRequestResponse().getReason()).isEqualTo(RequestResponse.Reason.NOT_FOUND);
    }

    @Test
    void muted_and_unpublished_as_one() {
        String track = publishes(BackupCodecPolicy.SIMULCAST);
        sendsBackup(track);
        ann.send(SignalRequest.newBuilder().setMute(io.stoa.protocol.livekit.MuteTrackRequest.newBuilder().setSid(track).setMuted(true)));
        assertThat(ann.publisher.muted).containsEntry(track, true);
        announcesBackup(track);
        assertThat(ann.publisher.muted).as("and stays so").containsEntry(track, true);
        ann.publisher.listener.unpublished(track);
        assertThat(ann.publisher.unpublished).containsExactly(track);
        assertThat(bob.about("ann").getTracksList()).isEmpty();
    }

    @Test
    void of_audio_it_is_told_which_codecs_are_needed() {
        rig.close();
        rig = new Rig();
        rig.settled = room -> room.addEnabledCodecs(Codec.newBuilder().setMime("audio/PCMU"));
        Client ann = rig.single("ann");
        Client bob = rig.dual("bob");
        Client cat = rig.dual("cat");
        String track = ann.publishes(
                Client.microphone("m-opus")
                        .addSimulcastCodecs(SimulcastCodec.newBuilder().setCodec("opus").setCid("m-opus"))
                        .addSimulcastCodecs(SimulcastCodec.newBuilder().setCodec("pcmu")),
                "audio/opus");
        assertThat(ann.wasTold(SUBSCRIBED_AUDIO_CODEC_UPDATE)).isFalse();
        bob.subscriber.bound(track);
        assertThat(audio(ann)).isEqualTo(Map.of("opus", true));
        cat.subscriber.bound(track, 1);
        assertThat(audio(ann)).containsExactly(Map.entry("opus", true), Map.entry("pcmu", true));
        bob.subscribes(false, track);
        assertThat(audio(ann)).as("at once").containsExactly(Map.entry("opus", false), Map.entry("pcmu", true));
        assertThat(ann.all(SUBSCRIBED_AUDIO_CODEC_UPDATE)).hasSize(3);
        assertThat(ann.wasTold(SUBSCRIBED_QUALITY_UPDATE)).isFalse();
        ann.publishesCamera();
        ann.publishesMicrophone();
        assertThat(ann.all(SUBSCRIBED_AUDIO_CODEC_UPDATE)).as("one codec is no choice").hasSize(3);
    }

    private static Map<String, Boolean> audio(Client ann) {
        Map<String, Boolean> enabled = new LinkedHashMap<>();
        for (SubscribedAudioCodec codec : ann.last(SUBSCRIBED_AUDIO_CODEC_UPDATE).getSubscribedAudioCodecUpdate().getSubscribedAudioCodecsList())
            enabled.put(codec.getCodec(), codec.getEnabled());
        return enabled;
    }

    @Test
    void it_goes_on_under_the_next_room_manager() {
        String track = publishes(BackupCodecPolicy.SIMULCAST);
        bob.subscriber.bound(track);
        cat.subscriber.bound(track, 1);
        rig.advance(100); // offers are out, and answered
        Rig next = rig.next();
        rig.leave();
        rig = next;
        for (Client client : List.of(ann, bob, cat)) client.follows(rig);
        rig.advance(2 * PAUSE);
        assertThat(told()).as("nothing has changed").isEqualTo(2);
        sendsBackup(track);
        rig.advance(PAUSE);
        assertThat(last(ann)).containsExactly(Map.entry("vp9", ALL), Map.entry("vp8", TWO));
        cat.subscribes(false, track);
        rig.advance(PAUSE);
        assertThat(last(ann)).containsExactly(Map.entry("vp9", ALL), Map.entry("vp8", List.of()));
    }

    @Test
    void a_backup_that_comes_between_two_managers_regresses_by_the_next() {
        String track = publishes(BackupCodecPolicy.PREFER_REGRESSION);
        cat.subscriber.bound(track, 1);
        announcesBackup(track);
        rig.advance(100);
        rig.leave();
        ann.publisher.media("c-vp8", "video/VP8");
        bob.subscriber.listener.codecTaken(track, 0);
        rig = rig.next();
        for (Client client : List.of(ann, bob, cat)) client.follows(rig);
        assertThat(ann.publisher.regressed).isEqualTo(Map.of(track, 1));
        assertThat(last(ann)).containsEntry("vp9", ALL);
    }

    @Test
    void who_watches_in_another_room_counts_by_its_codec() {
        String track = publishes(BackupCodecPolicy.SIMULCAST);
        bob.subscriber.bound(track);
        Client dan = rig.client("dan").with(start -> start.setRoomName("hall")).claiming(Claims.of("dan", VideoGrant.join("hall"))).join().connected();
        Rig.ok(() -> {
            rig.room().forwardParticipant("ann", "hall");
            return null;
        });
        assertThat(last(ann)).isEqualTo(Map.of("vp9", ALL));
        dan.subscriber.bound(track, 1);
        assertThat(last(ann)).containsExactly(Map.entry("vp9", ALL), Map.entry("vp8", ALL));
        sendsBackup(track);
        assertThat(dan.track("ann", track).getCodecs(1).getMid()).isEqualTo("8");
        Rig.ok(() -> {
            rig.rooms.room("hall").orElseThrow().removeParticipant("ann");
            return null;
        });
        rig.advance(PAUSE);
        assertThat(last(ann)).containsExactly(Map.entry("vp9", ALL), Map.entry("vp8", List.of()));
    }

    @Test
    void who_moves_takes_its_track_along() {
        String track = publishes(BackupCodecPolicy.PREFER_REGRESSION);
        bob.subscriber.bound(track);
        Client dan = rig.client("dan").with(start -> start.setRoomName("hall")).claiming(Claims.of("dan", VideoGrant.join("hall"))).join().connected();
        rig.rooms.keys = new KeyProvider() {
            @Override
            public Optional<String> secret(String apiKey) {
                return Optional.of("secret");
            }

            @Override
            public Optional<String> firstKey() {
                return Optional.of("devkey");
            }
        };
        Rig.ok(() -> {
            rig.room().moveParticipant("ann", "hall");
            return null;
        });
        dan.subscriber.bound(track, 1);
        assertThat(last(ann)).containsEntry("vp8", ALL);
        sendsBackup(track);
        assertThat(ann.publisher.regressed).isEqualTo(Map.of(track, 1));
    }

    @ParameterizedTest
    @CsvSource({"JS, true", "UNKNOWN, false", "GO, false", "RUST, true"})
    void some_clients_do_not_change_the_codec_of_what_they_receive(ClientInfo.SDK sdk, boolean changes) {
        Client dan = rig.client("dan").with(start -> start.setClient(start.getClient().toBuilder().setSdk(sdk))).join();
        assertThat(dan.subscriber.spec.changesCodec()).isEqualTo(changes);
    }
}
