package io.stoa.sctp;

import io.stoa.base.Bytes;
import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import io.stoa.base.Time;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What comes in: which TSNs have arrived, fragments back to messages, messages in their stream's order. */
final class SctpReceiver {
    private static final long DELAYED_ACK = 20 * Time.MILLI;
    private static final int MAX_DUPLICATES = 20;
    private static final int MAX_GAPS = 200;
    /** Gap reports are 16-bit offsets from the cumulative TSN. */
    private static final int MAX_DISTANCE = 65_535;
    /** Fragments and waiting messages, however small: each costs more memory than its bytes. */
    private static final int MAX_PARTS = 16_384;

    interface Delivery {
        void message(int stream, int ppid, byte[] bytes, int offset, int length);
    }

    private record Fragment(int stream, int ssn, int ppid, int flags, byte[] bytes) {
        boolean has(int flag) {
            return (flags & flag) != 0;
        }
    }

    private record Whole(int ppid, byte[] bytes) {}

    private final SctpSettings settings;
    private final DropCounters drops;
    private final Delivery delivery;
    private final TreeMap<Long, Fragment> fragments = new TreeMap<>();
    /** First and last TSN of neighbouring fragments of one message. */
    private final TreeMap<Long, Long> runs = new TreeMap<>();
    private final Map<Integer, TreeMap<Long, Whole>> waiting = new HashMap<>();
    private final Map<Integer, Long> nextSsn = new HashMap<>();
    private final List<Integer> duplicates = new ArrayList<>();
    /** Ranges above the cumulative one, [from, to], in order and apart. */
    private final TreeMap<Long, Long> ranges = new TreeMap<>();

    private long cumulative;
    private long buffered;
    private int waitingMessages;
    private int unacknowledged;
    private boolean ackNow;
    private long ackAt = Time.NEVER;

    SctpReceiver(SctpSettings settings, DropCounters drops, Delivery delivery) {
        this.settings = settings;
        this.drops = drops;
        this.delivery = delivery;
    }

    /** @param peerInitialTsn of its INIT or INIT ACK */
    void start(int peerInitialTsn) {
        cumulative = (1L << 32) + Integer.toUnsignedLong(peerInitialTsn) - 1;
        fragments.clear();
        runs.clear();
        waitingMessages = 0;
        ranges.clear();
        waiting.clear();
        nextSsn.clear();
        buffered = 0;
    }

    long window() {
        return Math.max(0, settings.receiveWindowBytes() - buffered);
    }

    int cumulative() {
        return (int) cumulative;
    }

    private long extend(int tsn) {
        return cumulative + (tsn - (int) cumulative);
    }

    void data(long now, byte[] b, int at, int length) {
        long tsn = extend(Bytes.i32(b, at + 4));
        if (unacknowledged++ == 0) ackAt = now + DELAYED_ACK;
        if ((b[at + 1] & Chunk.FLAG_IMMEDIATE) != 0) ackNow = true;
        if (tsn <= cumulative || covered(tsn)) {
            drops.count(Drop.SCTP_DUPLICATE_TSN);
            if (duplicates.size() < MAX_DUPLICATES) duplicates.add((int) tsn);
            ackNow = true;
            return;
        }
        int size = length - Chunk.DATA_HEADER;
        boolean far = tsn - cumulative > MAX_DISTANCE || ranges.size() >= MAX_GAPS && tsn != cumulative + 1;
        boolean closesGap = tsn == cumulative + 1 && !ranges.isEmpty(); // without it nothing of what waits could ever leave
        boolean crowded = fragments.size() + waitingMessages >= MAX_PARTS && !closesGap;
        if (size <= 0 || buffered + size > settings.receiveWindowBytes() + settings.maxMessageBytes() || far || crowded) {
            drops.count(size <= 0 ? Drop.SCTP_MALFORMED : Drop.SCTP_BUFFER_FULL);
            return;
        }
        boolean gapBefore = !ranges.isEmpty();
        cover(tsn);
        if (gapBefore || !ranges.isEmpty()) ackNow = true;
        int flags = b[at + 1] & 7;
        int stream = Bytes.u16(b, at + 8);
        int ssn = Bytes.u16(b, at + 10);
        int ppid = Bytes.i32(b, at + 12);
        if ((flags & 3) == 3 && (flags & Chunk.FLAG_UNORDERED) != 0) {
            delivery.message(stream, ppid, b, at + Chunk.DATA_HEADER, size);
            return;
        }
        byte[] bytes = Arrays.copyOfRange(b, at + Chunk.DATA_HEADER, at + Chunk.DATA_HEADER + size);
        if ((flags & 3) == 3) {
            ordered(stream, ssn, new Whole(ppid, bytes));
        } else {
            fragments.put(tsn, new Fragment(stream, ssn, ppid, flags, bytes));
            buffered += size;
            assemble(tsn);
        }
    }

