package io.stoa.transport;

import static io.stoa.transport.Station.LOOPBACK;
import static io.stoa.transport.Station.client;
import static io.stoa.transport.Station.config;
import static io.stoa.transport.Station.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.media.PacketLoop.LocalEndpoint;
import io.stoa.transport.Station.Heard;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code rtc.node_ip}: what candidates say is not what sockets are bound to. */
class NodeAddressesTest {
    private static final List<InetAddress> LOCAL =
            List.of(InetAddress.ofLiteral("10.0.0.5"), InetAddress.ofLiteral("2001:db8::5"), LOOPBACK, InetAddress.ofLiteral("::1"));

    private static String said(String nodeIp, List<InetAddress> local, String bound) {
        return NodeAddresses.of(nodeIp, local).endpoint(Flow.Protocol.UDP, TransportAddress.of(bound, 7)).advertised().toString();
    }

    @Test
    void without_it_addresses_are_said_as_they_are() {
        for (InetAddress address : LOCAL) {
            TransportAddress bound = TransportAddress.of(address, 7);
            assertThat(NodeAddresses.of("", LOCAL).endpoint(Flow.Protocol.TCP, bound)).isEqualTo(new LocalEndpoint(Flow.Protocol.TCP, bound));
        }
    }

    @Test
    void an_address_stands_for_those_of_its_family_but_not_for_loopback() {
        assertThat(said("192.0.2.7", LOCAL, "10.0.0.5")).isEqualTo("192.0.2.7:7");
        assertThat(said("192.0.2.7", LOCAL, "2001:db8::5")).isEqualTo("[2001:db8:0:0:0:0:0:5]:7");
        assertThat(said("192.0.2.7, 2001:db8::7", LOCAL, "2001:db8::5")).isEqualTo("[2001:db8:0:0:0:0:0:7]:7");
        assertThat(said("192.0.2.7", LOCAL, "127.0.0.1")).isEqualTo("127.0.0.1:7");
        assertThat(said("192.0.2.7", List.of(LOOPBACK), "127.0.0.1")).as("nothing else is there").isEqualTo("192.0.2.7:7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.com", "1,2,3", "192.0.2.1,192.0.2.2", "192.0.2.1,"})
    void nonsense_is_refused_with_what_is_allowed(String nodeIp) {
        assertThatThrownBy(() -> NodeAddresses.of(nodeIp, LOCAL)).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("rtc.node_ip is '" + nodeIp + "'");
    }

    @Test
    void candidates_of_every_protocol_name_it_with_the_ports_of_sockets_that_are_bound_here() throws Exception {
        int tcp = Station.freeTcpPort();
        int udp = Station.freePorts(1);
        try (Station station = new Station(config("nodeIp", "192.0.2.7", "udpPort", "" + udp, "tcpPort", tcp));
                DatagramSocket client = client(station.address(0, Flow.Protocol.UDP))) {
            List<LocalEndpoint> endpoints = station.on(0, () -> station.loop(0).lease().endpoints());
            Set<String> said = endpoints.stream().filter(e -> e.address().isIpv4()).map(e -> e.protocol() + " " + e.advertised()).collect(Collectors.toSet());
            assertThat(said).containsExactlyInAnyOrder("UDP 192.0.2.7:" + udp, "TCP 192.0.2.7:" + tcp);
            say(client, "hello");
            Heard heard = station.ears.getFirst().next();
            assertThat(heard.flow().local).as("flows know the real one").isEqualTo(TransportAddress.of(LOOPBACK, udp));
        }
    }

    @Test
    void a_port_of_its_own_is_named_so_too() throws Exception {
        int first = Station.freePorts(40);
        try (Station station = new Station(config("nodeIp", "192.0.2.7", "portRangeStart", first, "portRangeEnd", first + 39))) {
            List<LocalEndpoint> endpoints = station.on(0, () -> station.loop(0).lease().endpoints());
            assertThat(endpoints).filteredOn(e -> e.address().isIpv4()).isNotEmpty().allSatisfy(endpoint -> {
                assertThat(endpoint.advertised().host()).isEqualTo("192.0.2.7");
                assertThat(endpoint.advertised().port()).isEqualTo(endpoint.address().port());
            });
        }
    }
}
