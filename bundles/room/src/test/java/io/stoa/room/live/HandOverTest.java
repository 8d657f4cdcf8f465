package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.DATA_TRACK_SUBSCRIBER_HANDLES;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.LEAVE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.OFFER;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.RECONNECT;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.stoa.auth.Claims;
import io.stoa.auth.KeyProvider;
import io.stoa.auth.VideoGrant;
import io.stoa.media.DataLane;
import io.stoa.protocol.handover.ParticipantState;
import io.stoa.protocol.handover.RoomState;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.DataBlob;
import io.stoa.protocol.livekit.DataBlobKey;
import io.stoa.protocol.livekit.DataPacket;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.GetDataBlobRequest;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.MuteTrackRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.PerformRpcRequest;
import io.stoa.protocol.livekit.PublishDataTrackRequest;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SignalResponse.MessageCase;
import io.stoa.protocol.livekit.StoreDataBlobRequest;
import io.stoa.protocol.livekit.SubscriptionPermission;
import io.stoa.protocol.livekit.UpdateTrackSettings;
import io.stoa.protocol.livekit.VideoQuality;
import io.stoa.room.HandOver.HandedRoom;
import io.stoa.room.RoomException;
import java.util.List;
import java.util.Set;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One room manager leaves, another goes on: clients notice nothing, and nothing is forgotten. */
class HandOverTest {
    private Rig rig = new Rig();
    private Client ann;
    private Client bob;

