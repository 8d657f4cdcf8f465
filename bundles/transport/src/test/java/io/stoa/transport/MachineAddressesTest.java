package io.stoa.transport;

import static io.stoa.transport.Station.LOOPBACK;
import static io.stoa.transport.Station.addresses;
import static io.stoa.transport.Station.client;
import static io.stoa.transport.Station.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.media.NodeAddresses.NodeAddress;
import io.stoa.media.PacketLoop.LocalEndpoint;
import io.stoa.transport.Station.Heard;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code rtc.node_ip} and {@code rtc.use_external_ip}: what candidates say is not what sockets are bound to. */
class MachineAddressesTest {
    private static final InetAddress OUTSIDE = InetAddress.ofLiteral("192.0.2.7");
    private static final InetAddress NOBODY = InetAddress.ofLiteral("127.0.0.77");

    /** Longer than anything takes; shorter where the answer is that there is none. */
    private long patience = 60 * Time.SECOND;

    /** Of loopback alone, IPv4 alone. */
    private MachineAddresses here(Object... pairs) throws Exception {
        return new MachineAddresses(only(pairs), patience);
    }

    private static AddressConfig only(Object... pairs) throws Exception {
        Object[] all = Arrays.copyOf(pairs, pairs.length + 2);
        all[pairs.length] = "ips_includes";
        all[pairs.length + 1] = new String[] {"127.0.0.0/8"};
        return addresses(all);
    }

    private MachineAddresses outside(StunServer server, Object... pairs) throws Exception {
        Object[] all = Arrays.copyOf(pairs, pairs.length + 4);
        System.arraycopy(new Object[] {"useExternalIp", true, "stunServers", new String[] {server.name()}}, 0, all, pairs.length, 4);
        return here(all);
    }

    // -- node_ip

    @Test
    void without_it_addresses_are_said_as_they_are() throws Exception {
        assertThat(here().all()).containsExactly(new NodeAddress(LOOPBACK, List.of(LOOPBACK)));
        assertThat(here().primary()).isEqualTo(LOOPBACK);
        assertThat(here().primary(true)).contains(LOOPBACK);
        assertThat(here().primary(false)).isEmpty();
    }

    @Test
    void an_address_stands_for_those_of_its_family_but_not_for_loopback() {
        List<InetAddress> all = List.of(InetAddress.ofLiteral("10.0.0.5"), InetAddress.ofLiteral("2001:db8::5"), LOOPBACK, InetAddress.ofLiteral("::1"));
        assertThat(said("192.0.2.7", all)).containsExactly("192.0.2.7", "2001:db8:0:0:0:0:0:5", "127.0.0.1", "0:0:0:0:0:0:0:1");
        assertThat(said("192.0.2.7, 2001:db8::7", all)).containsExactly("192.0.2.7", "2001:db8:0:0:0:0:0:7", "127.0.0.1", "0:0:0:0:0:0:0:1");
        assertThat(said("192.0.2.7", List.of(LOOPBACK))).as("nothing else is there").containsExactly("192.0.2.7");
    }

    private static List<String> said(String nodeIp, List<InetAddress> locals) {
        return locals.stream().map(local -> MachineAddresses.plain(local, NodeIp.of(nodeIp), locals).said().getFirst().getHostAddress()).toList();
    }

    @Test
    void the_node_is_known_by_it() throws Exception {
        assertThat(here("nodeIp", "192.0.2.7").primary()).isEqualTo(OUTSIDE);
        assertThat(here("nodeIp", "2001:db8::7").primary()).as("IPv6 alone").isEqualTo(InetAddress.ofLiteral("2001:db8::7"));
        assertThat(here("nodeIp", "2001:db8::7").primary(true)).contains(LOOPBACK);
        assertThat(here("nodeIp", "192.0.2.7,2001:db8::7").primary(false)).contains(InetAddress.ofLiteral("2001:db8::7"));
    }

