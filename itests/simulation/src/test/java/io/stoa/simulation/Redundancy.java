package io.stoa.simulation;

import io.stoa.base.Bytes;
import java.util.ArrayDeque;
import java.util.Deque;

/** The last packets of an audio encoder, and RED payloads (RFC 2198) made of them. */
final class Redundancy {
    private record Earlier(int timestamp, byte[] payload) {}

    private final int blocks;
    private final Deque<Earlier> earlier = new ArrayDeque<>();

    Redundancy(int blocks) {
        this.blocks = blocks;
    }

    /** @return how many bytes were written */
    int write(byte[] into, int at, int payloadType, int timestamp, byte[] payload) {
        int p = at;
        for (Earlier block : earlier) {
            Bytes.i32(into, p, 0x8000_0000 | payloadType << 24 | timestamp - block.timestamp << 10 | block.payload.length);
            p += 4;
        }
        into[p++] = (byte) payloadType;
        earlier.addLast(new Earlier(timestamp, payload));
        for (Earlier block : earlier) {
            System.arraycopy(block.payload, 0, into, p, block.payload.length);
            p += block.payload.length;
        }
        if (earlier.size() > blocks) earlier.removeFirst();
        return p - at;
    }
}
