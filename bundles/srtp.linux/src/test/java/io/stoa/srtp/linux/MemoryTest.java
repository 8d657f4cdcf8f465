package io.stoa.srtp.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpProfile;
import io.stoa.srtp.SrtpState.Direction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Connections come and go for days: what they have outside the heap goes with them. */
class MemoryTest {
    private static final int ROUNDS = 400;
    private static final int CONNECTIONS = 100;

    @Test
    void churn_leaves_nothing_behind() throws IOException {
        LibCryptoEngine engine = new LibCryptoEngine();
        churn(engine, 20);
        long before = residentBytes();
        churn(engine, ROUNDS);
        assertThat(engine.open()).isZero();
        // Two ciphers for each of 80,000 contexts are more than 100 MB, were they kept.
        assertThat(residentBytes() - before).isLessThan(48L << 20);
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

    private static long residentBytes() throws IOException {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * 4_096;
    }
}
