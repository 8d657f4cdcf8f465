package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.ANSWER;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.JOIN;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.LEAVE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.OFFER;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.ROOM_UPDATE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.TRACK_PUBLISHED;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.TRICKLE;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.media.DataLane;
import io.stoa.media.PeerSpec;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.Codec;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.JoinResponse;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.MuteTrackRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantInfo.State;
import io.stoa.protocol.livekit.RequestResponse;
import io.stoa.protocol.livekit.SessionDescription;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalTarget;
import io.stoa.protocol.livekit.TrickleRequest;
import io.stoa.room.RoomException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Spec 4.8: how participants come in and what they and the others see of it. */
class JoinTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void with_two_peer_connections_the_server_offers_first() {
        Client ann = rig.client("ann").join();

        assertThat(ann.order()).startsWith(JOIN, OFFER);
        JoinResponse join = ann.last(JOIN).getJoin();
        assertThat(join.getSubscriberPrimary()).isTrue();
        assertThat(join.getServerVersion()).isEqualTo("1.13.5");
        assertThat(join.getServerInfo().getProtocol()).isEqualTo(17);
        assertThat(join.getServerInfo().getNodeId()).isEqualTo("ND_1");
        assertThat(join.getServerRegion()).isEqualTo("moon");
        assertThat(join.getPingInterval()).isEqualTo(5);
        assertThat(join.getPingTimeout()).isEqualTo(15);
        assertThat(join.getFastPublish()).isTrue();
        assertThat(join.getSifTrailer().size()).isPositive();
        assertThat(join.getIceServersList()).isNotEmpty();
        assertThat(join.getParticipant().getIdentity()).isEqualTo("ann");
        assertThat(join.getParticipant().getSid()).startsWith("PA_");
        assertThat(join.getParticipant().getPermission().getCanPublish()).isTrue();
        assertThat(join.getParticipant().getState()).isEqualTo(State.JOINING);
        assertThat(join.getEnabledPublishCodecsList())
                .extracting(Codec::getMime)
                .containsExactly("video/VP8", "video/H264", "video/VP9", "audio/opus", "audio/red");
        assertThat(rig.plane.peers).extracting(peer -> peer.spec.role()).containsExactlyInAnyOrder(PeerSpec.Role.PUBLISHER, PeerSpec.Role.SUBSCRIBER);