    private boolean covered(long tsn) {
        var floor = ranges.floorEntry(tsn);
        return floor != null && floor.getValue() >= tsn;
    }

    private void cover(long tsn) {
        long from = tsn;
        long to = tsn;
        var below = ranges.floorEntry(tsn);
        if (below != null && below.getValue() == tsn - 1) {
            from = below.getKey();
            ranges.remove(from);
        }
        Long above = ranges.remove(tsn + 1);
        if (above != null) to = above;
        if (from == cumulative + 1) cumulative = to;
        else ranges.put(from, to);
    }

    private void assemble(long tsn) {
        long first = joinRuns(tsn);
        long last = runs.get(first);
        Fragment head = fragments.get(first);
        if (!head.has(Chunk.FLAG_BEGIN) || !fragments.get(last).has(Chunk.FLAG_END)) return;
        runs.remove(first);
        int stream = head.stream;
        long total = 0;
        for (Fragment part : fragments.subMap(first, true, last, true).values()) total += part.bytes.length;
        byte[] whole = new byte[(int) Math.min(total, Integer.MAX_VALUE)];
        int at = 0;
        for (long part = first; part <= last; part++) {
            byte[] bytes = fragments.remove(part).bytes;
            System.arraycopy(bytes, 0, whole, at, bytes.length);
            at += bytes.length;
            buffered -= bytes.length;
        }
        if (total > settings.maxMessageBytes()) {
            drops.count(Drop.SCTP_MESSAGE_TOO_LARGE);
            if (!head.has(Chunk.FLAG_UNORDERED)) skip(stream, head.ssn);
        } else if (head.has(Chunk.FLAG_UNORDERED)) {
            delivery.message(stream, head.ppid, whole, 0, whole.length);
        } else {
            ordered(stream, head.ssn, new Whole(head.ppid, whole));
        }
    }

    /** Adds a new fragment to the run before and the run behind it. @return the first TSN of its run */
    private long joinRuns(long tsn) {
        Fragment fragment = fragments.get(tsn);
        long from = tsn;
        long to = tsn;
        var below = runs.lowerEntry(tsn);
        if (below != null && below.getValue() == tsn - 1 && !fragment.has(Chunk.FLAG_BEGIN)
                && !fragments.get(tsn - 1).has(Chunk.FLAG_END)) {
            from = below.getKey();
        }
        if (!fragment.has(Chunk.FLAG_END) && runs.containsKey(tsn + 1) && !fragments.get(tsn + 1).has(Chunk.FLAG_BEGIN)) {
            to = runs.remove(tsn + 1);
        }
        runs.put(from, to);
        return from;
    }

    private void ordered(int stream, int ssn, Whole message) {
        long next = nextSsn.getOrDefault(stream, 0L);
        long index = next + (short) (ssn - (int) next);
        if (index < next) {
            drops.count(Drop.SCTP_DUPLICATE_TSN);
            return;
        }
        if (index > next) {
            Whole other = waiting.computeIfAbsent(stream, k -> new TreeMap<>()).putIfAbsent(index, message);
            if (other != null) {
                drops.count(Drop.SCTP_DUPLICATE_TSN);
                return;
            }
            waitingMessages++;
            buffered += message.bytes.length;
            return;
        }
        nextSsn.put(stream, next + 1);
        delivery.message(stream, message.ppid, message.bytes, 0, message.bytes.length);
        deliverWaiting(stream);
    }

