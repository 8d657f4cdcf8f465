package io.stoa.transport;

import static io.stoa.transport.Station.client;
import static io.stoa.transport.Station.hear;
import static io.stoa.transport.Station.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.transport.Station.Ear;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** UDP by system calls of our own: runs that the kernel cuts and puts together, and what happens where it does not. */
class LinuxUdpTest {
    static final long SEED = 20_261_130;
    /** So that the kernel refuses to cut what the socket sends. */
    static final int SO_NO_CHECK = 11;

    @BeforeEach
    void possible() {
        assumeTrue(LinuxProbe.hindrance() == null, "sockets of our own are not possible here");
    }

    static byte[] numbered(int number, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) number);
        bytes[0] = (byte) (number >> 8);
        bytes[1] = (byte) number;
        return bytes;
    }

    static LinuxSender sender(Station station) {
        return ((NettyLoop) station.loop(0)).sender();
    }

    @Test
    void the_name_says_which_sockets_these_are() throws Exception {
        try (Station station = Station.onUdp()) {
            assertThat(station.io.name()).isEqualTo("netty-epoll, own UDP sockets");
        }
        System.setProperty(LinuxProbe.PROPERTY, "netty");
        try (Station station = Station.onUdp()) {
            assertThat(station.io.name()).isEqualTo("netty-epoll");
        } finally {
            System.clearProperty(LinuxProbe.PROPERTY);
        }
    }

    /** Lengths by chance, in runs: what the one station sends in a turn the other gets, cut as it was, in order for each destination. */
    @Test
    void runs_of_any_lengths_arrive_as_they_were_sent() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        try (Station from = Station.onUdp(); Station to = Station.onTcp(2)) {
            Flow[] flows = new Flow[2];
            for (int i = 0; i < 2; i++) flows[i] = flow(from, to.address(i, Flow.Protocol.UDP));
            for (int turn = 0; turn < 60; turn++) {
                List<List<byte[]>> sent = List.of(new ArrayList<>(), new ArrayList<>());
                int run = 0;
                int length = 0;
                for (int i = 0; i < 80; i++) {
                    if (run-- == 0) {
                        run = random.nextInt(random.nextInt(4) == 0 ? 40 : 5);
                        length = 2 + random.nextInt(1_400);
                    }
                    sent.get(random.nextInt(2)).add(numbered(i, run == 0 ? 2 + random.nextInt(length) : length));
                }
                from.on(0, () -> {
                    for (int i = 0; i < 80; i++)
                        for (int which = 0; which < 2; which++)
                            if (i < sent.get(which).size()) from.loop(0).send(flows[which], sent.get(which).get(i), 0, sent.get(which).get(i).length);
                    return null;
                });
                for (int which = 0; which < 2; which++)
                    for (byte[] expected : sent.get(which))
                        assertThat(to.ears.get(which).next().bytes()).as("seed %d, turn %d", SEED, turn).isEqualTo(expected);
            }
            assertThat(from.<Boolean>on(0, () -> sender(from).cuts())).as("the kernel of this machine cuts").isTrue();
        }
    }

    private static Flow flow(Station from, InetSocketAddress to) throws Exception {
        TransportAddress local = TransportAddress.of(from.address(0, Flow.Protocol.UDP));
        return from.on(0, () -> from.loop(0).flow(Flow.Protocol.UDP, local, TransportAddress.of(to)));
    }

    @Test
    void more_than_a_turn_holds_leaves_in_between() throws Exception {
        try (Station from = Station.onUdp(); Station to = Station.onUdp()) {
            Flow flow = flow(from, to.address(0, Flow.Protocol.UDP));
            for (int round = 0; round < 3; round++) {
                from.on(0, () -> {
                    for (int i = 0; i < 2_500; i++) from.loop(0).send(flow, numbered(i, 20), 0, 20);
                    return null;
                });
                for (int i = 0; i < 2_500; i++) assertThat(to.ears.getFirst().next().bytes()).isEqualTo(numbered(i, 20));
            }
        }
    }

    @Test
    void where_a_run_is_refused_datagrams_leave_one_by_one_from_then_on() throws Exception {
        try (Station station = Station.onUdp(); DatagramSocket client = client(station.address(0, Flow.Protocol.UDP))) {
            Ear ear = station.ears.getFirst();
            say(client, "x");
            Flow flow = ear.next().flow();
            for (int round = 0; round < 2; round++) {
                station.on(0, () -> {
                    LinuxUdpSocket socket = (LinuxUdpSocket) ((UdpSocket.Path) flow.socket).socket();
                    try (Arena arena = Arena.ofConfined()) {
                        LinuxCalls.setsockopt(LinuxCalls.newState(arena), socket.fd(), LinuxCalls.SOL_SOCKET, SO_NO_CHECK, 1);
                    }
                    for (int i = 0; i < 10; i++) station.loop(0).send(flow, ("" + i).getBytes(), 0, 1);
                    return null;
                });
                for (int i = 0; i < 10; i++) assertThat(hear(client)).isEqualTo("" + i);
                assertThat(((LinuxUdpSocket.LinuxPath) flow.socket).cuts).as("to this destination").isFalse();
            }
            assertThat(station.<Long>on(0, () -> ((NettyLoop) station.loop(0)).drops().get(Drop.SEND_FAILED))).isZero();
        }
    }

    /** Nobody can be sent to port 0: that one is lost and counted, what is behind it is not. */
    @Test
    void a_destination_that_is_impossible_costs_only_what_was_for_it() throws Exception {
        try (Station station = Station.onUdp(); DatagramSocket client = client(station.address(0, Flow.Protocol.UDP))) {
            Ear ear = station.ears.getFirst();
            say(client, "x");
            Flow flow = ear.next().flow();
            Flow nowhere = flow(station, new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            station.on(0, () -> {
                station.loop(0).send(flow, "a".getBytes(), 0, 1);
                station.loop(0).send(nowhere, "b".getBytes(), 0, 1);
                station.loop(0).send(flow, "cc".getBytes(), 0, 2);
                return null;
            });
            assertThat(hear(client)).isEqualTo("a");
            assertThat(hear(client)).isEqualTo("cc");
            assertThat(station.<Long>on(0, () -> ((NettyLoop) station.loop(0)).drops().get(Drop.SEND_FAILED))).isEqualTo(1);
        }
    }

    @Test
    void addresses_of_both_kinds_are_what_the_kernel_takes() {
        byte[] narrow = Messages.sockaddr(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 0x1F90));
        assertThat(narrow).containsExactly(2, 0, 0x1F, 0x90, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0);
        byte[] wide = Messages.sockaddr(new InetSocketAddress(InetAddress.ofLiteral("2001:db8::7"), 443));
        assertThat(wide).hasSize(28).startsWith(10, 0, 1, 0xBB, 0, 0, 0, 0, 0x20, 0x01, 0x0d, 0xb8).endsWith(7, 0, 0, 0, 0);
    }

    @Test
    void a_port_that_is_taken_is_told_in_the_words_of_the_system() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(0, Station.LOOPBACK)) {
            assertThatThrownBy(() -> LinuxUdpSocket.open(new InetSocketAddress(Station.LOOPBACK, taken.getLocalPort()), 1 << 16))
                    .isInstanceOf(IOException.class)
                    .hasMessage("Address already in use");
        }
    }
}
