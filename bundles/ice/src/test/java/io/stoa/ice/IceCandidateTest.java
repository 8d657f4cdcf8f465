package io.stoa.ice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IceCandidateTest {
    /** RFC 5769 section 2.1: a request with FINGERPRINT and MESSAGE-INTEGRITY, password VOkJxbRl1RmTxUk/WvJxBt. */
    private static final byte[] RFC5769 = HexFormat.of()
            .parseHex("000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36"
                    + "000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf");

    @Test
    void the_published_test_vector_is_read_and_verified() {
        var decoded = new Stun().decode(RFC5769, 0, RFC5769.length);
        assertThat(decoded.drop()).isNull();
        assertThat(decoded.message().username()).isEqualTo("evtj:h6vY");
        assertThat(decoded.message().priority()).isEqualTo(0x6e0001ffL);
        assertThat(StunMessageTest.integrityFits(RFC5769, 0, RFC5769.length, "VOkJxbRl1RmTxUk/WvJxBt")).isTrue();
        assertThat(StunMessageTest.integrityFits(RFC5769, 0, RFC5769.length, "another")).isFalse();
        assertThat(StunPeek.localUfrag(RFC5769, 0, RFC5769.length)).isEqualTo("evtj");
    }

    @Test
    void candidates_of_browsers_are_read() throws Exception {
        var udp = IceCandidate.parse("candidate:3498373571 1 udp 2113937151 192.168.1.7 51472 typ host generation 0 ufrag RgIj network-cost 999");
        assertThat(udp.address()).isEqualTo(TransportAddress.of("192.168.1.7", 51472));
        assertThat(udp.ufrag()).isEqualTo("RgIj");
        var tcp = IceCandidate.parse("a=candidate:1 1 TCP 1518280447 ::1 9 typ host tcptype active");
        assertThat(tcp.protocol()).isEqualTo(Flow.Protocol.TCP);
        assertThat(tcp.tcpType()).isEqualTo("active");
    }

    @Test
    void ours_have_the_priorities_of_the_field() {
        var tcp = IceCandidate.host(Flow.Protocol.TCP, TransportAddress.of("127.0.0.1", 7881), 0, "u");
        assertThat(tcp.priority()).isEqualTo(1_671_430_143L);
        var udp = IceCandidate.host(Flow.Protocol.UDP, TransportAddress.of("127.0.0.1", 7882), 0, "u");
        assertThat(udp.priority()).isEqualTo(2_130_706_431L);
        assertThat(udp.toSdp()).endsWith("127.0.0.1 7882 typ host ufrag u");
    }

    @ParameterizedTest
    @CsvSource({
        "candidate:1 1 udp 1 0f0e1a2b-1c1d-4e5f-8a9b-000000000000.local 5 typ host, mDNS, ICE_CANDIDATE_MDNS",
        "candidate:1 1 udp 1 A.LOCAL 5 typ host, mDNS, ICE_CANDIDATE_MDNS",
        "candidate:1 2 udp 1 1.2.3.4 5 typ host, component, ICE_CANDIDATE_UNUSABLE",
        "candidate:1 1 sctp 1 1.2.3.4 5 typ host, udp and tcp, ICE_CANDIDATE_UNUSABLE",
        "candidate:1 1 udp 1 example.com 5 typ host, address, ICE_CANDIDATE_MALFORMED",
        "candidate:1 1 udp 1 1.2.3.4 65536 typ host, address, ICE_CANDIDATE_MALFORMED",
        "candidate:1 1 udp 1 1.2.3.4 5 host, typ, ICE_CANDIDATE_MALFORMED",
        "nonsense, candidate:, ICE_CANDIDATE_MALFORMED",
    })
    void what_cannot_be_used_says_why(String line, String why, Drop drop) {
        assertThatThrownBy(() -> IceCandidate.parse(line)).hasMessageContaining(why).isInstanceOfSatisfying(IceException.class, e -> assertThat(e.drop()).isEqualTo(drop));
    }
}
