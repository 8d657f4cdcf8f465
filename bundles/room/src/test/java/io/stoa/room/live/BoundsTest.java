package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.LEAVE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.REQUEST_RESPONSE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.DataLane;
import io.stoa.protocol.livekit.AddTrackRequest;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.PublishDataTrackRequest;
import io.stoa.protocol.livekit.RequestResponse.Reason;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.SimulcastCodec;
import io.stoa.protocol.livekit.UpdateDataSubscription;
import io.stoa.protocol.livekit.UpdateParticipantMetadata;
import io.stoa.protocol.livekit.UpdateTrackSettings;
import io.stoa.protocol.livekit.VideoLayer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A guest who says more and more: what a room keeps of it has an end. */
class BoundsTest {
    private final Rig rig = new Rig();
    private final Client eve = rig.client("eve").allowed(it -> it.setCanUpdateMetadata(true)).onePeerConnection().join().connected();

    @AfterEach
    void close() {
        rig.close();
    }

    private Member member() {
        return rig.room().member("eve");
    }

    @Test
    void wishes_for_tracks_that_do_not_exist() {
        String camera = rig.dual("ann").publishesCamera();
        for (int batch = 0; batch < 25; batch++) {
            int from = batch * 1_000;
            List<String> sids = IntStream.range(from, from + 1_000).mapToObj(i -> "TR_" + i).toList();
            eve.subscribes(false, sids.toArray(String[]::new));
            eve.wants(UpdateTrackSettings.newBuilder().addAllTrackSids(sids).setDisabled(true));
            var data = UpdateDataSubscription.newBuilder();
            for (String sid : sids) data.addUpdates(UpdateDataSubscription.Update.newBuilder().setTrackSid(sid).setSubscribe(true));
            eve.send(SignalRequest.newBuilder().setUpdateDataSubscription(data));
        }
        eve.subscribes(false, "TR_" + "x".repeat(100_000));
        assertThat(member().subscriptions().noted()).isEqualTo(2 * TrackNotes.MAX_NOTES + 1);
        assertThat(member().dataTracks().noted()).isEqualTo(TrackNotes.MAX_NOTES);
        assertThat(member().subscriptions().wants("TR_0")).as("forgotten, so as automatic").isTrue();
        assertThat(member().subscriptions().wants("TR_24999")).as("the latest are known").isFalse();
        assertThat(member().subscriptions().has(camera)).isTrue();
    }

    @Test
    void codecs_layers_and_client_ids_of_a_track() {
        String sid = eve.publishesCamera();
        for (int i = 0; i < 50; i++) {
            var codec = SimulcastCodec.newBuilder().setCid("cid " + i); // of a known codec there is one only
            eve.send(SignalRequest.newBuilder().setAddTrack(Client.camera("other").setSid(sid).addSimulcastCodecs(codec)));
        }
        assertThat(member().publications().get(sid).info.getCodecsCount()).isEqualTo(Publications.MAX_CODECS);
        assertThat(eve.refusal().getReason()).isEqualTo(Reason.LIMIT_EXCEEDED);

        AddTrackRequest.Builder layered = Client.camera("layered");
        for (int i = 0; i <= Publications.MAX_LAYERS; i++) layered.addLayers(VideoLayer.newBuilder().setWidth(i));
        AddTrackRequest.Builder codecs = Client.camera("codecs");
        for (int i = 0; i <= Publications.MAX_CODECS; i++) codecs.addSimulcastCodecs(SimulcastCodec.newBuilder().setCid("cid " + i));
        for (AddTrackRequest.Builder request : List.of(layered, codecs, Client.camera("x".repeat(Publications.MAX_CID + 1)))) {
            eve.forget();
            eve.send(SignalRequest.newBuilder().setAddTrack(request));
            assertThat(eve.refusal().getReason()).isEqualTo(Reason.LIMIT_EXCEEDED);
        }
        assertThat(member().publications().all()).hasSize(1);
    }

    @Test
    void tracks_that_waited_for_others_of_the_same_client_id() {
        for (int i = 0; i < 100; i++) {
            AddTrackRequest.Builder track = Client.microphone("mic " + i);
            String first = eve.publishes(track, "audio/opus");
            eve.send(SignalRequest.newBuilder().setAddTrack(track));
            assertThat(member().publications().queued()).isEqualTo(1);
            eve.publisher.listener.unpublished(first);
            for (Publications.Entry next : member().publications().all()) eve.publisher.listener.unpublished(next.info.getSid());
        }
        assertThat(member().publications().all()).isEmpty();
        assertThat(member().publications().queued()).isZero();
    }

    @Test
    void data_tracks() {
        for (int i = 1; i <= DataTracks.MAX_PUBLISHED + 5; i++)
            eve.send(SignalRequest.newBuilder().setPublishDataTrackRequest(PublishDataTrackRequest.newBuilder().setPubHandle(i).setName("track " + i)));
        assertThat(member().dataTracks().infos()).hasSize(DataTracks.MAX_PUBLISHED);
        assertThat(eve.refusal().getReason()).isEqualTo(Reason.LIMIT_EXCEEDED);
    }

