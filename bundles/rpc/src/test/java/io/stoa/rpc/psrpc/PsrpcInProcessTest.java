package io.stoa.rpc.psrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.cluster.MessageBus;
import io.stoa.metrics.Metric;
import io.stoa.protocol.livekit.DeleteRoomRequest;
import io.stoa.protocol.livekit.DeleteRoomResponse;
import io.stoa.rpc.InProcessMessageBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PsrpcInProcessTest extends PsrpcScenarios {
    private final InProcessMessageBus bus = new InProcessMessageBus();

    @Override
    protected MessageBus bus() {
        return bus;
    }

    @Test
    void both_sides_count_what_calls_cost() throws Exception {
        bob.serve(RpcMethods.DELETE_ROOM.at("r"), (request, context) -> {
            if (request.getRoom().isEmpty()) throw new RpcException(RpcCode.NOT_FOUND, "no");
            return DeleteRoomResponse.getDefaultInstance();
        });
        ann.call(RpcMethods.DELETE_ROOM.at("r"), DeleteRoomRequest.newBuilder().setRoom("r").build());
        assertThatThrownBy(() -> ann.call(RpcMethods.DELETE_ROOM.at("r"), DeleteRoomRequest.getDefaultInstance())).isInstanceOf(RpcException.class);
        Map<String, String> method = Map.of("service", "Room", "method", "DeleteRoom");
        assertThat(value(bob, "livekit_psrpc_requests_received_total", method)).isEqualTo(2);
        assertThat(value(ann, "livekit_psrpc_request_time_ms", with(method, "role", "client", "kind", "rpc"))).isEqualTo(2);
        assertThat(value(bob, "livekit_psrpc_request_time_ms", with(method, "role", "server", "kind", "rpc"))).isEqualTo(2);
        assertThat(value(bob, "livekit_psrpc_claim_wait_time_ms", with(method, "outcome", "granted"))).isEqualTo(2);
        assertThat(value(ann, "livekit_psrpc_error_total", with(method, "role", "client", "kind", "rpc", "error_code", "not_found"))).isEqualTo(1);
        assertThat(value(ann, "livekit_psrpc_bytes_total", with(method, "role", "client", "kind", "rpc", "direction", "tx"))).isEqualTo(3);
    }

    private static Map<String, String> with(Map<String, String> labels, String... more) {
        Map<String, String> all = new HashMap<>(labels);
        for (int i = 0; i < more.length; i += 2) all.put(more[i], more[i + 1]);
        return all;
    }

    private static double value(Psrpc node, String name, Map<String, String> labels) {
        Metric metric = node.metrics().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
        return metric.series().stream().filter(one -> one.labels().equals(labels)).mapToDouble(one -> switch (one) {
            case Metric.Value value -> value.value();
            case Metric.Buckets buckets -> buckets.counts().stream().mapToLong(Long::longValue).sum();
        }).sum();
    }
}
