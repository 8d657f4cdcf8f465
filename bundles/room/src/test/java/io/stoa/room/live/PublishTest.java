package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.ANSWER;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.MUTE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.REQUEST_RESPONSE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.TRACK_PUBLISHED;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.TRACK_SUBSCRIBED;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.TRACK_UNPUBLISHED;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.PublicationSpec;
import io.stoa.media.PublishedTrack;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.AudioTrackFeature;
import io.stoa.protocol.livekit.BackupCodecPolicy;
import io.stoa.protocol.livekit.MuteTrackRequest;
import io.stoa.protocol.livekit.RequestResponse.Reason;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SimulcastCodec;
import io.stoa.protocol.livekit.SimulcastCodecInfo;
import io.stoa.protocol.livekit.StoreDataBlobRequest;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.TrackSource;
import io.stoa.protocol.livekit.TrackType;
import io.stoa.protocol.livekit.UpdateLocalAudioTrack;
import io.stoa.protocol.livekit.UpdateLocalVideoTrack;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.protocol.livekit.VideoLayer;
import io.stoa.protocol.livekit.VideoQuality;
import io.stoa.room.RoomException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Spec 4.6, 5.6, 5.7: tracks from the announcement to their end. */
class PublishTest {
    private final Rig rig = new Rig();
    private Client ann;
    private Client bob;

