package io.stoa.turn;

import java.util.BitSet;
import java.util.random.RandomGenerator;

/** Which ports of the range are used: chosen at random, so that nobody can guess the next (RFC 8656 section 7.2). One family. */
final class RelayPorts {
    private final RandomGenerator random;
    private final BitSet used = new BitSet();

    RelayPorts(RandomGenerator random) {
        this.random = random;
    }

    /**
     * @param even an even port
     * @param pair and the one above it, too
     * @return -1 if none is free
     */
    int take(int first, int last, boolean even, boolean pair) {
        int span = last - first + 1;
        int begin = random.nextInt(span);
        for (int i = 0; i < span; i++) {
            int port = first + (begin + i) % span;
            if (used.get(port) || even && (port & 1) != 0 || pair && (port == last || used.get(port + 1))) continue;
            used.set(port);
            if (pair) used.set(port + 1);
            return port;
        }
        return -1;
    }

    void give(int port) {
        used.clear(port);
    }
}
