package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.SPEAKERS_CHANGED;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.SUBSCRIBED_QUALITY_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.media.PeerSpec.Role;
import io.stoa.media.TrackPreference;
import io.stoa.protocol.handover.BridgeMessage;
import io.stoa.protocol.handover.BridgeNeeds;
import io.stoa.protocol.handover.Picture;
import io.stoa.protocol.handover.ShowRequest;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.MuteTrackRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantInfo.KindDetail;
import io.stoa.protocol.livekit.ParticipantInfo.State;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SubscriptionPermission;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.protocol.livekit.UpdateTrackSettings;
import io.stoa.protocol.livekit.VideoQuality;
import io.stoa.room.RoomException.Code;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.RpcException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** ForwardParticipant: one is shown in a room on another node as well. */
class NodeForwardTest {
    private static final String HALL = "hall";

    private final Neighbours cluster = new Neighbours();
    private final Rig.Store store = new Rig.Store();
    private final Rig.Clock clock = new Rig.Clock();
    private Rig here;
    private Rig there;
    private Client ann;
    private Client bob;
    private Client cid;
    private String camera;
    private String microphone;

    @BeforeEach
    void open() {
        here = Rig.on("ND_here", cluster, store, clock);
        there = Rig.on("ND_there", cluster, store, clock);
        cluster.routes.put(Rig.ROOM, "ND_here");
        cluster.routes.put(HALL, "ND_there");
        ann = here.single("ann");
        bob = here.dual("bob");
        camera = ann.publishesCamera();
        microphone = ann.publishesMicrophone();
        cid = inHall("cid");
        clock.advance(3_000);
    }

    @AfterEach
    void close() {
        here.close();
        there.close();
    }

    private Client inHall(String identity) {
        return there.client(identity).with(start -> start.setRoomName(HALL)).claiming(Claims.of(identity, VideoGrant.join(HALL))).join().connected();
    }

    private ActiveRoom hall() {
        return (ActiveRoom) there.rooms.room(HALL).orElseThrow();
    }

    private FakeMediaPlane.FakePeer near() {
        return here.plane.peer("ann in hall", Role.SUBSCRIBER);
    }

    private FakeMediaPlane.FakePeer far() {
        return there.plane.peer("ann", Role.PUBLISHER);
    }

    private void forward() {
        Rig.ok(() -> {
            here.room().forwardParticipant("ann", HALL);
            return null;
        });
    }

    /** And media flow between the nodes. */
    private void bridged() {
        forward();
        near().connected();
        far().connected();
        far().media(camera, "video/VP8");
        far().media(microphone, "audio/opus");
    }

    private static Code refused(Rig.Call<?> call) {
        return Rig.refused(call).code();
    }

    // -- what is seen

    @Test
    void it_stays_and_is_seen_there_as_what_it_is() {
        bob.forget();
        here.events.clear();
        forward();
        ParticipantInfo shown = cid.about("ann");
        assertThat(shown.getState()).isEqualTo(State.ACTIVE);
        assertThat(shown.getKindDetailsList()).containsExactly(KindDetail.FORWARDED);
        assertThat(shown.getSid()).isNotEqualTo(ann.sid());
        assertThat(shown.getTracksList()).as("nothing of it has come yet").isEmpty();
        assertThat(near().subscriptions).containsOnlyKeys(camera, microphone);
        assertThat(near().spec.bridge()).isTrue();
        assertThat(far().expected).containsOnlyKeys(camera, microphone);
        assertThat(far().offers).isNotEmpty();
        assertThat(near().answers).startsWith("answer to offer 1");

        near().listener.candidate("candidate:near", "0", 0, false);
        far().listener.candidate("candidate:far", "0", 0, false);
        assertThat(far().candidates).containsExactly("candidate:near");
        assertThat(near().candidates).containsExactly("candidate:far");

        far().media(camera, "video/VP8");
        far().media(microphone, "audio/red");
        assertThat(cid.about("ann").getTracksList()).extracting(track -> track.getSid()).containsExactly(camera, microphone);
        assertThat(cid.track("ann", microphone).getMimeType()).isEqualTo("audio/red");
        assertThat(cid.subscriber.subscriptions.get(camera).streamId()).isEqualTo(shown.getSid() + "|" + camera);
        assertThat(inHall("dan").subscriber.subscriptions).as("and for whoever comes later").containsKeys(camera, microphone);
        assertThat(there.events).contains("ann joined", "ann published CAMERA");

        assertThat(bob.about("ann")).as("the old room sees nothing of it").isNull();
        assertThat(here.room().participants()).hasSize(2);
        assertThat(here.room().info().getNumParticipants()).isEqualTo(2);
        assertThat(here.events).isEmpty();
    }