    @BeforeEach
    void open() {
        ann = rig.single("ann");
        bob = rig.dual("bob");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    /** As livekit-client asks for a camera, and as livekit-server 1.13.5 answers. */
    @Test
    void a_simulcast_camera() {
        ann.send(SignalRequest.newBuilder().setAddTrack(Client.camera("c1")
                .addLayers(layer(VideoQuality.HIGH, 1280, 720))
                .addLayers(layer(VideoQuality.LOW, 320, 180))
                .addLayers(layer(VideoQuality.MEDIUM, 640, 360))
                .addSimulcastCodecs(SimulcastCodec.newBuilder().setCodec("vp8").setCid("c1"))));

        var reply = ann.last(TRACK_PUBLISHED).getTrackPublished();
        TrackInfo track = reply.getTrack();
        assertThat(reply.getCid()).isEqualTo("c1");
        assertThat(track.getSid()).matches("TR_VC[2-9A-HJ-NP-Za-km-z]{12}");
        assertThat(track.getType()).isEqualTo(TrackType.VIDEO);
        assertThat(track.getSource()).isEqualTo(TrackSource.CAMERA);
        assertThat(track.getStream()).isEqualTo("camera");
        assertThat(track.getSimulcast()).isTrue();
        assertThat(track.getLayersList()).extracting(VideoLayer::getQuality).containsExactly(VideoQuality.LOW, VideoQuality.MEDIUM, VideoQuality.HIGH);
        SimulcastCodecInfo codec = track.getCodecs(0);
        assertThat(codec.getMimeType()).isEqualTo("video/vp8");
        assertThat(codec.getCid()).isEqualTo("c1");
        assertThat(codec.getVideoLayerMode()).isEqualTo(VideoLayer.Mode.ONE_SPATIAL_LAYER_PER_STREAM);
        assertThat(codec.getLayersCount()).isEqualTo(3);
        assertThat(bob.about("ann").getTracksCount()).as("announced is not published").isZero();

        PublicationSpec announced = ann.publisher.expected.get(track.getSid());
        assertThat(announced.cids()).containsExactly("c1");
        assertThat(announced.mime()).isEqualTo("video/vp8");

        ann.publisher.listener.published(new PublishedTrack(
                track.getSid(), "7", "video/VP8", "c1", List.of("q", "h", "f"), List.of(11L, 0xfffffff0L, 33L), List.of(), false));
        TrackInfo seen = bob.track("ann", track.getSid());
        assertThat(seen.getMimeType()).isEqualTo("video/VP8");
        assertThat(seen.getMid()).isEqualTo("7");
        assertThat(seen.getCodecs(0).getMimeType()).isEqualTo("video/VP8");
        assertThat(seen.getLayersList()).extracting(VideoLayer::getRid).containsExactly("q", "h", "f");
        assertThat(seen.getLayersList()).extracting(VideoLayer::getSsrc).containsExactly(11, 0xfffffff0, 33);
        assertThat(seen.getLayersList()).extracting(VideoLayer::getSpatialLayer).containsExactly(0, 1, 2);
        assertThat(seen.getVersion().getUnixMicro()).isPositive();
        assertThat(bob.about("ann").getIsPublisher()).isTrue();
        assertThat(rig.events).contains("ann joined");
    }

    @Test
    void a_microphone_has_features_and_a_backup_policy() {
        ann.send(SignalRequest.newBuilder().setAddTrack(Client.microphone("m1").setStereo(true).setDisableDtx(true)));
        TrackInfo track = ann.last(TRACK_PUBLISHED).getTrackPublished().getTrack();
        assertThat(track.getSid()).startsWith("TR_AM");
        assertThat(track.getAudioFeaturesList()).containsExactlyInAnyOrder(AudioTrackFeature.TF_STEREO, AudioTrackFeature.TF_NO_DTX);
        assertThat(track.getDisableDtx()).isTrue();
        assertThat(track.getBackupCodecPolicy()).isEqualTo(BackupCodecPolicy.SIMULCAST);
        assertThat(track.getCodecs(0).getCid()).isEqualTo("m1");
        PublicationSpec announced = ann.publisher.expected.get(track.getSid());
        assertThat(announced.stereo()).isTrue();
        assertThat(announced.dtx()).isFalse();
    }

    @Test
    void scalable_codecs_send_all_layers_in_one_stream() {
        ann.send(SignalRequest.newBuilder().setAddTrack(Client.camera("c1")
                .addLayers(layer(VideoQuality.LOW, 320, 180))
                .addLayers(layer(VideoQuality.HIGH, 1280, 720))
                .addSimulcastCodecs(SimulcastCodec.newBuilder().setCodec("VP9").setCid("c1"))));
        TrackInfo track = ann.last(TRACK_PUBLISHED).getTrackPublished().getTrack();
        assertThat(track.getSimulcast()).isFalse();
        assertThat(track.getCodecs(0).getMimeType()).isEqualTo("video/vp9");
        assertThat(track.getCodecs(0).getVideoLayerMode()).isEqualTo(VideoLayer.Mode.MULTIPLE_SPATIAL_LAYERS_PER_STREAM);
    }

    @Test
    void a_codec_that_the_room_does_not_have_is_replaced_and_none_is_there_twice() {
        ann.send(SignalRequest.newBuilder().setAddTrack(Client.camera("c1")
                .addSimulcastCodecs(SimulcastCodec.newBuilder().setCodec("av1").setCid("c1"))
                .addSimulcastCodecs(SimulcastCodec.newBuilder().setCodec("VP8").setCid("c2"))));
        TrackInfo track = ann.last(TRACK_PUBLISHED).getTrackPublished().getTrack();
        assertThat(track.getCodecsList()).extracting(SimulcastCodecInfo::getMimeType).containsExactly("video/vp8");
        assertThat(track.getCodecs(0).getVideoLayerMode()).isEqualTo(VideoLayer.Mode.ONE_SPATIAL_LAYER_PER_STREAM);
        ann.send(SignalRequest.newBuilder().setAddTrack(Client.microphone("m9")
                .addSimulcastCodecs(SimulcastCodec.newBuilder().setCodec("pcmu").setCid("m9"))));
        assertThat(ann.last(TRACK_PUBLISHED).getTrackPublished().getTrack().getCodecs(0).getMimeType()).isEqualTo("audio/opus");
    }

    @Test
    void streams_and_sids_follow_the_source() {
        assertThat(info(TrackType.VIDEO, TrackSource.SCREEN_SHARE).getStream()).isEqualTo("screen");
        assertThat(info(TrackType.VIDEO, TrackSource.SCREEN_SHARE).getSid()).startsWith("TR_VS");
        assertThat(info(TrackType.AUDIO, TrackSource.SCREEN_SHARE_AUDIO).getSid()).startsWith("TR_As");
        assertThat(info(TrackType.AUDIO, TrackSource.UNKNOWN).getStream()).isEqualTo("unknown");
    }

    private TrackInfo info(TrackType type, TrackSource source) {
        ann.send(SignalRequest.newBuilder().setAddTrack(AddTrackRequest.newBuilder().setCid(type + "" + source).setType(type).setSource(source)));
        return ann.last(TRACK_PUBLISHED).getTrackPublished().getTrack();
    }

    @Test
    void the_same_request_again_gets_the_same_sid() {
        String first = info(TrackType.VIDEO, TrackSource.CAMERA).getSid();
        assertThat(info(TrackType.VIDEO, TrackSource.CAMERA).getSid()).isEqualTo(first);
    }

    @Test
    void a_published_cid_again_waits_for_the_first_to_end() {
        String first = ann.publishes(Client.camera("c1"), "video/VP8");
        ann.send(SignalRequest.newBuilder().setAddTrack(Client.camera("c1")));
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.QUEUED);
        ann.publisher.listener.unpublished(first);
        TrackInfo second = ann.last(TRACK_PUBLISHED).getTrackPublished().getTrack();
        assertThat(second.getSid()).isNotEqualTo(first);
    }