        ann.answer();
        assertThat(ann.subscriber.answers).containsExactly("answer to offer 1");
    }

    @Test
    void with_one_the_offer_of_the_join_request_is_answered_and_the_server_never_offers() {
        Client ann = rig.client("ann")
                .onePeerConnection()
                .with(start -> start.setPublisherOffer(SessionDescription.newBuilder().setType("offer").setSdp("hello").setId(3))
                        .addAddTrackRequests(Client.microphone("mic")))
                .join();

        assertThat(ann.order()).containsSubsequence(JOIN, TRACK_PUBLISHED, ANSWER).doesNotContain(OFFER);
        SessionDescription answer = ann.last(ANSWER).getAnswer();
        assertThat(answer.getId()).isEqualTo(3);
        assertThat(answer.getType()).isEqualTo("answer");
        assertThat(answer.getSdp()).isEqualTo("answer to hello");
        assertThat(ann.last(JOIN).getJoin().getSubscriberPrimary()).isFalse();
        assertThat(rig.plane.peers).hasSize(1);
        assertThat(ann.publisher.expected).hasSize(1);
    }

    @Test
    void the_go_client_is_answered_once_it_has_made_the_offer_of_its_join_request_its_own() {
        Client ann = rig.client("ann")
                .onePeerConnection()
                .with(start -> start.setClient(ClientInfo.newBuilder().setSdk(ClientInfo.SDK.GO))
                        .setPublisherOffer(SessionDescription.newBuilder().setType("offer").setSdp("hello").setId(3)))
                .join();
        ann.publisher.listener.candidate("candidate:1", "0", 0, false);
        ann.publisher.listener.candidate("", "0", 0, true);
        rig.advance(OfferAnswer.OWN_OFFER_MILLIS - 1);
        assertThat(ann.order()).contains(JOIN).doesNotContain(ANSWER, TRICKLE);

        rig.advance(1);
        assertThat(ann.order()).containsSubsequence(JOIN, ANSWER, TRICKLE);
        assertThat(ann.last(ANSWER).getAnswer().getId()).isEqualTo(3);
    }

    @Test
    void others_see_who_can_be_reached_and_a_leave_at_once() {
        Client ann = rig.dual("ann");
        Client bob = rig.client("bob").join();
        assertThat(bob.about("ann").getState()).isEqualTo(State.ACTIVE);

        bob.answer();
        bob.subscriber.connected();
        assertThat(bob.stateOf("bob")).isEqualTo(State.ACTIVE);
        assertThat(ann.about("bob")).isNull();
        bob.subscriber.lanes();
        rig.advance(Crowd.MOMENT_MILLIS - 1);
        assertThat(ann.about("bob")).isNull();
        rig.advance(1);
        assertThat(ann.stateOf("bob")).isEqualTo(State.ACTIVE);

        bob.leaves();
        assertThat(ann.stateOf("bob")).isEqualTo(State.DISCONNECTED);
        assertThat(ann.about("bob").getDisconnectReason()).isEqualTo(DisconnectReason.CLIENT_INITIATED);
        assertThat(bob.leave().getAction()).isEqualTo(LeaveRequest.Action.DISCONNECT);
        assertThat(bob.leave().getReason()).isEqualTo(DisconnectReason.CLIENT_INITIATED);
        assertThat(bob.closed).isTrue();
        assertThat(bob.publisher.closed).isTrue();
        assertThat(bob.subscriber.closed).isTrue();
        assertThat(rig.events).containsExactly("room started", "ann joined", "bob joined", "bob left");
    }

    @Test
    void who_cannot_be_reached_yet_is_shown_a_second_later_or_with_what_it_says() {
        Client ann = rig.dual("ann");
        rig.advance(Crowd.PAUSE_MILLIS);
        rig.client("bob").join();
        rig.advance(Crowd.PAUSE_MILLIS - 1);
        assertThat(ann.about("bob")).isNull();
        rig.advance(1);
        assertThat(ann.stateOf("bob")).isEqualTo(State.JOINED);

        Client cid = rig.client("cid").join();
        cid.sends(DataLane.RELIABLE, Client.packet("hello"));
        assertThat(ann.stateOf("cid")).isEqualTo(State.JOINED);
    }

    @Test
    void listeners_hear_of_tracks_that_end_before_they_hear_who_leaves() {
        Client ann = rig.dual("ann");
        String camera = ann.publishesCamera();
        ann.publishesMicrophone();
        ann.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(camera).setMuted(true)));
        ann.leaves();
        ann.publisher.listener.unpublished(camera); // the media plane says so, too, but later
        assertThat(rig.events).containsExactly("room started", "ann joined", "ann published CAMERA", "ann published MICROPHONE", "ann unpublished CAMERA",
                "ann unpublished MICROPHONE", "ann left");
    }

    @Test
    void who_goes_without_ever_having_been_connected_has_aborted() {
        Client ann = rig.client("ann").join();
        ann.leaves();
        Client bob = rig.client("bob").join();
        rig.advance(61_000);
        assertThat(bob.wasTold(LEAVE)).isTrue();
        assertThat(rig.events).containsExactly("room started", "ann aborted", "bob aborted", "room finished");
    }

    @Test
    void versions_only_grow() {
        Client ann = rig.dual("ann");
        Client bob = rig.single("bob");
        bob.publishesCamera();
        bob.publishesMicrophone();
        bob.leaves();
        List<Integer> versions = ann.told.stream()
                .flatMap(response -> response.getUpdate().getParticipantsList().stream())
                .filter(info -> info.getIdentity().equals("bob"))
                .map(ParticipantInfo::getVersion)
                .toList();
        assertThat(versions).isSorted().hasSizeGreaterThan(2);
    }

    @Test
    void a_late_joiner_finds_tracks_and_is_subscribed_before_its_first_answer() {
        Client ann = rig.dual("ann");
        String camera = ann.publishesCamera();

        Client bob = rig.client("bob").join();
        assertThat(bob.last(JOIN).getJoin().getOtherParticipantsList())
                .singleElement()
                .satisfies(info -> assertThat(info.getTracksList()).extracting(track -> track.getSid()).containsExactly(camera));
        assertThat(bob.subscriber.subscriptions).containsKey(camera);
        assertThat(bob.subscriber.subscriptions.get(camera).streamId()).isEqualTo(ann.sid() + "|" + camera);

        Client cy = rig.client("cy")
                .onePeerConnection()
                .with(start -> start.setPublisherOffer(SessionDescription.newBuilder().setSdp("x")))
                .join();
        assertThat(cy.last(ANSWER).getAnswer().getMidToTrackIdMap()).containsValue(camera);
    }

    @Test
    void candidates_go_both_ways_and_the_last_one_says_so() {
        Client ann = rig.client("ann").join();
        ann.subscriber.listener.candidate("candidate:1", "0", 0, false);
        assertThat(ann.wasTold(TRICKLE)).isFalse();
        ann.subscriber.listener.candidate("candidate:2", "0", 0, false);
        ann.subscriber.listener.candidate("", "0", 0, true);

        List<TrickleRequest> trickles = ann.all(TRICKLE).stream().map(response -> response.getTrickle()).toList();
        assertThat(trickles).extracting(TrickleRequest::getFinal).containsExactly(false, true);
        assertThat(trickles).extracting(TrickleRequest::getTarget).containsOnly(SignalTarget.SUBSCRIBER);
        var init = JsonParser.parseString(trickles.getLast().getCandidateInit()).getAsJsonObject();
        assertThat(init.get("candidate").getAsString()).isEqualTo("candidate:2");
        assertThat(init.get("sdpMid").getAsString()).isEqualTo("0");
        assertThat(init.get("sdpMLineIndex").getAsInt()).isZero();

        trickle(ann, SignalTarget.SUBSCRIBER, "{\"candidate\":\"candidate:9\",\"sdpMid\":\"0\",\"sdpMLineIndex\":0}");
        trickle(ann, SignalTarget.PUBLISHER, "{\"candidate\":\"candidate:8\"}");
        assertThat(ann.subscriber.candidates).containsExactly("candidate:9");
        assertThat(ann.publisher.candidates).containsExactly("candidate:8");

        trickle(ann, SignalTarget.PUBLISHER, "nonsense");
        assertThat(ann.refusal().getReason()).isEqualTo(RequestResponse.Reason.UNCLASSIFIED_ERROR);
    }

    private static void trickle(Client client, SignalTarget target, String init) {
        client.send(SignalRequest.newBuilder().setTrickle(TrickleRequest.newBuilder().setTarget(target).setCandidateInit(init)));
    }

    @Test
    void the_token_says_what_others_see() {
        Client ann = rig.dual("ann");
        rig.client("bob")
                .claiming(new Claims(
                        "", "bob", "Bob", ParticipantInfo.Kind.SIP, List.of(), "meta", Map.of("k", "v"), VideoGrant.join(Rig.ROOM), false, false, null, "", "", 0))
                .join()
                .connected()
                .seen();
        ParticipantInfo bob = ann.about("bob");
        assertThat(bob.getName()).isEqualTo("Bob");
        assertThat(bob.getMetadata()).isEqualTo("meta");
        assertThat(bob.getAttributesMap()).isEqualTo(Map.of("k", "v"));
        assertThat(bob.getKind()).isEqualTo(ParticipantInfo.Kind.SIP);
        assertThat(bob.getRegion()).isEqualTo("moon");
        assertThat(bob.getClientProtocol()).isEqualTo(2);
    }

    @Test
    void hidden_participants_are_shown_to_nobody_but_themselves() {
        Client ann = rig.dual("ann");
        Client ghost = rig.client("ghost").allowed(it -> it.setHidden(true)).join().connected();
        assertThat(ann.about("ghost")).isNull();
        assertThat(ghost.about("ann")).isNotNull();
        assertThat(rig.dual("bob").about("ghost")).isNull();
        ghost.leaves();
        assertThat(ann.about("ghost")).isNull();
        assertThat(rig.room().participants()).extracting(ParticipantInfo::getIdentity).containsExactly("ann", "bob");
    }

    @Test
    void a_full_room_answers_with_a_leave() {
        rig.settled = room -> room.setMaxParticipants(1);
        Client ann = rig.dual("ann");
        Client bob = rig.client("bob").join();
        assertThat(bob.order()).containsExactly(io.stoa.protocol.livekit.SignalResponse.MessageCase.LEAVE);
        assertThat(bob.leave().getReason()).isEqualTo(DisconnectReason.JOIN_FAILURE);
        assertThat(bob.leave().getAction()).isEqualTo(LeaveRequest.Action.DISCONNECT);
        assertThat(bob.closed).isTrue();
        assertThat(bob.session.open()).isFalse();
        assertThat(ann.about("bob")).isNull();

        Client recorder = rig.client("egress").allowed(it -> it.setRecorder(true)).join();
        assertThat(recorder.wasTold(JOIN)).as("dependent participants do not count").isTrue();
    }

    @Test
    void who_replaces_itself_fits_into_a_full_room() {
        rig.settled = room -> room.setMaxParticipants(1);
        Client first = rig.dual("ann");
        Client second = rig.dual("ann");
        assertThat(first.leave().getReason()).isEqualTo(DisconnectReason.DUPLICATE_IDENTITY);
        assertThat(first.closed).isTrue();
        assertThat(second.wasTold(JOIN)).isTrue();
        assertThat(second.sid()).isNotEqualTo(first.sid());
    }

    @Test
    void a_duplicate_replaces_without_a_farewell_that_modern_clients_would_misread() {
        Client watcher = rig.dual("watcher");
        Client old = rig.client("old").with(start -> start.setClient(start.getClientBuilder().setProtocol(11))).join().connected();
        Client first = rig.dual("ann");
        watcher.forget();
        old.forget();
        rig.dual("ann");
        rig.advance(Crowd.PAUSE_MILLIS);
        assertThat(watcher.told.stream().flatMap(response -> response.getUpdate().getParticipantsList().stream()))
                .noneMatch(info -> info.getState() == State.DISCONNECTED);
        assertThat(watcher.about("ann").getSid()).isNotEqualTo(first.sid());
        assertThat(old.told.getFirst().getUpdate().getParticipants(0).getState()).isEqualTo(State.DISCONNECTED);
    }

    @Test
    void who_never_becomes_active_is_removed_after_a_minute() {
        Client ann = rig.client("ann").onePeerConnection().join();
        rig.advance(59_999);
        assertThat(ann.closed).isFalse();
        rig.advance(1);
        assertThat(ann.leave().getReason()).isEqualTo(DisconnectReason.JOIN_FAILURE);
    }

    @Test
    void too_much_metadata_in_the_token_is_an_error() {
        Client ann = rig.client("ann");
        ann.claiming(rig.claims("ann").with("", "m".repeat(1_001), Map.of(), VideoGrant.join(Rig.ROOM)));
        RoomException refused = Rig.refused(ann::tryJoin);
        assertThat(refused.code()).isEqualTo(RoomException.Code.INVALID_ARGUMENT);
        assertThat(ann.told).isEmpty();
    }

    @Test
    void counts_reach_everybody_a_little_later() {
        Client ann = rig.dual("ann");
        rig.dual("bob").publishesMicrophone();
        rig.advance(5_000);
        var room = ann.last(ROOM_UPDATE).getRoomUpdate().getRoom();
        assertThat(room.getNumParticipants()).isEqualTo(2);
        assertThat(room.getNumPublishers()).isEqualTo(1);
    }

    @Test
    void an_unanswered_offer_ends_in_a_full_reconnect() {
        Client ann = rig.client("ann").join();
        ann.subscriber.connected();
        rig.advance(OfferAnswer.NEGOTIATION_MILLIS - 1);
        assertThat(ann.closed).isFalse();
        rig.advance(1);
        assertThat(ann.leave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(ann.leave().getReason()).isEqualTo(DisconnectReason.STATE_MISMATCH);
    }

    @Test
    void old_clients_get_leaves_that_they_understand() {
        Client ann = rig.client("ann").with(start -> start.setClient(start.getClientBuilder().setProtocol(9))).join().connected();
        Rig.ok(() -> {
            rig.room().removeParticipant("ann");
            return null;
        });
        assertThat(ann.leave().getCanReconnect()).isFalse();
        assertThat(ann.leave().getReason()).isEqualTo(DisconnectReason.PARTICIPANT_REMOVED);
        assertThat(ann.leave().getAction()).isEqualTo(LeaveRequest.Action.DISCONNECT);
    }
}
