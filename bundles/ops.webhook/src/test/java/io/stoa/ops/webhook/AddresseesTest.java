package io.stoa.ops.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.FilterParams;
import io.stoa.protocol.livekit.IngressInfo;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomCompositeEgressRequest;
import io.stoa.protocol.livekit.StartEgressRequest;
import io.stoa.protocol.livekit.TrackEgressRequest;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.WebEgressRequest;
import io.stoa.protocol.livekit.WebhookConfig;
import io.stoa.protocol.livekit.WebhookEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is told what. */
class AddresseesTest {
    private static final WebhookConfig OWN = WebhookConfig.newBuilder().setUrl("http://own").setSigningKey("ownkey").build();

    private final List<String> unusable = new ArrayList<>();

    private List<String> to(WebhooksConfig config, WebhookEvent event) {
        return Addressees.of(config).of(event, unusable::add).stream().map(receiver -> receiver.url() + " by " + receiver.apiKey()).toList();
    }

    private static WebhookEvent named(String name) {
        return WebhookEvent.newBuilder().setEvent(name).build();
    }

    private static WebhookEvent ended(EgressInfo.Builder egress) {
        return WebhookEvent.newBuilder().setEvent("egress_ended").setEgressInfo(egress).build();
    }

    @Test
    void every_receiver_once_by_the_key_of_the_configuration() {
        assertThat(to(Config.of("http://a", "http://b", "http://a"), named("room_started"))).containsExactly("http://a by devkey", "http://b by devkey");
        assertThat(to(Config.of(), named("room_started"))).isEmpty();
    }

    @Test
    void included_events_win_over_excluded_ones() {
        Config included = Config.of("http://a").including("room_started").excluding("room_started");
        assertThat(to(included, named("room_started"))).hasSize(1);
        assertThat(to(included, named("room_finished"))).isEmpty();
        Config excluded = Config.of("http://a").excluding("room_started");
        assertThat(to(excluded, named("room_started"))).isEmpty();
        assertThat(to(excluded, named("room_finished"))).hasSize(1);
    }

    @Test
    void an_egress_brings_its_own_receivers_whatever_its_kind_is() {
        List<EgressInfo.Builder> kinds = List.of(
                EgressInfo.newBuilder().setRoomComposite(RoomCompositeEgressRequest.newBuilder().addWebhooks(OWN)),
                EgressInfo.newBuilder().setWeb(WebEgressRequest.newBuilder().addWebhooks(OWN)),
                EgressInfo.newBuilder().setTrack(TrackEgressRequest.newBuilder().addWebhooks(OWN)),
                EgressInfo.newBuilder().setEgress(StartEgressRequest.newBuilder().addWebhooks(OWN)));
        for (EgressInfo.Builder kind : kinds)
            assertThat(to(Config.of("http://a"), ended(kind))).containsExactly("http://a by devkey", "http://own by ownkey");
        assertThat(to(Config.of("http://a"), ended(EgressInfo.newBuilder()))).containsExactly("http://a by devkey");
    }

    @Test
    void what_an_egress_wants_of_its_receivers_is_its_own_matter() {
        WebhookConfig quiet = OWN.toBuilder().setFilterParams(FilterParams.newBuilder().addExcludeEvents("egress_ended")).build();
        WebhookConfig plain = WebhookConfig.newBuilder().setUrl("http://plain").build();
        WebhookConfig broken = WebhookConfig.newBuilder().setUrl("plain").build();
        EgressInfo.Builder egress = EgressInfo.newBuilder().setWeb(WebEgressRequest.newBuilder().addWebhooks(quiet).addWebhooks(plain).addWebhooks(broken));
        assertThat(to(Config.of("http://a").excluding("egress_ended"), ended(egress))).containsExactly("http://plain by devkey");
        assertThat(unusable).containsExactly("plain");
    }

    @Test
    void a_configuration_that_cannot_work_names_the_key() {
        assertThatThrownBy(() -> Addressees.of(Config.of("http://a", "nowhere")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("webhook.urls: \"nowhere\" is not allowed");
        assertThatThrownBy(() -> Addressees.of(Config.of("http://a").signedBy(""))).hasMessageContaining("webhook.api_key");
    }

    @Test
    void events_about_the_same_wait_for_each_other() {
        Room hall = Room.newBuilder().setName("hall").build();
        assertThat(Addressees.resource(WebhookEvent.newBuilder().setRoom(hall).setTrack(TrackInfo.newBuilder().setSid("TR_1")).build())).isEqualTo("hall");
        assertThat(Addressees.resource(WebhookEvent.newBuilder().setRoom(hall).setEgressInfo(EgressInfo.newBuilder().setEgressId("EG_1")).build())).isEqualTo("EG_1");
        assertThat(Addressees.resource(WebhookEvent.newBuilder().setRoom(hall).setIngressInfo(IngressInfo.newBuilder().setIngressId("IN_1")).build())).isEqualTo("IN_1");
        assertThat(Addressees.resource(WebhookEvent.newBuilder().setRoom(hall).setJob(Job.newBuilder().setId("AJ_1")).build())).isEqualTo("AJ_1");
    }

    @Test
    void events_of_tracks_name_room_and_participant_only_unless_the_whole_room_is_wanted() {
        Room hall = Room.newBuilder().setSid("RM_1").setName("hall").setMetadata("much").setNumParticipants(3).build();
        ParticipantInfo ann = ParticipantInfo.newBuilder().setSid("PA_1").setIdentity("ann").setMetadata("more").build();
        TrackInfo camera = TrackInfo.newBuilder().setSid("TR_1").setMimeType("video/vp8").build();
        WebhookEvent published = WebhookEvent.newBuilder().setEvent("track_published").setRoom(hall).setParticipant(ann).setTrack(camera).build();
        Room less = Room.newBuilder().setSid("RM_1").setName("hall").build();
        ParticipantInfo who = ParticipantInfo.newBuilder().setSid("PA_1").setIdentity("ann").build();
        assertThat(Webhooks.shown(published, false)).isEqualTo(published.toBuilder().setRoom(less).setParticipant(who).build());
        assertThat(Webhooks.shown(published, true)).isEqualTo(published.toBuilder().setParticipant(who).build());
        WebhookEvent joined = published.toBuilder().setEvent("participant_joined").clearTrack().build();
        assertThat(Webhooks.shown(joined, false)).isEqualTo(joined);
    }
}
