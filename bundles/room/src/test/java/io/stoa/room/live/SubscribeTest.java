package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.JOIN;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.MEDIA_SECTIONS_REQUIREMENT;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.OFFER;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.SPEAKERS_CHANGED;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.STREAM_STATE_UPDATE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.SUBSCRIPTION_PERMISSION_UPDATE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.SUBSCRIPTION_RESPONSE;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.PeerListener.SubscriptionEvent;
import io.stoa.media.TrackPreference;
import io.stoa.protocol.livekit.ParticipantTracks;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SpeakerInfo;
import io.stoa.protocol.livekit.StreamState;
import io.stoa.protocol.livekit.StreamStateInfo;
import io.stoa.protocol.livekit.SubscriptionError;
import io.stoa.protocol.livekit.SubscriptionPermission;
import io.stoa.protocol.livekit.TrackPermission;
import io.stoa.protocol.livekit.TrackSource;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.protocol.livekit.UpdateSubscription;
import io.stoa.protocol.livekit.UpdateSubscriptionsRequest;
import io.stoa.protocol.livekit.UpdateTrackSettings;
import io.stoa.protocol.livekit.VideoLayer;
import io.stoa.protocol.livekit.VideoQuality;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Spec 5.8, 5.9, 5.11: who receives what, and how much of it. */
class SubscribeTest {
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

    @Test
    void new_tracks_are_subscribed_and_offered_at_once() {
        int offers = bob.all(OFFER).size();
        String camera = ann.publishesCamera();
        String mic = ann.publishesMicrophone();
        assertThat(bob.subscriber.subscriptions).containsOnlyKeys(camera, mic);
        assertThat(bob.all(OFFER)).hasSize(offers + 2);
    }

    @Test
    void what_the_server_adds_to_encrypted_tracks_ends_as_the_client_was_told() {
        String camera = ann.publishesCamera();
        assertThat(bob.subscriber.subscriptions.get(camera).trailer()).isEqualTo(bob.last(JOIN).getJoin().getSifTrailer().toByteArray()).isNotEmpty();
    }

