package io.stoa.transport;

import static io.stoa.transport.Station.bindingRequest;
import static io.stoa.transport.Station.hear;
import static io.stoa.transport.Station.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.media.PacketLoop.LocalEndpoint;
import io.stoa.transport.Station.Ear;
import io.stoa.transport.Station.Heard;
import io.stoa.transport.TcpTest.Caller;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A machine that is reached by IPv6. */
class Ipv6Test {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("::1");

    @BeforeEach
    void has_ipv6() throws Exception {
        assumeTrue(NetworkInterface.getByInetAddress(LOOPBACK) != null);
    }

    private static Station station(String... ips) throws Exception {
        return new Station("udpPort", "" + Station.freePorts(1), "tcpPort", Station.freeTcpPort(), "ips_includes", ips);
    }

    private static List<LocalEndpoint> endpoints(Station station) throws Exception {
        return station.on(0, () -> station.loop(0).lease().endpoints());
    }

    private static InetSocketAddress door(Station station, Flow.Protocol protocol, boolean ipv4) throws Exception {
        return endpoints(station).stream().filter(e -> e.protocol() == protocol && e.address().isIpv4() == ipv4).findFirst().orElseThrow().address().socketAddress();
    }

    private static DatagramSocket client(InetSocketAddress to) throws Exception {
        DatagramSocket socket = new DatagramSocket(0, to.getAddress());
        socket.connect(to);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void echo(Ear ear) {
        ear.onBatch = batch -> {
            for (int i = 0; i < batch.size; i++) ear.loop.send(batch.flow[i], batch.slab, batch.offset[i], batch.length[i]);
        };
    }

    @Test
    void datagrams_come_and_go() throws Exception {
        try (Station station = station("::1/128"); DatagramSocket client = client(door(station, Flow.Protocol.UDP, false))) {
            assertThat(endpoints(station)).allMatch(endpoint -> !endpoint.address().isIpv4());
            Ear ear = station.ears.getFirst();
            echo(ear);
            say(client, "hello");
            Heard heard = ear.next();
            assertThat(heard.flow().remote).isEqualTo(TransportAddress.of((InetSocketAddress) client.getLocalSocketAddress()));
            assertThat(heard.flow().local).isEqualTo(TransportAddress.of((InetSocketAddress) client.getRemoteSocketAddress()));
            assertThat(hear(client)).isEqualTo("hello");
        }
    }

    @Test
    void a_flow_that_was_made_to_send_a_check_is_the_one_that_the_answer_comes_by() throws Exception {
        try (Station station = station("::1/128"); DatagramSocket client = client(door(station, Flow.Protocol.UDP, false))) {
            TransportAddress local = TransportAddress.of((InetSocketAddress) client.getRemoteSocketAddress());
            TransportAddress remote = TransportAddress.of((InetSocketAddress) client.getLocalSocketAddress());
            Flow made = station.on(0, () -> {
                Flow flow = station.loop(0).flow(Flow.Protocol.UDP, local, remote);
                byte[] check = bindingRequest("client");
                station.loop(0).send(flow, check, 0, check.length);
                return flow;
            });
            assertThat(hear(client)).isEqualTo(new String(bindingRequest("client")));
            say(client, "answer");
            assertThat(station.ears.getFirst().next().flow()).isSameAs(made);
        }
    }

    @Test
    void callers_are_taken() throws Exception {
        try (Station station = station("::1/128")) {
            Ear ear = station.ears.getFirst();
            station.on(0, () -> ear.ufrag = "peer");
            echo(ear);
            try (Caller caller = new Caller(door(station, Flow.Protocol.TCP, false))) {
                caller.say(bindingRequest("peer"));
                assertThat(ear.next().flow().remote).isEqualTo(TransportAddress.of((InetSocketAddress) caller.socket.getLocalSocketAddress()));
                assertThat(caller.hear()).isEqualTo(new String(bindingRequest("peer")));
            }
        }
    }

    /** As of a client with two addresses, whose checks come by both. */
    @Test
    void both_families_are_flows_of_their_own_on_one_loop() throws Exception {
        try (Station station = station("::1/128", "127.0.0.1/32");
                DatagramSocket six = client(door(station, Flow.Protocol.UDP, false));
                DatagramSocket four = client(door(station, Flow.Protocol.UDP, true))) {
            Ear ear = station.ears.getFirst();
            echo(ear);
            say(six, "six");
            Heard bySix = ear.next();
            say(four, "four");
            Heard byFour = ear.next();
            assertThat(bySix.flow().remote.isIpv4()).isFalse();
            assertThat(byFour.flow().remote.isIpv4()).isTrue();
            assertThat(bySix.thread()).isEqualTo(byFour.thread());
            assertThat(hear(six)).isEqualTo("six");
            assertThat(hear(four)).isEqualTo("four");
        }
    }
}
