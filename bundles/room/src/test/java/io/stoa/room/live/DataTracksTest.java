package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.DATA_TRACK_SUBSCRIBER_HANDLES;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.GET_DATA_BLOB_RESPONSE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.PUBLISH_DATA_TRACK_RESPONSE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.STORE_DATA_BLOB_RESPONSE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.UNPUBLISH_DATA_TRACK_RESPONSE;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.stoa.media.DataLane;
import io.stoa.protocol.livekit.DataBlob;
import io.stoa.protocol.livekit.DataBlobKey;
import io.stoa.protocol.livekit.DataTrackFrameEncoding;
import io.stoa.protocol.livekit.DataTrackInfo;
import io.stoa.protocol.livekit.DataTrackSubscriberHandles.PublishedDataTrack;
import io.stoa.protocol.livekit.GetDataBlobRequest;
import io.stoa.protocol.livekit.ParticipantPermission;
import io.stoa.protocol.livekit.PublishDataTrackRequest;
import io.stoa.protocol.livekit.RequestResponse.Reason;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.StoreDataBlobRequest;
import io.stoa.protocol.livekit.SubscriptionPermission;
import io.stoa.protocol.livekit.UnpublishDataTrackRequest;
import io.stoa.protocol.livekit.UpdateDataSubscription;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spec 4.10: data tracks, and the blobs that describe them. */
class DataTracksTest {
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
    void a_track_is_announced_subscribed_to_and_its_packets_arrive_under_the_subscribers_handle() {
        DataTrackInfo track = publish(7, "sensor");
        assertThat(track.getSid()).startsWith("DTR_");
        assertThat(bob.about("ann").getDataTracksList()).containsExactly(track);
        assertThat(bob.about("ann").getIsPublisher()).isTrue();

        subscribe(bob, track, true);
        Map<Integer, PublishedDataTrack> handles = handles(bob);
        assertThat(handles).hasSize(1);
        int handle = handles.keySet().iterator().next();
        assertThat(handle).isBetween(1, 65_535);
        assertThat(handles.get(handle).getPublisherIdentity()).isEqualTo("ann");
        assertThat(handles.get(handle).getPublisherSid()).isEqualTo(ann.sid());
        assertThat(handles.get(handle).getTrackSid()).isEqualTo(track.getSid());

        ann.publisher.listener.data(DataLane.DATA_TRACK, packet(7, "payload"));
        assertThat(bob.subscriber.sent(DataLane.DATA_TRACK)).containsExactly(packet(handle, "payload"));
    }

    @Test
    void nobody_receives_what_it_did_not_ask_for() {
        DataTrackInfo track = publish(7, "sensor");
        ann.publisher.listener.data(DataLane.DATA_TRACK, packet(7, "1"));
        assertThat(bob.subscriber.sent(DataLane.DATA_TRACK)).isEmpty();
        subscribe(bob, track, true);
        ann.publisher.listener.data(DataLane.DATA_TRACK, packet(8, "a handle that is not published"));
        ann.publisher.listener.data(DataLane.DATA_TRACK, new byte[] {0, 0, 0, 7});
        subscribe(bob, track, false);
        ann.publisher.listener.data(DataLane.DATA_TRACK, packet(7, "2"));
        assertThat(bob.subscriber.sent(DataLane.DATA_TRACK)).isEmpty();
        assertThat(handles(bob)).isEmpty();
    }

    @Test
    void who_subscribes_automatically_is_served_at_once_and_to_tracks_to_come() {
        publish(1, "first");
        Client cy = rig.client("cy").with(start -> start.setAutoSubscribeDataTrack(true)).onePeerConnection().join().connected();
        assertThat(handles(cy)).hasSize(1);
        publish(2, "second");
        assertThat(handles(cy)).hasSize(2);
    }

    @Test
    void a_track_ends_with_its_publisher_or_by_its_wish() {
        DataTrackInfo one = publish(1, "one");
        DataTrackInfo two = publish(2, "two");
        subscribe(bob, one, true);
        subscribe(bob, two, true);
        ann.send(SignalRequest.newBuilder().setUnpublishDataTrackRequest(UnpublishDataTrackRequest.newBuilder().setPubHandle(1)));
        assertThat(ann.last(UNPUBLISH_DATA_TRACK_RESPONSE).getUnpublishDataTrackResponse().getInfo()).isEqualTo(one);
        assertThat(handles(bob).values()).extracting(PublishedDataTrack::getTrackSid).containsExactly(two.getSid());
        assertThat(bob.about("ann").getDataTracksList()).containsExactly(two);
        ann.leaves();
        assertThat(handles(bob)).isEmpty();
        ann.told.clear();
    }

