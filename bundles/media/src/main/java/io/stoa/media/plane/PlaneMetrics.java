package io.stoa.media.plane;

import io.stoa.media.MediaPlane.PlaneStats;
import io.stoa.metrics.Metric;
import io.stoa.metrics.Metric.Kind;
import io.stoa.metrics.Metric.Value;
import java.util.List;
import java.util.Map;

/** The sums of the media plane as metrics. */
final class PlaneMetrics {
    private PlaneMetrics() {}

    static List<Metric> of(PlaneStats stats, PlaneSums sums) {
        List<Metric.Series> drops = stats.drops().entrySet().stream().<Metric.Series>map(drop -> new Value(Map.of("reason", drop.getKey()), drop.getValue())).toList();
        return List.of(
                new Metric("livekit_packet_total", Kind.COUNTER, "RTP packets, those sent again included.", ways(stats.packetsIn(), stats.packetsOut())),
                new Metric("livekit_packet_bytes", Kind.COUNTER, "Bytes of RTP packets, those sent again included.", ways(stats.bytesIn(), stats.bytesOut())),
                new Metric("livekit_nack_total", Kind.COUNTER, "Packets asked for again.", ways(sums.feedback.nacksIn(), sums.feedback.nacksOut())),
                new Metric("livekit_pli_total", Kind.COUNTER, "Key frames asked for by PLI.", ways(sums.feedback.plisIn(), sums.feedback.plisOut())),
                new Metric("livekit_fir_total", Kind.COUNTER, "Key frames asked for by FIR.", ways(sums.feedback.firsIn(), 0)),
                sums.turns.metric("stoa_loop_turn_seconds", "How long turns of media loops have taken."),
                Metric.gauge("livekit_track_subscribed_total", "Tracks that somebody is subscribed to, once for each.", Map.of(), stats.subscribedTracks()),
                Metric.gauge("stoa_peers", "WebRTC connections.", Map.of(), stats.peers()),
                new Metric("stoa_drops_total", Kind.COUNTER, "Packets that went no further, by reason.", drops),
                Metric.gauge("stoa_engines_info", "What carries, protects and forwards media.",
                        Map.of("packet_io", stats.packetIo(), "srtp", stats.srtpEngine(), "forwarding", stats.engine()), 1),
                Metric.gauge("stoa_forwarding_engines", "Forwarding engines in charge: 1, or 0 while there is none.", Map.of(), stats.engine().isEmpty() ? 0 : 1),
                Metric.gauge("stoa_forwarding_swap_gap_seconds", "How long the longest subscription had no engine in the last swap.", Map.of(), stats.longestSwapGapNanos() / 1e9));
    }

    /** Of all loops. */
    static List<Metric> of(List<Lateness> loops) {
        return List.of(
                Metric.gauge("stoa_media_longest_pause_seconds", "The longest time by which a media loop was late in the last minute.", Map.of(),
                        loops.stream().mapToLong(Lateness::longest).max().orElse(0) / 1e9),
                new Metric("stoa_media_pauses_total", Kind.COUNTER, "How often a media loop was more than 5 ms late.",
                        List.of(new Value(Map.of(), loops.stream().mapToLong(Lateness::longOnes).sum()))));
    }

    private static List<Metric.Series> ways(long in, long out) {
        return List.of(new Value(Map.of("direction", "incoming"), in), new Value(Map.of("direction", "outgoing"), out));
    }
}
