package io.stoa.srtp.portable;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.SrtpProfile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The engine against {@link ReferenceSrtp}, in both directions, packets of all shapes anywhere in a slab. */
class SrtpInteroperationTest {
    static final long SEED = 3711;

    final Random random = new Random(SEED);
    final SrtpEngine engine = new PortableSrtpEngine();
    final byte[] slab = new byte[4_096];

    byte[] random(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** With up to 15 contributing sources, and half of the time an extension; sizes from an empty payload up. */
    byte[] rtp(int seq, int ssrc) {
        int sources = random.nextInt(4) == 0 ? random.nextInt(16) : 0;
        int words = random.nextBoolean() ? random.nextInt(8) : -1;
        int header = 12 + 4 * sources + (words < 0 ? 0 : 4 + 4 * words);
        byte[] packet = random(header + random.nextInt(1_200));
        packet[0] = (byte) (0x80 | (words < 0 ? 0 : 0x10) | sources);
        packet[1] = 96;
        Bytes.u16(packet, 2, seq);
        Bytes.i32(packet, 8, ssrc);
        if (words >= 0) {
            Bytes.u16(packet, header - 4 * words - 4, 0xBEDE);
            Bytes.u16(packet, header - 4 * words - 2, words);
        }
        return packet;
    }

    byte[] rtcp(int ssrc) {
        byte[] packet = random(8 + 4 * random.nextInt(200));
        Bytes.i32(packet, 0, 0x80C80000 | packet.length / 4 - 1);
        Bytes.i32(packet, 4, ssrc);
        return packet;
    }

    interface Change {
        int apply(byte[] bytes, int offset, int length);
    }

    /** Lets the engine work on a packet in the middle of a slab; whatever lies around it must stay as it was. */
    byte[] inSlab(byte[] packet, int room, Change change) {
        random.nextBytes(slab);
        int at = 16 + random.nextInt(100);
        System.arraycopy(packet, 0, slab, at, packet.length);
        byte[] before = slab.clone();
        int length = change.apply(slab, at, packet.length);
        assertThat(Arrays.equals(before, 0, at, slab, 0, at)).as("bytes before the packet").isTrue();
        int end = at + packet.length + room;
        assertThat(Arrays.equals(before, end, before.length, slab, end, slab.length)).as("bytes behind the packet").isTrue();
        return length < 0 ? null : Arrays.copyOfRange(slab, at, at + length);
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void the_reference_reads_what_the_engine_sends_through_two_roll_overs(SrtpProfile profile) {
        byte[] key = random(profile.keyBytes);
        byte[] salt = random(profile.saltBytes);
        var reference = new ReferenceSrtp(profile, key, salt);
        var out = engine.outbound(profile, key, salt);
        for (long index = 32_000; index < 3 * 65_536; index += 1 + random.nextInt(400)) {
            byte[] packet = rtp((int) index & 0xffff, 0xCAFEBABE);
            byte[] sent = inSlab(packet, SrtpContext.OVERHEAD, out::protectRtp);
            assertThat(sent).as("seed %d, index %d", SEED, index).isEqualTo(reference.protectRtp(packet, index));
            assertThat(reference.unprotectRtp(sent, index)).isEqualTo(packet);
        }
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void the_engine_reads_what_the_reference_sends_with_loss_and_disorder_around_the_roll_over(SrtpProfile profile) {
        byte[] key = random(profile.keyBytes);
        byte[] salt = random(profile.saltBytes);
        var reference = new ReferenceSrtp(profile, key, salt);
        var in = engine.inbound(profile, key, salt);
        assertThat(unprotected(in, reference, 65_000)).isEqualTo("read");
        for (long index : lossyAndDisordered(65_001, 65_536 + 600))
            assertThat(unprotected(in, reference, index)).as("seed %d, index %d", SEED, index).isEqualTo("read");
        assertThat(unprotected(in, reference, 65_536 + 32_000)).as("a gap that is still unambiguous").isEqualTo("read");
        for (long index : lossyAndDisordered(2 * 65_536 - 900, 2 * 65_536 + 600))
            assertThat(unprotected(in, reference, index)).as("seed %d, index %d", SEED, index).isEqualTo("read");
    }

    String unprotected(SrtpContext in, ReferenceSrtp reference, long index) {
        byte[] packet = rtp((int) index & 0xffff, 0x01020304);
        byte[] read = inSlab(reference.protectRtp(packet, index), 0, in::unprotectRtp);
        return read == null ? "refused" : Arrays.equals(read, packet) ? "read" : "garbled";
    }

    /** A tenth is lost; the rest is shuffled by groups of at most 60, within the replay window of 64. */
    List<Long> lossyAndDisordered(long first, long end) {
        List<Long> order = new ArrayList<>();
        for (long index = first; index < end; index++) if (random.nextInt(10) > 0) order.add(index);
        for (int i = 0; i < order.size(); ) {
            int to = i + 1;
            while (to < order.size() && order.get(to) - order.get(i) < 30) to++;
            Collections.shuffle(order.subList(i, to), random);
            i = to;
        }
        return order;
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void reports_of_several_sources_pass_in_both_directions(SrtpProfile profile) {
        byte[] key = random(profile.keyBytes);
        byte[] salt = random(profile.saltBytes);
        var reference = new ReferenceSrtp(profile, key, salt);
        var out = engine.outbound(profile, key, salt);
        var in = engine.inbound(profile, key, salt);
        int[] sent = new int[3];
        for (int i = 0; i < 500; i++) {
            int source = random.nextInt(3);
            byte[] packet = rtcp(source + 1);
            byte[] bytes = inSlab(packet, SrtpContext.OVERHEAD, out::protectRtcp);
            assertThat(bytes).as("seed %d, report %d", SEED, i).isEqualTo(reference.protectRtcp(packet, sent[source]++));
            assertThat(reference.unprotectRtcp(bytes)).isEqualTo(packet);
            byte[] theirs = rtcp(source + 10);
            assertThat(inSlab(reference.protectRtcp(theirs, i * 3), 0, in::unprotectRtcp)).as("seed %d, report %d", SEED, i)
                    .isEqualTo(theirs);
        }
    }
}
