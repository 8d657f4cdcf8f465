package io.stoa.transport;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;

/** Whether datagrams can be sent and received by system calls of our own: tried once, over loopback, before a port of media is bound. */
final class LinuxProbe {
    /** {@code -Dstoa.udp=netty}: not wanted. */
    static final String PROPERTY = "stoa.udp";

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final int BUFFER = 1 << 16;
    private static final int LENGTH = 100;
    private static final int TRIES = 1_000;

    private LinuxProbe() {}

    /** @return null if it works and is wanted */
    static String hindrance() {
        return "netty".equals(System.getProperty(PROPERTY)) ? PROPERTY + " says netty" : impossible();
    }

    /** @return null if it works */
    static String impossible() {
        if (!System.getProperty("os.name").equals("Linux") || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) return "another system";
        try {
            return loopback();
        } catch (IOException | RuntimeException | LinkageError e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** One datagram to oneself. */
    private static String loopback() throws IOException {
        int fd = LinuxUdpSocket.open(new InetSocketAddress(LOOPBACK, 0), BUFFER);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = LinuxCalls.newState(arena);
            MemorySegment name = arena.allocate(Messages.NAME_BYTES, 8);
            MemorySegment size = arena.allocateFrom(JAVA_INT, Messages.NAME_BYTES);
            if (LinuxCalls.getsockname(state, fd, name, size) != 0) return "getsockname: " + LinuxCalls.strerror(state, LinuxCalls.errno(state));
            MemorySegment out = arena.allocate(LENGTH).fill((byte) 7);
            MemorySegment in = arena.allocate(BUFFER);
            MemorySegment iovecs = arena.allocate(32, 8);
            Messages messages = new Messages(arena, 2);
            messages.name(0, name.asSlice(0, 16).toArray(JAVA_BYTE));
            content(messages, 0, iovecs, out);
            messages.segment(0, 0);
            if (LinuxCalls.sendmmsg(state, fd, messages.from(0), 1, LinuxCalls.MSG_DONTWAIT) != 1)
                return "sendmmsg: " + LinuxCalls.strerror(state, LinuxCalls.errno(state));
            content(messages, 1, iovecs, in);
            messages.reset(1);
            for (int i = 0; i < TRIES; i++)
                if (LinuxCalls.recvmmsg(state, fd, messages.from(1), 1, LinuxCalls.MSG_DONTWAIT) == 1) return received(messages, in);
            return "recvmmsg: " + LinuxCalls.strerror(state, LinuxCalls.errno(state));
        } finally {
            try (Arena arena = Arena.ofConfined()) {
                LinuxCalls.close(LinuxCalls.newState(arena), fd);
            }
        }
    }

    private static String received(Messages messages, MemorySegment in) {
        boolean same = messages.length(1) == LENGTH && messages.segment(1) == LENGTH && messages.address(1) == LOOPBACK.hashCode() && in.get(JAVA_BYTE, LENGTH - 1) == 7;
        return same ? null : "what was sent over loopback came back as something else";
    }

    private static void content(Messages messages, int message, MemorySegment iovecs, MemorySegment bytes) {
        iovecs.set(JAVA_LONG, 16L * message, bytes.address());
        iovecs.set(JAVA_LONG, 16L * message + 8, bytes.byteSize());
        messages.content(message, iovecs.address() + 16L * message, 1);
    }
}
