package io.stoa.media.plane;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.DataLane;
import org.junit.jupiter.api.Test;

/** How much may happen to a parked connection, on both sides of the ends. */
class WaitingEventsTest {
    private final WaitingEvents events = new WaitingEvents();

    @Test
    void events() {
        for (int i = 0; i < WaitingEvents.MAX_EVENTS; i++) events.offerNeeded();
        assertThat(events.overrun()).isFalse();
        events.data(DataLane.LOSSY, new byte[1]);
        assertThat(events.overrun()).as("that may be lost").isFalse();
        events.offerNeeded();
        assertThat(events.overrun()).isTrue();
    }

    @Test
    void bytes() {
        events.data(DataLane.RELIABLE, new byte[WaitingEvents.MAX_BYTES]);
        events.data(DataLane.LOSSY, new byte[1]);
        assertThat(events.overrun()).isFalse();
        events.data(DataLane.RELIABLE, new byte[1]);
        assertThat(events.overrun()).isTrue();
    }
}
