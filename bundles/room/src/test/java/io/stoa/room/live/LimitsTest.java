package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.JOIN;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.REQUEST_RESPONSE;
import static io.stoa.protocol.livekit.SignalResponse.MessageCase.STORE_DATA_BLOB_RESPONSE;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.stoa.auth.VideoGrant;
import io.stoa.media.DataLane;
import io.stoa.protocol.livekit.DataBlob;
import io.stoa.protocol.livekit.DataBlobKey;
import io.stoa.protocol.livekit.DataPacket;
import io.stoa.protocol.livekit.RequestResponse.Reason;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.StoreDataBlobRequest;
import io.stoa.protocol.livekit.UpdateParticipantMetadata;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.protocol.livekit.UserPacket;
import io.stoa.room.RoomException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Spec 13 where rooms answer for it: what just fits, and what is one too much. Lengths are bytes. */
class LimitsTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    private static String attribute(int bytes) {
        return "v".repeat(bytes - 1); // its key has one
    }

    @Test
    void metadata_and_attributes_of_a_token() {
        Client ann = rig.client("ann").claiming(rig.claims("ann").with("", "é".repeat(500), Map.of("k", attribute(1_000)), VideoGrant.join(Rig.ROOM)));
        assertThat(ann.join().wasTold(JOIN)).isTrue();
        refused("é".repeat(500) + "m", Map.of(), "metadata size exceeds limits");
        refused("", Map.of("k", attribute(1_001)), "attribute size exceeds limits");
        refused("", Map.of("k", attribute(500), "l", attribute(501)), "attribute size exceeds limits");
    }

    private void refused(String metadata, Map<String, String> attributes, String message) {
        Client bob = rig.client("bob").claiming(rig.claims("bob").with("", metadata, attributes, VideoGrant.join(Rig.ROOM)));
        RoomException refusal = Rig.refused(bob::tryJoin);
        assertThat(refusal.code()).isEqualTo(RoomException.Code.INVALID_ARGUMENT);
        assertThat(refusal).hasMessage(message);
    }

    @Test
    void what_a_participant_says_of_itself() {
        Client ann = rig.client("ann").allowed(it -> it.setCanUpdateMetadata(true)).join().connected();
        says(ann, UpdateParticipantMetadata.newBuilder().setName("é".repeat(50)), Reason.OK, "");
        says(ann, UpdateParticipantMetadata.newBuilder().setName("é".repeat(50) + "n"), Reason.LIMIT_EXCEEDED, "name length exceeds limits");
        says(ann, UpdateParticipantMetadata.newBuilder().setMetadata("m".repeat(1_000)), Reason.OK, "");
        says(ann, UpdateParticipantMetadata.newBuilder().setMetadata("m".repeat(1_001)), Reason.LIMIT_EXCEEDED, "metadata size exceeds limits");
        says(ann, UpdateParticipantMetadata.newBuilder().putAttributes("k", attribute(1_000)), Reason.OK, "");
        says(ann, UpdateParticipantMetadata.newBuilder().putAttributes("k", attribute(1_001)), Reason.LIMIT_EXCEEDED, "attribute size exceeds limits");
        says(ann, UpdateParticipantMetadata.newBuilder().putAttributes("l", ""), Reason.OK, "");
    }

    private static void says(Client client, UpdateParticipantMetadata.Builder update, Reason reason, String message) {
        client.send(SignalRequest.newBuilder().setUpdateMetadata(update.setRequestId(7)));
        assertThat(client.refusal().getReason()).isEqualTo(reason);
        assertThat(client.refusal().getMessage()).isEqualTo(message);
        assertThat(client.refusal().getRequestId()).isEqualTo(7);
    }

    @Test
    void attributes_that_an_admin_adds_count_with_those_that_are_there() {
        rig.dual("ann");
        var request = UpdateParticipantRequest.newBuilder().setIdentity("ann");
        Rig.ok(() -> rig.room().updateParticipant(request.clone().putAttributes("a", attribute(600)).build()));
        assertThat(Rig.refused(() -> rig.room().updateParticipant(request.clone().putAttributes("b", attribute(401)).build()))).hasMessage("attribute size exceeds limits");
        assertThat(Rig.ok(() -> rig.room().updateParticipant(request.clone().putAttributes("b", attribute(400)).build())).getAttributesCount()).isEqualTo(2);
    }

    @Test
    void participants_of_a_room() {
        rig.settled = room -> room.setMaxParticipants(2);
        assertThat(rig.dual("ann").wasTold(JOIN)).isTrue();
        assertThat(rig.dual("bob").wasTold(JOIN)).isTrue();
        assertThat(rig.client("cy").join().wasTold(JOIN)).isFalse();
    }

    @Test
    void tracks_that_wait_for_another_of_their_client_id() {
        Client ann = rig.dual("ann");
        var track = Client.microphone("mic");
        ann.publishes(track, "audio/opus");
        for (int i = 0; i < 3; i++) {
            ann.send(SignalRequest.newBuilder().setAddTrack(track));
            assertThat(ann.refusal().getReason()).isEqualTo(Reason.QUEUED);
        }
        ann.send(SignalRequest.newBuilder().setAddTrack(track));
        assertThat(ann.refusal().getReason()).isEqualTo(Reason.LIMIT_EXCEEDED);
    }

    @Test
    void keys_and_contents_of_data_blobs() {
        rig.enableDataBlobs = true;
        Client ann = rig.dual("ann");
        int key = DataBlobKey.newBuilder().setGeneric("x").build().getSerializedSize();
        stores(ann, "x", 1_000 - key, null);
        stores(ann, "x", 1_001 - key, Reason.LIMIT_EXCEEDED);
        stores(ann, "y", 1, Reason.LIMIT_EXCEEDED);
        stores(ann, "x", 1, null);
        stores(ann, "é".repeat(10), 1, null);
        stores(ann, "é".repeat(10) + "k", 1, Reason.INVALID_REQUEST);
        stores(ann, "", 1, Reason.INVALID_REQUEST);
        stores(ann, "x", 0, Reason.INVALID_REQUEST);
    }

    private static void stores(Client client, String key, int bytes, Reason refusal) {
        client.forget();
        client.send(SignalRequest.newBuilder().setStoreDataBlobRequest(StoreDataBlobRequest.newBuilder()
                .setBlob(DataBlob.newBuilder().setKey(DataBlobKey.newBuilder().setGeneric(key)).setContents(ByteString.copyFrom(new byte[bytes])))));
        if (refusal == null) assertThat(client.wasTold(STORE_DATA_BLOB_RESPONSE)).isTrue();
        else assertThat(client.refusal().getReason()).isEqualTo(refusal);
    }

    @Test
    void data_that_waits_for_a_channel() {
        Client ann = rig.single("ann");
        Client late = rig.client("late").join();
        int envelope = sent(ann, 50_000) - 50_000;
        sent(ann, 50_000 - 2 * envelope);
        sent(ann, 1);
        late.subscriber.lanes();
        assertThat(late.received(DataLane.RELIABLE)).as("100,000 bytes").hasSize(2);
        sent(ann, 1);
        assertThat(late.received(DataLane.RELIABLE)).hasSize(3);
    }

    /** @return its length as others receive it */
    private int sent(Client sender, int bytes) {
        DataPacket packet = DataPacket.newBuilder().setUser(UserPacket.newBuilder().setPayload(ByteString.copyFrom(new byte[bytes]))).build();
        Client witness = rig.single("witness of " + bytes);
        sender.publisher.listener.data(DataLane.RELIABLE, packet.toByteArray());
        int length = witness.subscriber.sent(DataLane.RELIABLE).getLast().length;
        witness.leaves();
        return length;
    }

    @Test
    void nonces_that_are_remembered() {
        Client ann = rig.single("ann");
        Client bob = rig.single("bob");
        for (int i = 0; i < 101; i++) nonce(ann, i);
        assertThat(bob.received(DataLane.RELIABLE)).hasSize(101);
        nonce(ann, 1);
        assertThat(bob.received(DataLane.RELIABLE)).as("one of the last hundred").hasSize(101);
        nonce(ann, 0);
        assertThat(bob.received(DataLane.RELIABLE)).as("forgotten").hasSize(102);
        assertThat(ann.wasTold(REQUEST_RESPONSE)).isFalse();
    }

    private static void nonce(Client sender, int number) {
        ByteString nonce = ByteString.copyFrom(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, (byte) number});
        sender.sends(DataLane.RELIABLE, DataPacket.newBuilder().setUser(UserPacket.newBuilder().setNonce(nonce)));
    }
}