    @Test
    void what_does_not_exist_cannot_be_unpublished() {
        ann.send(SignalRequest.newBuilder().setUnpublishDataTrackRequest(UnpublishDataTrackRequest.newBuilder().setPubHandle(9)));
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.NOT_FOUND);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 65_536, -1})
    void handles_fit_their_field(int handle) {
        request(handle, "x");
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.INVALID_HANDLE);
    }

    @Test
    void names_and_encodings_have_limits_on_both_sides() {
        request(1, "");
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.INVALID_NAME);
        request(1, "é".repeat(128) + "n");
        assertThat(ann.refusal().getReason()).as("257 bytes").isEqualTo(Reason.INVALID_NAME);
        request(1, "n".repeat(257));
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.INVALID_NAME);
        encoded(1, "9characte");
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.INVALID_REQUEST);
        encoded(1, "ééééé");
        assertThat(ann.refusal().getReason()).as("10 bytes").isEqualTo(Reason.INVALID_REQUEST);
        encoded(1, "");
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.INVALID_REQUEST);
        assertThat(ann.wasTold(PUBLISH_DATA_TRACK_RESPONSE)).isFalse();
        encoded(1, "8charact");
        assertThat(publish(2, "n".repeat(256)).getName()).hasSize(256);
    }

    @Test
    void handles_and_names_are_unique_per_participant() {
        publish(1, "x");
        request(1, "y");
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.DUPLICATE_HANDLE);
        request(2, "x");
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.DUPLICATE_NAME);
    }

    @Test
    void permissions_count() {
        DataTrackInfo track = publish(1, "x");
        subscribe(bob, track, true);
        ann.send(SignalRequest.newBuilder().setSubscriptionPermission(SubscriptionPermission.newBuilder()));
        assertThat(handles(bob)).as("the publisher closes").isEmpty();
        ann.send(SignalRequest.newBuilder().setSubscriptionPermission(SubscriptionPermission.newBuilder().setAllParticipants(true)));
        assertThat(handles(bob)).as("and opens again").hasSize(1);

        permit(it -> it.setCanPublish(true).setCanSubscribe(true).setCanPublishData(false));
        assertThat(ann.last(UNPUBLISH_DATA_TRACK_RESPONSE).getUnpublishDataTrackResponse().getInfo()).isEqualTo(track);
        assertThat(handles(bob)).isEmpty();
        request(2, "y");
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.NOT_ALLOWED);
    }

    @Test
    void handles_are_told_again_after_a_resume() {
        subscribe(bob, publish(1, "x"), true);
        Map<Integer, PublishedDataTrack> before = handles(bob);
        assertThat(handles(bob.resume())).isEqualTo(before);
    }

    @Test
    void blobs_are_kept_within_limits_and_fetched_by_others() {
        rig.enableDataBlobs = true;
        DataBlob blob = blob("schema", 900);
        store(1, blob);
        assertThat(ann.last(STORE_DATA_BLOB_RESPONSE).getStoreDataBlobResponse().getRequestId()).isEqualTo(1);
        assertThat(ann.last(STORE_DATA_BLOB_RESPONSE).getStoreDataBlobResponse().getKey()).isEqualTo(blob.getKey());

        fetch(2, "ann", "schema");
        assertThat(bob.last(GET_DATA_BLOB_RESPONSE).getGetDataBlobResponse().getBlob()).isEqualTo(blob);
        fetch(3, "ann", "another");
        assertThat(bob.refusal().getReason()).isEqualTo(Reason.NOT_FOUND);
        assertThat(bob.refusal().getRequestId()).isEqualTo(3);
        fetch(4, "nobody", "schema");
        assertThat(bob.refusal().getMessage()).isEqualTo("participant not found");

        store(5, blob("other", 200));
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.LIMIT_EXCEEDED);
        store(6, blob("k".repeat(21), 1));
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.INVALID_REQUEST);
        store(7, blob("empty", 0));
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.INVALID_REQUEST);
    }

    // -- what they say

    private DataTrackInfo publish(int handle, String name) {
        request(handle, name);
        return ann.last(PUBLISH_DATA_TRACK_RESPONSE).getPublishDataTrackResponse().getInfo();
    }

    private void request(int handle, String name) {
        ann.send(SignalRequest.newBuilder().setPublishDataTrackRequest(PublishDataTrackRequest.newBuilder().setPubHandle(handle).setName(name)));
    }

    private void encoded(int handle, String custom) {
        ann.send(SignalRequest.newBuilder().setPublishDataTrackRequest(PublishDataTrackRequest.newBuilder()
                .setPubHandle(handle)
                .setName("encoded")
                .setFrameEncoding(DataTrackFrameEncoding.newBuilder().setCustom(custom))));
    }

    private static void subscribe(Client client, DataTrackInfo track, boolean subscribe) {
        client.send(SignalRequest.newBuilder().setUpdateDataSubscription(UpdateDataSubscription.newBuilder()
                .addUpdates(UpdateDataSubscription.Update.newBuilder().setTrackSid(track.getSid()).setSubscribe(subscribe))));
    }

    private static Map<Integer, PublishedDataTrack> handles(Client client) {
        return client.last(DATA_TRACK_SUBSCRIBER_HANDLES).getDataTrackSubscriberHandles().getSubHandlesMap();
    }

    private void permit(java.util.function.UnaryOperator<ParticipantPermission.Builder> change) {
        Rig.ok(() -> rig.room().updateParticipant(UpdateParticipantRequest.newBuilder()
                .setIdentity("ann")
                .setPermission(change.apply(ParticipantPermission.newBuilder()))
                .build()));
    }

    private static byte[] packet(int handle, String payload) {
        byte[] text = payload.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        byte[] packet = new byte[12 + text.length];
        packet[2] = (byte) (handle >> 8);
        packet[3] = (byte) handle;
        System.arraycopy(text, 0, packet, 12, text.length);
        return packet;
    }

    private static DataBlob blob(String key, int bytes) {
        return DataBlob.newBuilder().setKey(DataBlobKey.newBuilder().setGeneric(key)).setContents(ByteString.copyFrom(new byte[bytes])).build();
    }

    private void store(int requestId, DataBlob blob) {
        ann.send(SignalRequest.newBuilder().setStoreDataBlobRequest(StoreDataBlobRequest.newBuilder().setRequestId(requestId).setBlob(blob)));
    }

    private void fetch(int requestId, String identity, String key) {
        bob.send(SignalRequest.newBuilder().setGetDataBlobRequest(GetDataBlobRequest.newBuilder()
                .setRequestId(requestId)
                .setParticipantIdentity(identity)
                .setKey(DataBlobKey.newBuilder().setGeneric(key))));
    }
}
