package io.stoa.transport;

import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.media.DatagramBatch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Reads what has come to one loop's sockets, up to 32 messages by a call, each of which may be several datagrams of one sender that the
 * kernel has put together ({@code UDP_GRO}).
 */
final class LinuxReceiver {
    private static final int MESSAGES = 32;
    /** The longest that there is; of memory only what is written to is taken. */
    private static final int SLOT = 65_536;

    private final NettyLoop loop;
    private final MemorySegment slab;
    private final Messages messages;

    LinuxReceiver(NettyLoop loop) {
        this.loop = loop;
        Arena arena = Arena.ofAuto();
        messages = new Messages(arena, MESSAGES);
        slab = messages.slab(arena, MESSAGES, SLOT);
    }

    /** @return whether there was anything */
    boolean receive(LinuxUdpSocket socket) {
        for (int i = 0; i < MESSAGES; i++) messages.reset(i);
        int count = LinuxCalls.recvmmsg(socket.fd(), messages.from(0), MESSAGES, LinuxCalls.MSG_DONTWAIT);
        for (int i = 0; i < count; i++) deliver(socket, i);
        return count > 0;
    }

    private void deliver(LinuxUdpSocket socket, int message) {
        int length = messages.length(message);
        int each = messages.segment(message);
        loop.arriving();
        Flow flow = messages.isIpv4(message) ? socket.flows.get(messages.address(message), messages.port(message)) : null;
        if (flow == null) flow = socket.flow(messages.sender(message));
        if (flow == null) return;
        int at = 0;
        do {
            int size = Math.min(each, length - at);
            if (size > DatagramBatch.MAX_DATAGRAM || messages.isTruncated(message)) loop.drop(Drop.OVERSIZED);
            else loop.arrived(flow, slab, (long) message * SLOT + at, size);
            at += size;
        } while (at < length);
    }
}
