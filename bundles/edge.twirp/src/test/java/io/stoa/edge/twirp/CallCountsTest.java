package io.stoa.edge.twirp;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.metrics.Metric;
import io.stoa.metrics.Metric.Buckets;
import io.stoa.metrics.Metric.Value;
import io.stoa.protocol.livekit.Room;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls in numbers (spec 12). */
class CallCountsTest {
    private final TwirpRoute route = new TwirpRoute();
    private final PlayedRooms rooms = new PlayedRooms();

    @BeforeEach
    void add() {
        route.addEndpoint(rooms, TwirpRouteTest.properties(1));
        rooms.answer = Room.getDefaultInstance();
    }

    private void call(String method) throws Exception {
        route.handle(Exchange.json("/twirp/livekit.RoomService/" + method, "{}"));
    }

    private Metric metric(String name) {
        return route.metrics().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void calls_are_counted_by_how_they_end() throws Exception {
        call("CreateRoom");
        call("CreateRoom");
        rooms.error = new RpcException(RpcCode.NOT_FOUND, "no such room");
        call("CreateRoom");
        rooms.error = new RpcException(RpcCode.UNAVAILABLE, "not now");
        call("CreateRoom");
        call("InventRoom");
        route.handle(Exchange.json("/twirp/livekit.Unheard/Of", "{}"));
        assertThat(metric("livekit_node_twirp_request_status").series()).containsExactlyInAnyOrder(
                status("CreateRoom", "200", "", 2),
                status("CreateRoom", "4xx", "not_found", 1),
                status("CreateRoom", "5xx", "unavailable", 1),
                status("", "4xx", "bad_route", 1));
        assertThat(metric("livekit_node_twirp_request_latency_ms").series()).anySatisfy(one -> {
            assertThat(one.labels()).isEqualTo(Map.of("service", "RoomService", "method", "CreateRoom", "status", "200"));
            assertThat(((Buckets) one).counts().stream().mapToLong(Long::longValue).sum()).isEqualTo(2);
        });
    }

    private static Metric.Series status(String method, String status, String code, double count) {
        return new Value(Map.of("service", "RoomService", "method", method, "status", status, "code", code), count);
    }
}
