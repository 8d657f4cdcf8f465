package io.stoa.transport;

import static io.stoa.transport.Station.bindingRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import io.stoa.base.Flow;
import io.stoa.transport.Station.Ear;
import io.stoa.transport.Station.Heard;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ICE/TCP (RFC 6544): frames of RFC 4571, and who may stay. */
class TcpTest {
    /** A client that dials. */
    static final class Caller implements AutoCloseable {
        final Socket socket = new Socket();
        final DataInputStream in;
        final OutputStream out;

        Caller(InetSocketAddress to) throws IOException {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(10_000);
            socket.connect(to, 10_000);
            in = new DataInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        }

        static byte[] frames(byte[]... all) {
            int length = 0;
            for (byte[] frame : all) length += 2 + frame.length;
            byte[] bytes = new byte[length];
            int at = 0;
            for (byte[] frame : all) {
                bytes[at++] = (byte) (frame.length >> 8);
                bytes[at++] = (byte) frame.length;
                System.arraycopy(frame, 0, bytes, at, frame.length);
                at += frame.length;
            }
            return bytes;
        }

        void say(byte[]... all) throws IOException {
            out.write(frames(all));
        }

        String hear() throws IOException {
            return new String(in.readNBytes(in.readUnsignedShort()));
        }

        /** Whether the other side hangs up; it may do so by a reset. */
        boolean hungUp() {
            try {
                return in.read() < 0;
            } catch (java.net.SocketTimeoutException e) {
                return false;
            } catch (IOException e) {
                return true;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** A station with one loop whose peer is called "peer". */
    static Station station(int loops) throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() >= loops);
        Station station = Station.onTcp(loops);
        station.on(loops - 1, () -> station.ears.getLast().ufrag = "peer");
        return station;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void a_caller_that_asks_for_a_peer_is_a_flow_of_its_loop(int loops) throws Exception {
        try (Station station = station(loops); Caller caller = new Caller(station.address(0, Flow.Protocol.TCP))) {
            Ear ear = station.ears.getLast();
            ear.onBatch = batch -> {
                for (int i = 0; i < batch.size; i++) ear.loop.send(batch.flow[i], batch.slab, batch.offset[i], batch.length[i]);
            };
            caller.say(bindingRequest("peer"));
            Heard first = ear.next();
            assertThat(first.bytes()).isEqualTo(bindingRequest("peer"));
            assertThat(first.thread()).isEqualTo("media-" + (loops - 1));
            assertThat(first.flow().protocol).isEqualTo(Flow.Protocol.TCP);
            assertThat(first.flow().remote).isEqualTo(Station.of((InetSocketAddress) caller.socket.getLocalSocketAddress()));
            assertThat(caller.hear()).isEqualTo(new String(bindingRequest("peer")));
            caller.say("one".getBytes(), "two".getBytes());
            assertThat(ear.next().flow()).isSameAs(first.flow());
            assertThat(caller.hear()).isEqualTo("one");
            assertThat(caller.hear()).isEqualTo("two");
        }
    }

    @Test
    void frames_may_arrive_byte_by_byte() throws Exception {
        try (Station station = station(1); Caller caller = new Caller(station.address(0, Flow.Protocol.TCP))) {
            for (byte b : Caller.frames(bindingRequest("peer"), "hello".getBytes())) {
                caller.out.write(b);
                caller.out.flush();
            }
            Ear ear = station.ears.getLast();
            ear.next();
            assertThat(ear.next().text()).isEqualTo("hello");
        }
    }

    /** Chromium sends its first checks in a row: they may arrive in one segment. */
    @Test
    void what_comes_together_with_the_first_frame_stays_behind_it_on_the_same_thread() throws Exception {
        try (Station station = station(2)) {
            Ear ear = station.ears.getLast();
            for (int round = 0; round < 50; round++)
                try (Caller caller = new Caller(station.address(0, Flow.Protocol.TCP))) {
                    caller.say(bindingRequest("peer"), "second".getBytes(), "third".getBytes());
                    Heard first = ear.next();
                    assertThat(first.bytes()).as("round %d", round).isEqualTo(bindingRequest("peer"));
                    assertThat(first.inLoop()).isTrue();
                    assertThat(ear.next().text()).isEqualTo("second");
                    assertThat(ear.next().text()).isEqualTo("third");
                }
        }
    }

    @Test
    void who_asks_for_nobody_of_ours_is_hung_up_on() throws Exception {
        try (Station station = station(1)) {
            for (byte[] first : new byte[][] {bindingRequest("other"), "GET / HTTP/1.1".getBytes(), {}, new byte[20]})
                try (Caller caller = new Caller(station.address(0, Flow.Protocol.TCP))) {
                    caller.say(first);
                    assertThat(caller.hungUp()).isTrue();
                }
            assertThat(station.ears.getFirst().heard).isEmpty();
        }
    }

    @Test
    void a_frame_longer_than_any_of_ours_ends_the_connection() throws Exception {
        try (Station station = station(1); Caller caller = new Caller(station.address(0, Flow.Protocol.TCP))) {
            caller.say(bindingRequest("peer"));
            Flow flow = station.ears.getFirst().next().flow();
            caller.out.write(new byte[] {(byte) 0xff, (byte) 0xff, 1, 2, 3});
            assertThat(caller.hungUp()).isTrue();
            assertThat(station.ears.getFirst().closed.poll(10, TimeUnit.SECONDS)).isSameAs(flow);
        }
    }

    @Test
    void the_peer_learns_that_its_caller_has_gone() throws Exception {
        try (Station station = station(2)) {
            Ear ear = station.ears.getLast();
            Flow flow;
            try (Caller caller = new Caller(station.address(0, Flow.Protocol.TCP))) {
                caller.say(bindingRequest("peer"));
                flow = ear.next().flow();
            }
            assertThat(ear.closed.poll(10, TimeUnit.SECONDS)).isSameAs(flow);
        }
    }

    @Test
    void what_was_queued_leaves_before_a_flow_is_closed() throws Exception {
        try (Station station = station(1); Caller caller = new Caller(station.address(0, Flow.Protocol.TCP))) {
            caller.say(bindingRequest("peer"));
            Flow flow = station.ears.getFirst().next().flow();
            station.on(0, () -> {
                station.loop(0).send(flow, "goodbye".getBytes(), 0, 7);
                station.loop(0).close(flow);
                return null;
            });
            assertThat(caller.hear()).isEqualTo("goodbye");
            assertThat(caller.hungUp()).isTrue();
        }
    }

    @Test
    void callers_are_hung_up_on_when_nobody_is_attached_any_more() throws Exception {
        Station station = station(1);
        try (Caller caller = new Caller(station.address(0, Flow.Protocol.TCP))) {
            caller.say(bindingRequest("peer"));
            station.ears.getFirst().next();
            caller.socket.setSoTimeout(1_000);
            station.attachment.close();
            assertThat(caller.hungUp()).isTrue();
        } finally {
            station.io.close();
        }
    }

    @Test
    void a_first_frame_that_is_too_long_for_a_datagram_ends_the_connection() throws Exception {
        try (Station station = station(2); Caller caller = new Caller(station.address(0, Flow.Protocol.TCP))) {
            byte[] request = java.util.Arrays.copyOf(bindingRequest("peer"), 1_900);
            io.stoa.base.Bytes.u16(request, 2, 1_880);
            caller.socket.setSoTimeout(1_000);
            caller.say(request);
            assertThat(caller.hungUp()).isTrue();
        }
    }

    @Test
    void a_caller_that_says_nothing_is_hung_up_on() {
        EmbeddedChannel silent = new EmbeddedChannel();
        silent.freezeTime();
        silent.pipeline().addLast(new TcpConnection(List.of(), () -> {}));
        silent.pipeline().fireChannelActive();
        silent.advanceTimeBy(1, TimeUnit.SECONDS);
        silent.runPendingTasks();
        assertThat(silent.isOpen()).isTrue();
        silent.advanceTimeBy(30, TimeUnit.SECONDS);
        silent.runPendingTasks();
        assertThat(silent.isOpen()).isFalse();
    }

    @Test
    void noise_harms_nobody() throws Exception {
        Random random = new Random(4571);
        try (Station station = station(2)) {
            InetSocketAddress address = station.address(0, Flow.Protocol.TCP);
            for (int i = 0; i < 200; i++)
                try (Caller caller = new Caller(address)) {
                    byte[] noise = new byte[random.nextInt(3_000)];
                    random.nextBytes(noise);
                    if (i % 2 == 0) caller.say(bindingRequest("peer"));
                    caller.out.write(noise);
                } catch (IOException e) {
                    assertThat(e).as("only because it hung up").hasMessageMatching("(?i).*(reset|broken pipe|abort).*");
                }
            station.ears.getLast().heard.clear();
            try (Caller caller = new Caller(address)) {
                caller.say(bindingRequest("peer"));
                Heard heard;
                do heard = station.ears.getLast().next();
                while (!heard.flow().remote.equals(Station.of((InetSocketAddress) caller.socket.getLocalSocketAddress())));
                assertThat(heard.bytes()).isEqualTo(bindingRequest("peer"));
            }
        }
    }
}
