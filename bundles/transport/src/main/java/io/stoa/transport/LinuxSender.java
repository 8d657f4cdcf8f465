package io.stoa.transport;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.stoa.base.Drop;
import io.stoa.transport.LinuxUdpSocket.LinuxPath;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * What one loop's turn sends, from all its sockets. A datagram is copied once, out of the heap; datagrams of one length to one destination are
 * a run, which the kernel takes as one and cuts ({@code UDP_SEGMENT}); all runs of a socket leave by one call. Where the kernel or the
 * interface does not cut, that is found out once, for a destination or for all, and from then on each datagram is a message.
 */
final class LinuxSender {
    private static final int DATAGRAMS = 2_048;
    private static final int BYTES = 2 << 20;
    private static final int MESSAGES = 512;
    private static final int IOVEC = 16;

    private final NettyLoop loop;
    private final MemorySegment state;
    private final MemorySegment slab;
    private final MemorySegment iovecs;
    /** Of a datagram that leaves alone. */
    private final MemorySegment alone;
    private final Messages messages;
    private final int[] offset = new int[DATAGRAMS];
    private final int[] length = new int[DATAGRAMS];
    /** The next datagram of the run. */
    private final int[] next = new int[DATAGRAMS];
    private final LinuxPath[] path = new LinuxPath[DATAGRAMS];
    private final int[] first = new int[DATAGRAMS];
    private final int[] last = new int[DATAGRAMS];
    private final int[] count = new int[DATAGRAMS];
    private int datagrams;
    private int runs;
    private int used;
    /** The kernel cuts; false for good once it has refused to. */
    private boolean cuts = true;

    LinuxSender(NettyLoop loop) {
        this.loop = loop;
        Arena arena = Arena.ofAuto();
        state = LinuxCalls.newState(arena);
        slab = arena.allocate(BYTES, 64);
        iovecs = arena.allocate((long) DATAGRAMS * IOVEC, 8);
        alone = arena.allocate(IOVEC, 8);
        messages = new Messages(arena, MESSAGES + 1);
    }

    void send(LinuxPath to, byte[] bytes, int at, int size) {
        if (datagrams == DATAGRAMS || used + size > BYTES) flush();
        MemorySegment.copy(bytes, at, slab, JAVA_BYTE, used, size);
        int datagram = datagrams++;
        offset[datagram] = used;
        length[datagram] = size;
        used += size;
        int run = to.run;
        if (run < 0 || !cuts || !to.cuts || size > length[first[run]] || length[last[run]] < length[first[run]] || size == 0 || count[run] == UdpSocket.MAX_RUN) begin(to, datagram);
        else {
            next[last[run]] = datagram;
            last[run] = datagram;
            count[run]++;
        }
    }

    private void begin(LinuxPath to, int datagram) {
        int run = runs++;
        to.run = run;
        path[run] = to;
        first[run] = last[run] = datagram;
        count[run] = 1;
    }

    void flush() {
        for (int from = 0; from < runs; ) from = send(from);
        for (int run = 0; run < runs; run++) path[run].run = -1;
        Arrays.fill(path, 0, runs, null);
        datagrams = runs = used = 0;
    }

    /** The runs from that one on that leave by one call. @return the one after */
    private int send(int from) {
        LinuxUdpSocket socket = path[from].socket();
        int to = from;
        int iovec = 0;
        while (to < runs && to - from < MESSAGES && path[to].socket() == socket) {
            int message = to - from;
            messages.name(message, path[to].sockaddr);
            messages.content(message, iovecs.address() + (long) iovec * IOVEC, count[to]);
            messages.segment(message, count[to] > 1 ? length[first[to]] : 0);
            for (int i = 0, datagram = first[to]; i < count[to]; i++, datagram = next[datagram]) content(iovec++, datagram);
            to++;
        }
        transmit(socket.fd(), from, to - from);
        return to;
    }

    private void content(int iovec, int datagram) {
        iovecs.set(JAVA_LONG, (long) iovec * IOVEC, slab.address() + offset[datagram]);
        iovecs.set(JAVA_LONG, (long) iovec * IOVEC + 8, length[datagram]);
    }

    private void transmit(int fd, int from, int total) {
        for (int done = 0; done < total; ) {
            int sent = LinuxCalls.sendmmsg(state, fd, messages.from(done), total - done, LinuxCalls.MSG_DONTWAIT);
            if (sent > 0) {
                done += sent;
                continue;
            }
            switch (LinuxCalls.errno(state)) {
                case LinuxCalls.EINTR -> {}
                case LinuxCalls.EAGAIN, LinuxCalls.ENOBUFS -> {
                    for (; done < total; done++) drop(Drop.SEND_QUEUE_FULL, count[from + done]);
                }
                case LinuxCalls.EIO, LinuxCalls.EINVAL, LinuxCalls.EMSGSIZE -> {
                    if (count[from + done] > 1) refused(fd, from + done, LinuxCalls.errno(state) == LinuxCalls.EIO);
                    else loop.drop(Drop.SEND_FAILED);
                    done++;
                }
                default -> drop(Drop.SEND_FAILED, count[from + done++]);
            }
        }
    }

    /** Some interfaces cannot send what has to be cut, and what is longer than a path takes is not cut for it. */
    private void refused(int fd, int run, boolean everywhere) {
        if (everywhere) cuts = false;
        else path[run].cuts = false;
        messages.name(MESSAGES, path[run].sockaddr);
        messages.segment(MESSAGES, 0);
        for (int i = 0, datagram = first[run]; i < count[run]; i++, datagram = next[datagram]) {
            messages.content(MESSAGES, single(datagram), 1);
            if (LinuxCalls.sendmmsg(state, fd, messages.from(MESSAGES), 1, LinuxCalls.MSG_DONTWAIT) < 1) loop.drop(Drop.SEND_FAILED);
        }
    }

    private long single(int datagram) {
        alone.set(JAVA_LONG, 0, slab.address() + offset[datagram]);
        alone.set(JAVA_LONG, 8, length[datagram]);
        return alone.address();
    }

    private void drop(Drop drop, int times) {
        for (int i = 0; i < times; i++) loop.drop(drop);
    }

    boolean cuts() {
        return cuts;
    }
}
