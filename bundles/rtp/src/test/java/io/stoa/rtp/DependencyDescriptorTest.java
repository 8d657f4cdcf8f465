package io.stoa.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.base.Drop;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DependencyDescriptorTest {
    private static final int OFFSET = 7;

    private final DependencyDescriptor descriptor = new DependencyDescriptor();

    /** L2T2: two spatial layers with two temporal ones each; templates 0 to 3 are S0T0, S0T1, S1T0, S1T1, targets likewise. */
    private static Bits structure(int templateOffset) {
        Bits bits = new Bits().put(templateOffset, 6).put(4 - 1, 5);
        bits.put(1, 2).put(2, 2).put(1, 2).put(3, 2); // next temporal, next spatial, next temporal, end
        bits.put(2, 2).put(2, 2).put(2, 2).put(2, 2); // S0T0 is a switch for all
        bits.put(0, 2).put(1, 2).put(0, 2).put(3, 2); // S0T1
        bits.put(0, 2).put(0, 2).put(2, 2).put(2, 2); // S1T0
        bits.put(0, 2).put(0, 2).put(0, 2).put(1, 2); // S1T1
        for (int template = 0; template < 4; template++) bits.put(1, 1).put(template, 4).put(0, 1); // one difference each
        bits.put(2, 2); // chains, a number below 5: those below 3 take two bits
        for (int target = 0; target < 4; target++) bits.put(target / 2, 1);
        for (int template = 0; template < 4; template++) bits.put(template + 1, 4).put(template + 5, 4);
        return bits.put(0, 1); // no resolutions
    }

    private static byte[] key(int number) {
        return header(true, false, 5, number, 0b10000).append(structure(5)).bytes();
    }

    private static Bits header(boolean start, boolean end, int template, int number, int flags) {
        Bits bits = new Bits().put(start ? 1 : 0, 1).put(end ? 1 : 0, 1).put(template, 6).put(number, 16);
        return flags < 0 ? bits : bits.put(flags, 5);
    }

    private Drop read(byte[] bytes) {
        byte[] inside = new byte[OFFSET + bytes.length + 9];
        Arrays.fill(inside, (byte) 0xff);
        System.arraycopy(bytes, 0, inside, OFFSET, bytes.length);
        return descriptor.read(inside, OFFSET, bytes.length);
    }

    @Test
    void keyFrameBringsTheStructure() {
        assertThat(read(key(0xfffe))).isNull();
        assertThat(descriptor.start()).isTrue();
        assertThat(descriptor.end()).isFalse();
        assertThat(descriptor.key()).isTrue();
        assertThat(descriptor.frameNumber()).isEqualTo(0xfffe);
        assertThat(descriptor.targets()).isEqualTo(4);
        assertThat(descriptor.active()).isEqualTo(0b1111);
        assertThat(descriptor.indications()).isEqualTo(0b10101010);
        assertThat(descriptor.spatial()).isZero();
        int[][] layers = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
        for (int target = 0; target < 4; target++) {
            assertThat(descriptor.targetSpatial(target)).isEqualTo(layers[target][0]);
            assertThat(descriptor.targetTemporal(target)).isEqualTo(layers[target][1]);
            assertThat(descriptor.chainDistance(target)).isEqualTo(target < 2 ? 1 : 5);
        }
        assertThat(descriptor.containedIn(0)).isEqualTo(0b1111);
        assertThat(descriptor.containedIn(1)).isEqualTo(0b1010);
        assertThat(descriptor.containedIn(2)).isEqualTo(0b1100);
        assertThat(descriptor.containedIn(3)).isEqualTo(0b1000);
    }

    @Test
    void laterPacketsSpeakOfIt() {
        assertThat(read(header(true, true, 8, 7, -1).bytes())).as("nothing is known yet").isEqualTo(Drop.WAITING_FOR_KEY_FRAME);
        read(key(6));
        assertThat(read(header(true, true, 8, 7, -1).bytes())).isNull();
        assertThat(descriptor.key()).isFalse();
        assertThat(descriptor.end()).isTrue();
        assertThat(descriptor.spatial()).isEqualTo(1);
        assertThat(descriptor.temporal()).isEqualTo(1);
        assertThat(descriptor.indications()).isEqualTo(0b01_00_00_00);
        assertThat(descriptor.chainDistance(0)).isEqualTo(4);
        assertThat(descriptor.chainDistance(3)).isEqualTo(8);
    }

    @Test
    void packetMaySayOtherwise() {
        read(key(6));
        Bits bits = header(true, true, 7, 8, 0b01111);
        bits.put(0b0101, 4); // active
        bits.put(0, 2).put(1, 2).put(2, 2).put(3, 2); // indications
        bits.put(1, 2).put(9, 4).put(3, 2).put(300, 12).put(0, 2); // differences
        bits.put(200, 8).put(0, 8); // chains
        assertThat(read(bits.bytes())).isNull();
        assertThat(descriptor.active()).isEqualTo(0b0101);
        assertThat(descriptor.indications()).isEqualTo(0b11_10_01_00);
        assertThat(descriptor.chainDistance(1)).isEqualTo(200);
        assertThat(descriptor.chainDistance(2)).isZero();
    }

    @Test
    void malformedOnesAreNamed() {
        assertThat(read(new byte[2])).isEqualTo(Drop.DEPENDENCY_DESCRIPTOR_MALFORMED);
        byte[] whole = key(6);
        for (int length = 4; length < whole.length; length++)
            assertThat(read(Arrays.copyOf(whole, length))).as("of %d bytes %d", whole.length, length).isEqualTo(Drop.DEPENDENCY_DESCRIPTOR_MALFORMED);
        assertThat(read(header(true, true, 8, 7, -1).bytes())).as("half a structure is none").isEqualTo(Drop.WAITING_FOR_KEY_FRAME);
        read(whole);
        assertThat(read(header(true, true, 9, 7, -1).bytes())).as("there are four templates").isEqualTo(Drop.DEPENDENCY_DESCRIPTOR_MALFORMED);
        assertThat(read(header(true, true, 4, 7, -1).bytes())).isEqualTo(Drop.DEPENDENCY_DESCRIPTOR_MALFORMED);
    }

    @Test
    void anythingMayComeFromTheWire() {
        SplittableRandom random = new SplittableRandom(5);
        byte[] whole = key(6);
        ActiveTargetsWriter writer = new ActiveTargetsWriter();
        byte[] out = new byte[300];
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = random.nextBoolean() ? whole.clone() : new byte[random.nextInt(60)];
            if (bytes.length != whole.length) random.nextBytes(bytes);
            else for (int n = random.nextInt(4); n >= 0; n--) bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            read(bytes);
            assertThat(writer.write(bytes, 0, bytes.length, 1 + random.nextInt(32), random.nextInt(), out, 0))
                    .isLessThanOrEqualTo(bytes.length + ActiveTargetsWriter.MAX_GROWTH);
        }
    }

    // -- rewriting

    private byte[] rewrite(byte[] bytes, int mask) {
        byte[] out = new byte[300];
        Arrays.fill(out, (byte) 0xff);
        int length = new ActiveTargetsWriter().write(bytes, 0, bytes.length, 4, mask, out, OFFSET);
        return Arrays.copyOfRange(out, OFFSET, OFFSET + length);
    }

    @Test
    void activeTargetsAreTold() {
        for (byte[] bytes : new byte[][] {
            key(6),
            header(true, false, 8, 7, -1).bytes(),
            header(false, true, 7, 7, 0b01000).put(0b1111, 4).bytes(),
            header(false, true, 7, 7, 0b01101).put(0b1111, 4).put(0b11_01_00_10, 8).put(77, 8).put(3, 8).bytes(),
            header(false, true, 7, 7, 0b00001).put(77, 8).put(3, 8).bytes(),
        }) {
            if (bytes[3 % bytes.length] >= 0) read(key(5));
            assertThat(read(bytes)).isNull();
            long indications = descriptor.indications();
            int number = descriptor.frameNumber();
            int first = descriptor.chainDistance(0);
            int second = descriptor.chainDistance(3);
            boolean key = descriptor.key();
            byte[] rewritten = rewrite(bytes, 0b0011);
            assertThat(rewritten.length).isBetween(bytes.length, bytes.length + 2);
            assertThat(read(rewritten)).isNull();
            assertThat(descriptor.active()).isEqualTo(0b0011);
            assertThat(descriptor.indications()).isEqualTo(indications);
            assertThat(descriptor.frameNumber()).isEqualTo(number);
            assertThat(descriptor.chainDistance(0)).isEqualTo(first);
            assertThat(descriptor.chainDistance(3)).isEqualTo(second);
            assertThat(descriptor.key()).isEqualTo(key);
            assertThat(rewrite(rewritten, 0b0011)).as("again").startsWith(Arrays.copyOf(rewritten, rewritten.length - 1));
        }
    }

    /** The highest bit of a byte first. */
    private static final class Bits {
        private final boolean[] all = new boolean[2_000];
        private int length;

        Bits put(int value, int count) {
            for (int i = count - 1; i >= 0; i--) all[length++] = (value >> i & 1) != 0;
            return this;
        }

        Bits append(Bits other) {
            for (int i = 0; i < other.length; i++) all[length++] = other.all[i];
            return this;
        }

        byte[] bytes() {
            byte[] bytes = new byte[length + 7 >> 3];
            for (int i = 0; i < length; i++) if (all[i]) bytes[i >> 3] |= (byte) (0x80 >> (i & 7));
            return bytes;
        }
    }
}
