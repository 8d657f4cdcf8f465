package io.stoa.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.media.DatagramBatch;
import io.stoa.media.LoopHandler;
import io.stoa.media.PacketIo.Attachment;
import io.stoa.media.PacketLoop;
import io.stoa.media.PacketLoop.LocalEndpoint;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A transport on loopback with a recording handler on each loop. */
final class Station implements AutoCloseable {
    static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    final NettyPacketIo io;
    final Attachment attachment;
    final List<Ear> ears = new ArrayList<>();

    Station(Object... pairs) throws IOException {
        io = io(pairs);
        attachment = io.attach(this::ear);
    }

    private LoopHandler ear(int index) {
        Ear ear = new Ear();
        ears.add(ear);
        return ear;
    }

    static NettyPacketIo io(Object... pairs) throws IOException {
        return new NettyPacketIo(config(pairs), new MachineAddresses(addresses(pairs)));
    }

    static RtcConfig config(Object... pairs) throws IOException {
        return config(RtcConfig.class, pairs);
    }

    static AddressConfig addresses(Object... pairs) throws IOException {
        return config(AddressConfig.class, pairs);
    }

    /** Settings in pairs; what is not named has its default, except that only loopback is used and TCP is off. */
    private static <T> T config(Class<T> type, Object... pairs) throws IOException {
        Map<String, Object> values = new HashMap<>(Map.of("enableLoopbackCandidate", true, "tcpPort", 0));
        values.put("interfaces_includes", new String[] {NetworkInterface.getByInetAddress(LOOPBACK).getName()});
        for (int i = 0; i < pairs.length; i += 2) values.put((String) pairs[i], pairs[i + 1]);
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (self, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue())));
    }

    static Station onUdp() throws IOException {
        return new Station("udpPort", "" + freePorts(1));
    }

    static Station onTcp(int loops) throws IOException {
        int udp = freePorts(loops);
        return new Station("udpPort", udp + "-" + (udp + loops - 1), "tcpPort", freeTcpPort());
    }

    /** The first of so many ports that nobody uses, for UDP. */
    static int freePorts(int count) throws IOException {
        for (int tries = 0; tries < 100; tries++) {
            int first;
            try (var socket = new DatagramSocket(0, LOOPBACK)) {
                first = socket.getLocalPort();
            }
            if (allFree(first, count)) return first;
        }
        throw new IOException("no " + count + " free ports in a row");
    }

    private static boolean allFree(int first, int count) {
        for (int port = first; port < first + count; port++)
            try (var socket = new DatagramSocket(port, LOOPBACK)) {
                assertThat(socket.isBound()).isTrue();
            } catch (IOException | IllegalArgumentException e) {
                return false;
            }
        return true;
    }

    static int freeTcpPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }

    PacketLoop loop(int index) {
        return attachment.loop(index);
    }

    InetSocketAddress address(int loop, Flow.Protocol protocol) throws Exception {
        List<LocalEndpoint> endpoints = on(loop, () -> loop(loop).lease().endpoints());
        return endpoints.stream()
                .filter(e -> e.protocol() == protocol && e.address().isIpv4())
                .findFirst()
                .orElseThrow()
                .address()
                .socketAddress();
    }

    /** What a task on a loop returns. */
    <T> T on(int loop, java.util.concurrent.Callable<T> task) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop(loop).post(() -> {
            try {
                result.complete(task.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result.get(10, TimeUnit.SECONDS);
    }

    /** As a client sees the station: a socket that speaks to one port. */
    static DatagramSocket client(InetSocketAddress to) throws IOException {
        DatagramSocket socket = new DatagramSocket(0, LOOPBACK);
        socket.connect(to);
        socket.setSoTimeout(10_000);
        return socket;
    }

    static void say(DatagramSocket socket, String text) throws IOException {
        socket.send(new DatagramPacket(text.getBytes(), text.length()));
    }

    static String hear(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
        socket.receive(packet);
        return new String(packet.getData(), 0, packet.getLength());
    }

    /** A binding request (RFC 8489) for this local fragment, as much of it as a transport looks at. */
    static byte[] bindingRequest(String localUfrag) {
        byte[] name = (localUfrag + ":them").getBytes();
        int padded = name.length + 3 & ~3;
        byte[] message = new byte[24 + padded];
        Bytes.u16(message, 0, 1);
        Bytes.u16(message, 2, 4 + padded);
        Bytes.i32(message, 4, 0x2112_A442);
        Bytes.u16(message, 20, 6);
        Bytes.u16(message, 22, name.length);
        System.arraycopy(name, 0, message, 24, name.length);
        return message;
    }

    static TransportAddress of(InetSocketAddress address) {
        return TransportAddress.of(address);
    }

    @Override
    public void close() {
        attachment.close();
        io.close();
    }

    /** One datagram as it was heard. */
    record Heard(Flow flow, byte[] bytes, String thread, boolean inLoop, long heardAt) {
        String text() {
            return new String(bytes);
        }
    }

    /** Records what its loop hears; what it does besides is set by the scenario. */
    static final class Ear implements LoopHandler {
        final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
        final BlockingQueue<Flow> closed = new LinkedBlockingQueue<>();
        final BlockingQueue<Long> wakes = new LinkedBlockingQueue<>();
        final List<Integer> batches = new ArrayList<>();
        volatile Consumer<DatagramBatch> onBatch = batch -> {};
        volatile long wakeAt = Time.NEVER;
        volatile String ufrag = "none";
        volatile PacketLoop loop;

        @Override
        public void attached(PacketLoop output) {
            loop = output;
        }

        @Override
        public void receive(long now, DatagramBatch batch) {
            batches.add(batch.size);
            for (int i = 0; i < batch.size; i++)
                heard.add(new Heard(batch.flow[i], bytes(batch, i), Thread.currentThread().getName(), loop.inLoop(),
                        batch.flow[i].heardAt));
            onBatch.accept(batch);
        }

        private static byte[] bytes(DatagramBatch batch, int i) {
            return Arrays.copyOfRange(batch.slab, batch.offset[i], batch.offset[i] + batch.length[i]);
        }

        Heard next() throws InterruptedException {
            Heard next = heard.poll(10, TimeUnit.SECONDS);
            assertThat(next).as("a datagram arrives").isNotNull();
            return next;
        }

        @Override
        public void flowClosed(long now, Flow flow) {
            closed.add(flow);
        }

        @Override
        public void wake(long now) {
            wakeAt = Time.NEVER;
            wakes.add(now);
        }

        @Override
        public long nextWake() {
            return wakeAt;
        }

        @Override
        public boolean claims(String localUfrag) {
            return localUfrag.equals(ufrag);
        }
    }
}
