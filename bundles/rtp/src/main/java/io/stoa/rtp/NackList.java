package io.stoa.rtp;

import io.stoa.base.Time;

/**
 * Packets that are missing and may still be asked for (spec 6.6): at most 100, each at most 10 times, the first time after a grace for
 * reordering, then no more often than the round trip allows. LiveKit asks 5 times, so loses of a path that loses a fifth each way one
 * packet in 170 that were missing; whoever receives from here waits as long as browsers ask themselves, which is 10 times.
 */
public final class NackList {
    private static final int CAPACITY = 100;
    private static final int MAX_TRIES = 10;
    private static final long GRACE = 10 * Time.MILLI;
    private static final long MIN_SPACING = 20 * Time.MILLI;
    private static final long MAX_SPACING = 400 * Time.MILLI;
    private static final long DEFAULT_ROUND_TRIP = 70 * Time.MILLI;

    private final long[] missing = new long[CAPACITY];
    private final long[] askAt = new long[CAPACITY];
    private final byte[] tries = new byte[CAPACITY];
    private int size;
    private long highest = -1;
    private long givenUp = -1;
    private long roundTrip = DEFAULT_ROUND_TRIP;

    public void roundTrip(long nanos) {
        if (nanos > 0) roundTrip = nanos;
    }

    /** @return true if the packet had been missing */
    public boolean received(long now, long index) {
        if (highest < 0) {
            highest = index;
            return false;
        }
        if (index <= highest) return remove(index);
        long from = Math.max(highest + 1, index - CAPACITY);
        if (from > highest + 1) giveUp(from - 1);
        for (long gap = from; gap < index; gap++) add(now, gap);
        highest = index;
        return false;
    }

    private void add(long now, long index) {
        if (size == CAPACITY) {
            giveUp(missing[0]);
            shift(1);
        }
        missing[size] = index;
        askAt[size] = now + GRACE;
        tries[size++] = 0;
    }

    private boolean remove(long index) {
        for (int i = 0; i < size; i++) {
            if (missing[i] != index) continue;
            int rest = size - i - 1;
            System.arraycopy(missing, i + 1, missing, i, rest);
            System.arraycopy(askAt, i + 1, askAt, i, rest);
            System.arraycopy(tries, i + 1, tries, i, rest);
            size--;
            return true;
        }
        return false;
    }

    private void shift(int count) {
        System.arraycopy(missing, count, missing, 0, size - count);
        System.arraycopy(askAt, count, askAt, 0, size - count);
        System.arraycopy(tries, count, tries, 0, size - count);
        size -= count;
    }

    private void giveUp(long index) {
        if (index > givenUp) givenUp = index;
    }

    /** The newest packet that is not asked for any more although it never came, since the last call; -1 if there is none. */
    public long takeGivenUp() {
        long newest = givenUp;
        givenUp = -1;
        return newest;
    }

    public int size() {
        return size;
    }

    /** Nobody needs what is missing any more (a key frame is coming, the track ended). */
    public void clear() {
        size = 0;
    }

    /**
     * Those to ask for now, in ascending order.
     *
     * @return how many sequence numbers were written to {@code into}
     */
    public int take(long now, int[] into) {
        int count = 0;
        int kept = 0;
        for (int i = 0; i < size; i++) {
            boolean ask = askAt[i] - now <= 0;
            if (ask && tries[i] >= MAX_TRIES) {
                giveUp(missing[i]);
                continue;
            }
            if (ask && count < into.length) {
                into[count++] = (int) missing[i] & 0xffff;
                double spacing = Math.max(roundTrip, MIN_SPACING) * Math.pow(1.25, tries[i]);
                askAt[i] = now + (long) Math.min(spacing, MAX_SPACING);
                tries[i]++;
            }
            missing[kept] = missing[i];
            askAt[kept] = askAt[i];
            tries[kept++] = tries[i];
        }
        size = kept;
        return count;
    }

    public long nextWake() {
        long next = Time.NEVER;
        for (int i = 0; i < size; i++) next = Time.earlier(next, askAt[i]);
        return next;
    }
}
