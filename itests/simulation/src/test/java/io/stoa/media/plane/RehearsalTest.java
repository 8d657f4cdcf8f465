package io.stoa.media.plane;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.NegotiationException;
import io.stoa.srtp.portable.PortableSrtpEngine;
import org.junit.jupiter.api.Test;

class RehearsalTest {
    @Test
    void two_connections_in_memory_find_each_other_and_play() throws NegotiationException {
        assertThat(new Rehearsal(new PortableSrtpEngine(), () -> false).play()).isPositive();
    }

    @Test
    void guests_come_first() throws NegotiationException {
        assertThat(new Rehearsal(new PortableSrtpEngine(), () -> true).play()).isZero();
    }
}
