package io.stoa.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class FamiliesTest {
    @Test
    void a_counter_for_each_set_of_labels() {
        CounterFamily calls = new CounterFamily("calls", "Calls.", "method", "status");
        calls.count("join", "ok");
        calls.count("join", "ok");
        calls.count("leave", "ok");
        assertThat(calls.get("join", "ok")).isEqualTo(2);
        Metric metric = calls.metric();
        assertThat(metric.kind()).isEqualTo(Metric.Kind.COUNTER);
        assertThat(metric.series()).containsExactlyInAnyOrder(
                new Metric.Value(Map.of("method", "join", "status", "ok"), 2), new Metric.Value(Map.of("method", "leave", "status", "ok"), 1));
        assertThatThrownBy(() -> calls.count("join")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void guests_cannot_invent_series_without_end() {
        CounterFamily names = new CounterFamily("names", "Names.", "name");
        for (int i = 0; i < 3 * LabelSets.MOST; i++) names.count("guest " + i);
        assertThat(names.metric().series()).hasSize(LabelSets.MOST + 1);
        assertThat(names.get(LabelSets.OTHER)).isEqualTo(2 * LabelSets.MOST);
    }

    @Test
    void values_fall_into_the_bucket_whose_bound_they_do_not_exceed() {
        HistogramFamily sizes = new HistogramFamily("sizes", "Sizes.", List.of(1.0, 10.0), "way");
        for (double size : new double[] {0, 1, 1.5, 10, 10.5, 1e9}) sizes.observe(size, "in");
        assertThat(sizes.metric().series()).containsExactly(
                new Metric.Buckets(Map.of("way", "in"), List.of(1.0, 10.0), List.of(2L, 2L, 2L), 0 + 1 + 1.5 + 10 + 10.5 + 1e9));
    }

    @Test
    void bounds_may_grow_by_a_factor() {
        List<Double> bounds = HistogramFamily.exponential(10, 10_000, 4);
        assertThat(bounds).hasSize(4);
        assertThat(bounds.get(0)).isEqualTo(10);
        assertThat(bounds.get(1)).isCloseTo(100, Offset.offset(1e-6));
        assertThat(bounds.get(3)).isCloseTo(10_000, Offset.offset(1e-6));
    }
}
