package io.stoa.ops.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.metrics.HistogramFamily;
import io.stoa.metrics.Metric;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpositionTest {
    private final Exposition exposition = new Exposition(Exposition.Format.PROMETHEUS, Map.of("node_id", "ND_1"));

    @Test
    void names_stay_as_they_are_whatever_their_type_is() {
        exposition.add(Metric.counter("livekit_node_messages", "Messages.", Map.of("type", "signal"), 3));
        exposition.add(Metric.gauge("livekit_room_total", "Rooms.", Map.of(), 2));
        assertThat(exposition.text()).isEqualTo("""
                # HELP livekit_node_messages Messages.
                # TYPE livekit_node_messages counter
                livekit_node_messages{type="signal",node_id="ND_1"} 3
                # HELP livekit_room_total Rooms.
                # TYPE livekit_room_total gauge
                livekit_room_total{node_id="ND_1"} 2
                """);
    }

    @Test
    void open_metrics_has_the_same_names() {
        Exposition open = new Exposition(Exposition.Format.OPEN_METRICS, Map.of());
        open.add(Metric.counter("livekit_node_messages", "Messages.", Map.of("type", "signal"), 3));
        open.add(Metric.counter("livekit_packet_total", "\"Packets\".", Map.of(), 4));
        open.add(Metric.gauge("livekit_room_total", "Rooms.", Map.of(), 2));
        HistogramFamily waits = new HistogramFamily("waits", "Waits.", List.of(10.0));
        waits.observe(1);
        open.add(waits.metric());
        assertThat(open.text()).isEqualTo("""
                # HELP livekit_node_messages Messages.
                # TYPE livekit_node_messages unknown
                livekit_node_messages{type="signal"} 3
                # HELP livekit_packet \\"Packets\\".
                # TYPE livekit_packet counter
                livekit_packet_total 4
                # HELP livekit_room_total Rooms.
                # TYPE livekit_room_total gauge
                livekit_room_total 2
                # HELP waits Waits.
                # TYPE waits histogram
                waits_bucket{le="10.0"} 1
                waits_bucket{le="+Inf"} 1
                waits_sum 1
                waits_count 1
                # EOF
                """);
        assertThat(Exposition.Format.accepted("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2")).isEqualTo(Exposition.Format.OPEN_METRICS);
        assertThat(Exposition.Format.accepted("text/plain")).isEqualTo(Exposition.Format.PROMETHEUS);
        assertThat(Exposition.Format.accepted(null)).isEqualTo(Exposition.Format.PROMETHEUS);
    }

    @Test
    void buckets_count_all_that_is_smaller() {
        HistogramFamily waits = new HistogramFamily("waits", "Waits.", List.of(0.5, 10.0));
        for (double wait : new double[] {0.25, 3, 4, 50}) waits.observe(wait);
        exposition.add(waits.metric());
        assertThat(exposition.text()).isEqualTo("""
                # HELP waits Waits.
                # TYPE waits histogram
                waits_bucket{le="0.5"} 1
                waits_bucket{le="10"} 3
                waits_bucket{le="+Inf"} 4
                waits_sum 57.25
                waits_count 4
                """);
    }

    @Test
    void who_reports_the_same_adds_up() {
        for (int i = 0; i < 2; i++) {
            exposition.add(Metric.gauge("rooms", "Rooms.", Map.of("kind", "a"), 2));
            HistogramFamily waits = new HistogramFamily("waits", "Waits.", List.of(1.0));
            waits.observe(1);
            exposition.add(waits.metric());
        }
        exposition.add(Metric.gauge("rooms", "Rooms.", Map.of("kind", "b"), 1));
        exposition.add(Metric.counter("rooms", "Not what it is elsewhere.", Map.of("kind", "c"), 1));
        assertThat(exposition.text()).contains("rooms{kind=\"a\"} 4", "rooms{kind=\"b\"} 1", "waits_bucket{le=\"1\"} 2", "waits_sum 2", "waits_count 2")
                .doesNotContain("kind=\"c\"");
    }

    @Test
    void what_guests_have_chosen_cannot_break_out() {
        exposition.add(Metric.gauge("a", "One\nline\\.", Map.of("name", "x\"} 1\nb{c=\"\\"), 1));
        assertThat(exposition.text()).isEqualTo("# HELP a One\\nline\\\\.\n# TYPE a gauge\na{name=\"x\\\"} 1\\nb{c=\\\"\\\\\"} 1\n");
    }

    @Test
    void a_metric_without_numbers_is_not_there() {
        exposition.add(new Metric("a", Metric.Kind.COUNTER, "Nothing yet.", List.of()));
        assertThat(exposition.text()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "-3, -3", "0.5, 0.5", "1e14, 100000000000000", "1e300, 1.0E300", "NaN, NaN", "Infinity, +Inf", "-Infinity, -Inf"})
    void numbers(double value, String text) {
        assertThat(Exposition.number(value)).isEqualTo(text);
    }
}
