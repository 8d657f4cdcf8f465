package io.stoa.transport;

import static io.stoa.transport.Station.LOOPBACK;
import static io.stoa.transport.Station.client;
import static io.stoa.transport.Station.io;
import static io.stoa.transport.Station.hear;
import static io.stoa.transport.Station.of;
import static io.stoa.transport.Station.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.media.DatagramBatch;
import io.stoa.media.PacketLoop.PortLease;
import io.stoa.transport.Station.Ear;
import io.stoa.transport.Station.Heard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Datagrams, turns and timers over real sockets. */
class UdpTest {
    @Test
    void datagrams_come_in_and_go_out_on_the_thread_of_the_loop() throws Exception {
        try (Station station = Station.onUdp(); DatagramSocket client = client(station.address(0, Flow.Protocol.UDP))) {
            Ear ear = station.ears.getFirst();
            ear.onBatch = batch -> ear.loop.send(batch.flow[0], batch.slab, batch.offset[0], batch.length[0]);
            say(client, "hello");
            Heard heard = ear.next();
            assertThat(heard.text()).isEqualTo("hello");
            assertThat(heard.thread()).isEqualTo("media-0");
            assertThat(heard.inLoop()).isTrue();
            assertThat(heard.flow().protocol).isEqualTo(Flow.Protocol.UDP);
            assertThat(heard.flow().local).isEqualTo(of((InetSocketAddress) client.getRemoteSocketAddress()));
            assertThat(heard.flow().remote).isEqualTo(of((InetSocketAddress) client.getLocalSocketAddress()));
            assertThat(hear(client)).isEqualTo("hello");
            assertThat(station.loop(0).inLoop()).isFalse();
        }
    }

    @Test
    void one_remote_address_is_one_flow() throws Exception {
        try (Station station = Station.onUdp();
                DatagramSocket one = client(station.address(0, Flow.Protocol.UDP));
                DatagramSocket two = client(station.address(0, Flow.Protocol.UDP))) {
            Ear ear = station.ears.getFirst();
            say(one, "a");
            Flow first = ear.next().flow();
            say(two, "b");
            Flow second = ear.next().flow();
            say(one, "c");
            assertThat(ear.next().flow()).isSameAs(first).isNotSameAs(second);
        }
    }

    @Test
    void a_flow_that_was_made_to_send_is_the_one_that_the_answer_comes_by() throws Exception {
        try (Station station = Station.onUdp(); DatagramSocket client = new DatagramSocket(0, LOOPBACK)) {
            client.setSoTimeout(10_000);
            InetSocketAddress local = station.address(0, Flow.Protocol.UDP);
            TransportAddress remote = of((InetSocketAddress) client.getLocalSocketAddress());
            Flow made = station.on(0, () -> {
                Flow flow = station.loop(0).flow(Flow.Protocol.UDP, of(local), remote);
                station.loop(0).send(flow, "knock".getBytes(), 0, 5);
                return flow;
            });
            assertThat(hear(client)).isEqualTo("knock");
            client.connect(local);
            say(client, "yes?");
            assertThat(station.ears.getFirst().next().flow()).isSameAs(made);
        }
    }

    @Test
    void who_has_a_port_alone_is_told_apart_from_the_others_and_it_is_free_afterwards() throws Exception {
        try (Station station = Station.onUdp()) {
            PortLease own = station.loop(0).ownLease();
            PortLease other = station.loop(0).ownLease();
            TransportAddress port = own.endpoints().getFirst().address();
            assertThat(own.endpoints()).allMatch(endpoint -> endpoint.protocol() == Flow.Protocol.UDP);
            assertThat(port).isNotEqualTo(other.endpoints().getFirst().address()).isNotEqualTo(of(station.address(0, Flow.Protocol.UDP)));
            try (DatagramSocket client = client(port.socketAddress())) {
                Ear ear = station.ears.getFirst();
                ear.onBatch = batch -> ear.loop.send(batch.flow[0], batch.slab, batch.offset[0], batch.length[0]);
                say(client, "hello");
                assertThat(ear.next().flow().local).isEqualTo(port);
                assertThat(hear(client)).isEqualTo("hello");
                TransportAddress remote = of((InetSocketAddress) client.getLocalSocketAddress());
                assertThat(station.<Flow>on(0, () -> station.loop(0).flow(Flow.Protocol.UDP, port, remote)).local).isEqualTo(port);
                station.on(0, () -> {
                    own.close();
                    return null;
                });
                assertThat(station.<Flow>on(0, () -> station.loop(0).flow(Flow.Protocol.UDP, port, remote))).isNull();
            }
            new DatagramSocket(port.socketAddress()).close();
        }
        try (Station station = new Station("forceTcp", true, "tcpPort", Station.freeTcpPort())) {
            assertThatThrownBy(() -> station.loop(0).ownLease()).isInstanceOf(IOException.class).hasMessageContaining("force_tcp");
        }
    }