    @Test
    void it_is_followed() {
        bridged();
        ann.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(microphone).setMuted(true)));
        assertThat(cid.track("ann", microphone).getMuted()).isTrue();
        ann.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(microphone).setMuted(false)));
        assertThat(cid.track("ann", microphone).getMuted()).isFalse();
        Rig.ok(() -> here.room().updateParticipant(
                UpdateParticipantRequest.newBuilder().setIdentity("ann").setName("Anna").setMetadata("about her").putAttributes("a", "b").build()));
        assertThat(cid.about("ann").getName()).isEqualTo("Anna");
        assertThat(cid.about("ann").getMetadata()).isEqualTo("about her");
        assertThat(cid.about("ann").getAttributesMap()).containsEntry("a", "b");
        assertThat(cid.about("ann").getKindDetailsList()).containsExactly(KindDetail.FORWARDED);

        ann.publisher.levels.put(microphone, 0.5);
        clock.advance(1_000);
        assertThat(cid.last(SPEAKERS_CHANGED).getSpeakersChanged().getSpeakers(0).getSid()).isEqualTo(cid.about("ann").getSid());
        assertThat(cid.last(SPEAKERS_CHANGED).getSpeakersChanged().getSpeakers(0).getLevel()).isEqualTo(0.5f);

        ann.send(SignalRequest.newBuilder().setSubscriptionPermission(SubscriptionPermission.newBuilder()));
        assertThat(cid.subscriber.subscriptions).as("it permits nobody").doesNotContainKey(microphone);
        ann.send(SignalRequest.newBuilder().setSubscriptionPermission(SubscriptionPermission.newBuilder().setAllParticipants(true)));
        assertThat(cid.subscriber.subscriptions).containsKey(microphone);

        ann.publisher.listener.unpublished(microphone);
        assertThat(cid.about("ann").getTracksList()).extracting(track -> track.getSid()).containsExactly(camera);
        assertThat(cid.subscriber.subscriptions).doesNotContainKey(microphone);
        assertThat(near().subscriptions).doesNotContainKey(microphone);
        assertThat(far().unpublished).containsExactly(microphone);
        String another = ann.publishes(Client.microphone("another"), "audio/opus");
        far().media(another, "audio/opus");
        assertThat(cid.subscriber.subscriptions).containsKey(another);
    }

    @Test
    void it_is_sent_in_the_quality_that_somebody_needs_there() {
        forward();
        assertThat(near().subscriptions.get(camera).preference().enabled()).as("nobody has it yet").isFalse();
        far().media(camera, "video/VP8");
        assertThat(near().preferences.get(camera)).isEqualTo(new TrackPreference(true, 2, 3));
        cid.wants(UpdateTrackSettings.newBuilder().addTrackSids(camera).setQuality(VideoQuality.LOW));
        assertThat(near().preferences.get(camera)).isEqualTo(new TrackPreference(true, 0, 3));
        bob.subscribes(false, camera);
        clock.advance(10_000);
        near().connected();
        assertThat(ann.last(SUBSCRIBED_QUALITY_UPDATE).getSubscribedQualityUpdate().getSubscribedQualitiesList())
                .extracting(quality -> quality.getEnabled())
                .containsExactly(true, false, false);
        cid.subscribes(false, camera);
        assertThat(near().preferences.get(camera).enabled()).isFalse();
        clock.advance(10_000);
        assertThat(ann.last(SUBSCRIBED_QUALITY_UPDATE).getSubscribedQualityUpdate().getSubscribedQualitiesList())
                .extracting(quality -> quality.getEnabled())
                .containsOnly(false);
    }

    @Test
    void a_track_that_goes_over_to_another_codec_goes_and_comes() {
        bridged();
        far().listener.unpublished(camera);
        assertThat(cid.about("ann").getTracksList()).extracting(track -> track.getSid()).containsExactly(microphone);
        assertThat(cid.subscriber.subscriptions).doesNotContainKey(camera);
        far().media(camera, "video/H264");
        assertThat(cid.track("ann", camera).getMimeType()).isEqualTo("video/H264");
        assertThat(cid.subscriber.subscriptions).containsKey(camera);
    }

    // -- how it ends

    private void bothEndsAreClosed() {
        assertThat(near().closed).isTrue();
        assertThat(far().closed).isTrue();
    }

    @Test
    void it_ends_when_the_participant_leaves() {
        bridged();
        ann.leaves();
        assertThat(cid.stateOf("ann")).isEqualTo(State.DISCONNECTED);
        assertThat(hall().participants()).extracting(ParticipantInfo::getIdentity).containsExactly("cid");
        bothEndsAreClosed();
    }

    @Test
    void it_ends_where_it_is_shown_and_the_participant_goes_on() {
        bridged();
        Rig.ok(() -> {
            hall().removeParticipant("ann");
            return null;
        });
        assertThat(cid.stateOf("ann")).isEqualTo(State.DISCONNECTED);
        bothEndsAreClosed();
        assertThat(ann.publisher.closed).isFalse();
        assertThat(bob.subscriber.subscriptions).containsKey(camera);
        clock.advance(60_000);
        assertThat(hall().participants()).as("it is not shown again by itself").hasSize(1);
        bridged();
        assertThat(cid.stateOf("ann")).isEqualTo(State.ACTIVE);
        assertThat(cid.about("ann").getTracksList()).hasSize(2);
    }

    @Test
    void it_ends_with_either_room_and_when_the_participant_itself_comes() {
        bridged();
        Client also = inHall("ann");
        assertThat(cid.about("ann").getKindDetailsList()).isEmpty();
        bothEndsAreClosedBefore(also);
        also.leaves();
        bridged();
        Rig.ok(() -> {
            hall().delete();
            return null;
        });
        bothEndsAreClosed();
        assertThat(here.room().participants()).hasSize(2);
        cid = inHall("cid");
        cluster.routes.put(HALL, "ND_there");
        bridged();
        Rig.ok(() -> {
            here.room().delete();
            return null;
        });
        bothEndsAreClosed();
        assertThat(cid.stateOf("ann")).isEqualTo(State.DISCONNECTED);
    }

    private void bothEndsAreClosedBefore(Client also) {
        assertThat(near().closed).isTrue();
        assertThat(also.publisher.closed).isFalse();
    }

    @Test
    void without_a_connection_it_ends_at_both_sides() {
        forward();
        clock.advance(14_000);
        assertThat(hall().participants()).hasSize(2);
        clock.advance(6_000);
        assertThat(hall().participants()).hasSize(1);
        bothEndsAreClosed();
    }

    @Test
    void a_connection_that_is_lost_is_sought_anew_before_it_ends() {
        bridged();
        near().silent();
        far().silent();
        assertThat(near().restarts).last().isEqualTo(true);
        clock.advance(5_000);
        near().connected();
        far().connected();
        clock.advance(60_000);
        assertThat(cid.stateOf("ann")).isEqualTo(State.ACTIVE);
        near().silent();
        far().silent();
        clock.advance(21_000);
        assertThat(cid.stateOf("ann")).isEqualTo(State.DISCONNECTED);
        bothEndsAreClosed();
    }

    @Test
    void while_media_flow_the_bus_may_be_silent_and_what_was_missed_is_made_up_for() {
        bridged();
        cluster.losesEvents = true;
        ann.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(camera).setMuted(true)));
        cid.wants(UpdateTrackSettings.newBuilder().addTrackSids(camera).setQuality(VideoQuality.LOW));
        clock.advance(60_000);
        assertThat(cid.stateOf("ann")).isEqualTo(State.ACTIVE);
        assertThat(cid.track("ann", camera).getMuted()).isFalse();
        cluster.losesEvents = false;
        clock.advance(10_000);
        assertThat(cid.track("ann", camera).getMuted()).isTrue();
        assertThat(near().preferences.get(camera).maxSpatial()).isZero();
    }

    @Test
    void an_offer_that_is_lost_is_said_again() {
        cluster.losesEvents = true;
        forward();
        assertThat(near().answers).isEmpty();
        cluster.losesEvents = false;
        clock.advance(10_000);
        assertThat(near().answers).startsWith("answer to offer 1");
        assertThat(near().restarts).doesNotContain(true);
    }

    @Test
    void what_the_other_end_says_before_this_one_is_here_ends_nothing() {
        here.plane.onOpen = () -> clock.advance(2 * Bridges.BEAT_MILLIS);
        forward();
        assertThat(cid.stateOf("ann")).isEqualTo(State.ACTIVE);
        assertThat(here.room().member("ann").forwardings()).hasSize(1);
    }

    @Test
    void an_answer_that_was_lost_leaves_nobody_behind() {
        cluster.losesAnswers = true;
        assertThat(refused(() -> {
            here.room().forwardParticipant("ann", HALL);
            return null;
        })).isEqualTo(Code.UNAVAILABLE);
        assertThat(cid.stateOf("ann")).isEqualTo(State.DISCONNECTED);
    }

    @Test
    void an_end_that_was_lost_is_noticed() {
        bridged();
        cluster.losesEvents = true;
        ann.leaves();
        assertThat(cid.stateOf("ann")).isEqualTo(State.ACTIVE);
        cluster.losesEvents = false;
        clock.advance(5_000);
        assertThat(cid.stateOf("ann")).isEqualTo(State.DISCONNECTED);
    }

    @Test
    void when_the_other_node_closes_the_connection_and_says_nothing_it_is_over_soon() {
        bridged();
        cluster.losesEvents = true;
        far().closedByClient();
        near().closedByClient();
        clock.advance(3_000);
        assertThat(cid.stateOf("ann")).isEqualTo(State.DISCONNECTED);
        bothEndsAreClosed();
    }

    // -- what is refused, and what is ignored

    @Test
    void who_is_there_already_is_not_shown_twice() {
        forward();
        assertThat(refused(() -> {
            here.room().forwardParticipant("ann", HALL);
            return null;
        })).isEqualTo(Code.ALREADY_EXISTS);
        Client twin = inHall("bob");
        assertThat(refused(() -> {
            here.room().forwardParticipant("bob", HALL);
            return null;
        })).isEqualTo(Code.ALREADY_EXISTS);
        assertThat(twin.order()).doesNotContain(io.stoa.protocol.livekit.SignalResponse.MessageCase.LEAVE);
        assertThat(refused(() -> {
            hall().forwardParticipant("ann", "attic");
            return null;
        })).as("who is shown only").isEqualTo(Code.FAILED_PRECONDITION);
    }

    @Test
    void a_node_that_does_not_answer_shows_nobody() {
        cluster.deaf.add("ND_there");
        assertThat(refused(() -> {
            here.room().forwardParticipant("ann", HALL);
            return null;
        })).isEqualTo(Code.UNAVAILABLE);
        there.plane.refuse = true;
        cluster.deaf.clear();
        assertThat(refused(() -> {
            here.room().forwardParticipant("ann", HALL);
            return null;
        })).isEqualTo(Code.UNAVAILABLE);
        there.plane.refuse = false;
        forward();
        assertThat(cid.stateOf("ann")).isEqualTo(State.ACTIVE);
    }

    @Test
    void a_room_has_a_hundred_bridges_at_the_most() throws RpcException {
        for (int i = 0; i < Bridges.MOST_PER_ROOM; i++) show("guest " + i, "bridge " + i);
        assertThat(hall().participants()).hasSize(1 + Bridges.MOST_PER_ROOM);
        assertThat(refused(() -> {
            here.room().forwardParticipant("ann", HALL);
            return null;
        })).isEqualTo(Code.RESOURCE_EXHAUSTED);
    }

    private void show(String identity, String bridge) throws RpcException {
        cluster.bus().call(Bridges.SHOW.at("ND_there"), ShowRequest.newBuilder()
                .setBridge(bridge)
                .setRoom(HALL)
                .setFrom("ND_elsewhere")
                .setFromRoomSid("RM_elsewhere")
                .setFirst(Picture.newBuilder().setInfo(ParticipantInfo.newBuilder().setIdentity(identity).setState(State.ACTIVE)))
                .build(), CallOptions.within(Duration.ofSeconds(1)));
    }

    private String bridge() {
        return cluster.requests.stream().filter(ShowRequest.class::isInstance).map(request -> ((ShowRequest) request).getBridge()).toList().getLast();
    }

    private void say(BridgeMessage.Builder message) throws RpcException {
        cluster.bus().publish(Bridges.BRIDGE.at("ND_there"), message.setFrom("ND_here").setBridge(bridge()).build());
        cluster.bus().publish(Bridges.BRIDGE.at("ND_here"), message.setFrom("ND_there").build());
    }

    @Test
    void old_and_malformed_messages_change_nothing() throws RpcException {
        bridged();
        Rig.ok(() -> here.room().updateParticipant(UpdateParticipantRequest.newBuilder().setIdentity("ann").setName("Anna").build()));
        say(BridgeMessage.newBuilder().setPicture(Picture.newBuilder().setNumber(1).setInfo(ParticipantInfo.newBuilder().setIdentity("ann").setName("Ann"))));
        say(BridgeMessage.newBuilder().setPicture(Picture.newBuilder().setNumber(1_000).setInfo(ParticipantInfo.newBuilder().setIdentity("somebody else"))));
        say(BridgeMessage.newBuilder().setNeeds(BridgeNeeds.newBuilder().setNumber(1).putQualities(camera, 0)));
        say(BridgeMessage.newBuilder().setNeeds(BridgeNeeds.newBuilder().setNumber(1_000).putQualities("TR_unknown", 77).putQualities(camera, 99)));
        say(BridgeMessage.newBuilder());
        for (int i = 0; i < 200; i++) say(BridgeMessage.newBuilder().setCandidate("no candidate"));
        cluster.bus().publish(Bridges.BRIDGE.at("ND_there"), BridgeMessage.getDefaultInstance());
        cluster.bus().publish(Bridges.BRIDGE.at("ND_there"), BridgeMessage.newBuilder().setBridge("unknown").build());
        BridgeMessage.Builder end = BridgeMessage.newBuilder().setBridge(bridge()).setFrom("ND_stranger");
        end.getEndBuilder().setReason(DisconnectReason.ROOM_DELETED);
        cluster.bus().publish(Bridges.BRIDGE.at("ND_there"), end.build());
        assertThat(cid.about("ann").getName()).isEqualTo("Anna");
        assertThat(cid.about("ann").getTracksList()).hasSize(2);
        assertThat(near().preferences.get(camera).maxSpatial()).isEqualTo(2);
        assertThat(far().candidates).hasSizeLessThanOrEqualTo(Bridge.MOST_CANDIDATES);
        for (ShowRequest request : List.of(ShowRequest.getDefaultInstance(), ShowRequest.newBuilder().setBridge("b").setRoom(HALL).setFrom("x").build())) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> cluster.bus().call(Bridges.SHOW.at("ND_there"), request, CallOptions.within(Duration.ofSeconds(1))))
                    .isInstanceOf(RpcException.class);
        }
        assertThat(hall().participants()).hasSize(2);
    }

    // -- when rooms go elsewhere, or their managers are replaced

    @Test
    void the_source_room_goes_to_a_third_node_and_the_participant_is_shown_again() {
        bridged();
        try (Rig third = Rig.on("ND_third", cluster, store, clock)) {
            cluster.draining.add("ND_here");
            cluster.deaf.clear();
            here.rooms.selector = nodes -> nodes.stream().filter(node -> node.getId().equals("ND_third")).findFirst().orElseThrow();
            here.rooms.drain();
            assertThat(cluster.routes).containsEntry(Rig.ROOM, "ND_third");
            assertThat(near().closed).isTrue();
            clock.advance(2_000);
            assertThat(cid.stateOf("ann")).isEqualTo(State.ACTIVE);
            assertThat(third.plane.peer("ann in hall", Role.SUBSCRIBER).subscriptions).containsOnlyKeys(camera, microphone);
            assertThat(hall().participants()).hasSize(2);
        }
    }

    @Test
    void the_destination_goes_to_a_third_node_and_the_participant_is_shown_there() {
        bridged();
        try (Rig third = Rig.on("ND_third", cluster, store, clock)) {
            cluster.draining.add("ND_there");
            there.rooms.selector = nodes -> nodes.stream().filter(node -> node.getId().equals("ND_third")).findFirst().orElseThrow();
            FakeMediaPlane.FakePeer nearBefore = near();
            there.rooms.drain();
            assertThat(cluster.routes).containsEntry(HALL, "ND_third");
            assertThat(nearBefore.closed || far().closed).as("until viewers are there").isFalse();
            clock.advance(2_000);
            assertThat(((ActiveRoom) third.rooms.room(HALL).orElseThrow()).participants()).extracting(ParticipantInfo::getIdentity).containsExactlyInAnyOrder("cid", "ann");
            assertThat(third.plane.peer("ann", Role.PUBLISHER).expected).containsOnlyKeys(camera, microphone);
            assertThat(near()).isNotSameAs(nearBefore);
            assertThat(near().closed).isFalse();
            clock.advance(4_000);
            assertThat(nearBefore.closed && far().closed).isTrue();
        }
    }

    @Test
    void a_forwarding_that_cannot_be_begun_anew_is_given_up() {
        bridged();
        try (Rig third = Rig.on("ND_third", cluster, store, clock)) {
            cluster.draining.add("ND_there");
            there.rooms.selector = nodes -> nodes.stream().filter(node -> node.getId().equals("ND_third")).findFirst().orElseThrow();
            there.rooms.drain();
            cluster.deaf.add("ND_third");
            clock.advance(PendingForwarding.GIVEN_UP_MILLIS - 1_000);
            assertThat(here.room().member("ann").forwardings()).hasSize(1);
            clock.advance(5_000);
            assertThat(here.room().member("ann").forwardings()).isEmpty();
        }
    }

    private boolean moved(ActiveRoom room, String to) {
        try {
            return here.rooms.moves().move(room, to);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void rooms_of_one_node_that_part_are_joined_by_a_bridge_and_rooms_that_meet_need_none() {
        cluster.routes.put("attic", "ND_here");
        Client dan = here.client("dan").with(start -> start.setRoomName("attic")).claiming(Claims.of("dan", VideoGrant.join("attic"))).join().connected();
        Rig.ok(() -> {
            here.room().forwardParticipant("ann", "attic");
            return null;
        });
        assertThat(dan.stateOf("ann")).isEqualTo(State.ACTIVE);
        assertThat(moved((ActiveRoom) here.rooms.room("attic").orElseThrow(), "ND_there")).isTrue();
        clock.advance(2_000);
        ActiveRoom attic = (ActiveRoom) there.rooms.room("attic").orElseThrow();
        assertThat(attic.member("ann").original()).isInstanceOf(InboundBridge.class);
        assertThat(here.plane.peer("ann in attic", Role.SUBSCRIBER).subscriptions).containsKey(camera);

        assertThat(moved(here.room(), "ND_there")).isTrue();
        clock.advance(5_000);
        assertThat(attic.member("ann").original()).isNotInstanceOf(InboundBridge.class);
        assertThat(attic.participants()).hasSize(2);
    }

    @Test
    void the_room_manager_of_the_source_is_replaced() {
        bridged();
        Rig next = here.nextOn("ND_here", cluster);
        here.leave();
        here = next;
        clock.advance(2_000);
        assertThat(cid.stateOf("ann")).isEqualTo(State.ACTIVE);
        far().media(camera, "video/VP8");
        assertThat(cid.subscriber.subscriptions).containsKey(camera);
        assertThat(hall().participants()).hasSize(2);
        assertThat(near().closed).isFalse();
    }

    @Test
    void the_room_manager_of_the_destination_is_replaced() {
        bridged();
        Rig next = there.nextOn("ND_there", cluster);
        there.leave();
        there = next;
        cid.follows(next);
        clock.advance(2_000);
        assertThat(hall().participants()).extracting(ParticipantInfo::getIdentity).containsExactlyInAnyOrder("cid", "ann");
        assertThat(far().closed).isFalse();
        far().media(camera, "video/VP8");
        assertThat(hall().member("cid").subscriptions().has(camera)).isTrue();
    }
}
