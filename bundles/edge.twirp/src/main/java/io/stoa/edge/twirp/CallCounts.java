package io.stoa.edge.twirp;

import io.stoa.metrics.CounterFamily;
import io.stoa.metrics.HistogramFamily;
import io.stoa.metrics.Metric;
import io.stoa.protocol.Services;
import io.stoa.rpc.RpcCode;
import java.util.List;

/** How calls ended, and how long they took (spec 12). Any thread. */
final class CallCounts {
    private final CounterFamily ended = new CounterFamily("livekit_node_twirp_request_status", "Calls by how they ended.", "service", "method", "status", "code");
    private final HistogramFamily millis = new HistogramFamily("livekit_node_twirp_request_latency_ms", "How long calls took.",
            List.of(5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0, 30_000.0, 60_000.0), "service", "method", "status");

    void succeeded(String service, String method, long begunNanos) {
        ended(service, method, "200", "", begunNanos);
    }

    void failed(String service, String method, RpcCode code, long begunNanos) {
        ended(service, method, code.httpStatus < 500 ? "4xx" : "5xx", code.text, begunNanos);
    }

    private void ended(String service, String method, String status, String code, long begunNanos) {
        String shortName = service.substring(service.lastIndexOf('.') + 1);
        var descriptor = Services.all().get(service);
        String known = descriptor != null && descriptor.findMethodByName(method) != null ? method : ""; // callers invent names
        ended.count(shortName, known, status, code);
        millis.observe((System.nanoTime() - begunNanos) / 1e6, shortName, known, status);
    }

    List<Metric> metrics() {
        return List.of(ended.metric(), millis.metric());
    }
}
