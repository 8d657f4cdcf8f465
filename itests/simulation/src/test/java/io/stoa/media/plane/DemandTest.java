package io.stoa.media.plane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What may wait for a loop, on both sides of its ends. */
class DemandTest {
    private final Demand demand = new Demand();

    @Test
    void tasks() {
        for (int i = 0; i < Demand.MAX_TASKS; i++) assertThat(demand.asks()).isTrue();
        assertThat(demand.asks()).isFalse();
        demand.served();
        assertThat(demand.asks()).isTrue();
        assertThat(demand.asks()).isFalse();
        assertThat(demand.ends()).isTrue();
        assertThat(demand.ends()).as("once").isFalse();
    }

    @Test
    void messages() {
        int largest = (int) Demand.MAX_BYTES - Demand.MESSAGE_COST;
        assertThat(demand.gives(largest + 1)).isFalse();
        assertThat(demand.gives(largest)).isTrue();
        assertThat(demand.gives(0)).isFalse();
        assertThat(demand.taken(largest)).as("two were refused").isEqualTo(2);
        assertThat(demand.gives(0)).isTrue();
        assertThat(demand.taken(0)).isZero();
    }
}
