package io.stoa.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.base.TransportAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** To whom is relayed (spec 6.12). */
class PeerRulesTest {
    @ParameterizedTest
    @CsvSource({
        "8.8.8.8, true", "172.32.0.1, true", "172.15.0.1, true", "11.0.0.1, true", "2001:db8::1, true", "100.64.0.1, true",
        "127.0.0.1, false", "127.255.0.1, false", "10.0.0.1, false", "172.16.0.1, false", "192.168.255.1, false", "169.254.0.1, false",
        "224.0.0.251, false", "239.1.1.1, false", "0.0.0.0, false", "0.1.2.3, false", "255.255.255.255, false",
        "::1, false", "::, false", "fc00::1, false", "fd12::1, false", "fe80::1, false", "ff02::1, false",
        "64:ff9b::a00:1, false", "64:ff9b::808:808, true", "2002:7f00:1::1, false", "2002:808:808::1, true"})
    void what_is_behind_this_machine_is_restricted(String host, boolean allowed) {
        assertThat(new PeerRules(List.of(), List.of()).allow(TransportAddress.of(host, 1))).isEqualTo(allowed);
    }

    @Test
    void an_ipv4_address_in_disguise_is_itself() {
        assertThat(new PeerRules(List.of(), List.of()).allow(new TransportAddress(0, 0xffff_7f00_0001L, 1))).isFalse();
    }

    @Test
    void the_restricted_may_be_allowed_and_the_denied_never() {
        PeerRules rules = new PeerRules(List.of("127.0.0.0/8", "10.0.0.0/8", "fc00::/7"), List.of("10.0.5.0/24", "9.9.9.9", "2001:db8::/32"));
        assertThat(rules.allow(TransportAddress.of("127.0.0.1", 1))).isTrue();
        assertThat(rules.allow(TransportAddress.of("10.0.4.255", 1))).isTrue();
        assertThat(rules.allow(TransportAddress.of("10.0.5.1", 1))).isFalse();
        assertThat(rules.allow(TransportAddress.of("192.168.0.1", 1))).isFalse();
        assertThat(rules.allow(TransportAddress.of("fd00::2", 1))).isTrue();
        assertThat(rules.allow(TransportAddress.of("9.9.9.9", 1))).isFalse();
        assertThat(rules.allow(TransportAddress.of("64:ff9b::909:909", 1))).as("by another way").isFalse();
        assertThat(rules.allow(TransportAddress.of("2001:db8::1", 1))).isFalse();
        assertThat(rules.allow(TransportAddress.of("2001:db9::1", 1))).isTrue();
        assertThat(new PeerRules(List.of("0.0.0.0/0", "::/0"), List.of()).allow(TransportAddress.of("127.0.0.1", 1))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "example.com/8", "fc00::/129", "10.0.0.0/8/8"})
    void what_is_no_block_is_named(String block) {
        assertThatThrownBy(() -> new PeerRules(List.of(block), List.of())).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("\"" + block + "\"");
    }
}