    @Test
    void a_machine_with_ipv6_alone_is_known_by_that() throws Exception {
        InetAddress six = InetAddress.ofLiteral("::1");
        assumeTrue(NetworkInterface.getByInetAddress(six) != null);
        var here = new MachineAddresses(addresses("ips_includes", new String[] {"::1/128"}));
        assertThat(here.primary()).isEqualTo(six);
        assertThat(here.primary(true)).isEmpty();
        assertThat(here.primary(false)).contains(six);
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.com", "1,2,3", "192.0.2.1,192.0.2.2", "192.0.2.1,"})
    void nonsense_is_refused_with_what_is_allowed(String nodeIp) {
        assertThatThrownBy(() -> here("nodeIp", nodeIp)).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("rtc.node_ip is '" + nodeIp + "'");
    }

    @Test
    void filters_that_leave_nothing_are_told() {
        assertThatThrownBy(() -> new MachineAddresses(addresses("ips_includes", new String[] {"203.0.113.0/24"})))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("rtc.ips");
        assertThatThrownBy(() -> new MachineAddresses(addresses("interfaces_includes", new String[] {"none0"})))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("rtc.interfaces");
    }

    @Test
    void candidates_of_every_protocol_name_it_with_the_ports_of_sockets_that_are_bound_here() throws Exception {
        int tcp = Station.freeTcpPort();
        int udp = Station.freePorts(1);
        try (Station station = new Station("nodeIp", "192.0.2.7", "udpPort", "" + udp, "tcpPort", tcp);
                DatagramSocket client = client(station.address(0, Flow.Protocol.UDP))) {
            List<LocalEndpoint> endpoints = station.on(0, () -> station.loop(0).lease().endpoints());
            Set<String> said = endpoints.stream().filter(e -> e.address().isIpv4()).map(e -> e.protocol() + " " + e.advertised()).collect(Collectors.toSet());
            assertThat(said).containsExactlyInAnyOrder("UDP [192.0.2.7:" + udp + "]", "TCP [192.0.2.7:" + tcp + "]");
            say(client, "hello");
            Heard heard = station.ears.getFirst().next();
            assertThat(heard.flow().local).as("flows know the real one").isEqualTo(TransportAddress.of(LOOPBACK, udp));
        }
    }

    @Test
    void a_port_of_its_own_is_named_so_too() throws Exception {
        int first = Station.freePorts(40);
        try (Station station = new Station("nodeIp", "192.0.2.7", "portRangeStart", first, "portRangeEnd", first + 39)) {
            List<LocalEndpoint> endpoints = station.on(0, () -> station.loop(0).lease().endpoints());
            assertThat(endpoints).filteredOn(e -> e.address().isIpv4()).isNotEmpty().allSatisfy(endpoint ->
                    assertThat(endpoint.advertised()).containsExactly(TransportAddress.of(OUTSIDE, endpoint.address().port())));
        }
    }

    // -- use_external_ip

    @Test
    void a_server_is_asked_from_the_port_of_media_and_believed_where_that_is_wanted() throws Exception {
        int port = Station.freePorts(1);
        try (StunServer server = new StunServer(from -> OUTSIDE)) {
            server.confuses = true;
            MachineAddresses here = outside(server, "skipExternalIpValidation", true, "udpPort", "" + port);
            assertThat(here.all()).containsExactly(new NodeAddress(LOOPBACK, List.of(OUTSIDE)));
            assertThat(here.primary()).isEqualTo(OUTSIDE);
            assertThat(here.primary(true)).contains(OUTSIDE);
            assertThat(server.askedFrom).containsOnly(port);
        }
    }

    @Test
    void a_port_that_is_taken_is_no_hindrance() throws Exception {
        try (StunServer server = new StunServer(from -> OUTSIDE); DatagramSocket taken = new DatagramSocket(0, LOOPBACK)) {
            MachineAddresses here = outside(server, "skipExternalIpValidation", true, "udpPort", "" + taken.getLocalPort());
            assertThat(here.primary()).isEqualTo(OUTSIDE);
            assertThat(server.askedFrom).doesNotContain(taken.getLocalPort());
        }
    }

    @Test
    void a_range_of_ports_is_asked_from_too_and_questions_that_get_lost_are_repeated() throws Exception {
        int first = Station.freePorts(40);
        try (StunServer server = new StunServer(from -> OUTSIDE)) {
            server.deafFor = 1;
            MachineAddresses here = outside(server, "skipExternalIpValidation", true, "portRangeStart", first, "portRangeEnd", first + 39);
            assertThat(here.primary()).isEqualTo(OUTSIDE);
            assertThat(server.askedFrom).hasSizeGreaterThan(1).allMatch(port -> port >= first && port < first + 40);
        }
    }

    @Test
    void the_internal_address_is_named_behind_the_external_one_if_it_is_to_be() throws Exception {
        try (StunServer server = new StunServer(from -> OUTSIDE)) {
            MachineAddresses here = outside(server, "skipExternalIpValidation", true, "advertiseInternalIp", true, "externalIpOnly", true);
            assertThat(here.all()).containsExactly(new NodeAddress(LOOPBACK, List.of(OUTSIDE, LOOPBACK)));
        }
        try (StunServer server = new StunServer(from -> from)) {
            assertThat(outside(server, "advertiseInternalIp", true).all()).as("they are the same").containsExactly(new NodeAddress(LOOPBACK, List.of(LOOPBACK)));
        }
    }

    @Test
    void an_external_address_has_to_lead_back() throws Exception {
        patience = 2 * Time.SECOND;
        int port = Station.freePorts(1);
        try (StunServer server = new StunServer(from -> NOBODY)) {
            MachineAddresses here = outside(server, "nodeIp", "192.0.2.9", "udpPort", "" + port);
            assertThat(here.all()).as("node_ip is better").containsExactly(new NodeAddress(LOOPBACK, List.of(InetAddress.ofLiteral("192.0.2.9"))));
            assertThat(outside(server, "udpPort", "" + port).all()).as("than nothing it is").containsExactly(new NodeAddress(LOOPBACK, List.of(NOBODY)));
        }
    }

    @Test
    void what_leads_back_is_believed() throws Exception {
        int port = Station.freePorts(1);
        try (DatagramSocket outside = new DatagramSocket(port, NOBODY); StunServer server = new StunServer(from -> NOBODY)) {
            Thread.startVirtualThread(() -> forward(outside, port));
            assertThat(outside(server, "nodeIp", "192.0.2.9", "udpPort", "" + port).all()).containsExactly(new NodeAddress(LOOPBACK, List.of(NOBODY)));
        }
    }

    /** A NAT that lets everything in. */
    private static void forward(DatagramSocket from, int port) {
        var packet = new DatagramPacket(new byte[1_500], 1_500);
        try {
            while (true) {
                packet.setLength(1_500);
                from.receive(packet);
                packet.setSocketAddress(new InetSocketAddress(LOOPBACK, port));
                from.send(packet);
            }
        } catch (IOException e) {
            assertThat(from.isClosed()).isTrue();
        }
    }

    @Test
    void where_no_server_answers_addresses_are_said_as_if_nobody_had_been_asked() throws Exception {
        patience = 2 * Time.SECOND;
        try (StunServer server = new StunServer(from -> null)) {
            assertThat(outside(server).all()).containsExactly(new NodeAddress(LOOPBACK, List.of(LOOPBACK)));
            assertThat(outside(server, "nodeIp", "192.0.2.9", "externalIpOnly", true).all())
                    .containsExactly(new NodeAddress(LOOPBACK, List.of(InetAddress.ofLiteral("192.0.2.9"))));
        }
    }

    @Test
    void of_several_servers_the_first_answer_counts() throws Exception {
        try (StunServer silent = new StunServer(from -> null); StunServer server = new StunServer(from -> OUTSIDE)) {
            MachineAddresses here = here("useExternalIp", true, "skipExternalIpValidation", true,
                    "stunServers", new String[] {"nobody.invalid:3478", silent.name(), server.name()});
            assertThat(here.primary()).isEqualTo(OUTSIDE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":3478", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:0", "127.0.0.1:65536"})
    void a_server_that_is_none_is_told_with_its_key(String server) {
        assertThatThrownBy(() -> here("useExternalIp", true, "stunServers", new String[] {server}))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("rtc.stun_servers").hasMessageContaining("'" + server + "'");
    }

    @Test
    void several_local_addresses_have_an_external_one_each_and_those_without_are_left_out_if_they_are_to_be() throws Exception {
        InetAddress a = LOOPBACK;
        InetAddress b = InetAddress.ofLiteral("127.0.0.2");
        InetAddress c = InetAddress.ofLiteral("127.0.0.3");
        InetAddress six = InetAddress.ofLiteral("2001:db8::5");
        List<InetAddress> locals = List.of(a, b, c, six);
        try (StunServer server = new StunServer(from -> from.equals(c) ? InetAddress.ofLiteral("192.0.2.8") : OUTSIDE)) {
            var mapped = new ExternalAddresses(new StunServerList(List.of(server.name())), List.of(0), false).of(locals.subList(0, 3), patience);
            assertThat(mapped).as("each stands for one").hasSize(2).containsEntry(a, OUTSIDE).containsEntry(c, InetAddress.ofLiteral("192.0.2.8"));
            assertThat(MachineAddresses.mapped(locals, mapped, only())).extracting(NodeAddress::said)
                    .containsExactly(List.of(OUTSIDE), List.of(b), List.of(InetAddress.ofLiteral("192.0.2.8")), List.of(six));
            assertThat(MachineAddresses.mapped(locals, mapped, only("externalIpOnly", true))).extracting(NodeAddress::local).containsExactly(a, c, six);
        }
    }

    @Test
    void an_ipv6_address_is_understood() throws Exception {
        InetAddress six = InetAddress.ofLiteral("2001:db8::7");
        try (StunServer server = new StunServer(from -> six)) {
            assertThat(outside(server, "skipExternalIpValidation", true).primary(false)).isEqualTo(Optional.of(six));
        }
    }
}
