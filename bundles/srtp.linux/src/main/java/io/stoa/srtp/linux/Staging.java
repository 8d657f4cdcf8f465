package io.stoa.srtp.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Memory outside the heap through which packets pass on their way to libcrypto and back: an engine's, some of it for each thread. Given as numbers,
 * addresses cost no objects, whatever the compiler makes of the code around them; copying 1 kB twice takes some 40 ns.
 */
final class Staging {
    /** Offsets of what there is place for. */
    static final int IV = 0;
    static final int WORD = 16;
    static final int LENGTH = 24;
    static final int DIGEST = 32;
    static final int STATE = 64;
    static final int PACKET = 192;

    private static final int ROOM = 4_096;
    private static final ValueLayout.OfInt NETWORK = ValueLayout.JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);

    /** Of types of the JDK alone: a value would hold the class loader of a bundle that has gone. */
    private final ThreadLocal<MemorySegment> mine = ThreadLocal.withInitial(() -> allocate(ROOM));

    private static MemorySegment allocate(int packet) {
        return Arena.ofAuto().allocate(PACKET + packet, 64);
    }

    /** @param bytes room for a packet, with all that is written behind it */
    private MemorySegment of(int bytes) {
        MemorySegment here = mine.get();
        if (here.byteSize() - PACKET >= bytes) return here;
        MemorySegment larger = allocate(bytes);
        mine.set(larger);
        return larger;
    }

    /** With a packet in it. @param more bytes that will be written behind it */
    MemorySegment of(byte[] bytes, int offset, int length, int more) {
        MemorySegment here = of(length + more);
        put(bytes, offset, here, PACKET, length);
        return here;
    }

    static void put(byte[] bytes, int offset, MemorySegment here, int to, int length) {
        MemorySegment.copy(bytes, offset, here, JAVA_BYTE, to, length);
    }

    static void take(MemorySegment here, int from, byte[] bytes, int offset, int length) {
        MemorySegment.copy(here, JAVA_BYTE, from, bytes, offset, length);
    }

    static void word(MemorySegment here, int value) {
        here.set(NETWORK, WORD, value);
    }
}
