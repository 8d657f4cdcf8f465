package io.stoa.bwe;

import io.stoa.base.Bytes;
import io.stoa.base.Time;

/**
 * Arrival times of packets by transport-wide sequence number, written as RTCP feedback
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1).
 *
 * <pre>
 * |V=2|P|  FMT=15 |    PT=205     |           length              |
 * |                     SSRC of packet sender                     |
 * |                      SSRC of media source                     |
 * |      base sequence number     |      packet status count      |
 * |                 reference time (64 ms)        | fb pkt. count |
 * |        packet chunks (two bits per status here), deltas (250 µs)
 * </pre>
 */
public final class TransportFeedback {
    private static final int CAPACITY = 2_048;
    private static final int MAX_STATUSES = 400;
    private static final long TICK = 250 * Time.MICRO;
    private static final long REFERENCE = 64 * Time.MILLI;
    private static final long INTERVAL = 50 * Time.MILLI;
    private static final int SOONER_AT = 100;
    private static final int LONGEST_PACKET = 1_400;

    /** From the first arrival on: most connections only receive. */
    private long[] arrivals;
    private byte[] packet;
    private long base = -1;
    private long highest = -1;
    private long sendAt = Time.NEVER;
    private int unreported;
    private int feedbackCount;

    public void received(long now, int seq) {
        long index = highest < 0 ? 65_536L + seq : highest + (short) (seq - (int) highest);
        if (highest < 0) {
            highest = base = index;
            arrivals = new long[CAPACITY];
            packet = new byte[LONGEST_PACKET];
        }
        if (index < base || index - base >= CAPACITY) {
            if (index < base) return; // reported as lost already
            restart(index);
        }
        for (long gap = highest + 1; gap <= index; gap++) arrivals[(int) gap & CAPACITY - 1] = 0;
        arrivals[(int) index & CAPACITY - 1] = now == 0 ? 1 : now;
        if (index > highest) highest = index;
        if (unreported++ == 0) sendAt = now + INTERVAL;
        if (unreported >= SOONER_AT) sendAt = now;
    }

    /** The sender jumped: what lies between is not worth a report. */
    private void restart(long index) {
        base = highest = index;
        unreported = 0;
    }

    public long nextWake() {
        return sendAt;
    }

    public byte[] bytes() {
        return packet;
    }

    /**
     * Composes the feedback that is due.
     *
     * @return its length, 0 if there is nothing to report
     */
    public int write(long now, int ownSsrc, int mediaSsrc) {
        if (highest < 0) return 0;
        long first = base;
        while (first <= highest && arrivals[(int) first & CAPACITY - 1] == 0) first++;
        if (unreported == 0 || first > highest) {
            sendAt = Time.NEVER;
            unreported = 0;
            return 0;
        }
        // What was lost since the last report is told, unless it is so much that nothing else would fit.
        if (first - base >= MAX_STATUSES) base = first;
        int count = (int) Math.min(MAX_STATUSES, highest - base + 1);
        long reference = Math.floorDiv(arrivals[(int) first & CAPACITY - 1], REFERENCE);
        int chunkAt = 20;
        int chunks = (count + 6) / 7;
        int deltaAt = chunkAt + 2 * chunks;
        long last = reference * REFERENCE;
        int written = 0;
        int chunk = 0;
        for (int i = 0; i < count; i++) {
            long arrival = arrivals[(int) (base + i) & CAPACITY - 1];
            int symbol = 0;
            if (arrival != 0) {
                long delta = Math.floorDiv(arrival - last, TICK);
                if (delta < Short.MIN_VALUE || delta > Short.MAX_VALUE || deltaAt + 2 > packet.length - 8) break;
                last += delta * TICK;
                symbol = delta >= 0 && delta <= 255 ? 1 : 2;
                if (symbol == 1) packet[deltaAt++] = (byte) delta;
                else {
                    Bytes.u16(packet, deltaAt, (int) delta);
                    deltaAt += 2;
                }
                unreported--;
            }
            chunk |= symbol << 12 - 2 * (i % 7);
            written++;
            if (i % 7 == 6) {
                Bytes.u16(packet, chunkAt + 2 * (i / 7), 0xC000 | chunk);
                chunk = 0;
            }
        }
        if (written % 7 != 0) Bytes.u16(packet, chunkAt + 2 * (written / 7), 0xC000 | chunk);
        deltaAt = closeGap(chunkAt, chunks, written, deltaAt);
        while ((deltaAt & 3) != 0) packet[deltaAt++] = 0;
        header(ownSsrc, mediaSsrc, written, reference, deltaAt);
        base += written;
        unreported = Math.max(0, unreported);
        sendAt = base > highest || unreported == 0 ? Time.NEVER : now;
        if (base > highest) unreported = 0;
        return deltaAt;
    }

    /** Fewer statuses than planned were written (a delta did not fit): chunks that stayed empty are taken out. */
    private int closeGap(int chunkAt, int chunks, int written, int deltaAt) {
        int used = (written + 6) / 7;
        if (used == chunks) return deltaAt;
        int from = chunkAt + 2 * chunks;
        int to = chunkAt + 2 * used;
        System.arraycopy(packet, from, packet, to, deltaAt - from);
        return deltaAt - (from - to);
    }

    private void header(int ownSsrc, int mediaSsrc, int count, long reference, int length) {
        packet[0] = (byte) 0x8F;
        packet[1] = (byte) 205;
        Bytes.u16(packet, 2, length / 4 - 1);
        Bytes.i32(packet, 4, ownSsrc);
        Bytes.i32(packet, 8, mediaSsrc);
        Bytes.u16(packet, 12, (int) base);
        Bytes.u16(packet, 14, count);
        Bytes.u24(packet, 16, (int) reference);
        packet[19] = (byte) feedbackCount++;
    }
}
