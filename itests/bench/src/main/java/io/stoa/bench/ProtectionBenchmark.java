package io.stoa.bench;

import io.stoa.base.Bytes;
import io.stoa.srtp.SrtpBatch;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.SrtpProfile;
import io.stoa.srtp.linux.LibCryptoEngine;
import io.stoa.srtp.portable.PortableSrtpEngine;
import java.util.SplittableRandom;
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
import org.openjdk.jmh.annotations.Warmup;

/** Hop 4 (unprotect) and hop 13 (protect, in batches over 64 contexts) of both engines. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {"-XX:+UseZGC", "--enable-native-access=ALL-UNNAMED"})
public class ProtectionBenchmark {
    private static final int BATCH = 64;
    private static final int SLOT = 1_728;
    /** Packets that are unprotected before the context begins anew: replay protection lets each through once. */
    private static final int STOCK = 4_096;

    @Param({"libcrypto", "libIPSec_MB", "portable"})
    String by;

    @Param
    SrtpProfile profile;

    @Param({"112", "1012"})
    int bytes;

    private SrtpEngine engine;
    private final byte[] slab = new byte[BATCH * SLOT];
    private final SrtpContext[] contexts = new SrtpContext[BATCH];
    private final SrtpBatch batch = new SrtpBatch(slab, BATCH);
    private final byte[] scratch = new byte[SLOT];
    private byte[] key;
    private byte[] salt;
    private byte[][] stock;
    private SrtpContext inbound;
    private int next;
    private int seq;

    @Setup
    public void keys() {
        engine = switch (by) {
            case "portable" -> new PortableSrtpEngine();
            case "libIPSec_MB" -> LibCryptoEngine.withIpsecMb();
            default -> new LibCryptoEngine();
        };
        SplittableRandom random = new SplittableRandom(7);
        key = new byte[profile.keyBytes];
        salt = new byte[profile.saltBytes];
        random.nextBytes(key);
        random.nextBytes(salt);
        for (int i = 0; i < BATCH; i++) contexts[i] = engine.outbound(profile, key, salt);
        SrtpContext outbound = engine.outbound(profile, key, salt);
        stock = new byte[STOCK][];
        for (int i = 0; i < STOCK; i++) {
            header(scratch, 0, i);
            int length = outbound.protectRtp(scratch, 0, bytes);
            stock[i] = java.util.Arrays.copyOf(scratch, length);
        }
    }

    private static void header(byte[] into, int at, int number) {
        into[at] = (byte) 0x80;
        into[at + 1] = 96;
        Bytes.u16(into, at + 2, number & 0xffff);
        Bytes.i32(into, at + 8, 0x1234_5678);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public int protect() {
        seq++;
        for (int i = 0; i < BATCH; i++) {
            header(slab, i * SLOT, seq);
            batch.add(contexts[i], i * SLOT, bytes);
        }
        engine.protect(batch);
        int length = batch.length(0);
        if (length <= bytes) throw new IllegalStateException("not protected: " + length);
        batch.clear();
        return length;
    }

    @Benchmark
    public int unprotect() {
        if (next % STOCK == 0) {
            if (inbound != null) inbound.close();
            inbound = engine.inbound(profile, key, salt);
        }
        byte[] packet = stock[next++ % STOCK];
        System.arraycopy(packet, 0, scratch, 0, packet.length);
        int length = inbound.unprotectRtp(scratch, 0, packet.length);
        if (length != bytes) throw new IllegalStateException("not unprotected: " + length);
        return length;
    }
}
