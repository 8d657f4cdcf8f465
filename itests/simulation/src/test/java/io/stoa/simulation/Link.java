package io.stoa.simulation;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;

import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** One direction between a client and the server: what happens to datagrams on it. May be changed at any moment. */
final class Link {
    double loss;
    long delay = 20 * MILLI;
    /** Up to this much is added to the delay of each datagram: more than the distance of two datagrams reorders them. */
    long jitter;
    double duplication;
    /** Datagrams for which it holds are lost, whatever else happens. */
    Predicate<byte[]> lost = datagram -> false;
    /** Bits per second, 0 = no limit; what comes faster waits, up to {@link #queue}, and is lost beyond it. */
    long capacity;
    long queue = 300 * MILLI;
    private long freeAt;
    long sent;
    long dropped;
    final RandomGenerator random;
    /** No two links are alike, so that of two handshakes which compute at the same time one is first by more than luck. */
    private final long skew;

    /** A link of its own randomness: what happens on others changes nothing here. */
    Link(RandomGenerator random) {
        this.random = random;
        skew = random.nextLong(MILLI);
    }

    /** For the next datagram. */
    long nextDelay() {
        return delay + skew + (jitter == 0 ? 0 : random.nextLong(jitter));
    }

    /** @return how long a datagram waits for its turn and takes to leave, -1 if it is lost */
    long nextTurn(long now, int bytes) {
        if (capacity == 0) return 0;
        if (freeAt - now < 0) freeAt = now;
        if (freeAt - now > queue) return -1;
        freeAt += bytes * 8 * SECOND / capacity;
        return freeAt - now;
    }

    Link capacity(long bps) {
        capacity = bps;
        return this;
    }

    Link loss(double share) {
        loss = share;
        return this;
    }

    Link delay(long nanos) {
        delay = nanos;
        return this;
    }

    Link jitter(long nanos) {
        jitter = nanos;
        return this;
    }

    Link duplication(double share) {
        duplication = share;
        return this;
    }
}
