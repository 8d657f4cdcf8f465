package io.stoa.edge.rtc;

import io.stoa.metrics.CounterFamily;
import io.stoa.metrics.HistogramFamily;
import io.stoa.metrics.Metric;
import io.stoa.metrics.Metric.Kind;
import io.stoa.metrics.Metric.Value;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often each {@link RtcDrop} happened, and how much went well. Sockets have threads of their own, so unlike media's counters these have
 * many writers.
 */
final class RtcCounters {
    private final AtomicLongArray counts = new AtomicLongArray(RtcDrop.values().length);
    private final LongAdder requests = new LongAdder();
    private final LongAdder responses = new LongAdder();
    private final HistogramFamily joinMillis = new HistogramFamily("livekit_session_join_latency_ms", "From a request until its WebSocket was accepted.",
            HistogramFamily.exponential(10, 10_000, 15), "protocol_version");
    private final CounterFamily connected = new CounterFamily("livekit_participant_join_total", "How far participants have come.", "state", "warp");

    void count(RtcDrop drop) {
        counts.incrementAndGet(drop.ordinal());
    }

    void request() {
        requests.increment();
    }

    void response() {
        responses.increment();
    }

    void connected(int protocol, long nanos) {
        connected.count("signal_connected", "");
        joinMillis.observe(nanos / 1e6, Integer.toString(protocol));
    }

    long get(RtcDrop drop) {
        return counts.get(drop.ordinal());
    }

    /** Those that happened at least once. */
    Map<RtcDrop, Long> nonZero() {
        Map<RtcDrop, Long> seen = new EnumMap<>(RtcDrop.class);
        for (RtcDrop drop : RtcDrop.values()) if (get(drop) != 0) seen.put(drop, get(drop));
        return seen;
    }

    /** Spec 12. */
    List<Metric> metrics() {
        long notStarted = get(RtcDrop.SESSION_NOT_STARTED) + get(RtcDrop.NO_SIGNAL_SERVER);
        List<Metric.Series> drops = nonZero().entrySet().stream().<Metric.Series>map(drop -> new Value(Map.of("reason", drop.getKey().name()), drop.getValue())).toList();
        return List.of(
                new Metric("livekit_node_messages", Kind.COUNTER, "Signalling messages.", List.of(
                        message("success", "request", requests.sum()),
                        message("failure", "request", get(RtcDrop.REQUEST_NOT_PROTOBUF) + get(RtcDrop.REQUEST_NOT_JSON)),
                        message("success", "response", responses.sum()),
                        message("failure", "response", get(RtcDrop.RESPONSES_OVERRUN) + get(RtcDrop.CLIENT_GONE)))),
                new Metric("livekit_participant_join_total", Kind.COUNTER, "How far participants have come.", List.of(
                        join("signal_failed", notStarted),
                        join("signal_validation_failed", Math.max(0, get(RtcDrop.REFUSED) - notStarted)),
                        join("signal_upgrade_failed", get(RtcDrop.UPGRADE_FAILED)))),
                connected.metric(),
                joinMillis.metric(),
                new Metric("stoa_signal_drops_total", Kind.COUNTER, "Requests, frames and responses of signalling that went no further, by reason.", drops));
    }

    private static Metric.Series message(String status, String direction, long count) {
        return new Value(Map.of("type", "signal", "status", status, "direction", direction), count);
    }

    private static Metric.Series join(String state, long count) {
        return new Value(Map.of("state", state, "warp", ""), count);
    }
}
