package io.stoa.rtp;

import io.stoa.base.Time;
import java.util.Arrays;

/**
 * The last packets of one stream as they were received (decrypted), by index, so that losses downstream can be repaired and a new
 * forwarding engine can catch up.
 *
 * <p>Bytes lie one behind the other in an arena that is written in circles. Each packet remembers at which absolute position of the
 * endless log it was written: it is intact as long as less than one arena has been written since. The arena grows, up to a bound, while it is
 * too small for the wanted number of packets and for what comes in {@link #WANTED}; once the stream's rate has been seen, nothing is allocated.
 */
public final class PacketRing {
    /** Nobody asks for what is older: neither for a repetition, nor to begin with a key frame, nor to go on after an engine was replaced. */
    static final long WANTED = 3 * Time.SECOND;

    private final int mask;
    private final int maxBytes;
    private final long[] indexes;
    private final long[] positions;
    private final int[] offsets;
    private final int[] lengths;
    private byte[] arena;
    private long position;
    /** What was written before had been overwritten when the arena grew. */
    private long intactSince;
    private int writeAt;
    /** When this circle was begun. */
    private long circleAt = Time.NEVER;
    private long highest = -1;
    private int found;

    /** @param packets a power of two */
    public PacketRing(int packets, int firstBytes, int maxBytes) {
        if (Integer.bitCount(packets) != 1) throw new IllegalArgumentException(packets + " packets, allowed are powers of two");
        mask = packets - 1;
        this.maxBytes = maxBytes;
        indexes = new long[packets];
        Arrays.fill(indexes, -1);
        positions = new long[packets];
        offsets = new int[packets];
        lengths = new int[packets];
        arena = new byte[firstBytes];
    }

    public void add(long now, long index, byte[] bytes, int offset, int length) {
        if (circleAt == Time.NEVER) circleAt = now;
        if (writeAt + length > arena.length) turn(now, index, length);
        System.arraycopy(bytes, offset, arena, writeAt, length);
        int slot = (int) index & mask;
        indexes[slot] = index;
        positions[slot] = position;
        offsets[slot] = writeAt;
        lengths[slot] = length;
        writeAt += length;
        position += length;
        if (index > highest) highest = index;
    }

    /** The end of the arena: grow while packets are lost for lack of bytes, else begin anew at its start. */
    private void turn(long now, long index, int length) {
        if (arena.length < maxBytes && now - circleAt < WANTED && !find(index - mask)) {
            intactSince = Math.max(intactSince, position - writeAt); // the rest of the circle before is written over
            arena = Arrays.copyOf(arena, Math.min(maxBytes, Math.max(arena.length * 3 / 2, arena.length + length)));
            if (writeAt + length <= arena.length) return;
        }
        circleAt = now;
        position += arena.length - writeAt;
        writeAt = 0;
    }

    /** Looks for a packet; if it is still there, {@link #offset} and {@link #length} speak of it. */
    public boolean find(long index) {
        found = (int) index & mask;
        return index >= 0 && indexes[found] == index && positions[found] >= intactSince && position - positions[found] <= arena.length;
    }

    /** Whether everything that came from this index on is still there; packets that never came do not count. */
    public boolean reachesBackTo(long index) {
        if (highest - index > mask) return false;
        for (long at = Math.max(0, index); at <= highest; at++) {
            long held = indexes[(int) at & mask];
            if (held == at) return find(at);
            if (held > at) return false;
        }
        return true;
    }

    /** The arena; valid until the next {@link #add}. */
    public byte[] bytes() {
        return arena;
    }

    public int offset() {
        return offsets[found];
    }

    public int length() {
        return lengths[found];
    }

    public long highest() {
        return highest;
    }

    /** A stream begins anew: nothing of the old numbering may be found. */
    public void clear() {
        Arrays.fill(indexes, -1);
        highest = -1;
    }
}