    @BeforeEach
    void open() {
        rig.enableDataBlobs = true;
        ann = rig.single("ann");
        bob = rig.client("bob").with(start -> start.setAutoSubscribeDataTrack(true)).join().connected();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    /** The next manager was there before, or comes when the first one has left. */
    private void handOver(boolean sideBySide) {
        Rig next = sideBySide ? rig.next() : null;
        rig.leave();
        if (next == null) next = rig.next();
        next.enableDataBlobs = true;
        rig = next;
    }

    private void follow(Client... clients) {
        for (Client client : clients) client.follows(rig);
    }

    private RoomState handedOver() throws Exception {
        return RoomState.parseFrom(rig.line.last.getFirst().state());
    }

    // -- nobody notices

    @Test
    void everything_is_as_it_was_and_nobody_was_told_anything() throws Exception {
        fill();
        List<ParticipantInfo> people = rig.room().participants();
        Room room = rig.room().info();
        ann.forget();
        bob.forget();
        int offers = bob.subscriber.restarts.size() + ann.publisher.offers.size();
        rig.events.clear();

        handOver(true);
        follow(ann, bob);
        assertThat(rig.room().participants()).isEqualTo(people);
        assertThat(rig.room().info()).isEqualTo(room);
        assertThat(ann.told).isEmpty();
        assertThat(bob.told).isEmpty();
        assertThat(bob.subscriber.restarts.size() + ann.publisher.offers.size()).isEqualTo(offers);
        assertThat(Stream.of(ann.publisher, bob.publisher, bob.subscriber)).noneMatch(peer -> peer.closed);
        assertThat(rig.events).as("no listener sees anybody come or go").isEmpty();
        await(() -> Set.copyOf(rig.store.participants(Rig.ROOM)).equals(Set.copyOf(people)) && rig.store.room(Rig.ROOM).isPresent());
    }

    @Test
    void a_manager_that_is_replaced_while_it_takes_over_leaves_what_it_has_taken() throws Exception {
        fill();
        List<ParticipantInfo> people = rig.room().participants();
        BlockingQueue<Runnable> turns = new LinkedBlockingQueue<>();
        Rig second = rig.next();
        second.turns(turns::add);
        rig.leave();
        Thread leaving = Thread.ofVirtual().start(second::leave);
        await(() -> leaving.getState() == Thread.State.TIMED_WAITING);
        while (leaving.isAlive()) Optional.ofNullable(turns.poll(10, TimeUnit.MILLISECONDS)).ifPresent(Thread::startVirtualThread);
        rig = rig.next();
        follow(ann, bob);
        assertThat(rig.room().participants()).isEqualTo(people);
    }

    @Test
    void what_is_handed_over_a_second_time_is_the_same() throws Exception {
        fill();
        for (int i = 0; i < 5; i++) {
            RoomState before = i == 0 ? null : handedOver();
            handOver(i % 2 == 0);
            follow(ann, bob);
            if (before != null) assertThat(handedOver()).isEqualTo(before);
        }
        RoomState state = handedOver();
        assertThat(state.getVersion()).isEqualTo(1);
        assertThat(state.getNoncesList()).hasSize(1);
        ParticipantState a = state.getParticipants(0);
        assertThat(a.getStart().hasPublisherOffer()).isFalse();
        assertThat(a.getPublicationsList()).hasSize(2);
        assertThat(a.getWaitingTracksMap()).hasSize(1);
        assertThat(a.getTrackSettingsList()).hasSize(1);
        assertThat(a.getDataTracksList()).hasSize(1);
        assertThat(a.getDataBlobsList()).hasSize(1);
        assertThat(a.getLastReliableSequence()).isEqualTo(3);
        assertThat(state.getParticipants(1).getSubscriptionsList()).hasSize(2);
        assertThat(state.getParticipants(1).getDataSubscriptionsList()).hasSize(1);
        assertThat(state.getParticipants(1).getTrackWishesList()).hasSize(1);
    }

    /** The store is written by another thread. */
    private static void await(BooleanSupplier condition) {
        long until = System.nanoTime() + 5_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - until).as("within 5 s").isNegative();
            Thread.onSpinWait();
        }
    }

    /** Something of everything. */
    private void fill() {
        ann.publishesCamera();
        ann.publishesMicrophone();
        String camera = bob.publishesCamera();
        ann.send(SignalRequest.newBuilder().setAddTrack(Client.camera("ann-camera")));
        ann.wants(UpdateTrackSettings.newBuilder().addTrackSids(camera).setQuality(VideoQuality.LOW).setWidth(100).setHeight(50));
        bob.subscribes(false, "TR_of_the_future");
        ann.send(SignalRequest.newBuilder().setPublishDataTrackRequest(PublishDataTrackRequest.newBuilder().setPubHandle(7).setName("track")));
        ann.send(SignalRequest.newBuilder().setStoreDataBlobRequest(StoreDataBlobRequest.newBuilder().setBlob(blob())));
        for (int i = 1; i <= 3; i++) ann.sends(DataLane.RELIABLE, Client.packet("x").setSequence(i));
        ann.sends(DataLane.RELIABLE, DataPacket.newBuilder().setUser(Client.packet("y").getUser().toBuilder().setNonce(ByteString.copyFromUtf8("0123456789abcdef"))));
        rig.advance(3_000);
    }

    private static DataBlob.Builder blob() {
        return DataBlob.newBuilder().setKey(DataBlobKey.newBuilder().setGeneric("key")).setContents(ByteString.copyFromUtf8("contents"));
    }

    @Test
    void what_clients_do_afterwards_has_its_effect_on_the_others_and_versions_go_on() {
        String camera = ann.publishesCamera();
        int version = bob.about("ann").getVersion();
        handOver(false);
        follow(ann, bob);
        ann.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(camera).setMuted(true)));
        assertThat(bob.track("ann", camera).getMuted()).isTrue();
        assertThat(bob.about("ann").getVersion()).isEqualTo(version + 1);
        assertThat(ann.publisher.muted).containsEntry(camera, true);

        String microphone = bob.publishesMicrophone();
        assertThat(ann.subscriber.subscriptions).containsKey(microphone);
        bob.leaves();
        assertThat(ann.stateOf("bob")).isEqualTo(ParticipantInfo.State.DISCONNECTED);
        assertThat(bob.publisher.closed).isTrue();
        Client cid = rig.dual("cid");
        assertThat(cid.subscriber.subscriptions).containsKey(camera);
    }

    @Test
    void what_happens_between_two_managers_is_told_when_the_session_is_back_in_order() {
        handOver(true);
        bob.follows(rig);
        String camera = bob.publishesCamera();
        assertThat(ann.track("bob", camera)).isNull();
        bob.leaves();
        ann.forget();
        follow(ann);
        List<ParticipantInfo> updates = ann.all(UPDATE).stream().flatMap(r -> r.getUpdate().getParticipantsList().stream()).toList();
        assertThat(updates.getFirst().getTracksList()).hasSize(1);
        assertThat(updates.getLast().getState()).isEqualTo(ParticipantInfo.State.DISCONNECTED);
    }

    // -- negotiation

    @Test
    void an_answer_to_an_offer_of_the_manager_before_is_taken() {
        bob.answers = false;
        ann.publishesCamera();
        rig.advance(20);
        assertThat(bob.all(OFFER)).hasSize(2);
        int answers = bob.subscriber.answers.size();
        handOver(true);
        follow(ann, bob);
        ann.publishesMicrophone();
        rig.advance(20);
        assertThat(bob.all(OFFER)).as("one is outstanding").hasSize(2);
        bob.answer();
        assertThat(bob.subscriber.answers).hasSize(answers + 1);
        rig.advance(20);
        assertThat(bob.all(OFFER)).hasSize(3);
        assertThat(bob.last(OFFER).getOffer().getId()).isEqualTo(bob.all(OFFER).get(1).getOffer().getId() + 1);
    }

    @Test
    void an_offer_that_is_not_answered_has_its_consequence() {
        bob.answers = false;
        ann.publishesCamera();
        assertThat(bob.all(OFFER)).hasSize(2);
        handOver(false);
        follow(ann, bob);
        rig.advance(20);
        assertThat(bob.all(OFFER)).hasSize(2);
        rig.advance(10_000);
        handOver(false);
        follow(ann, bob);
        rig.advance(4_000);
        assertThat(bob.wasTold(LEAVE)).isFalse();
        rig.advance(2_000);
        assertThat(bob.leave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
    }

    @Test
    void a_track_that_waits_for_another_one_gets_its_turn() {
        String first = ann.publishesCamera();
        ann.send(SignalRequest.newBuilder().setAddTrack(Client.camera("ann-camera").setName("second")));
        handOver(true);
        follow(ann, bob);
        ann.publisher.listener.unpublished(first);
        assertThat(ann.last(MessageCase.TRACK_PUBLISHED).getTrackPublished().getTrack().getName()).isEqualTo("second");
    }

    // -- data

    @Test
    void reliable_messages_come_once_and_in_order_whoever_is_in_charge() {
        for (int i = 1; i <= 30; i++) {
            if (i % 10 == 5) {
                Rig next = rig.next();
                rig.leave();
                rig = next;
            }
            ann.sends(DataLane.RELIABLE, Client.packet("message " + i).setSequence(i));
            if (i % 10 == 7) ann.sends(DataLane.RELIABLE, Client.packet("message " + i).setSequence(i)); // the client repeats itself
        }
        assertThat(bob.received(DataLane.RELIABLE)).extracting(packet -> packet.getUser().getPayload().toStringUtf8())
                .containsExactlyElementsOf(Stream.iterate(1, i -> i + 1).limit(30).map(i -> "message " + i).toList());
    }

    @Test
    void what_is_said_while_nobody_is_in_charge_is_heard_by_the_next() {
        rig.leave();
        ann.sends(DataLane.RELIABLE, Client.packet("to nobody").setSequence(1));
        assertThat(bob.received(DataLane.RELIABLE)).isEmpty();
        rig = rig.next();
        assertThat(bob.received(DataLane.RELIABLE)).hasSize(1);
    }

    @Test
    void what_waits_for_a_channel_that_opens_late_still_does() {
        Client cid = rig.client("cid").onePeerConnection().join();
        ann.sends(DataLane.RELIABLE, Client.packet("early"));
        assertThat(cid.received(DataLane.RELIABLE)).isEmpty();
        handOver(true);
        follow(ann, bob, cid);
        cid.connected();
        assertThat(cid.received(DataLane.RELIABLE)).hasSize(1);
    }

    @Test
    void data_tracks_keep_their_handles_and_blobs_can_be_fetched() {
        ann.send(SignalRequest.newBuilder().setPublishDataTrackRequest(PublishDataTrackRequest.newBuilder().setPubHandle(7).setName("track")));
        ann.send(SignalRequest.newBuilder().setStoreDataBlobRequest(StoreDataBlobRequest.newBuilder().setBlob(blob())));
        int handle = bob.last(DATA_TRACK_SUBSCRIBER_HANDLES).getDataTrackSubscriberHandles().getSubHandlesMap().keySet().iterator().next();
        handOver(false);
        follow(ann, bob);
        byte[] packet = new byte[20];
        packet[3] = 7;
        ann.publisher.listener.data(DataLane.DATA_TRACK, packet);
        byte[] relayed = bob.subscriber.sent(DataLane.DATA_TRACK).getFirst();
        assertThat((relayed[2] & 0xff) << 8 | relayed[3] & 0xff).isEqualTo(handle);
        assertThat(bob.all(DATA_TRACK_SUBSCRIBER_HANDLES)).as("told once").hasSize(1);
        bob.send(SignalRequest.newBuilder().setGetDataBlobRequest(GetDataBlobRequest.newBuilder().setParticipantIdentity("ann").setKey(blob().getKey())));
        assertThat(bob.last(MessageCase.GET_DATA_BLOB_RESPONSE).getGetDataBlobResponse().getBlob().getContents().toStringUtf8()).isEqualTo("contents");
    }

    // -- wishes and permissions

    @Test
    void wishes_settings_and_permissions_hold() throws RoomException {
        String camera = ann.publishesCamera();
        bob.subscribes(false, camera);
        Client cid = rig.dual("cid");
        ann.send(SignalRequest.newBuilder().setSubscriptionPermission(SubscriptionPermission.newBuilder().setAllParticipants(false)));
        assertThat(cid.subscriber.subscriptions).doesNotContainKey(camera);
        handOver(true);
        follow(ann, bob, cid);
        ann.send(SignalRequest.newBuilder().setSubscriptionPermission(SubscriptionPermission.newBuilder().setAllParticipants(true)));
        assertThat(cid.subscriber.subscriptions).containsKey(camera);
        assertThat(bob.subscriber.subscriptions).as("not wanted").doesNotContainKey(camera);
        assertThat(rig.room().explain("bob", camera)).singleElement().asString().startsWith("UNSUBSCRIBED");
    }

    // -- time

    @Test
    void time_that_has_passed_counts() {
        bob.session.signalClosed();
        Client cid = rig.client("cid").join();
        cid.answer();
        rig.advance(50_000);
        handOver(false);
        follow(ann, cid);
        rig.advance(9_000);
        assertThat(ann.stateOf("bob")).isEqualTo(ParticipantInfo.State.ACTIVE);
        assertThat(cid.wasTold(LEAVE)).isFalse();
        rig.advance(2_000);
        assertThat(ann.stateOf("bob")).as("a minute without signalling").isEqualTo(ParticipantInfo.State.DISCONNECTED);
        assertThat(cid.leave().getReason()).as("a minute without media").isEqualTo(DisconnectReason.JOIN_FAILURE);
    }

    @Test
    void a_client_that_was_to_resume_can_do_so_with_the_next_manager_but_not_for_longer() {
        ann.publisher.failed();
        bob.publisher.failed();
        handOver(true);
        rig.advance(4_000);
        ann.meets(rig);
        Client again = ann.resume();
        assertThat(again.wasTold(RECONNECT)).isTrue();
        rig.advance(2_000);
        assertThat(again.closed).isFalse();
        assertThat(again.stateOf("bob")).isEqualTo(ParticipantInfo.State.DISCONNECTED);
    }

    @Test
    void an_empty_room_closes_when_it_would_have() {
        ann.leaves();
        bob.leaves();
        rig.advance(15_000);
        handOver(false);
        rig.advance(4_000);
        assertThat(rig.rooms.room(Rig.ROOM)).isPresent();
        rig.advance(3_000);
        assertThat(rig.rooms.room(Rig.ROOM)).isEmpty();
        assertThat(rig.events).endsWith("room finished");
    }

    @Test
    void a_session_that_does_not_come_back_has_lost_its_signalling() {
        handOver(true);
        follow(ann);
        rig.advance(16_000);
        assertThat(ann.stateOf("bob")).isEqualTo(ParticipantInfo.State.ACTIVE);
        rig.advance(61_000);
        assertThat(ann.stateOf("bob")).isEqualTo(ParticipantInfo.State.DISCONNECTED);
        assertThat(ann.closed).isFalse();
    }

    // -- several rooms

    private Client inHall(String identity) {
        return rig.client(identity).with(start -> start.setRoomName("hall")).claiming(Claims.of(identity, VideoGrant.join("hall"))).join().connected();
    }

    private void keys() {
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
    }

    private static void done(Rig.Call<?> call) {
        Rig.ok(call);
    }

    @Test
    void who_was_moved_is_found_where_it_is_and_moves_again() {
        Client cid = inHall("cid");
        keys();
        done(() -> {
            rig.room().moveParticipant("ann", "hall");
            return null;
        });
        ann.seen();
        assertThat(cid.stateOf("ann")).isEqualTo(ParticipantInfo.State.ACTIVE);
        ann.forget();
        handOver(true);
        follow(ann, bob, cid);
        assertThat(ann.told).isEmpty();
        String camera = ann.publishesCamera();
        assertThat(cid.track("ann", camera)).isNotNull();
        assertThat(cid.subscriber.subscriptions).containsKey(camera);
        keys();
        done(() -> {
            ((ActiveRoom) rig.rooms.room("hall").orElseThrow()).moveParticipant("ann", Rig.ROOM);
            return null;
        });
        assertThat(bob.stateOf("ann")).isEqualTo(ParticipantInfo.State.ACTIVE);
    }

    @Test
    void who_is_forwarded_is_shown_there_by_the_next_manager_too() throws Exception {
        Client cid = inHall("cid");
        String camera = ann.publishesCamera();
        done(() -> {
            rig.room().forwardParticipant("ann", "hall");
            return null;
        });
        ParticipantInfo shown = cid.about("ann");
        assertThat(cid.subscriber.subscriptions).containsKey(camera);
        cid.forget();
        for (int i = 0; i < 3; i++) {
            handOver(i != 1);
            follow(ann, bob, cid);
        }
        rig.advance(3_000);
        assertThat(cid.about("ann")).as("nobody comes or goes").isNull();
        ann.send(SignalRequest.newBuilder().setMute(MuteTrackRequest.newBuilder().setSid(camera).setMuted(true)));
        assertThat(cid.about("ann").getSid()).isEqualTo(shown.getSid());
        assertThat(cid.track("ann", camera).getMuted()).isTrue();
        String microphone = ann.publishesMicrophone();
        assertThat(cid.subscriber.subscriptions).containsKey(microphone);
        ann.leaves();
        assertThat(cid.stateOf("ann")).isEqualTo(ParticipantInfo.State.DISCONNECTED);
    }

    // -- who speaks for whom

    @Test
    void a_connection_that_is_not_the_participants_any_more_is_told_to_reconnect() {
        Client before = rig.client("ann").onePeerConnection();
        handOver(true);
        follow(ann, bob);
        before.with(start -> start.setConnectionId("CO_another"));
        before.follows(rig);
        assertThat(before.leave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(before.closed).isTrue();
        assertThat(ann.closed).isFalse();
    }

    @Test
    void the_signal_server_alone_is_replaced() {
        var before = bob.session;
        bob.forget();
        bob.follows(rig);
        assertThat(bob.told).isEmpty();
        assertThat(before.open()).as("for the old signal server it is over").isFalse();
        before.signalClosed();
        bob.publishesCamera();
        assertThat(bob.closed).isFalse();
        assertThat(ann.about("bob").getTracksList()).hasSize(1);
        rig.advance(120_000);
        assertThat(ann.stateOf("bob")).isEqualTo(ParticipantInfo.State.ACTIVE);
    }

    @Test
    void a_participant_is_found_in_another_room_than_the_one_in_which_its_session_began() {
        ann.with(start -> start.setRoomName("before"));
        handOver(true);
        follow(ann, bob);
        assertThat(ann.wasTold(LEAVE)).isFalse();
        ann.publishesCamera();
        assertThat(bob.about("ann").getTracksList()).hasSize(1);
    }

    @Test
    void a_room_that_is_handed_over_takes_nothing_and_says_so() {
        var before = ann.session;
        ActiveRoom old = rig.room();
        handOver(true);
        assertThat(before.receive(SignalRequest.newBuilder().setPing(1).build())).isFalse();
        assertThat(before.signalClosed()).isFalse();
        assertThat(before.open()).isFalse();
        assertThat(Rig.refused(() -> old.participant("ann")).code()).isEqualTo(RoomException.Code.UNAVAILABLE);
    }

    @Test
    void a_call_that_waits_for_its_answer_ends_unavailable() {
        CompletableFuture<String> call = CompletableFuture.supplyAsync(() -> {
            try {
                return rig.room().performRpc(PerformRpcRequest.newBuilder().setDestinationIdentity("ann").setMethod("m").setResponseTimeoutMs(60_000).build());
            } catch (RoomException e) {
                throw new CompletionException(e);
            }
        });
        await(() -> !ann.subscriber.sent(DataLane.RELIABLE).isEmpty());
        handOver(true);
        assertThat(call).failsWithin(java.time.Duration.ofSeconds(5)).withThrowableThat().havingRootCause()
                .isInstanceOfSatisfying(RoomException.class, it -> assertThat(it.code()).isEqualTo(RoomException.Code.UNAVAILABLE));
    }

    // -- what cannot go on

    @Test
    void a_state_of_a_version_to_come_ends_the_room_and_its_clients_come_back() throws Exception {
        RoomState future = future();
        rig.line.kept = List.of(new HandedRoom(Rig.ROOM, future.toByteArray()));
        rig = rig.next();
        assertThat(rig.rooms.room(Rig.ROOM)).isEmpty();
        assertThat(rig.events).endsWith("room finished");
        await(() -> rig.store.room(Rig.ROOM).isEmpty());
        follow(ann);
        assertThat(ann.leave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(ann.closed).isTrue();
    }

    private RoomState future() throws Exception {
        rig.leave();
        RoomState.Builder state = handedOver().toBuilder().setVersion(RoomFreeze.VERSION + 1);
        return state.build();
    }

    @Test
    void a_damaged_state_ends_one_room_and_no_other() {
        Client cid = rig.client("cid").with(start -> start.setRoomName("other")).join().connected();
        rig.leave();
        rig.line.kept = rig.line.last.stream().map(one -> one.name().equals(Rig.ROOM) ? new HandedRoom(one.name(), new byte[] {1, 2, 3}) : one).toList();
        rig = rig.next();
        assertThat(rig.rooms.rooms()).extracting(room -> room.info().getName()).containsExactly("other");
        follow(cid);
        assertThat(cid.closed).isFalse();
    }

    @Test
    void whose_connection_has_gone_meanwhile_reconnects_and_the_others_stay() {
        rig.leave();
        bob.subscriber.closed = true;
        rig = rig.next();
        follow(ann, bob);
        assertThat(bob.leave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(ann.stateOf("bob")).isEqualTo(ParticipantInfo.State.DISCONNECTED);
        assertThat(rig.room().participants()).hasSize(1);
        assertThat(ann.closed).isFalse();
        assertThat(bob.publisher.closed).as("nothing is left open").isTrue();
    }

    @Test
    void whose_connection_had_ended_before_reconnects_and_the_others_stay() {
        bob.publisher.closed = true;
        handOver(true);
        follow(ann, bob);
        assertThat(bob.leave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(ann.closed).isFalse();
    }

    @Test
    void without_a_line_rooms_end_with_their_manager() {
        rig.rooms.unbindHandOver(rig.line);
        rig.leave();
        assertThat(ann.leave().getReason()).isEqualTo(DisconnectReason.SERVER_SHUTDOWN);
        assertThat(rig.line.last).isEmpty();
    }

    @Test
    void a_manager_that_waits_for_its_turn_leaves_nothing_behind() {
        Rig spare = rig.next();
        spare.leave();
        ann.publishesCamera();
        assertThat(ann.closed).isFalse();
        assertThat(bob.about("ann").getTracksList()).hasSize(1);
    }

    @Test
    void the_line_itself_is_replaced() {
        Rig.Line another = new Rig.Line();
        rig.rooms.unbindHandOver(rig.line);
        rig.rooms.bindHandOver(another);
        rig.leave();
        assertThat(another.last).hasSize(1);
    }

    @Test
    void an_announced_track_that_has_no_media_yet_is_still_expected() {
        AddTrackRequest.Builder camera = Client.camera("late");
        ann.send(SignalRequest.newBuilder().setAddTrack(camera));
        handOver(true);
        follow(ann, bob);
        ann.publisher.media("late", "video/VP8");
        assertThat(bob.about("ann").getTracksList()).hasSize(1);
    }
}
