package io.stoa.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TransportAddressTest {
    @Test
    void both_families_survive_the_round_trip() {
        for (String literal : new String[] {"127.0.0.1", "203.0.113.9", "::1", "2001:db8::7"}) {
            var address = TransportAddress.of(literal, 7882);
            assertThat(TransportAddress.of(address.socketAddress())).isEqualTo(address);
        }
    }

    @Test
    void knows_its_family_and_loopback() {
        assertThat(TransportAddress.of("127.9.9.9", 1).isLoopback()).isTrue();
        assertThat(TransportAddress.of("::1", 1).isLoopback()).isTrue();
        assertThat(TransportAddress.of("2001:db8::1", 1).isIpv4()).isFalse();
        assertThat(TransportAddress.of("10.0.0.1", 1).toString()).isEqualTo("10.0.0.1:1");
    }

    @Test
    void an_impossible_port_is_refused_with_what_is_allowed() {
        assertThatThrownBy(() -> TransportAddress.of("10.0.0.1", 70000)).hasMessageContaining("0 to 65535");
    }
}
