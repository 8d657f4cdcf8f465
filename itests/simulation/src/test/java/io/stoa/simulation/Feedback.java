package io.stoa.simulation;

import io.stoa.base.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Transport-wide feedback as its receiver reads it (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1). */
final class Feedback {
    /** Arrival by sequence number, in units of 250 µs of the server's clock; -1 = reported as lost. */
    final TreeMap<Integer, Long> arrivals = new TreeMap<>();
    final List<String> breaks = new ArrayList<>();
    int packets;
    /** Feedback that the network lost. */
    int missed;
    private int nextCount = -1;
    private int nextBase = -1;

    void read(byte[] compound, int length) {
        for (int at = 0; at < length; at += 4 + 4 * Bytes.u16(compound, at + 2))
            if ((compound[at] & 0x1f) == 15 && (compound[at + 1] & 0xff) == 205) one(compound, at, at + 4 + 4 * Bytes.u16(compound, at + 2));
    }

    private void one(byte[] b, int at, int end) {
        packets++;
        int base = Bytes.u16(b, at + 12);
        int count = Bytes.u16(b, at + 14);
        long ticks = (long) (Bytes.u24(b, at + 16) << 8 >> 8) * 256;
        int number = b[at + 19] & 0xff;
        if (nextCount >= 0 && number != nextCount) missed += number - nextCount & 0xff;
        nextCount = number + 1 & 0xff;
        if (nextBase >= 0 && (base - nextBase & 0xffff) > 0x7fff) breaks.add("base " + base + " again");
        nextBase = base + count & 0xffff;
        List<Integer> statuses = new ArrayList<>();
        int p = at + 20;
        for (; statuses.size() < count; p += 2) {
            int chunk = Bytes.u16(b, p);
            if (chunk >> 15 == 0) for (int i = chunk & 0x1fff; i > 0; i--) statuses.add(chunk >> 13 & 3);
            else if (chunk >> 14 == 2) for (int i = 13; i >= 0; i--) statuses.add(chunk >> i & 1);
            else for (int i = 6; i >= 0; i--) statuses.add(chunk >> 2 * i & 3);
        }
        for (int i = 0; i < count; i++) {
            int seq = base + i & 0xffff;
            switch (statuses.get(i)) {
                case 0 -> arrivals.putIfAbsent(seq, -1L);
                case 1 -> arrivals.put(seq, ticks += b[p++] & 0xff);
                case 2 -> {
                    arrivals.put(seq, ticks += (short) Bytes.u16(b, p));
                    p += 2;
                }
                default -> breaks.add("reserved status");
            }
        }
        if (p > end) breaks.add("deltas behind the end");
    }
}
