package io.stoa.media.plane;

import io.stoa.base.Bytes;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import java.util.concurrent.TimeUnit;

/** The same hops of sound: as it comes, in RED, out of RED (every tenth packet is lost on its way to us, and made up), composed. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseZGC")
public class SoundHopsBenchmark {
    private static final int HEADER = 12;
    private static final int BLOCK = 100;
    private static final int OPUS = 111;
    private static final int TICKS = 960;

    @Param({"OPUS", "RED", "COMPOSED"})
    String form;

    @Param("10")
    int subscribers;

    private final byte[] packet = new byte[HEADER + 9 + 3 * BLOCK];
    private Rig.Form shape;
    private Rig rig;
    private int seq;
    private int length;

    @Setup
    public void connect() throws Exception {
        shape = Rig.Form.valueOf(form);
        rig = new Rig(shape, subscribers);
        packet[0] = (byte) 0x80;
        packet[1] = (byte) rig.payloadType;
        Bytes.i32(packet, 8, rig.ssrc);
        if (shape.comesInRed) {
            for (int back = 2; back > 0; back--) Bytes.i32(packet, HEADER + (2 - back) * 4, (0x80 | OPUS) << 24 | back * TICKS << 10 | BLOCK);
            packet[HEADER + 8] = OPUS;
        }
        length = HEADER + (shape.comesInRed ? 9 + 3 * BLOCK : BLOCK);
        for (int i = 0; i < 20; i++) receivedPacket();
        long before = rig.io.sent;
        receivedPacket();
        if (rig.io.sent - before < subscribers) throw new IllegalStateException((rig.io.sent - before) + " packets went out of one");
    }

    @Benchmark
    public long receivedPacket() {
        if (shape.comesInRed && seq % 10 == 9) seq++; // it is in the next one
        Bytes.u16(packet, 2, seq & 0xffff);
        Bytes.i32(packet, 4, seq++ * TICKS);
        rig.arrive(packet, length);
        rig.deliver();
        return rig.io.sent;
    }
}
