package io.stoa.srtp.portable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.SrtpProfile;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hostile bytes in the middle of a slab: always a verdict, never a throw, and nobody else's bytes are touched. */
class SrtpFuzzTest {
    static final int INPUTS = 30_000;
    static final int AT = 200;
    static final Set<Drop> VERDICTS = EnumSet.of(
            Drop.SRTP_AUTHENTICATION, Drop.SRTP_REPLAY, Drop.SRTP_TOO_OLD, Drop.SRTP_MALFORMED, Drop.RTP_SSRC_LIMIT);

    final long seed = 7714;
    final Random random = new Random(seed);
    final SrtpEngine engine = new PortableSrtpEngine();
    final byte[] slab = new byte[2_048];
    final byte[] before = new byte[2_048];

    byte[] random(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void strangers(SrtpProfile profile) {
        byte[] key = random(profile.keyBytes);
        byte[] salt = random(profile.saltBytes);
        var reference = new ReferenceSrtp(profile, key, salt);
        var in = engine.inbound(profile, key, salt);
        byte[] rtp = reference.protectRtp(rtp(1_000), 1_000);
        byte[] rtcp = reference.protectRtcp(rtcp(), 1_000);
        assertThat(in.unprotectRtp(rtp.clone(), 0, rtp.length)).isPositive();
        assertThat(in.unprotectRtcp(rtcp.clone(), 0, rtcp.length)).isPositive();
        byte[] next = reference.protectRtp(rtp(1_001), 1_001);
        byte[] nextReport = reference.protectRtcp(rtcp(), 1_001);
        for (int i = 0; i < INPUTS; i++) {
            boolean control = i % 2 == 0;
            byte[] input = random.nextInt(4) == 0 ? random(random.nextInt(120)) : mutated(control ? nextReport : next);
            int result = attempt(in, control, input, i);
            assertThat(result).as("seed %d, input %d is not authentic", seed, i).isNegative();
        }
        assertThat(in.unprotectRtp(next, 0, next.length)).as("the real one is still welcome").isPositive();
        assertThat(in.unprotectRtcp(nextReport, 0, nextReport.length)).isPositive();
    }

    /** A peer that has the keys: authentic packets whose inside is nonsense, among them headers longer than the packet. */
    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void a_peer_with_keys(SrtpProfile profile) {
        byte[] key = random(profile.keyBytes);
        byte[] salt = random(profile.saltBytes);
        var reference = new ReferenceSrtp(profile, key, salt);
        var in = engine.inbound(profile, key, salt);
        for (int i = 0; i < INPUTS / 4; i++) {
            byte[] packet = random(12 + random.nextInt(100));
            packet[0] = (byte) (packet[0] & 0x3f | 0x80);
            Bytes.u16(packet, 2, i & 0xffff);
            Bytes.i32(packet, 8, random.nextInt(20) == 0 ? random.nextInt() : 1);
            int words = random.nextInt(4) == 0 ? 0xffff : random.nextInt(30);
            int extensionAt = 12 + 4 * (packet[0] & 0x0f);
            if (packet.length >= extensionAt + 4) {
                int[] kinds = {0xBEDE, 0x1000, 0xC0DE, 0xC2DE, random.nextInt(0x10000)};
                Bytes.u16(packet, extensionAt, kinds[random.nextInt(kinds.length)]);
                Bytes.u16(packet, extensionAt + 2, words);
            }
            byte[] input = sealed(reference, packet, i);
            attempt(in, false, input, i);
            attempt(in, true, reference.protectRtcp(random(8 + random.nextInt(100)), random.nextInt() & 0x7fff_ffff), i);
        }
    }

    /** Authentic if the header fits into the packet, else as near as one gets: the bytes as they are, with a tag behind. */
    private byte[] sealed(ReferenceSrtp reference, byte[] packet, int index) {
        boolean extended = (packet[0] & 0x10) != 0;
        int fixed = 12 + 4 * (packet[0] & 0x0f) + (extended ? 4 : 0);
        if (packet.length < fixed || ReferenceSrtp.headerLength(packet) > packet.length)
            return ReferenceSrtp.concat(packet, random(16));
        return reference.protectRtp(packet, index);
    }

    private int attempt(SrtpContext in, boolean control, byte[] input, int i) {
        random.nextBytes(slab);
        System.arraycopy(input, 0, slab, AT, input.length);
        System.arraycopy(slab, 0, before, 0, slab.length);
        int result;
        try {
            result = control ? in.unprotectRtcp(slab, AT, input.length) : in.unprotectRtp(slab, AT, input.length);
        } catch (RuntimeException e) {
            return fail("seed " + seed + ", input " + i + ", " + java.util.HexFormat.of().formatHex(input), e);
        }
        int end = AT + input.length;
        if (!Arrays.equals(before, 0, AT, slab, 0, AT) || !Arrays.equals(before, end, before.length, slab, end, slab.length))
            fail("seed " + seed + ", input " + i + " changed bytes of others: " + java.util.HexFormat.of().formatHex(input));
        if (result < 0) assertThat(SrtpContext.dropOf(result)).isIn(VERDICTS);
        else assertThat(result).isLessThan(input.length);
        return result;
    }

    private byte[] mutated(byte[] valid) {
        byte[] bytes = valid.clone();
        switch (random.nextInt(3)) {
            case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            default -> {
                for (int n = 1 + random.nextInt(6); n > 0; n--) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                if (Arrays.equals(bytes, valid)) bytes[20] ^= 1;
            }
        }
        return bytes;
    }

    private byte[] rtp(int seq) {
        byte[] bytes = random(80);
        Bytes.i32(bytes, 0, 0x92600000 | seq);
        Bytes.i32(bytes, 8, 1);
        Bytes.i32(bytes, 20, 0xBEDE0001);
        return bytes;
    }

    private byte[] rtcp() {
        byte[] bytes = random(52);
        Bytes.i32(bytes, 0, 0x81C8000C);
        Bytes.i32(bytes, 4, 1);
        return bytes;
    }
}
