package io.stoa.bwe;

/**
 * What was sent, by transport-wide sequence number, until its receiver has told what became of it. One word per packet: adding one
 * touches one cache line in eight packets.
 *
 * <p>Word: bytes 0..13, state 14..15, probe 16..23, time in microseconds 24..63 (told apart by subtraction).
 */
final class SentPackets {
    static final int MAX_BYTES = (1 << 14) - 1;
    private static final int FIRST_CAPACITY = 512;
    private static final int MAX_CAPACITY = FeedbackView.MAX_STATUSES;
    private static final int WAITING = 1;
    private static final int LOST = 2;
    private static final int ARRIVED = 3;
    /** Packets that nobody has told of after so long are not what the history grows for. */
    private static final long PATIENCE_MICROS = 1_000_000;

    private long[] words = new long[FIRST_CAPACITY];
    private long next = 1L << 16;
    private long found;

    /** @return the packet's sequence number, 16 bit */
    int add(long now, int bytes, int probe) {
        int at = (int) next & words.length - 1;
        long old = words[at];
        if (state(old) == WAITING && words.length < MAX_CAPACITY && micros(now) - (old >> 24) << 24 >> 24 < PATIENCE_MICROS) at = grow();
        words[at] = micros(now) << 24 | (long) (probe & 0xff) << 16 | WAITING << 14 | Math.min(bytes, MAX_BYTES);
        return (int) next++ & 0xffff;
    }

    private static long micros(long now) {
        return Math.floorDiv(now, 1_000L);
    }

    private static int state(long word) {
        return (int) (word >> 14) & 3;
    }

    private int grow() {
        long[] old = words;
        words = new long[old.length * 2];
        for (long index = next - old.length; index < next; index++) words[(int) index & words.length - 1] = old[(int) index & old.length - 1];
        return (int) next & words.length - 1;
    }

    /** @return whether the packet was sent and nothing final was told of it; then the other methods speak of it */
    boolean find(int seq) {
        long index = next - 1 + (short) (seq - (int) (next - 1));
        if (index >= next || index < next - words.length) return false;
        found = index;
        int state = state(words[at()]);
        return state == WAITING || state == LOST;
    }

    private int at() {
        return (int) found & words.length - 1;
    }

    /** Growing with every packet. */
    long index() {
        return found;
    }

    int bytes() {
        return (int) words[at()] & MAX_BYTES;
    }

    int probe() {
        return (int) (words[at()] >> 16) & 0xff;
    }

    boolean toldLost() {
        return state(words[at()]) == LOST;
    }

    void told(boolean arrived) {
        words[at()] = words[at()] & ~(3L << 14) | (long) (arrived ? ARRIVED : LOST) << 14;
    }

    /** When it was sent, to a microsecond. */
    long sentAt(long now) {
        long age = micros(now) - (words[at()] >> 24) << 24 >> 24;
        return (micros(now) - age) * 1_000;
    }

    /** Packets sent so far. */
    long count() {
        return next - (1L << 16);
    }
}
