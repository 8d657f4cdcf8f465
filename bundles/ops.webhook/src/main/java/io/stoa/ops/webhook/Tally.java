package io.stoa.ops.webhook;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** How events ended, and how long queues were when one was added. Any thread. */
final class Tally {
    /** Upper bounds of the queue lengths that are counted together, as LiveKit's. */
    static final int[] LENGTHS = {1, 2, 3, 4, 5, 10, 20, 40, 80};

    /** Why an event was not even sent; the words are LiveKit's where it has the same reason. */
    enum Reason {
        QUEUE_FULL("queue is full"),
        TOO_OLD("age"),
        NO_KEY("no signing key"),
        NO_ADDRESS("unusable url"),
        STOPPED("queue is closed");

        private final String words;

        Reason(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    private final LongAdder taken = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Map<Reason, LongAdder> dropped = new EnumMap<>(Reason.class);
    private final AtomicLongArray lengths = new AtomicLongArray(LENGTHS.length + 1);
    private final LongAdder lengthSum = new LongAdder();

    Tally() {
        for (Reason reason : Reason.values()) dropped.put(reason, new LongAdder());
    }

    void taken() {
        taken.increment();
    }

    void failed() {
        failed.increment();
    }

    void dropped(Reason reason) {
        dropped.get(reason).increment();
    }

    void queued(int length) {
        int at = 0;
        while (at < LENGTHS.length && length > LENGTHS[at]) at++;
        lengths.incrementAndGet(at);
        lengthSum.add(length);
    }

    long takenTotal() {
        return taken.sum();
    }

    long failedTotal() {
        return failed.sum();
    }

    long droppedTotal(Reason reason) {
        return dropped.get(reason).sum();
    }

    /** How often a queue had at most {@link #LENGTHS}[at] events, and more than the bound before; the last one: more than all. */
    long lengths(int at) {
        return lengths.get(at);
    }

    long lengthSum() {
        return lengthSum.sum();
    }
}
