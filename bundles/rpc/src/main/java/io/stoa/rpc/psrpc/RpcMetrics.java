package io.stoa.rpc.psrpc;

import io.stoa.metrics.CounterFamily;
import io.stoa.metrics.HistogramFamily;
import io.stoa.metrics.Metric;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethod;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** What calls and streams cost, under the names that LiveKit's server has for them (spec 12, rows 39 to 47). Any thread. */
final class RpcMetrics {
    private static final List<Double> MILLIS = List.of(10.0, 50.0, 100.0, 300.0, 500.0, 1_000.0, 1_500.0, 2_000.0, 5_000.0, 10_000.0);
    private static final List<Double> CLAIM_MILLIS = List.of(1.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 3_000.0);
    private static final String STREAM = "stream";

    /** Which side of a call this is. */
    enum Role {
        CLIENT,
        SERVER;

        private final String label = name().toLowerCase(java.util.Locale.ROOT);
    }

    private final HistogramFamily requests =
            new HistogramFamily("livekit_psrpc_request_time_ms", "How long calls took.", MILLIS, "role", "kind", "service", "method");
    private final HistogramFamily sends = new HistogramFamily(
            "livekit_psrpc_stream_send_time_ms", "How long messages of streams took until they were acknowledged.", MILLIS, "role", "service", "method");
    private final CounterFamily received =
            new CounterFamily("livekit_psrpc_stream_receive_total", "Messages of streams that have come.", "role", "service", "method");
    private final CounterFamily errors =
            new CounterFamily("livekit_psrpc_error_total", "Calls and streams that have failed.", "role", "kind", "service", "method", "error_code");
    private final CounterFamily asked = new CounterFamily("livekit_psrpc_requests_received_total", "Requests that have come.", "service", "method");
    private final CounterFamily expired =
            new CounterFamily("livekit_psrpc_requests_expired_total", "Requests that came when nobody waited any more.", "service", "method");
    private final HistogramFamily claims = new HistogramFamily(
            "livekit_psrpc_claim_wait_time_ms", "How long claims waited to be granted.", CLAIM_MILLIS, "service", "method", "outcome");
    private final Map<List<String>, LongAdder> bytes = new ConcurrentHashMap<>();
    private final Map<List<String>, LongAdder> streams = new ConcurrentHashMap<>();

    private static String kind(RpcMethod<?, ?> method) {
        return switch (method.kind()) {
            case MULTI -> "multirpc";
            case STREAM -> STREAM;
            case CLAIM, AFFINITY, SINGLE, EVENT -> "rpc";
        };
    }

    private static double millis(long nanos) {
        return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    void took(Role role, RpcMethod<?, ?> method, long nanos) {
        requests.observe(millis(nanos), role.label, kind(method), method.service(), method.name());
    }

    void failed(Role role, RpcMethod<?, ?> method, RpcException why) {
        errors.count(role.label, kind(method), method.service(), method.name(), Codes.text(why.code()));
    }

    /** Bodies without what is around them. */
    void bytes(Role role, RpcMethod<?, ?> method, boolean out, int count) {
        bytes.computeIfAbsent(List.of(role.label, kind(method), method.service(), method.name(), out ? "tx" : "rx"), key -> new LongAdder()).add(count);
    }

    void asked(RpcMethod<?, ?> method) {
        asked.count(method.service(), method.name());
    }

    void expired(RpcMethod<?, ?> method) {
        expired.count(method.service(), method.name());
    }

    /** @param outcome {@code granted}, {@code lost} to somebody else, or {@code timeout} */
    void claimed(RpcMethod<?, ?> method, String outcome, long nanos) {
        claims.observe(millis(nanos), method.service(), method.name(), outcome);
    }

    void opened(Role role, RpcMethod<?, ?> method) {
        open(role, method).increment();
    }

    void closed(Role role, RpcMethod<?, ?> method) {
        open(role, method).decrement();
    }

    private LongAdder open(Role role, RpcMethod<?, ?> method) {
        return streams.computeIfAbsent(List.of(role.label, method.service(), method.name()), key -> new LongAdder());
    }

    void sent(Role role, RpcMethod<?, ?> method, long nanos) {
        sends.observe(millis(nanos), role.label, method.service(), method.name());
    }

    void received(Role role, RpcMethod<?, ?> method) {
        received.count(role.label, method.service(), method.name());
    }

    List<Metric> all() {
        List<Metric.Series> sizes = bytes.entrySet().stream().<Metric.Series>map(one -> new Metric.Value(
                Map.of("role", one.getKey().get(0), "kind", one.getKey().get(1), "service", one.getKey().get(2), "method", one.getKey().get(3),
                        "direction", one.getKey().get(4)), one.getValue().sum())).toList();
        List<Metric.Series> counts = streams.entrySet().stream().<Metric.Series>map(one -> new Metric.Value(
                Map.of("role", one.getKey().get(0), "service", one.getKey().get(1), "method", one.getKey().get(2)), one.getValue().sum())).toList();
        return Stream.concat(
                Stream.of(requests.metric(), sends.metric(), received.metric(), errors.metric(), asked.metric(), expired.metric(), claims.metric()),
                Stream.of(
                        new Metric("livekit_psrpc_bytes_total", Metric.Kind.COUNTER, "Bytes of requests and answers.", sizes),
                        new Metric("livekit_psrpc_stream_count", Metric.Kind.GAUGE, "Streams that are open.", counts))).toList();
    }
}