    @Test
    void one_offer_at_a_time() {
        bob.answers = false;
        ann.publishesCamera();
        rig.advance(20);
        int offers = bob.all(OFFER).size();
        ann.publishesMicrophone();
        rig.advance(100);
        assertThat(bob.all(OFFER)).hasSize(offers);
        bob.answer();
        rig.advance(100);
        assertThat(bob.all(OFFER)).hasSize(offers + 1);
        assertThat(bob.all(OFFER)).extracting(it -> it.getOffer().getId()).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void one_peer_connection_is_asked_for_sections() {
        bob.publishesCamera();
        assertThat(ann.wasTold(MEDIA_SECTIONS_REQUIREMENT)).isTrue();
        ann.publisher.listener.sectionsRequired(2, 1);
        var asked = ann.last(MEDIA_SECTIONS_REQUIREMENT).getMediaSectionsRequirement();
        assertThat(asked.getNumAudios()).isEqualTo(2);
        assertThat(asked.getNumVideos()).isEqualTo(1);
        assertThat(ann.wasTold(OFFER)).isFalse();
    }

    @Test
    void without_automatic_subscription_the_client_asks() {
        String camera = ann.publishesCamera();
        String mic = ann.publishesMicrophone();
        Client cy = rig.client("cy").with(start -> start.setAutoSubscribe(false)).join().connected();
        assertThat(cy.subscriber.subscriptions).isEmpty();

        cy.subscribes(true, camera);
        assertThat(cy.subscriber.subscriptions).containsOnlyKeys(camera);
        cy.send(SignalRequest.newBuilder().setSubscription(UpdateSubscription.newBuilder()
                .setSubscribe(true)
                .addParticipantTracks(ParticipantTracks.newBuilder().setParticipantSid(ann.sid()).addTrackSids(mic))));
        assertThat(cy.subscriber.subscriptions).containsOnlyKeys(camera, mic);

        cy.subscribes(false, camera);
        assertThat(cy.subscriber.subscriptions).containsOnlyKeys(mic);
        assertThat(cy.subscriber.unsubscribed).containsExactly(camera);
        cy.subscribes(true, camera);
        assertThat(cy.subscriber.subscriptions).containsOnlyKeys(mic, camera);
    }

    @Test
    void what_is_over_the_limit_waits_until_others_end() {
        rig.subscriptionLimitVideo = 2;
        rig.subscriptionLimitAudio = 1;
        Client cy = rig.single("cy");
        String first = ann.publishesCamera();
        String second = bob.publishesCamera();
        String mic = ann.publishesMicrophone();
        assertThat(cy.subscriber.subscriptions).as("at the limit").containsOnlyKeys(first, second, mic);
        String third = ann.publishes(Client.camera("second camera"), "video/VP8");
        String otherMic = bob.publishesMicrophone();
        assertThat(cy.subscriber.subscriptions).as("beyond it").containsOnlyKeys(first, second, mic);
        assertThat(cy.wasTold(SUBSCRIPTION_RESPONSE)).as("it only waits").isFalse();

        cy.subscribes(false, first);
        assertThat(cy.subscriber.subscriptions).containsOnlyKeys(second, mic, third);
        ann.publisher.listener.unpublished(mic);
        assertThat(cy.subscriber.subscriptions).containsKey(otherMic);
    }

    @Test
    void a_track_that_does_not_come_within_a_minute_is_not_waited_for() {
        bob.subscribes(true, "TR_nobody");
        rig.advance(59_000);
        assertThat(bob.wasTold(SUBSCRIPTION_RESPONSE)).isFalse();
        rig.advance(6_000);
        var told = bob.last(SUBSCRIPTION_RESPONSE).getSubscriptionResponse();
        assertThat(told.getTrackSid()).isEqualTo("TR_nobody");
        assertThat(told.getErr()).isEqualTo(SubscriptionError.SE_TRACK_NOTFOUND);
        rig.advance(120_000);
        assertThat(bob.all(SUBSCRIPTION_RESPONSE)).as("once").hasSize(1);

        bob.subscribes(true, "TR_other");
        bob.subscribes(false, "TR_other");
        rig.advance(70_000);
        assertThat(bob.all(SUBSCRIPTION_RESPONSE)).as("nobody asks for it any more").hasSize(1);
    }

    @Test
    void an_admin_subscribes_others() {
        String camera = ann.publishesCamera();
        Rig.ok(() -> {
            rig.room().updateSubscriptions(UpdateSubscriptionsRequest.newBuilder().setIdentity("bob").addTrackSids(camera).build());
            return null;
        });
        assertThat(bob.subscriber.subscriptions).isEmpty();
    }

    @Test
    void who_may_not_subscribe_gets_nothing_until_it_may() {
        String camera = ann.publishesCamera();
        Client cy = rig.client("cy").onePeerConnection().allowed(it -> it.setCanSubscribe(false)).join().connected();
        assertThat(cy.subscriber.subscriptions).isEmpty();
        permit("cy", true);
        assertThat(cy.subscriber.subscriptions).containsOnlyKeys(camera);
        permit("cy", false);
        assertThat(cy.subscriber.subscriptions).isEmpty();
    }

    private void permit(String identity, boolean subscribe) {
        var permission = io.stoa.protocol.livekit.ParticipantPermission.newBuilder().setCanPublish(true).setCanSubscribe(subscribe);
        Rig.ok(() -> rig.room().updateParticipant(
                UpdateParticipantRequest.newBuilder().setIdentity(identity).setPermission(permission).build()));
    }

    @Test
    void the_screen_comes_first_unless_the_client_says_otherwise() {
        String camera = ann.publishes(Client.camera("c1"), "video/VP8");
        String screen = ann.publishes(Client.camera("c2").setSource(TrackSource.SCREEN_SHARE), "video/VP8");
        assertThat(bob.subscriber.preferences.get(screen).priority()).isEqualTo(255);
        assertThat(bob.subscriber.preferences.get(camera).priority()).isEqualTo(1);
        assertThat(preferred(screen, UpdateTrackSettings.newBuilder().setPriority(7)).priority()).isEqualTo(7);
        assertThat(preferred(screen, UpdateTrackSettings.newBuilder().setPriority(70_000)).priority()).isEqualTo(255);
        assertThat(preferred(camera, UpdateTrackSettings.newBuilder().setPriority(-1)).priority()).isEqualTo(255);
    }

    @Test
    void a_track_that_does_not_fit_is_told_as_paused_and_then_as_active() {
        String camera = ann.publishes(Client.camera("c1"), "video/VP8");
        bob.subscriber.listener.subscription(camera, SubscriptionEvent.PAUSED, "");
        StreamStateInfo told = bob.last(STREAM_STATE_UPDATE).getStreamStateUpdate().getStreamStates(0);
        assertThat(told).isEqualTo(StreamStateInfo.newBuilder().setParticipantSid(ann.sid()).setTrackSid(camera).setState(StreamState.PAUSED).build());
        bob.subscriber.listener.subscription(camera, SubscriptionEvent.RESUMED, "");
        assertThat(bob.last(STREAM_STATE_UPDATE).getStreamStateUpdate().getStreamStates(0).getState()).isEqualTo(StreamState.ACTIVE);
    }

    @Test
    void settings_choose_the_layer() {
        String camera = ann.publishes(
                Client.camera("c1")
                        .addLayers(layer(VideoQuality.LOW, 320, 180))
                        .addLayers(layer(VideoQuality.MEDIUM, 640, 360))
                        .addLayers(layer(VideoQuality.HIGH, 1280, 720)),
                "video/VP8");
        assertThat(bob.subscriber.preferences.get(camera)).isEqualTo(new TrackPreference(true, 2, 3));

        assertThat(preferred(camera, UpdateTrackSettings.newBuilder().setQuality(VideoQuality.LOW))).isEqualTo(new TrackPreference(true, 0, 3));
        assertThat(preferred(camera, UpdateTrackSettings.newBuilder().setQuality(VideoQuality.MEDIUM)).maxSpatial()).isEqualTo(1);
        assertThat(preferred(camera, UpdateTrackSettings.newBuilder().setDisabled(true)).enabled()).isFalse();
        assertThat(preferred(camera, UpdateTrackSettings.newBuilder().setWidth(300).setHeight(170)).maxSpatial()).isZero();
        assertThat(preferred(camera, UpdateTrackSettings.newBuilder().setWidth(640).setHeight(360)).maxSpatial()).isEqualTo(1);
        assertThat(preferred(camera, UpdateTrackSettings.newBuilder().setWidth(4000).setHeight(3000)).maxSpatial()).isEqualTo(2);
    }

    private TrackPreference preferred(String sid, UpdateTrackSettings.Builder settings) {
        bob.wants(settings.addTrackSids(sid));
        rig.advance(200);
        return bob.subscriber.preferences.get(sid);
    }

    @Test
    void adaptive_clients_begin_low() {
        String camera = ann.publishesCamera();
        Client cy = rig.client("cy").with(start -> start.setAdaptiveStream(true)).join().connected();
        assertThat(cy.subscriber.preferences.get(camera).maxSpatial()).isZero();
        assertThat(cy.subscriber.preferences.get(camera).enabled()).isTrue();
    }

    @Test
    void settings_for_tracks_that_do_not_exist_are_harmless() {
        bob.wants(UpdateTrackSettings.newBuilder().addTrackSids("TR_none").setQuality(VideoQuality.OFF));
        bob.subscribes(true, "TR_none");
        assertThat(bob.closed).isFalse();
    }

    @Test
    void a_publisher_decides_who_may_have_its_tracks() {
        String camera = ann.publishesCamera();
        String mic = ann.publishesMicrophone();
        permissions(SubscriptionPermission.newBuilder());
        assertThat(bob.subscriber.subscriptions).isEmpty();
        var flipped = bob.last(SUBSCRIPTION_PERMISSION_UPDATE).getSubscriptionPermissionUpdate();
        assertThat(flipped.getAllowed()).isFalse();
        assertThat(flipped.getParticipantSid()).isEqualTo(ann.sid());

        permissions(SubscriptionPermission.newBuilder()
                .addTrackPermissions(TrackPermission.newBuilder().setParticipantIdentity("bob").addTrackSids(mic)));
        assertThat(bob.subscriber.subscriptions).containsOnlyKeys(mic);

        permissions(SubscriptionPermission.newBuilder()
                .addTrackPermissions(TrackPermission.newBuilder().setParticipantSid(bob.sid()).setAllTracks(true)));
        assertThat(bob.subscriber.subscriptions).containsOnlyKeys(mic, camera);

        int told = bob.all(SUBSCRIPTION_PERMISSION_UPDATE).size();
        permissions(SubscriptionPermission.newBuilder().setAllParticipants(true));
        assertThat(bob.all(SUBSCRIPTION_PERMISSION_UPDATE)).as("nothing changed for bob").hasSize(told);
    }

    @Test
    void recorders_always_may() {
        String camera = ann.publishesCamera();
        permissions(SubscriptionPermission.newBuilder());
        Client egress = rig.client("egress").allowed(it -> it.setRecorder(true).setHidden(true)).join().connected();
        assertThat(egress.subscriber.subscriptions).containsOnlyKeys(camera);
    }

    private void permissions(SubscriptionPermission.Builder permission) {
        ann.send(SignalRequest.newBuilder().setSubscriptionPermission(permission));
    }

    @Test
    void a_codec_that_the_client_cannot_take_is_told() {
        String camera = ann.publishesCamera();
        bob.subscriber.listener.subscription(camera, SubscriptionEvent.CODEC_UNSUPPORTED, "no AV1 here");
        var response = bob.last(SUBSCRIPTION_RESPONSE).getSubscriptionResponse();
        assertThat(response.getTrackSid()).isEqualTo(camera);
        assertThat(response.getErr()).isEqualTo(SubscriptionError.SE_CODEC_UNSUPPORTED);
    }

    @Test
    void speakers_are_told_to_those_who_hear_them() {
        String mic = ann.publishesMicrophone();
        Client deaf = rig.client("deaf").with(start -> start.setAutoSubscribe(false)).join().connected();
        ann.publisher.levels.put(mic, 0.3);
        rig.advance(400);
        SpeakerInfo heard = bob.last(SPEAKERS_CHANGED).getSpeakersChanged().getSpeakers(0);
        assertThat(heard.getSid()).isEqualTo(ann.sid());
        assertThat(heard.getLevel()).isEqualTo(0.375f);
        assertThat(heard.getActive()).isTrue();
        assertThat(ann.wasTold(SPEAKERS_CHANGED)).as("and to themselves").isTrue();
        assertThat(deaf.wasTold(SPEAKERS_CHANGED)).isFalse();

        rig.advance(4_000);
        assertThat(bob.all(SPEAKERS_CHANGED)).as("changes only").hasSize(1);

        ann.publisher.levels.put(mic, 0.0);
        rig.advance(400);
        SpeakerInfo silent = bob.last(SPEAKERS_CHANGED).getSpeakersChanged().getSpeakers(0);
        assertThat(silent.getActive()).isFalse();
        assertThat(silent.getLevel()).isZero();
    }

    private static VideoLayer layer(VideoQuality quality, int width, int height) {
        return VideoLayer.newBuilder().setQuality(quality).setWidth(width).setHeight(height).build();
    }
}
