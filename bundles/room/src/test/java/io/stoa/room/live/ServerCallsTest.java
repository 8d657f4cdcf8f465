package io.stoa.room.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.media.DataLane;
import io.stoa.protocol.livekit.DataPacket;
import io.stoa.protocol.livekit.PerformRpcRequest;
import io.stoa.protocol.livekit.RpcAck;
import io.stoa.protocol.livekit.RpcError;
import io.stoa.protocol.livekit.RpcRequest;
import io.stoa.protocol.livekit.RpcResponse;
import io.stoa.room.RoomException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Spec 4.9: the server calls a participant. */
class ServerCallsTest {
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
    void an_answer_comes_back_and_concerns_nobody_else() {
        CompletableFuture<String> call = call("ann", "echo", "x");
        RpcRequest request = asked(ann);
        assertThat(request.getMethod()).isEqualTo("echo");
        assertThat(request.getPayload()).isEqualTo("x");
        assertThat(request.getVersion()).isEqualTo(1);
        assertThat(request.getResponseTimeoutMs()).isEqualTo(5_000);
        acknowledge(ann, request);
        answer(ann, request, RpcResponse.newBuilder().setPayload("e:x"));
        assertThat(call).isCompletedWithValue("e:x");
        assertThat(bob.received(DataLane.RELIABLE)).isEmpty();
    }

    @Test
    void errors_of_the_participant_become_codes_of_the_api() {
        CompletableFuture<String> unsupported = call("ann", "nope", "");
        answer(ann, asked(ann), RpcResponse.newBuilder().setError(RpcError.newBuilder().setCode(1400).setMessage("Method not supported at destination")));
        assertFailed(unsupported, RoomException.Code.INVALID_ARGUMENT, "RpcError 1400: Method not supported at destination");
        CompletableFuture<String> own = call("ann", "fails", "");
        answer(ann, asked(ann), RpcResponse.newBuilder().setError(RpcError.newBuilder().setCode(99).setMessage("no").setData("why")));
        assertFailed(own, RoomException.Code.INTERNAL, "RpcError 99: no: why");
    }

    @Test
    void silence_is_a_connection_timeout_after_two_seconds_and_slowness_a_response_timeout() {
        CompletableFuture<String> silent = call("ann", "echo", "");
        rig.advance(1_900);
        assertThat(silent).isNotDone();
        rig.advance(200);
        assertFailed(silent, RoomException.Code.CANCELED, "RpcError 1501: Connection timeout");

        CompletableFuture<String> slow = call("ann", "echo", "");
        acknowledge(ann, asked(ann));
        rig.advance(4_900);
        assertThat(slow).isNotDone();
        rig.advance(200);
        assertFailed(slow, RoomException.Code.CANCELED, "RpcError 1502: Response timeout");
        answer(ann, asked(ann), RpcResponse.newBuilder().setPayload("late"));
    }

    @Test
    void who_leaves_fails_the_call_and_nobody_may_answer_for_it() {
        CompletableFuture<String> call = call("ann", "echo", "");
        RpcRequest request = asked(ann);
        answer(bob, request, RpcResponse.newBuilder().setPayload("forged"));
        assertThat(call).isNotDone();
        ann.leaves();
        assertFailed(call, RoomException.Code.UNAVAILABLE, "RpcError 1503: Recipient disconnected");
    }

    @Test
    void payloads_are_limited_both_ways() {
        assertFailed(call("ann", "echo", "x".repeat(15_361)), RoomException.Code.MALFORMED, "RpcError 1402: Request payload too large");
        CompletableFuture<String> whole = call("ann", "echo", "x");
        answer(ann, asked(ann), RpcResponse.newBuilder().setPayload("y".repeat(15_360)));
        assertThat(whole).isCompletedWithValue("y".repeat(15_360));
        CompletableFuture<String> call = call("ann", "echo", "x".repeat(15_360));
        answer(ann, asked(ann), RpcResponse.newBuilder().setPayload("y".repeat(15_361)));
        assertFailed(call, RoomException.Code.MALFORMED, "RpcError 1504: Response payload too large");
    }

    @Test
    void nobody_to_call() {
        assertThatThrownBy(() -> rig.room().performRpc(PerformRpcRequest.newBuilder().setDestinationIdentity("ghost").setMethod("m").build()))
                .isInstanceOfSatisfying(RoomException.class, e -> assertThat(e.code()).isEqualTo(RoomException.Code.NOT_FOUND));
    }

    // -- who says what

    /** On its own thread, as an API call is; returns when the participant was asked or the call has failed. */
    private CompletableFuture<String> call(String identity, String method, String payload) {
        PerformRpcRequest request = PerformRpcRequest.newBuilder()
                .setDestinationIdentity(identity)
                .setMethod(method)
                .setPayload(payload)
                .setResponseTimeoutMs(5_000)
                .build();
        try {
            return Rig.ok(() -> rig.room().call(() -> rig.room().calls().call(rig.room().member(identity), request)));
        } catch (AssertionError e) {
            return CompletableFuture.failedFuture(e.getCause());
        }
    }

    private static RpcRequest asked(Client client) {
        List<DataPacket> packets = client.received(DataLane.RELIABLE);
        assertThat(packets).isNotEmpty();
        assertThat(packets.getLast().getParticipantIdentity()).isEqualTo(packets.getLast().getRpcRequest().getId());
        return packets.getLast().getRpcRequest();
    }

    private static void acknowledge(Client client, RpcRequest request) {
        client.sends(DataLane.RELIABLE, DataPacket.newBuilder().setRpcAck(RpcAck.newBuilder().setRequestId(request.getId())));
    }

    private static void answer(Client client, RpcRequest request, RpcResponse.Builder response) {
        client.sends(DataLane.RELIABLE, DataPacket.newBuilder().setRpcResponse(response.setRequestId(request.getId())));
    }

    private static void assertFailed(CompletableFuture<String> call, RoomException.Code code, String message) {
        assertThat(call).isCompletedExceptionally();
        assertThatThrownBy(call::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(RoomException.class, e -> {
                    assertThat(e.code()).isEqualTo(code);
                    assertThat(e).hasMessage(message);
                });
    }
}
