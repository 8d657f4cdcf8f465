package io.stoa.transport;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.media.DatagramBatch;
import io.stoa.media.LoopHandler;
import io.stoa.media.PacketLoop;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Hop 14: a turn that sends four packets to each of 64 destinations over loopback, where nobody reads them, so that the kernel drops most. And
 * with hops 1 and 2 before it: as many to one port, read there by another loop.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"-XX:+UseZGC", "--enable-native-access=ALL-UNNAMED"})
public class SendBenchmark {
    private static final int DESTINATIONS = 64;
    private static final int RUN = 4;
    /** By one task for the loop: what that costs is not a packet's. */
    private static final int TURNS = 50;
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    @Param({"own", "netty"})
    String sockets;

    @Param({"128", "1070"})
    int bytes;

    private final DatagramSocket[] readers = new DatagramSocket[DESTINATIONS];
    private final Flow[] flows = new Flow[DESTINATIONS];
    private final byte[] packet = new byte[1_500];
    private final Counting received = new Counting();
    private NettyPacketIo io;
    private NettyPacketIo other;
    private NettyLoop loop;
    private Flow across;
    private volatile long done;

    @Setup
    public void open() throws IOException {
        System.setProperty(LinuxProbe.PROPERTY, sockets);
        TransportAddress local = TransportAddress.of(LOOPBACK, freePort());
        io = io(local.port());
        loop = (NettyLoop) io.attach(index -> new Counting()).loop(0);
        TransportAddress remote = TransportAddress.of(LOOPBACK, freePort());
        other = io(remote.port());
        other.attach(index -> received);
        for (int i = 0; i < DESTINATIONS; i++) readers[i] = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
        onLoop(() -> {
            for (int i = 0; i < DESTINATIONS; i++) flows[i] = loop.flow(Flow.Protocol.UDP, local, TransportAddress.of(LOOPBACK, readers[i].getLocalPort()));
            across = loop.flow(Flow.Protocol.UDP, local, remote);
        });
    }

    private static int freePort() throws IOException {
        try (DatagramSocket probe = new DatagramSocket(0, LOOPBACK)) {
            return probe.getLocalPort();
        }
    }

    private static NettyPacketIo io(int port) throws IOException {
        Map<String, Object> values = Map.of("enableLoopbackCandidate", true, "tcpPort", 0, "udpPort", String.valueOf(port),
                "interfaces_includes", new String[] {NetworkInterface.getByInetAddress(LOOPBACK).getName()});
        return new NettyPacketIo(config(RtcConfig.class, values), new MachineAddresses(config(AddressConfig.class, values)));
    }

    private static <T> T config(Class<T> type, Map<String, Object> values) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (self, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue())));
    }

    @TearDown
    public void close() {
        io.close();
        other.close();
        for (DatagramSocket socket : readers) socket.close();
    }

    @Benchmark
    @OperationsPerInvocation(DESTINATIONS * RUN * TURNS)
    public void send() {
        onLoop(() -> {
            for (int turn = 0; turn < TURNS; turn++) {
                for (int run = 0; run < RUN; run++) for (Flow flow : flows) loop.send(flow, packet, 0, bytes);
                loop.endTurn();
            }
        });
    }

    @Benchmark
    @OperationsPerInvocation(DESTINATIONS * TURNS)
    public void sendAndReceive() {
        onLoop(() -> {
            for (int turn = 0; turn < TURNS; turn++) {
                long before = received.count;
                for (int i = 0; i < DESTINATIONS; i++) loop.send(across, packet, 0, bytes);
                loop.endTurn();
                while (received.count - before < DESTINATIONS) Thread.onSpinWait();
            }
        });
    }

    private void onLoop(Runnable turns) {
        long before = done;
        loop.post(() -> {
            turns.run();
            done = before + 1;
        });
        while (done == before) Thread.onSpinWait();
    }

    private static final class Counting implements LoopHandler {
        volatile long count;

        @Override
        public void attached(PacketLoop on) {}

        @Override
        public void receive(long now, DatagramBatch batch) {
            count += batch.size;
        }

        @Override
        public void flowClosed(long now, Flow flow) {}

        @Override
        public void wake(long now) {}

        @Override
        public long nextWake() {
            return Time.NEVER;
        }

        @Override
        public boolean claims(String localUfrag) {
            return false;
        }
    }
}