    private void deliverWaiting(int stream) {
        TreeMap<Long, Whole> queue = waiting.get(stream);
        if (queue == null) return;
        while (!queue.isEmpty() && queue.firstKey() <= nextSsn.getOrDefault(stream, 0L)) {
            var entry = queue.pollFirstEntry();
            waitingMessages--;
            buffered -= entry.getValue().bytes.length;
            nextSsn.merge(stream, entry.getKey() + 1, Math::max); // what a FORWARD-TSN has passed stays passed
            delivery.message(stream, entry.getValue().ppid, entry.getValue().bytes, 0, entry.getValue().bytes.length);
        }
        if (queue.isEmpty()) waiting.remove(stream);
    }

    private void skip(int stream, int ssn) {
        long next = nextSsn.getOrDefault(stream, 0L);
        long index = next + (short) (ssn - (int) next);
        if (index >= next) nextSsn.put(stream, index + 1);
        deliverWaiting(stream);
    }

    /** RFC 3758 section 3.6: nobody will send what lies up to here. */
    void forward(byte[] b, int at, int length) {
        long to = extend(Bytes.i32(b, at + 4));
        ackNow = true;
        if (to <= cumulative || to - cumulative > settings.receiveWindowBytes()) return;
        cumulative = to;
        while (!ranges.isEmpty() && ranges.firstKey() <= cumulative + 1) cumulative = Math.max(cumulative, ranges.pollFirstEntry().getValue());
        var gone = fragments.headMap(to, true);
        for (Fragment fragment : gone.values()) buffered -= fragment.bytes.length;
        gone.clear();
        var run = runs.floorEntry(to);
        if (run != null && run.getValue() > to) runs.put(to + 1, run.getValue());
        runs.headMap(to, true).clear();
        for (int p = at + 8; p + 4 <= at + length; p += 4) skip(Bytes.u16(b, p), Bytes.u16(b, p + 2));
    }

    /** The other side begins the stream's numbering anew (RFC 6525). */
    void resetStream(int stream) {
        nextSsn.remove(stream);
        TreeMap<Long, Whole> queue = waiting.remove(stream);
        if (queue == null) return;
        waitingMessages -= queue.size();
        for (Whole message : queue.values()) buffered -= message.bytes.length;
    }

    boolean hasReached(int tsn) {
        return extend(tsn) <= cumulative;
    }

    // -- acknowledgements

    boolean ackDue(long now) {
        return ackNow || unacknowledged >= 2 || Time.due(ackAt, now);
    }

    boolean ackPending() {
        return unacknowledged > 0;
    }

    long nextWake() {
        return ackAt;
    }

    int writeSack(byte[] b, int at, int room) {
        int gaps = Math.min(ranges.size(), (room - 16 - 4 * duplicates.size()) / 4);
        int length = 16 + 4 * gaps + 4 * duplicates.size();
        b[at] = Chunk.SACK;
        b[at + 1] = 0;
        Bytes.u16(b, at + 2, length);
        Bytes.i32(b, at + 4, (int) cumulative);
        Bytes.i32(b, at + 8, (int) window());
        Bytes.u16(b, at + 12, gaps);
        Bytes.u16(b, at + 14, duplicates.size());
        int p = at + 16;
        int written = 0;
        for (var range : ranges.entrySet()) {
            if (written++ == gaps) break;
            Bytes.u16(b, p, (int) (range.getKey() - cumulative));
            Bytes.u16(b, p + 2, (int) (range.getValue() - cumulative));
            p += 4;
        }
        for (int tsn : duplicates) {
            Bytes.i32(b, p, tsn);
            p += 4;
        }
        duplicates.clear();
        unacknowledged = 0;
        ackNow = false;
        ackAt = Time.NEVER;
        return length;
    }
}
