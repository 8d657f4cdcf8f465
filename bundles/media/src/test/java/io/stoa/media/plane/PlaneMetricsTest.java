package io.stoa.media.plane;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.MediaPlane.PlaneStats;
import io.stoa.metrics.Metric;
import io.stoa.metrics.Metric.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlaneMetricsTest {
    private static List<Metric.Series> of(PlaneStats stats, String name) {
        return of(stats, new PlaneSums(), name);
    }

    private static List<Metric.Series> of(PlaneStats stats, PlaneSums sums, String name) {
        return PlaneMetrics.of(stats, sums).stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow().series();
    }

    @Test
    void sums_become_metrics_under_livekits_names() {
        PlaneStats stats = new PlaneStats(3, 2, 5, 10, 20, 1_000, 2_000, Map.of("SRTP_REPLAY", 7L), "netty-epoll", "portable", "layers 1.2", 1_500_000_000);
        assertThat(of(stats, "livekit_packet_total")).containsExactly(new Value(Map.of("direction", "incoming"), 10), new Value(Map.of("direction", "outgoing"), 20));
        assertThat(of(stats, "livekit_packet_bytes")).containsExactly(new Value(Map.of("direction", "incoming"), 1_000), new Value(Map.of("direction", "outgoing"), 2_000));
        assertThat(of(stats, "livekit_track_subscribed_total")).containsExactly(new Value(Map.of(), 5));
        assertThat(of(stats, "stoa_drops_total")).containsExactly(new Value(Map.of("reason", "SRTP_REPLAY"), 7));
        assertThat(of(stats, "stoa_engines_info")).containsExactly(new Value(Map.of("packet_io", "netty-epoll", "srtp", "portable", "forwarding", "layers 1.2"), 1));
        assertThat(of(stats, "stoa_forwarding_swap_gap_seconds")).containsExactly(new Value(Map.of(), 1.5));
    }

    @Test
    void turns_are_sorted_by_how_long_they_took() {
        PlaneSums sums = new PlaneSums();
        TurnTimes loop = new TurnTimes();
        loop.took(90_000);
        loop.took(3_000_000);
        sums.turns.add(loop);
        sums.turns.add(loop);
        PlaneStats stats = new PlaneStats(0, 0, 0, 0, 0, 0, 0, Map.of(), "netty-epoll", "", "", 0);
        assertThat(of(stats, sums, "stoa_loop_turn_seconds")).singleElement().satisfies(series -> {
            Metric.Buckets buckets = (Metric.Buckets) series;
            assertThat(buckets.counts()).containsExactly(2L, 0L, 0L, 0L, 0L, 2L, 0L, 0L, 0L, 0L);
            assertThat(buckets.sum()).isEqualTo(0.00618);
        });
    }

    @Test
    void a_plane_without_an_engine_says_so() {
        PlaneStats stats = new PlaneStats(0, 0, 0, 0, 0, 0, 0, Map.of(), "netty-epoll", "", "", 0);
        assertThat(of(stats, "stoa_forwarding_engines")).containsExactly(new Value(Map.of(), 0));
        assertThat(of(stats, "stoa_drops_total")).isEmpty();
    }
}
