package io.stoa.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.media.PacketIo;
import io.stoa.media.PacketIo.Attachment;
import io.stoa.media.PacketLoop;
import io.stoa.media.PacketLoop.LocalEndpoint;
import io.stoa.media.PacketLoop.PortLease;
import io.stoa.transport.Station.Ear;
import java.io.IOException;
import java.net.DatagramSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What a rehearsal has instead of the ports of the server. */
class LoopbackIoTest {
    @Test
    void every_peer_has_a_port_of_loopback_until_there_are_none() throws Exception {
        try (Station station = Station.onUdp(); Attachment attachment = station.io.rehearsal().attach(index -> new Ear())) {
            PacketLoop loop = attachment.loop(0);
            List<TransportAddress> addresses = on(loop, () -> {
                List<TransportAddress> leased = new ArrayList<>();
                for (PortLease lease = loop.lease(); !lease.endpoints().isEmpty(); lease = loop.lease())
                    for (LocalEndpoint endpoint : lease.endpoints()) leased.add(endpoint.address());
                return leased;
            });
            assertThat(addresses).hasSize(8).doesNotHaveDuplicates().allMatch(address -> address.address().isLoopbackAddress());
            assertThatThrownBy(loop::ownLease).isInstanceOf(IOException.class).hasMessage("a rehearsal has no connections to other nodes");
        }
    }

    @Test
    void two_of_them_reach_each_other_and_the_server_hears_nothing() throws Exception {
        Ear here = new Ear();
        Ear there = new Ear();
        try (Station station = Station.onUdp();
                Attachment first = station.io.rehearsal().attach(index -> here);
                Attachment second = station.io.rehearsal().attach(index -> there)) {
            TransportAddress from = leased(first.loop(0));
            TransportAddress to = leased(second.loop(0));
            byte[] words = "hello".getBytes();
            on(first.loop(0), () -> {
                first.loop(0).send(first.loop(0).flow(Flow.Protocol.UDP, from, to), words, 0, words.length);
                return null;
            });
            Flow flow = there.next().flow();
            assertThat(flow.local).isEqualTo(to);
            assertThat(flow.remote).isEqualTo(from);
            assertThat(station.ears.getFirst().heard).isEmpty();
        }
    }

    @Test
    void nothing_is_left_of_it() throws Exception {
        try (Station station = Station.onUdp()) {
            PacketIo io = station.io.rehearsal();
            TransportAddress address;
            Thread thread;
            try (Attachment attachment = io.attach(index -> new Ear())) {
                address = leased(attachment.loop(0));
                thread = on(attachment.loop(0), Thread::currentThread);
            }
            assertThat(thread.join(Duration.ofSeconds(5))).isTrue();
            try (DatagramSocket socket = new DatagramSocket(address.port(), address.address())) {
                assertThat(socket.isBound()).isTrue();
            }
        }
    }

    private static TransportAddress leased(PacketLoop loop) throws Exception {
        return on(loop, () -> loop.lease().endpoints().getFirst().address());
    }

    private static <T> T on(PacketLoop loop, Supplier<T> question) throws Exception {
        CompletableFuture<T> answer = new CompletableFuture<>();
        loop.post(() -> answer.complete(question.get()));
        return answer.get(5, TimeUnit.SECONDS);
    }
}