    @Test
    void there_is_no_flow_from_a_port_that_is_not_ours_nor_by_tcp_to_who_did_not_dial() throws Exception {
        try (Station station = Station.onUdp()) {
            TransportAddress remote = TransportAddress.of("127.0.0.1", 9);
            TransportAddress local = of(station.address(0, Flow.Protocol.UDP));
            TransportAddress foreign = TransportAddress.of("127.0.0.1", 1);
            assertThat(station.<Flow>on(0, () -> station.loop(0).flow(Flow.Protocol.UDP, foreign, remote))).isNull();
            assertThat(station.<Flow>on(0, () -> station.loop(0).flow(Flow.Protocol.TCP, local, remote))).isNull();
        }
    }

    @Test
    void a_closed_flow_is_forgotten() throws Exception {
        try (Station station = Station.onUdp(); DatagramSocket client = client(station.address(0, Flow.Protocol.UDP))) {
            Ear ear = station.ears.getFirst();
            say(client, "a");
            Flow first = ear.next().flow();
            station.on(0, () -> {
                station.loop(0).close(first);
                return null;
            });
            say(client, "b");
            assertThat(ear.next().flow()).isNotSameAs(first);
        }
    }

    @Test
    void a_flow_knows_when_it_was_heard() throws Exception {
        try (Station station = Station.onUdp(); DatagramSocket client = client(station.address(0, Flow.Protocol.UDP))) {
            Ear ear = station.ears.getFirst();
            for (int i = 0; i < 3; i++) {
                long before = System.nanoTime();
                say(client, "x");
                assertThat(ear.next().heardAt() - before).as("not before it was sent").isNotNegative();
            }
        }
    }