    @Test
    void attributes_said_one_after_the_other() {
        for (int i = 0; i < 20; i++)
            eve.send(SignalRequest.newBuilder().setUpdateMetadata(
                    UpdateParticipantMetadata.newBuilder().setRequestId(i).putAttributes("attribute " + i, "x".repeat(100))));
        assertThat(eve.refusal().getReason()).isEqualTo(Reason.LIMIT_EXCEEDED);
        assertThat(member().info().getAttributesCount()).as("of 111 bytes each, in 1,000").isEqualTo(9);

        eve.send(SignalRequest.newBuilder().setUpdateMetadata(
                UpdateParticipantMetadata.newBuilder().setRequestId(21).putAttributes("attribute 0", "").putAttributes("new", "y".repeat(100))));
        assertThat(eve.last(REQUEST_RESPONSE).getRequestResponse().getReason()).as("what goes makes room").isEqualTo(Reason.OK);
    }

    @Test
    void requests_that_a_room_has_not_got_to() {
        SignalRequest.Builder ask = SignalRequest.newBuilder().setUpdateMetadata(UpdateParticipantMetadata.newBuilder().setRequestId(7).setName("Eve"));
        rig.room().post(() -> { // what follows waits for the end of this
            for (int i = 0; i < Backlog.MAX_REQUESTS; i++) eve.send(ask);
        });
        assertThat(eve.all(REQUEST_RESPONSE)).as("all that may wait").hasSize(Backlog.MAX_REQUESTS);
        assertThat(eve.closed).isFalse();
        rig.room().post(() -> {
            for (int i = 0; i < Backlog.MAX_REQUESTS + 10; i++) eve.send(ask);
        });
        assertThat(eve.closed).as("the signalling ends, the participant does not").isTrue();
        eve.session.signalClosed();
        assertThat(eve.resume().closed).isFalse();
    }

    @Test
    void bytes_that_a_room_has_not_got_to() {
        Backlog backlog = Backlog.ofRequests();
        assertThat(backlog.add((int) Backlog.MAX_BYTES + 1)).as("one alone").isTrue();
        assertThat(backlog.add(0)).isFalse();
        backlog.remove((int) Backlog.MAX_BYTES + 1);
        assertThat(backlog.add((int) Backlog.MAX_BYTES - 1)).isTrue();
        assertThat(backlog.add(1)).isTrue();
        assertThat(backlog.add(1)).isFalse();
        backlog.remove(1);
        assertThat(backlog.add(1)).isTrue();
    }

    private void sends(DataLane lane, int packets) {
        rig.room().post(() -> { // what follows waits for the end of this
            for (int i = 0; i < packets; i++) eve.sends(lane, Client.packet("x"));
        });
    }

    @Test
    void data_that_a_room_has_not_distributed() {
        Client ann = rig.single("ann");
        sends(DataLane.RELIABLE, Backlog.MAX_PACKETS);
        assertThat(ann.received(DataLane.RELIABLE)).as("all that may wait").hasSize(Backlog.MAX_PACKETS);
        sends(DataLane.LOSSY, Backlog.MAX_PACKETS + 10);
        assertThat(ann.received(DataLane.LOSSY)).as("the others are lost").hasSize(Backlog.MAX_PACKETS);
        assertThat(eve.wasTold(LEAVE)).isFalse();
        sends(DataLane.RELIABLE, Backlog.MAX_PACKETS + 10);
        assertThat(eve.leave().getAction()).as("there is a gap now").isEqualTo(LeaveRequest.Action.RECONNECT);
        assertThat(eve.leave().getReason()).isEqualTo(DisconnectReason.STATE_MISMATCH);
    }

    @Test
    void offers_that_have_no_answer_yet() {
        eve.publisher.busy = true;
        for (int i = 0; i < OfferAnswer.MAX_OFFERS; i++) eve.offer("offer " + i, i);
        assertThat(eve.closed).isFalse();
        eve.offer("one too many", 17);
        assertThat(eve.publisher.offers).hasSize(OfferAnswer.MAX_OFFERS);
        assertThat(eve.closed).as("the signalling ends, the participant does not").isTrue();
        assertThat(eve.session.open()).isTrue();
    }

    @Test
    void messages_about_participants_are_split_by_size() {
        for (int i = 0; i < 9; i++) rig.single("guest " + i);
        int one = rig.room().member("guest 0").info().getSerializedSize();
        rig.updateBatchTargetSize = 5 * one + one / 2;
        eve.session.signalClosed();
        List<Integer> sizes = eve.resume().all(UPDATE).stream().map(it -> it.getUpdate().getParticipantsCount()).toList();
        assertThat(sizes).containsExactly(5, 5);
        rig.updateBatchTargetSize = 1;
        assertThat(eve.resume().all(UPDATE)).as("one alone may be more").hasSize(10);
        rig.updateBatchTargetSize = 0;
        assertThat(eve.resume().all(UPDATE)).as("no limit").hasSize(1);
    }

    @Test
    void departures_during_an_outage_of_the_signalling() {
        eve.session.signalClosed();
        for (int i = 0; i < Signalling.MAX_MISSED_DEPARTURES + 100; i++) member().signalling().missed(ParticipantInfo.newBuilder().setSid("PA_" + i).build());
        Client back = eve.resume();
        List<ParticipantInfo> gone = back.all(UPDATE).getFirst().getUpdate().getParticipantsList();
        assertThat(gone).hasSize(Signalling.MAX_MISSED_DEPARTURES);
        assertThat(gone.getLast().getSid()).isEqualTo("PA_" + (Signalling.MAX_MISSED_DEPARTURES + 99));
    }
}
