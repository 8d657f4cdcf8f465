package io.stoa.room.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.stoa.media.DataLane;
import io.stoa.protocol.livekit.ChatMessage;
import io.stoa.protocol.livekit.DataPacket;
import io.stoa.protocol.livekit.DataStream;
import io.stoa.protocol.livekit.ParticipantPermission;
import io.stoa.protocol.livekit.RpcRequest;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.protocol.livekit.UserPacket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Spec 4.9: data packets between participants. */
class DataTest {
    private final Rig rig = new Rig();
    private Client ann;
    private Client bob;
    private Client cy;

    @BeforeEach
    void open() {
        ann = rig.single("ann");
        bob = rig.dual("bob");
        cy = rig.single("cy");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void a_packet_goes_to_everybody_else_on_its_own_channel() {
        ann.sends(DataLane.RELIABLE, Client.packet("hello"));
        ann.sends(DataLane.LOSSY, Client.packet("maybe"));
        for (Client other : List.of(bob, cy)) {
            assertThat(payloads(other, DataLane.RELIABLE)).containsExactly("hello");
            assertThat(payloads(other, DataLane.LOSSY)).containsExactly("maybe");
        }
        assertThat(ann.subscriber.sent).isEmpty();

        DataPacket packet = bob.received(DataLane.RELIABLE).getFirst();
        assertThat(packet.getParticipantIdentity()).isEqualTo("ann");
        assertThat(packet.getParticipantSid()).isEqualTo(ann.sid());
        assertThat(packet.getUser().getParticipantIdentity()).isEqualTo("ann");
        assertThat(packet.getKind()).isEqualTo(DataPacket.Kind.RELIABLE);
        assertThat(bob.received(DataLane.LOSSY).getFirst().getKind()).isEqualTo(DataPacket.Kind.LOSSY);
    }

    @Test
    void destinations_are_respected_wherever_they_stand() {
        ann.sends(DataLane.RELIABLE, Client.packet("1").addDestinationIdentities("bob"));
        ann.sends(DataLane.RELIABLE, DataPacket.newBuilder().setUser(user("2").addDestinationIdentities("bob")));
        ann.sends(DataLane.RELIABLE, DataPacket.newBuilder().setUser(user("3").addDestinationSids(bob.sid())));
        ann.sends(DataLane.RELIABLE, Client.packet("4").addDestinationIdentities("nobody"));
        assertThat(payloads(bob, DataLane.RELIABLE)).containsExactly("1", "2", "3");
        assertThat(payloads(cy, DataLane.RELIABLE)).isEmpty();
    }

    @Test
    void topics_streams_and_rpc_pass_as_they_are() {
        var rpc = RpcRequest.newBuilder().setId("1").setMethod("greet").setPayload("hi").setResponseTimeoutMs(10).setVersion(1).build();
        var header = DataStream.Header.newBuilder().setStreamId("s").setTopic("files").build();
        ann.sends(DataLane.RELIABLE, DataPacket.newBuilder().setRpcRequest(rpc).addDestinationIdentities("bob"));
        ann.sends(DataLane.RELIABLE, DataPacket.newBuilder().setStreamHeader(header));
        ann.sends(DataLane.RELIABLE, DataPacket.newBuilder().setUser(user("x").setTopic("chat")));
        List<DataPacket> packets = bob.received(DataLane.RELIABLE);
        assertThat(packets.get(0).getRpcRequest()).isEqualTo(rpc);
        assertThat(packets.get(0).getParticipantIdentity()).isEqualTo("ann");
        assertThat(packets.get(1).getStreamHeader()).isEqualTo(header);
        assertThat(packets.get(2).getUser().getTopic()).isEqualTo("chat");
        assertThat(cy.received(DataLane.RELIABLE)).hasSize(2);
    }

    @Test
    void nobody_speaks_in_anothers_name() {
        ann.sends(DataLane.RELIABLE, Client.packet("x").setParticipantIdentity("bob").setParticipantSid("PA_forged"));
        ann.sends(DataLane.RELIABLE, DataPacket.newBuilder().setParticipantIdentity("bob").setChatMessage(ChatMessage.newBuilder().setMessage("y")));
        assertThat(cy.received(DataLane.RELIABLE)).extracting(DataPacket::getParticipantIdentity).containsOnly("ann");
        assertThat(cy.received(DataLane.RELIABLE)).extracting(DataPacket::getParticipantSid).containsOnly(ann.sid());
    }

    @Test
    void hidden_senders_have_no_name() {
        Client ghost = rig.client("ghost").onePeerConnection().allowed(it -> it.setHidden(true)).join().connected();
        ghost.sends(DataLane.RELIABLE, Client.packet("boo"));
        DataPacket packet = bob.received(DataLane.RELIABLE).getFirst();
        assertThat(packet.getParticipantIdentity()).isEmpty();
        assertThat(packet.getUser().getParticipantIdentity()).isEmpty();
    }

    @Test
    void who_may_not_publish_data_is_not_heard() {
        Client mute = rig.client("mute").onePeerConnection().allowed(it -> it.setCanPublishData(false)).join().connected();
        mute.sends(DataLane.RELIABLE, Client.packet("x"));
        assertThat(bob.received(DataLane.RELIABLE)).isEmpty();
        Rig.ok(() -> rig.room().updateParticipant(UpdateParticipantRequest.newBuilder()
                .setIdentity("mute")
                .setPermission(ParticipantPermission.newBuilder().setCanPublishData(true))
                .build()));
        mute.sends(DataLane.RELIABLE, Client.packet("y"));
        assertThat(payloads(bob, DataLane.RELIABLE)).containsExactly("y");
    }

    @Test
    void reliable_sequence_numbers_must_grow() {
        for (int sequence : new int[] {1, 2, 2, 1, 5, 3, 6}) ann.sends(DataLane.RELIABLE, Client.packet("" + sequence).setSequence(sequence));
        assertThat(payloads(bob, DataLane.RELIABLE)).containsExactly("1", "2", "5", "6");
    }

    @Test
    void a_channel_that_opens_late_gets_what_it_missed_in_order() {
        Client late = rig.client("late").join();
        late.answer();
        late.subscriber.connected();
        for (int i = 1; i <= 5; i++) ann.sends(DataLane.RELIABLE, Client.packet("" + i).setSequence(i));
        ann.sends(DataLane.LOSSY, Client.packet("lost"));
        late.subscriber.lanes();
        ann.sends(DataLane.RELIABLE, Client.packet("6").setSequence(6));
        assertThat(payloads(late, DataLane.RELIABLE)).containsExactly("1", "2", "3", "4", "5", "6");
        assertThat(payloads(late, DataLane.LOSSY)).isEmpty();
    }

    @Test
    void what_waits_for_a_channel_is_bounded() {
        Client late = rig.client("late").join();
        for (int i = 0; i < 300; i++) ann.sends(DataLane.RELIABLE, Client.packet("x".repeat(1_000)));
        late.subscriber.lanes();
        assertThat(late.received(DataLane.RELIABLE)).hasSizeBetween(50, 100);
    }

    @Test
    void the_same_nonce_counts_once() {
        ByteString nonce = ByteString.copyFrom(new byte[16]);
        ann.sends(DataLane.RELIABLE, DataPacket.newBuilder().setUser(user("1").setNonce(nonce)));
        ann.sends(DataLane.RELIABLE, DataPacket.newBuilder().setUser(user("1").setNonce(nonce)));
        assertThat(payloads(bob, DataLane.RELIABLE)).containsExactly("1");
    }

    @Test
    void the_server_sends_too() {
        Rig.ok(() -> {
            rig.room().sendData(Client.packet("all").setKind(DataPacket.Kind.RELIABLE).build());
            rig.room().sendData(Client.packet("one").setKind(DataPacket.Kind.LOSSY).addDestinationIdentities("cy").build());
            return null;
        });
        assertThat(payloads(ann, DataLane.RELIABLE)).containsExactly("all");
        assertThat(payloads(cy, DataLane.LOSSY)).containsExactly("one");
        assertThat(bob.received(DataLane.LOSSY)).isEmpty();
    }

    @Test
    void bytes_that_are_no_packet_harm_nobody() {
        ann.publisher.listener.data(DataLane.RELIABLE, new byte[] {(byte) 0xff, 0x01, 0x02});
        ann.publisher.listener.data(DataLane.RELIABLE, new byte[0]);
        ann.publisher.listener.data(DataLane.DATA_TRACK, new byte[] {1, 2, 3});
        ann.sends(DataLane.RELIABLE, Client.packet("still here"));
        assertThat(payloads(bob, DataLane.RELIABLE)).contains("still here");
    }

    private static UserPacket.Builder user(String payload) {
        return UserPacket.newBuilder().setPayload(ByteString.copyFromUtf8(payload));
    }

    private static List<String> payloads(Client client, DataLane lane) {
        return client.received(lane).stream().map(packet -> packet.getUser().getPayload().toStringUtf8()).toList();
    }
}