    @Test
    void there_are_limits() {
        for (int i = 0; i < 20; i++) ann.send(SignalRequest.newBuilder().setAddTrack(Client.camera("c" + i)));
        assertThat(ann.wasTold(REQUEST_RESPONSE)).isFalse();
        ann.send(SignalRequest.newBuilder().setAddTrack(Client.camera("one too many")));
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.LIMIT_EXCEEDED);
        assertThat(ann.refusal().getAddTrack().getCid()).isEqualTo("one too many");
    }

    @Test
    void what_is_not_allowed_is_refused_with_a_copy() {
        Client cy = rig.client("cy")
                .onePeerConnection()
                .allowed(it -> it.addCanPublishSources(TrackSource.MICROPHONE))
                .join()
                .connected();
        cy.send(SignalRequest.newBuilder().setAddTrack(Client.camera("c1")));
        assertThat(cy.refusal().getReason()).isEqualTo(Reason.NOT_ALLOWED);
        assertThat(cy.refusal().getAddTrack().getCid()).isEqualTo("c1");
        cy.publishesMicrophone();
        assertThat(bob.about("cy").getTracksCount()).isEqualTo(1);
    }

    @Test
    void requests_about_tracks_that_do_not_exist_are_refused_with_a_copy() {
        ann.forget();
        ann.send(SignalRequest.newBuilder().setMute(io.stoa.protocol.livekit.MuteTrackRequest.newBuilder().setSid("TR_none")));
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.NOT_FOUND);
        assertThat(ann.refusal().getMute().getSid()).isEqualTo("TR_none");
        ann.send(SignalRequest.newBuilder().setUpdateAudioTrack(io.stoa.protocol.livekit.UpdateLocalAudioTrack.newBuilder().setTrackSid("TR_none")));
        assertThat(ann.refusal().getUpdateAudioTrack().getTrackSid()).isEqualTo("TR_none");
        ann.send(SignalRequest.newBuilder().setUpdateVideoTrack(io.stoa.protocol.livekit.UpdateLocalVideoTrack.newBuilder().setTrackSid("TR_none")));
        assertThat(ann.refusal().getUpdateVideoTrack().getTrackSid()).isEqualTo("TR_none");
        assertThat(ann.all(REQUEST_RESPONSE)).extracting(it -> it.getRequestResponse().getReason()).containsOnly(Reason.NOT_FOUND).hasSize(3);
    }

    @Test
    void clients_that_do_not_know_unpublishing_are_muted() {
        for (int protocol : new int[] {6, 7}) {
            Client old = rig.client("old " + protocol).with(start -> start.setClient(start.getClient().toBuilder().setProtocol(protocol))).join().connected();
            String sid = old.publishesMicrophone();
            Rig.ok(() -> rig.room().updateParticipant(io.stoa.protocol.livekit.UpdateParticipantRequest.newBuilder()
                    .setIdentity("old " + protocol)
                    .setPermission(io.stoa.protocol.livekit.ParticipantPermission.newBuilder().setCanSubscribe(true))
                    .build()));
            assertThat(old.all(io.stoa.protocol.livekit.SignalResponse.MessageCase.TRACK_UNPUBLISHED)).hasSize(protocol == 7 ? 1 : 0);
            assertThat(old.all(io.stoa.protocol.livekit.SignalResponse.MessageCase.MUTE)).hasSize(protocol == 7 ? 0 : 1);
            if (protocol == 6) assertThat(old.last(io.stoa.protocol.livekit.SignalResponse.MessageCase.MUTE).getMute().getSid()).isEqualTo(sid);
        }
    }

    @Test
    void muting_is_seen_by_others_and_stops_the_media() {
        String mic = ann.publishesMicrophone();
        ann.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(mic).setMuted(true)));
        assertThat(bob.track("ann", mic).getMuted()).isTrue();
        assertThat(ann.publisher.muted).containsEntry(mic, true);
        assertThat(ann.wasTold(MUTE)).isFalse();
        ann.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(mic)));
        assertThat(bob.track("ann", mic).getMuted()).isFalse();
        assertThat(ann.publisher.muted).containsEntry(mic, false);

        ann.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid("TR_none")));
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void an_admin_may_mute_but_unmute_only_where_that_is_allowed() {
        String mic = ann.publishesMicrophone();
        TrackInfo track = Rig.ok(() -> rig.room().mutePublishedTrack("ann", mic, true)).orElseThrow();
        assertThat(track.getMuted()).isTrue();
        assertThat(ann.last(MUTE).getMute().getMuted()).isTrue();
        assertThat(ann.last(MUTE).getMute().getSid()).isEqualTo(mic);
        assertThat(bob.track("ann", mic).getMuted()).isTrue();

        assertThat(Rig.refused(() -> rig.room().mutePublishedTrack("ann", mic, false)))
                .hasMessage("remote unmute not enabled")
                .returns(RoomException.Code.FAILED_PRECONDITION, RoomException::code);
        rig.enableRemoteUnmute = true;
        assertThat(Rig.ok(() -> rig.room().mutePublishedTrack("ann", mic, false)).orElseThrow().getMuted()).isFalse();
        assertThat(Rig.ok(() -> rig.room().mutePublishedTrack("ann", "TR_none", true))).isEmpty();
        assertThat(Rig.refused(() -> rig.room().mutePublishedTrack("nobody", mic, true)).code()).isEqualTo(RoomException.Code.NOT_FOUND);
    }

    @Test
    void the_owner_learns_once_that_somebody_receives_its_track() {
        String camera = ann.publishesCamera();
        bob.subscriber.bound(camera);
        rig.single("cy").subscriber.bound(camera);
        assertThat(ann.all(TRACK_SUBSCRIBED)).singleElement().satisfies(it -> assertThat(it.getTrackSubscribed().getTrackSid()).isEqualTo(camera));
    }

    @Test
    void a_track_that_the_client_stops_sending_is_gone_for_the_others() {
        String camera = ann.publishesCamera();
        String mic = ann.publishesMicrophone();
        ann.publisher.listener.unpublished(camera);
        assertThat(bob.about("ann").getTracksList()).extracting(TrackInfo::getSid).containsExactly(mic);
        assertThat(ann.wasTold(TRACK_UNPUBLISHED)).isFalse();
    }

    @Test
    void revoked_permissions_end_tracks() {
        String camera = ann.publishesCamera();
        String mic = ann.publishesMicrophone();
        Rig.ok(() -> rig.room().updateParticipant(UpdateParticipantRequest.newBuilder()
                .setIdentity("ann")
                .setPermission(ann_permission().addCanPublishSources(TrackSource.MICROPHONE))
                .build()));
        assertThat(ann.last(TRACK_UNPUBLISHED).getTrackUnpublished().getTrackSid()).isEqualTo(camera);
        assertThat(ann.publisher.unpublished).containsExactly(camera);
        assertThat(bob.about("ann").getTracksList()).extracting(TrackInfo::getSid).containsExactly(mic);
        assertThat(bob.about("ann").getPermission().getCanPublishSourcesList()).containsExactly(TrackSource.MICROPHONE);
        assertThat(ann.about("ann").getPermission().getCanPublishSourcesList()).containsExactly(TrackSource.MICROPHONE);
    }

    private static io.stoa.protocol.livekit.ParticipantPermission.Builder ann_permission() {
        return io.stoa.protocol.livekit.ParticipantPermission.newBuilder().setCanPublish(true).setCanSubscribe(true).setCanPublishData(true);
    }

    @Test
    void tracks_can_change_their_features_and_size() {
        String mic = ann.publishesMicrophone();
        String camera = ann.publishesCamera();
        ann.send(SignalRequest.newBuilder().setUpdateAudioTrack(
                UpdateLocalAudioTrack.newBuilder().setTrackSid(mic).addFeatures(AudioTrackFeature.TF_STEREO).addFeatures(AudioTrackFeature.TF_NO_DTX)));
        assertThat(bob.track("ann", mic).getAudioFeaturesList()).containsExactly(AudioTrackFeature.TF_STEREO, AudioTrackFeature.TF_NO_DTX);
        ann.send(SignalRequest.newBuilder().setUpdateVideoTrack(UpdateLocalVideoTrack.newBuilder().setTrackSid(camera).setWidth(64).setHeight(48)));
        assertThat(bob.track("ann", camera).getWidth()).isEqualTo(64);
        ann.send(SignalRequest.newBuilder().setUpdateAudioTrack(UpdateLocalAudioTrack.newBuilder().setTrackSid("TR_none")));
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.NOT_FOUND);
    }

    @Test
    void offers_are_answered_with_their_own_number() {
        ann.offer("one", 1);
        ann.offer("two", 2);
        assertThat(ann.all(ANSWER)).extracting(it -> it.getAnswer().getId()).containsExactly(1, 2);
        assertThat(ann.publisher.offers).containsExactly("one", "two");
    }

    @Test
    void what_is_switched_off_says_so() {
        ann.send(SignalRequest.newBuilder().setStoreDataBlobRequest(StoreDataBlobRequest.newBuilder().setRequestId(7)));
        assertThat(ann.refusal().getRequestId()).isEqualTo(7);
        assertThat(ann.refusal().getMessage()).isEqualTo("data blob not enabled");
    }

    private static VideoLayer layer(VideoQuality quality, int width, int height) {
        return VideoLayer.newBuilder().setQuality(quality).setWidth(width).setHeight(height).setBitrate(width * 500).build();
    }
}
