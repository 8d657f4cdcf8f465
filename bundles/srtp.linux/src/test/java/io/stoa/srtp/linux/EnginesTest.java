package io.stoa.srtp.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.srtp.SrtpBatch;
import io.stoa.srtp.SrtpContext;
import io.stoa.srtp.SrtpEngine;
import io.stoa.srtp.SrtpProfile;
import io.stoa.srtp.portable.PortableSrtpEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The native engine beside the portable one: the same bytes, the same verdicts, and connections that go from one to the other. */
class EnginesTest {
    static final long SEED = 20_261_130;
    static final int SSRC = 0xCAFEBABE;

    final SplittableRandom random = new SplittableRandom(SEED);
    final LibCryptoEngine libcrypto = engine();
    final SrtpEngine portable = new PortableSrtpEngine();

    LibCryptoEngine engine() {
        return new LibCryptoEngine();
    }

    byte[] random(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** With up to 15 contributing sources, and half of the time an extension; sizes from an empty payload up; room for the tag behind. */
    byte[] rtp(int seq, int ssrc) {
        int sources = random.nextInt(4) == 0 ? random.nextInt(16) : 0;
        int words = random.nextBoolean() ? random.nextInt(8) : -1;
        int header = 12 + 4 * sources + (words < 0 ? 0 : 4 + 4 * words);
        byte[] packet = random(header + random.nextInt(1_200) + SrtpContext.OVERHEAD);
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
        byte[] packet = random(8 + 4 * random.nextInt(200) + SrtpContext.OVERHEAD);
        Bytes.i32(packet, 0, 0x80C80000 | (packet.length - SrtpContext.OVERHEAD) / 4 - 1);
        Bytes.i32(packet, 4, ssrc);
        return packet;
    }

    static byte[] cut(byte[] bytes, int length) {
        return length < 0 ? null : Arrays.copyOf(bytes, length);
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void both_protect_to_the_same_bytes_through_two_roll_overs(SrtpProfile profile) {
        byte[] key = random(profile.keyBytes);
        byte[] salt = random(profile.saltBytes);
        SrtpContext one = libcrypto.outbound(profile, key, salt);
        SrtpContext other = portable.outbound(profile, key, salt);
        for (long index = 32_000; index < 3 * 65_536; index += 1 + random.nextInt(200)) {
            byte[] packet = rtp((int) index & 0xffff, SSRC + random.nextInt(3));
            byte[] copy = packet.clone();
            int length = packet.length - SrtpContext.OVERHEAD;
            byte[] mine = cut(packet, one.protectRtp(packet, 0, length));
            assertThat(mine).as("seed %d, index %d", SEED, index).isNotNull().isEqualTo(cut(copy, other.protectRtp(copy, 0, length)));
            byte[] report = rtcp(SSRC + random.nextInt(3));
            byte[] same = report.clone();
            length = report.length - SrtpContext.OVERHEAD;
            mine = cut(report, one.protectRtcp(report, 0, length));
            assertThat(mine).as("seed %d, report beside %d", SEED, index).isNotNull().isEqualTo(cut(same, other.protectRtcp(same, 0, length)));
        }
        one.close();
    }

    /** Lost, late, repeated, forged, cut and stretched, of several sources: whatever the portable engine says of it. */
    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void both_come_to_the_same_verdict_whatever_arrives(SrtpProfile profile) {
        byte[] key = random(profile.keyBytes);
        byte[] salt = random(profile.saltBytes);
        SrtpContext sender = portable.outbound(profile, key, salt);
        SrtpContext one = libcrypto.inbound(profile, key, salt);
        SrtpContext other = portable.inbound(profile, key, salt);
        List<byte[]> sent = new ArrayList<>();
        int read = 0;
        int index = 64_000;
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(3) > 0 || sent.isEmpty()) {
                index += random.nextInt(50) == 0 ? random.nextInt(3_000) : 1;
                byte[] next = random.nextInt(4) == 0 ? rtcp(SSRC) : rtp(index & 0xffff, SSRC + (index & 1));
                boolean control = (next[1] & 0xff) == 200;
                int length = next.length - SrtpContext.OVERHEAD;
                sent.add(cut(next, control ? sender.protectRtcp(next, 0, length) : sender.protectRtp(next, 0, length)));
            }
            int back = Math.min(sent.size(), 1 + random.nextInt(random.nextInt(4) == 0 ? 120 : 4));
            byte[] arrival = sent.get(sent.size() - back).clone();
            boolean control = (arrival[1] & 0xff) == 200;
            if (random.nextInt(5) == 0) arrival = mutated(arrival);
            byte[] copy = arrival.clone();
            int mine = control ? one.unprotectRtcp(arrival, 0, arrival.length) : one.unprotectRtp(arrival, 0, arrival.length);
            int theirs = control ? other.unprotectRtcp(copy, 0, copy.length) : other.unprotectRtp(copy, 0, copy.length);
            assertThat(verdict(mine)).as("seed %d, arrival %d, %d bytes", SEED, i, arrival.length).isEqualTo(verdict(theirs));
            if (mine >= 0) assertThat(cut(arrival, mine)).as("seed %d, arrival %d", SEED, i).isEqualTo(cut(copy, theirs));
            if (mine >= 0) read++;
        }
        assertThat(read).as("packets that were read, seed %d", SEED).isGreaterThan(8_000);
        assertThat(one.state()).usingRecursiveComparison().isEqualTo(other.state());
        one.close();
    }

