package io.stoa.transport;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.function.BooleanSupplier;

/**
 * Reads from connected channels what the kernel keeps together of what was sent together ({@code UDP_GRO}). Over loopback it is the sender who
 * pays for taking it apart and for putting each datagram into the receiver's queue; over a network that is the receiver's work, or that of cards.
 * One thread.
 */
public final class GatheredReader {
    private static final int MESSAGES = 16;
    private static final int SLOT = 65_536;
    private static final int ECONNREFUSED = 111;
    private static final MethodHandle DESCRIPTOR = descriptor();

    private final MemorySegment state;
    private final MemorySegment slab;
    private final Messages messages;

    public GatheredReader() {
        Arena arena = Arena.ofAuto();
        state = LinuxCalls.newState(arena);
        messages = new Messages(arena, MESSAGES);
        slab = messages.slab(arena, MESSAGES, SLOT);
    }

    /** From now on the channel is to be read here only. */
    public static void gathers(DatagramChannel channel) {
        LinuxUdpSocket.gathers(fd(channel), true);
    }

    /**
     * Reads once.
     *
     * @param buffer gets one datagram after the other; what is longer than it is cut
     * @param datagram is told of each; whether more of them are wanted
     * @throws PortUnreachableException when nobody is there any more
     */
    public void read(DatagramChannel channel, ByteBuffer buffer, BooleanSupplier datagram) throws IOException {
        for (int i = 0; i < MESSAGES; i++) messages.reset(i);
        int count = LinuxCalls.recvmmsg(state, fd(channel), messages.from(0), MESSAGES, LinuxCalls.MSG_DONTWAIT);
        if (count < 0) failed(LinuxCalls.errno(state));
        MemorySegment into = MemorySegment.ofBuffer(buffer.clear());
        for (int i = 0; i < count; i++) {
            int length = messages.length(i);
            int each = messages.segment(i);
            for (int at = 0; at < length; at += each) {
                int size = Math.min(Math.min(each, length - at), buffer.capacity());
                MemorySegment.copy(slab, (long) i * SLOT + at, into, 0, size);
                buffer.clear().limit(size);
                if (!datagram.getAsBoolean()) return;
            }
        }
    }

    private void failed(int errno) throws IOException {
        if (errno == ECONNREFUSED) throw new PortUnreachableException();
        if (errno != LinuxCalls.EAGAIN && errno != LinuxCalls.EINTR) throw new IOException(LinuxCalls.strerror(state, errno));
    }

    private static int fd(DatagramChannel channel) {
        try {
            return (int) DESCRIPTOR.invoke(channel);
        } catch (Throwable e) {
            throw new IllegalStateException("the descriptor is not to be had", e);
        }
    }

    /** The JDK does not give it away: {@code --add-exports java.base/sun.nio.ch=ALL-UNNAMED}. */
    private static MethodHandle descriptor() {
        try {
            return MethodHandles.lookup().findVirtual(Class.forName("sun.nio.ch.SelChImpl"), "getFDVal", MethodType.methodType(int.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
