package io.stoa.srtp.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpProfile;
import io.stoa.srtp.SrtpState.Direction;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Connections come and go for days: what they have outside the heap goes with them. */
class MemoryTest {
    private static final int ROUNDS = 400;
    private static final int CONNECTIONS = 100;

    @Test
    void churn_leaves_nothing_behind() throws Throwable {
        churnLeavesNothingBehind(new LibCryptoEngine());
    }

    static void churnLeavesNothingBehind(LibCryptoEngine engine) throws Throwable {
        Optional<MemorySegment> mallinfo = Linker.nativeLinker().defaultLookup().find("mallinfo2");
        assumeTrue(mallinfo.isPresent(), "this C library does not tell what it has given away");
        churn(engine, 20);
        long before = allocatedBytes(mallinfo.get());
        churn(engine, ROUNDS);
        assertThat(engine.open()).isZero();
        // Two ciphers for each of 160,000 contexts are some 300 MB, were they kept; the rest is the virtual machine's.
        assertThat(allocatedBytes(mallinfo.get()) - before).isLessThan(48L << 20);
    }

    private static void churn(LibCryptoEngine engine, int rounds) {
        byte[] packet = new byte[200];
        for (int round = 0; round < rounds; round++) {
            SrtpProfile profile = SrtpProfile.values()[round % 3];
            List<SrtpContext> contexts = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                contexts.add(engine.outbound(profile, new byte[profile.keyBytes], new byte[profile.saltBytes]));
                contexts.add(engine.inbound(profile, new byte[profile.keyBytes], new byte[profile.saltBytes]));
            }
            packet[0] = (byte) 0x80;
            for (SrtpContext context : contexts) {
                boolean sends = context.state().direction() == Direction.OUTBOUND;
                if (sends) context.protectRtp(packet, 0, 100);
                else context.unprotectRtp(packet, 0, 116);
                SrtpContext next = engine.goOn(context);
                context.close();
                next.close();
            }
        }
    }

    /** By the C library's own account: of ten numbers the eighth. */
    @SuppressWarnings("restricted")
    private static long allocatedBytes(MemorySegment mallinfo) throws Throwable {
        FunctionDescriptor shape = FunctionDescriptor.of(MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, JAVA_LONG)));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = (MemorySegment) Linker.nativeLinker().downcallHandle(mallinfo, shape).invokeExact((SegmentAllocator) arena);
            return numbers.getAtIndex(JAVA_LONG, 7);
        }
    }
}
