package io.stoa.transport;

import static io.stoa.transport.Station.client;
import static io.stoa.transport.Station.hear;
import static io.stoa.transport.Station.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.base.Flow;
import io.stoa.media.PacketLoop.PortLease;
import io.stoa.transport.Station.Ear;
import java.net.DatagramSocket;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sockets of our own and Netty's take ports over from each other while packets come and go. */
class SocketsSwapTest {
    @BeforeEach
    void possible() {
        assumeTrue(LinuxProbe.hindrance() == null, "sockets of our own are not possible here");
    }

    /** Numbers go round: what comes back is said again, one higher. */
    @Test
    void every_datagram_is_answered_whoever_has_the_port() throws Exception {
        try (Station station = Station.onUdp(); DatagramSocket client = client(station.address(0, Flow.Protocol.UDP))) {
            Ear ear = station.ears.getFirst();
            ear.onBatch = batch -> {
                for (int i = 0; i < batch.size; i++) ear.loop.send(batch.flow[i], batch.slab, batch.offset[i], batch.length[i]);
            };
            say(client, "first");
            Flow flow = ear.next().flow();
            assertThat(hear(client)).isEqualTo("first");
            AtomicInteger said = new AtomicInteger();
            AtomicInteger heard = new AtomicInteger();
            Thread speaker = Thread.ofPlatform().start(() -> {
                try {
                    while (!Thread.currentThread().isInterrupted()) {
                        for (int i = 0; i < 8; i++) say(client, String.valueOf(said.getAndIncrement()));
                        for (int i = 0; i < 8; i++) assertThat(hear(client)).isEqualTo(String.valueOf(heard.getAndIncrement()));
                    }
                } catch (Exception | AssertionError e) {
                    heard.set(Integer.MIN_VALUE);
                }
            });
            for (int i = 0; i < 20; i++) {
                String next = i % 2 == 0 ? "netty" : "own";
                assertThat(station.io.sockets(next)).isEqualTo(next);
                assertThat(station.io.sockets()).isEqualTo(next);
                assertThat(station.<UdpSocket>on(0, () -> ((UdpSocket.Path) flow.socket).socket())).isInstanceOf(i % 2 == 0 ? NettyUdpSocket.class : LinuxUdpSocket.class);
                int before = heard.get();
                while (heard.get() < before + 32 && heard.get() >= 0) Thread.onSpinWait();
            }
            speaker.interrupt();
            speaker.join();
            assertThat(heard.get()).as("answers to %s", said).isEqualTo(said.get()).isPositive();
            assertThat(station.<Flow>on(0, () -> ((UdpSocket.Path) flow.socket).socket().flows.get(flow.remote.socketAddress()))).as("the flow is the same").isSameAs(flow);
        }
    }

    @Test
    void ports_that_wait_for_a_peer_go_over_too() throws Exception {
        int first = Station.freePorts(60);
        try (Station station = new Station("portRangeStart", first, "portRangeEnd", first + 59)) {
            PortLease lease = station.on(0, () -> station.loop(0).lease());
            station.io.sockets("netty");
            assertThat(station.<Boolean>on(0, () -> ((NettyLoop) station.loop(0)).sockets().stream().allMatch(NettyUdpSocket.class::isInstance))).isTrue();
            PortLease later = station.on(0, () -> station.loop(0).lease());
            assertThat(station.<Boolean>on(0, () -> ((NettyLoop) station.loop(0)).sockets().stream().allMatch(NettyUdpSocket.class::isInstance))).isTrue();
            station.on(0, () -> {
                lease.close();
                later.close();
                return null;
            });
            assertThat(station.<Integer>on(0, () -> ((NettyLoop) station.loop(0)).sockets().size())).isZero();
        }
    }

    @Test
    void other_words_are_refused() throws Exception {
        try (Station station = Station.onUdp()) {
            assertThatThrownBy(() -> station.io.sockets("quick")).hasMessage("usage: sockets [own | netty]");
            assertThatThrownBy(() -> station.io.sockets("own", "netty")).hasMessage("usage: sockets [own | netty]");
            assertThat(station.io.sockets("own")).isEqualTo("own");
        }
    }
}
