package io.stoa.media.plane;

import io.stoa.base.Bytes;
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
import org.openjdk.jmh.annotations.Warmup;
import java.util.concurrent.TimeUnit;

/**
 * Hops 3 to 12, and of 13 the copy, of video: a frame of four VP8 packets comes in and goes to every subscriber.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseZGC")
public class HopsBenchmark {
    private static final int FRAME = 4;
    private static final int PAYLOAD = 1_000;
    private static final int DESCRIPTOR = 6;

    /** 0 = hops 3 to 9 alone. */
    @Param({"0", "1", "10", "100"})
    int subscribers;

    private final byte[] packet = new byte[20 + PAYLOAD];
    private Rig rig;
    private int seq;
    private int picture;

    @Setup
    public void connect() throws Exception {
        rig = new Rig(Rig.Form.VP8, subscribers);
        header(rig.ssrc);
        frame(true);
        long before = rig.io.sent;
        frame(false);
        if (rig.io.sent - before != (long) FRAME * subscribers) throw new IllegalStateException((rig.io.sent - before) + " packets went out of one frame");
    }

    private void header(int ssrc) {
        packet[0] = (byte) 0x80;
        Bytes.i32(packet, 8, ssrc);
        packet[13] = (byte) 0xf0;
        packet[17] = 1;
    }

    /** Four packets of one picture in one read. */
    private void frame(boolean key) {
        picture = picture + 1 & 0x7fff;
        for (int i = 0; i < FRAME; i++) {
            packet[1] = (byte) (i == FRAME - 1 ? 0x80 | 96 : 96);
            Bytes.u16(packet, 2, seq++ & 0xffff);
            Bytes.i32(packet, 4, picture * 3_000);
            packet[12] = (byte) (i == 0 ? 0x90 : 0x80);
            Bytes.u16(packet, 14, 0x8000 | picture);
            packet[16] = (byte) picture;
            packet[12 + DESCRIPTOR] = (byte) (key ? 0x10 : 0x11);
            rig.arrive(packet, 12 + PAYLOAD);
        }
        rig.deliver();
    }

    /** Per incoming packet. */
    @Benchmark
    @OperationsPerInvocation(FRAME)
    public long receivedPacket() {
        frame(false);
        return rig.io.sent;
    }
}