    static String verdict(int result) {
        return result >= 0 ? result + " bytes" : SrtpContext.dropOf(result).name();
    }

    private byte[] mutated(byte[] valid) {
        byte[] bytes = valid.clone();
        switch (random.nextInt(4)) {
            case 0 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 2 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(40));
            default -> {
                for (int n = 1 + random.nextInt(6); n > 0; n--) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                if (Arrays.equals(bytes, valid)) bytes[bytes.length - 1] ^= 1;
            }
        }
        bytes = bytes.length < 2 ? new byte[2] : bytes;
        bytes[1] = valid[1];
        if (bytes.length > 3) Bytes.u16(bytes, 2, random.nextInt(4) == 0 ? random.nextInt(0x10000) : Bytes.u16(valid, 2));
        return bytes;
    }

    /** Noise and nonsense in the middle of a slab: always a verdict, never a throw, and nobody else's bytes are touched. */
    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void hostile_bytes(SrtpProfile profile) {
        SrtpContext in = libcrypto.inbound(profile, random(profile.keyBytes), random(profile.saltBytes));
        byte[] slab = new byte[2_048];
        for (int i = 0; i < 30_000; i++) {
            random.nextBytes(slab);
            int at = 200;
            int length = random.nextInt(140);
            slab[at] = (byte) (slab[at] & 0x3f | 0x80);
            byte[] before = slab.clone();
            int result = i % 2 == 0 ? in.unprotectRtcp(slab, at, length) : in.unprotectRtp(slab, at, length);
            assertThat(result).as("seed %d, input %d", SEED, i).isNegative();
            assertThat(SrtpContext.dropOf(result)).isIn(Drop.SRTP_AUTHENTICATION, Drop.SRTP_MALFORMED);
            assertThat(Arrays.equals(before, 0, at, slab, 0, at)).as("bytes before, input %d", i).isTrue();
            assertThat(Arrays.equals(before, at + length, before.length, slab, at + length, slab.length)).as("bytes behind, input %d", i).isTrue();
        }
        in.close();
    }

    /** Sender and receiver change their engines at any time, each for itself, through roll-overs, loss and disorder. */
    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void a_connection_goes_from_engine_to_engine_and_no_packet_is_lost_or_taken_twice(SrtpProfile profile) {
        byte[] key = random(profile.keyBytes);
        byte[] salt = random(profile.saltBytes);
        SrtpContext out = portable.outbound(profile, key, salt);
        SrtpContext in = libcrypto.inbound(profile, key, salt);
        SrtpContext control = portable.outbound(profile, key, salt); // never changes
        List<byte[]> late = new ArrayList<>();
        List<byte[]> taken = new ArrayList<>();
        for (int index = 60_000; index < 2 * 65_536 + 5_000; index += 1 + random.nextInt(20)) {
            if (random.nextInt(40) == 0) out = changed(out);
            if (random.nextInt(40) == 0) in = changed(in);
            byte[] packet = rtp(index & 0xffff, SSRC);
            int length = packet.length - SrtpContext.OVERHEAD;
            byte[] plain = Arrays.copyOf(packet, length);
            byte[] copy = packet.clone();
            byte[] sent = cut(packet, out.protectRtp(packet, 0, length));
            assertThat(sent).as("seed %d, index %d", SEED, index).isEqualTo(cut(copy, control.protectRtp(copy, 0, length)));
            if (random.nextInt(10) == 0) {
                late.add(sent);
                continue;
            }
            byte[] arrived = sent.clone();
            assertThat(in.unprotectRtp(arrived, 0, arrived.length)).as("seed %d, index %d", SEED, index).isEqualTo(length);
            assertThat(Arrays.copyOf(arrived, length)).isEqualTo(plain);
            taken.add(sent);
            byte[] again = taken.get(taken.size() - 1 - random.nextInt(Math.min(3, taken.size()))).clone();
            assertThat(verdict(in.unprotectRtp(again, 0, again.length))).isIn(Drop.SRTP_REPLAY.name(), Drop.SRTP_TOO_OLD.name());
            report(out = random.nextInt(4) == 0 ? changed(out) : out, in = random.nextInt(4) == 0 ? changed(in) : in);
            if (late.isEmpty() || random.nextInt(3) > 0) continue;
            byte[] delayed = late.removeLast().clone();
            assertThat(verdict(in.unprotectRtp(delayed, 0, delayed.length))).as("seed %d, late before %d", SEED, index)
                    .matches("\\d+ bytes|SRTP_TOO_OLD");
        }
        out.close();
        in.close();
        assertThat(libcrypto.open()).as("memory of what went to the other engine is given back").isZero();
    }

    private void report(SrtpContext out, SrtpContext in) {
        byte[] packet = rtcp(SSRC);
        int length = packet.length - SrtpContext.OVERHEAD;
        int sent = out.protectRtcp(packet, 0, length);
        byte[] again = packet.clone();
        assertThat(in.unprotectRtcp(packet, 0, sent)).isEqualTo(length);
        assertThat(SrtpContext.dropOf(in.unprotectRtcp(again, 0, sent))).isEqualTo(Drop.SRTP_REPLAY);
    }

    private SrtpContext changed(SrtpContext context) {
        SrtpEngine next = context instanceof LibCryptoContext ? portable : libcrypto;
        SrtpContext changed = next.goOn(context);
        context.close();
        return changed;
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void a_batch_may_have_contexts_of_both(SrtpProfile profile) {
        byte[] key = random(profile.keyBytes);
        byte[] salt = random(profile.saltBytes);
        SrtpContext mine = libcrypto.outbound(profile, key, salt);
        SrtpContext theirs = portable.outbound(profile, key, salt);
        byte[] slab = new byte[4 * 256];
        for (SrtpEngine engine : List.of(libcrypto, portable)) {
            SrtpBatch batch = new SrtpBatch(slab, 4);
            byte[] packet = Arrays.copyOf(random(100), 256);
            Bytes.i32(packet, 0, 0x80600005);
            for (int i = 0; i < 4; i++) {
                System.arraycopy(packet, 0, slab, i * 256, 256);
                batch.add(i % 2 == 0 ? mine : theirs, i * 256, i == 3 ? 11 : 100);
            }
            engine.protect(batch);
            assertThat(batch.length(3)).isEqualTo(-1);
            byte[] first = Arrays.copyOf(slab, batch.length(0));
            for (int i = 1; i < 3; i++) assertThat(Arrays.copyOfRange(slab, i * 256, i * 256 + batch.length(i))).isEqualTo(first);
        }
        mine.close();
    }

    @ParameterizedTest
    @EnumSource(SrtpProfile.class)
    void what_is_closed_refuses_and_gives_its_memory_back_once(SrtpProfile profile) {
        LibCryptoEngine engine = engine();
        SrtpContext out = engine.outbound(profile, random(profile.keyBytes), random(profile.saltBytes));
        SrtpContext in = engine.inbound(profile, random(profile.keyBytes), random(profile.saltBytes));
        assertThat(engine.open()).isEqualTo(4);
        for (int i = 0; i < 2; i++) {
            out.close();
            in.close();
        }
        assertThat(engine.open()).isZero();
        byte[] packet = rtp(1, SSRC);
        assertThat(out.protectRtp(packet, 0, packet.length - SrtpContext.OVERHEAD)).isEqualTo(-1);
        assertThat(out.protectRtcp(packet, 0, packet.length - SrtpContext.OVERHEAD)).isEqualTo(-1);
        assertThat(SrtpContext.dropOf(in.unprotectRtp(packet, 0, packet.length))).isEqualTo(Drop.SRTP_TOO_EARLY);
        assertThat(SrtpContext.dropOf(in.unprotectRtcp(packet, 0, packet.length))).isEqualTo(Drop.SRTP_TOO_EARLY);
    }
}
