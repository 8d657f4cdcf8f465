package io.stoa.rtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.stoa.base.Bytes;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Hostile bytes in the middle of a slab: always a verdict, never a throw, and nobody else's bytes are touched. */
class RtpFuzzTest {
    static final int INPUTS = 200_000;
    static final int AT = 100;

    final long seed = 3550;
    final Random random = new Random(seed);
    final byte[] slab = new byte[512];
    final byte[] before = new byte[512];

    /** Random bytes that look like a packet at first sight. */
    int fill() {
        random.nextBytes(slab);
        int length = random.nextInt(120);
        slab[AT] = (byte) (0x80 | slab[AT] & 0x3f);
        if (random.nextBoolean()) slab[AT] &= (byte) 0xf1;
        if (random.nextBoolean()) Bytes.u16(slab, AT + 12, random.nextBoolean() ? 0xBEDE : 0x1000);
        if (random.nextBoolean()) Bytes.u16(slab, AT + 14, random.nextInt(8));
        if (length > 0 && random.nextBoolean()) slab[AT + length - 1] = (byte) random.nextInt(20);
        System.arraycopy(slab, 0, before, 0, slab.length);
        return length;
    }

    void untouched(int from, int to) {
        assertThat(Arrays.equals(slab, 0, from, before, 0, from) && Arrays.equals(slab, to, slab.length, before, to, slab.length)).isTrue();
    }

    @Test
    void rtp() {
        RtpView view = new RtpView();
        int packets = 0;
        for (int i = 0; i < INPUTS; i++) {
            int length = fill();
            try {
                if (view.set(slab, AT, length) != null) continue;
                packets++;
                inside(view.payloadOffset(), view.payloadLength(), length);
                for (int id = 0; id < 16; id++) if (view.extensionOffset(id) >= 0) inside(view.extensionOffset(id), view.extensionLength(), length);
                long vp8 = Vp8Descriptor.parse(slab, view.payloadOffset(), view.payloadLength());
                if (vp8 != 0) assertThat(Vp8Descriptor.length(vp8)).isLessThan(view.payloadLength());
                for (FrameMeaning.Kind kind : FrameMeaning.Kind.values()) FrameMeaning.of(kind, view, vp8);
                if (view.unwrapRtx(1, 96) == null) inside(view.payloadOffset(), view.payloadLength(), length);
                untouched(AT, AT + length);
            } catch (RuntimeException e) {
                fail("seed " + seed + " input " + i + " " + Arrays.toString(Arrays.copyOfRange(before, AT, AT + length)), e);
            }
        }
        assertThat(packets).isGreaterThan(INPUTS / 20);
    }

    private static void inside(int offset, int count, int length) {
        assertThat(count).isNotNegative();
        assertThat(offset).isBetween(AT, AT + length);
        assertThat(offset + count).isLessThanOrEqualTo(AT + length);
    }

    @Test
    void rtcp() {
        RtcpView view = new RtcpView();
        int compounds = 0;
        for (int i = 0; i < INPUTS; i++) {
            random.nextBytes(slab);
            int length = 4 * random.nextInt(30);
            for (int at = AT; at < AT + length; ) {
                slab[at] = (byte) (0x80 | random.nextInt(32));
                slab[at + 1] = (byte) (200 + random.nextInt(8));
                int words = random.nextInt(random.nextInt(10) == 0 ? 40 : 8);
                Bytes.u16(slab, at + 2, words);
                at += 4 + 4 * words;
            }
            System.arraycopy(slab, 0, before, 0, slab.length);
            try {
                if (view.set(slab, AT, length) != null) continue;
                compounds++;
                long sum = 0;
                while (view.next()) {
                    sum += view.senderSsrc() + (view.hasSenderInfo() ? view.ntp() + view.rtpTimestamp() : 0);
                    if (view.type() <= RtcpView.RECEIVER_REPORT)
                        for (int b = 0; b < view.blocks(); b++) sum += view.blockSsrc(b) + view.blockDelaySinceLastSr(b) + view.blockLastSr(b) + view.blockFractionLost(b);
                    for (int p = 0; p < view.nackPairs(); p++) sum += view.nackPacketId(p) + view.nackMask(p);
                    for (int f = 0; f < view.firEntries(); f++) sum += view.firSsrc(f);
                    if (view.hasMediaSsrc()) sum += view.mediaSsrc();
                }
                assertThat(sum).isNotEqualTo(Long.MIN_VALUE);
                untouched(AT, AT);
            } catch (RuntimeException e) {
                fail("seed " + seed + " input " + i, e);
            }
        }
        assertThat(compounds).isGreaterThan(INPUTS / 10);
    }
}