    @Test
    void a_burst_is_delivered_whole_and_in_order() throws Exception {
        try (Station station = Station.onUdp(); DatagramSocket client = client(station.address(0, Flow.Protocol.UDP))) {
            Ear ear = station.ears.getFirst();
            say(client, "first");
            ear.next();
            CountDownLatch release = new CountDownLatch(1);
            station.loop(0).post(() -> await(release)); // the socket's buffer fills meanwhile
            for (int i = 0; i < 256; i++) say(client, "" + i);
            release.countDown();
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < 256; i++) texts.add(ear.next().text());
            assertThat(texts).isEqualTo(IntStream.range(0, 256).mapToObj(String::valueOf).toList());
            List<Integer> batches = station.on(0, () -> List.copyOf(ear.batches));
            assertThat(Collections.max(batches)).as("batches of %s", batches).isGreaterThanOrEqualTo(16);
        }
    }

    @Test
    void what_a_turn_sends_leaves_when_it_ends() throws Exception {
        try (Station station = Station.onUdp(); DatagramSocket client = client(station.address(0, Flow.Protocol.UDP))) {
            Ear ear = station.ears.getFirst();
            say(client, "x");
            Flow flow = ear.next().flow();
            CountDownLatch sent = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            station.loop(0).post(() -> {
                byte[] reused = new byte[1];
                for (int i = 0; i < 10; i++) {
                    reused[0] = (byte) ('0' + i);
                    ear.loop.send(flow, reused, 0, 1);
                }
                sent.countDown();
                await(release);
            });
            assertThat(sent.await(10, TimeUnit.SECONDS)).isTrue();
            client.setSoTimeout(50);
            assertThatThrownBy(() -> hear(client)).isInstanceOf(SocketTimeoutException.class);
            client.setSoTimeout(10_000);
            release.countDown();
            for (int i = 0; i < 10; i++) assertThat(hear(client)).isEqualTo("" + i);
        }
    }

    @Test
    void what_arrives_while_a_turn_works_is_worked_on_before_anything_is_sent() throws Exception {
        assumeTrue(Epoll.isAvailable(), "another look at the socket is taken with epoll only");
        try (Station station = Station.onUdp(); DatagramSocket client = client(station.address(0, Flow.Protocol.UDP))) {
            Ear ear = station.ears.getFirst();
            CompletableFuture<Boolean> answeredEarly = new CompletableFuture<>();
            ear.onBatch = batch -> {
                ear.loop.send(batch.flow[0], batch.slab, batch.offset[0], batch.length[0]);
                if (ear.batches.size() > 1) answeredEarly.complete(isAnswered(client));
                else unchecked(() -> say(client, "second"));
            };
            say(client, "first");
            assertThat(answeredEarly.get(10, TimeUnit.SECONDS)).isFalse();
            assertThat(hear(client)).isEqualTo("first");
            assertThat(hear(client)).isEqualTo("second");
        }
    }

    private static boolean isAnswered(DatagramSocket client) {
        try {
            client.setSoTimeout(50);
            hear(client);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            unchecked(() -> client.setSoTimeout(10_000));
        }
    }

    private interface Io {
        void run() throws IOException;
    }

    private static void unchecked(Io io) {
        try {
            io.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_handler_is_woken_at_the_time_it_asked_for() throws Exception {
        try (Station station = Station.onUdp()) {
            Ear ear = station.ears.getFirst();
            for (int millis : new int[] {0, 5, 30}) {
                long deadline = System.nanoTime() + millis * Time.MILLI;
                station.loop(0).post(() -> ear.wakeAt = deadline);
                Long woken = ear.wakes.poll(10, TimeUnit.SECONDS);
                assertThat(woken).isNotNull();
                assertThat(woken - deadline).as("about in time").isBetween(-Time.MILLI, 5 * Time.SECOND);
            }
        }
    }

    @Test
    void an_earlier_deadline_replaces_a_later_one() throws Exception {
        try (Station station = Station.onUdp()) {
            Ear ear = station.ears.getFirst();
            station.loop(0).post(() -> ear.wakeAt = System.nanoTime() + 3_600 * Time.SECOND);
            station.loop(0).post(() -> ear.wakeAt = System.nanoTime() + 5 * Time.MILLI);
            assertThat(ear.wakes.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void a_deadline_that_stands_from_the_beginning_is_kept() throws Exception {
        Ear ear = new Ear();
        ear.wakeAt = System.nanoTime() + 5 * Time.MILLI;
        NettyPacketIo io = io("udpPort", "" + Station.freePorts(1));
        try (var attachment = io.attach(index -> ear)) {
            assertThat(attachment.loop(0)).isNotNull();
            assertThat(ear.wakes.poll(2, TimeUnit.SECONDS)).isNotNull();
        } finally {
            io.close();
        }
    }

    @Test
    void tasks_of_one_thread_run_in_order_and_a_failing_one_harms_nobody() throws Exception {
        try (Station station = Station.onUdp(); DatagramSocket client = client(station.address(0, Flow.Protocol.UDP))) {
            List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 1_000; i++) {
                int n = i;
                station.loop(0).post(() -> {
                    ran.add(n);
                    if (n % 100 == 50) throw new IllegalStateException("meant to fail");
                });
            }
            station.on(0, () -> null);
            assertThat(ran).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
            Ear ear = station.ears.getFirst();
            ear.onBatch = batch -> {
                throw new IllegalStateException("meant to fail");
            };
            say(client, "a");
            ear.next();
            say(client, "b");
            assertThat(ear.next().text()).isEqualTo("b");
        }
    }

    @Test
    void one_may_attach_at_a_time_and_nobody_is_called_afterwards() throws Exception {
        NettyPacketIo io = io("udpPort", "" + Station.freePorts(1));
        try {
            Ear first = new Ear();
            var attachment = io.attach(index -> first);
            assertThatThrownBy(() -> io.attach(index -> new Ear())).isInstanceOf(IllegalStateException.class);
            var loop = attachment.loop(0);
            attachment.close();
            loop.post(() -> first.wakes.add(1L));
            Ear second = new Ear();
            try (var again = io.attach(index -> second)) {
                CountDownLatch posted = new CountDownLatch(1);
                again.loop(0).post(posted::countDown);
                await(posted);
                assertThat(first.wakes).as("what was posted when nobody was attached").isEmpty();
            }
        } finally {
            io.close();
        }
    }

    @Test
    void what_is_posted_when_all_has_ended_is_dropped() throws Exception {
        Station station = Station.onUdp();
        var loop = station.loop(0);
        station.close();
        loop.post(() -> {
            throw new AssertionError("meant never to run");
        });
    }

    @Test
    void too_long_ones_are_dropped_by_name_and_the_longest_one_is_not() throws Exception {
        try (Station station = Station.onUdp(); DatagramSocket client = client(station.address(0, Flow.Protocol.UDP))) {
            Ear ear = station.ears.getFirst();
            for (int length : new int[] {DatagramBatch.MAX_DATAGRAM + 1, 2_048, 5_000, 60_000}) say(client, "x".repeat(length));
            say(client, "y".repeat(DatagramBatch.MAX_DATAGRAM));
            assertThat(ear.next().bytes()).hasSize(DatagramBatch.MAX_DATAGRAM);
            assertThat(station.<Long>on(0, () -> ((NettyLoop) station.loop(0)).drops().get(Drop.OVERSIZED))).isEqualTo(4);
        }
    }

    @Test
    void each_port_of_a_range_belongs_to_a_loop_of_its_own() throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1);
        try (Station station = Station.onTcp(2)) {
            assertThat(station.io.loops()).isEqualTo(2);
            for (int i = 0; i < 2; i++)
                try (DatagramSocket client = client(station.address(i, Flow.Protocol.UDP))) {
                    say(client, "to " + i);
                    Heard heard = station.ears.get(i).next();
                    assertThat(heard.text()).isEqualTo("to " + i);
                    assertThat(heard.thread()).isEqualTo("media-" + i);
                }
        }
    }

    @Test
    void without_shared_ports_every_lease_has_its_own_until_it_is_closed() throws Exception {
        int first = Station.freePorts(60);
        try (Station station = new Station("portRangeStart", first, "portRangeEnd", first + 59)) {
            PortLease one = station.on(0, () -> station.loop(0).lease());
            PortLease two = station.on(0, () -> station.loop(0).lease());
            TransportAddress oneAt = one.endpoints().getFirst().address();
            TransportAddress twoAt = two.endpoints().getFirst().address();
            assertThat(oneAt.port()).isNotEqualTo(twoAt.port()).isBetween(first, first + 59);
            try (DatagramSocket client = client(twoAt.socketAddress())) {
                say(client, "two");
                assertThat(station.ears.getFirst().next().flow().local).isEqualTo(twoAt);
            }
            station.on(0, () -> {
                one.close();
                return null;
            });
            TransportAddress remote = TransportAddress.of("127.0.0.1", 9);
            assertThat(station.<Flow>on(0, () -> station.loop(0).flow(Flow.Protocol.UDP, oneAt, remote))).isNull();
        }
    }

    @Test
    void a_taken_port_stops_the_start_and_is_named() throws Exception {
        try (DatagramSocket taken = new DatagramSocket(0, LOOPBACK)) {
            assertThatThrownBy(() -> io("udpPort", "" + taken.getLocalPort()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1")
                    .hasMessageContaining("" + taken.getLocalPort())
                    .hasMessageContaining("rtc.udp_port");
        }
    }

    @Test
    void ports_are_free_when_the_component_has_gone() throws Exception {
        Object[] ports = {"udpPort", "" + Station.freePorts(1), "tcpPort", Station.freeTcpPort()};
        for (int i = 0; i < 20; i++) new Station(ports).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "a-b", "9000-8000", "70000", "-1"})
    void a_port_that_is_none_is_told_with_its_key(String port) throws Exception {
        assertThatThrownBy(() -> io("udpPort", port)).hasMessageContaining("udp_port").hasMessageContaining(port);
    }

    @Test
    void noise_harms_nobody() throws Exception {
        Random random = new Random(5);
        try (Station station = Station.onUdp(); DatagramSocket client = client(station.address(0, Flow.Protocol.UDP))) {
            byte[] bytes = new byte[3_000];
            for (int i = 0; i < 2_000; i++) {
                random.nextBytes(bytes);
                client.send(new java.net.DatagramPacket(bytes, random.nextInt(3_000)));
            }
            Ear ear = station.ears.getFirst();
            CountDownLatch there = new CountDownLatch(1);
            ear.onBatch = batch -> {
                for (int i = 0; i < batch.size; i++)
                    if (batch.length[i] == 5 && batch.slab[batch.offset[i]] == '!') there.countDown();
            };
            for (int i = 0; i < 100 && there.getCount() > 0; i++) {
                say(client, "!ping");
                there.await(100, TimeUnit.MILLISECONDS);
            }
            assertThat(there.getCount()).isZero();
        }
    }
}
