package io.stoa.transport;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;

/**
 * What recvmmsg and sendmmsg take: an array of {@code struct mmsghdr}, each with an address, a list of {@code struct iovec} and one control
 * message, in memory outside the heap. Offsets are those of every Linux with pointers of 64 bits.
 *
 * <pre>
 *  0 name    8 name length   16 iovecs   24 how many   32 control   40 control length   48 flags   56 length of the datagram
 * </pre>
 */
final class Messages {
    static final int NAME_BYTES = 28;
    /** Of a control message with one number: its length (8), level, type, the number, and what aligns the next one. */
    static final int CONTROL_BYTES = 24;

    private static final int MESSAGE = 64;
    private static final int NAME = 32;
    private static final int IOVEC = 16;
    private static final ValueLayout.OfShort PORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt ADDRESS = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    final MemorySegment headers;
    private final MemorySegment names;
    private final MemorySegment controls;

    Messages(Arena arena, int count) {
        headers = arena.allocate((long) count * MESSAGE, 8);
        names = arena.allocate((long) count * NAME, 8);
        controls = arena.allocate((long) count * CONTROL_BYTES, 8);
        for (int i = 0; i < count; i++) headers.set(JAVA_LONG, at(i), names.address() + (long) i * NAME);
    }

    /**
     * Memory for what is read, which the messages point to from now on.
     *
     * @param bytes for each message, one behind the other
     */
    MemorySegment slab(Arena arena, int count, int bytes) {
        MemorySegment slab = arena.allocate((long) count * bytes, 64);
        MemorySegment iovecs = arena.allocate((long) count * IOVEC, 8);
        for (int i = 0; i < count; i++) {
            iovecs.set(JAVA_LONG, (long) i * IOVEC, slab.address() + (long) i * bytes);
            iovecs.set(JAVA_LONG, (long) i * IOVEC + 8, bytes);
            content(i, iovecs.address() + (long) i * IOVEC, 1);
        }
        return slab;
    }

    static long at(int message) {
        return (long) message * MESSAGE;
    }

    /** The address of that message, and so of those behind it. */
    long from(int message) {
        return headers.address() + at(message);
    }

    /** @param iovecs address of the first */
    void content(int message, long iovecs, int count) {
        headers.set(JAVA_LONG, at(message) + 16, iovecs);
        headers.set(JAVA_LONG, at(message) + 24, count);
    }

    void name(int message, byte[] address) {
        MemorySegment.copy(address, 0, names, JAVA_BYTE, (long) message * NAME, address.length);
        headers.set(JAVA_INT, at(message) + 8, address.length);
    }

    /** A control message of UDP with a number of 16 bits; 0 for none. */
    void segment(int message, int bytes) {
        long control = (long) message * CONTROL_BYTES;
        headers.set(JAVA_LONG, at(message) + 32, bytes == 0 ? 0 : controls.address() + control);
        headers.set(JAVA_LONG, at(message) + 40, bytes == 0 ? 0 : CONTROL_BYTES);
        if (bytes == 0) return;
        controls.set(JAVA_LONG, control, 18);
        controls.set(JAVA_INT, control + 8, LinuxCalls.SOL_UDP);
        controls.set(JAVA_INT, control + 12, LinuxCalls.UDP_SEGMENT);
        controls.set(JAVA_SHORT, control + 16, (short) bytes);
    }

    /** Before it is read into: room for an address and a control message. */
    void reset(int message) {
        headers.set(JAVA_INT, at(message) + 8, NAME_BYTES);
        headers.set(JAVA_LONG, at(message) + 32, controls.address() + (long) message * CONTROL_BYTES);
        headers.set(JAVA_LONG, at(message) + 40, CONTROL_BYTES);
    }

    int length(int message) {
        return headers.get(JAVA_INT, at(message) + 56);
    }

    boolean isTruncated(int message) {
        return (headers.get(JAVA_INT, at(message) + 48) & LinuxCalls.MSG_TRUNC) != 0;
    }

    /** How long the datagrams are that the kernel has put together; all of it if it has not. */
    int segment(int message) {
        long control = (long) message * CONTROL_BYTES;
        boolean there = headers.get(JAVA_LONG, at(message) + 40) >= 20
                && controls.get(JAVA_INT, control + 8) == LinuxCalls.SOL_UDP
                && controls.get(JAVA_INT, control + 12) == LinuxCalls.UDP_GRO;
        int bytes = there ? controls.get(JAVA_INT, control + 16) : 0;
        return bytes > 0 ? bytes : Math.max(1, length(message));
    }

    boolean isIpv4(int message) {
        return names.get(JAVA_SHORT, (long) message * NAME) == LinuxCalls.AF_INET;
    }

    int port(int message) {
        return names.get(PORT, (long) message * NAME + 2) & 0xffff;
    }

    /** Of IPv4. */
    int address(int message) {
        return names.get(ADDRESS, (long) message * NAME + 4);
    }

    InetSocketAddress sender(int message) {
        long at = (long) message * NAME;
        try {
            if (isIpv4(message)) return new InetSocketAddress(InetAddress.getByAddress(names.asSlice(at + 4, 4).toArray(JAVA_BYTE)), port(message));
            byte[] bytes = names.asSlice(at + 8, 16).toArray(JAVA_BYTE);
            int scope = names.get(JAVA_INT, at + 24);
            return new InetSocketAddress(scope == 0 ? InetAddress.getByAddress(bytes) : Inet6Address.getByAddress(null, bytes, scope), port(message));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of 4 or 16 bytes is one", e);
        }
    }

    /** As {@code struct sockaddr_in} or {@code sockaddr_in6}. */
    static byte[] sockaddr(InetSocketAddress address) {
        byte[] ip = address.getAddress().getAddress();
        byte[] bytes = new byte[ip.length == 4 ? 16 : NAME_BYTES];
        MemorySegment name = MemorySegment.ofArray(bytes);
        name.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) (ip.length == 4 ? LinuxCalls.AF_INET : LinuxCalls.AF_INET6));
        name.set(PORT, 2, (short) address.getPort());
        System.arraycopy(ip, 0, bytes, ip.length == 4 ? 4 : 8, ip.length);
        if (address.getAddress() instanceof Inet6Address wide) name.set(ValueLayout.JAVA_INT_UNALIGNED, 24, wide.getScopeId());
        return bytes;
    }
}
