package io.stoa.transport;

import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.media.DatagramBatch;
import io.stoa.media.LoopHandler;
import io.stoa.media.PacketIo;
import io.stoa.media.PacketLoop;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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

/** Hop 14: a turn that sends four packets to each of 64 destinations over loopback. Nobody reads them, so the kernel drops most. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"-XX:+UseZGC", "--enable-native-access=ALL-UNNAMED"})
public class SendBenchmark {
    private static final int DESTINATIONS = 64;
    private static final int RUN = 4;
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    @Param({"own", "netty"})
    String sockets;

    @Param({"128", "1070"})
    int bytes;

    private final DatagramSocket[] readers = new DatagramSocket[DESTINATIONS];
    private final Flow[] flows = new Flow[DESTINATIONS];
    private final byte[] packet = new byte[1_500];
    private final AtomicLong turns = new AtomicLong();
    private NettyPacketIo io;
    private PacketIo.Attachment attachment;
    private PacketLoop loop;

    @Setup
    public void open() throws IOException {
        System.setProperty(LinuxProbe.PROPERTY, sockets);
        int port;
        try (DatagramSocket probe = new DatagramSocket(0, LOOPBACK)) {
            port = probe.getLocalPort();
        }
        Map<String, Object> values = Map.of("enableLoopbackCandidate", true, "tcpPort", 0, "udpPort", String.valueOf(port),
                "interfaces_includes", new String[] {NetworkInterface.getByInetAddress(LOOPBACK).getName()});
        io = new NettyPacketIo(config(RtcConfig.class, values), new MachineAddresses(config(AddressConfig.class, values)));
        attachment = io.attach(index -> new Idle());
        loop = attachment.loop(0);
        TransportAddress local = TransportAddress.of(LOOPBACK, port);
        for (int i = 0; i < DESTINATIONS; i++) readers[i] = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
        onLoop(() -> {
            for (int i = 0; i < DESTINATIONS; i++) flows[i] = loop.flow(Flow.Protocol.UDP, local, TransportAddress.of(LOOPBACK, readers[i].getLocalPort()));
        });
    }

    private static <T> T config(Class<T> type, Map<String, Object> values) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (self, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue())));
    }

    @TearDown
    public void close() {
        attachment.close();
        io.close();
        for (DatagramSocket socket : readers) socket.close();
    }

    @Benchmark
    @OperationsPerInvocation(DESTINATIONS * RUN)
    public void send() {
        onLoop(() -> {
            for (int run = 0; run < RUN; run++) for (Flow flow : flows) loop.send(flow, packet, 0, bytes);
        });
    }

    /** The turn is over when the task after it runs. */
    private void onLoop(Runnable turn) {
        long before = turns.get();
        loop.post(turn);
        loop.post(turns::incrementAndGet);
        while (turns.get() == before) Thread.onSpinWait();
    }

    private static final class Idle implements LoopHandler {
        @Override
        public void attached(PacketLoop on) {}

        @Override
        public void receive(long now, DatagramBatch batch) {}

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
