package io.stoa.transport;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import io.stoa.base.TransportAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.function.IntConsumer;

/**
 * A UDP port by system calls of our own, on the epoll of a Netty loop: beside connections of TCP, timers and tasks, on their thread.
 *
 * <p>It reads again before a turn sends, as {@link TurnReader} does, and for the same reason.
 */
final class LinuxUdpSocket extends UdpSocket {
    /** Where to send. */
    static final class LinuxPath extends Path {
        final byte[] sockaddr;
        private final LinuxUdpSocket socket;
        /** The run of this turn that may take more; -1 = none. */
        int run = -1;
        /** Runs are cut for this destination; false for good once one was refused. */
        boolean cuts = true;

        LinuxPath(LinuxUdpSocket socket, InetSocketAddress remote) {
            super(remote);
            this.socket = socket;
            sockaddr = Messages.sockaddr(remote);
        }

        @Override
        LinuxUdpSocket socket() {
            return socket;
        }
    }

    private final TransportAddress local;
    private final int fd;
    private final LinuxSender sender;
    private final LinuxReceiver receiver;
    private volatile IoRegistration registration;
    private boolean closed;

    /** Not on the loop: it waits for that. */
    LinuxUdpSocket(NettyLoop loop, InetSocketAddress address, int bufferBytes) throws IOException {
        this(loop, new FlowTable(), TransportAddress.of(address), open(address, bufferBytes));
    }

    /** On the loop: with the descriptor and the flows of another kind of socket. */
    LinuxUdpSocket(NettyLoop loop, FlowTable flows, TransportAddress local, int descriptor) throws IOException {
        super(loop, flows);
        this.local = local;
        sender = loop.sender();
        receiver = loop.receiver();
        fd = descriptor;
        gathers(fd, true);
        Future<IoRegistration> registered = loop.eventLoop().register(new Events()).awaitUninterruptibly();
        if (!registered.isSuccess()) {
            closeDescriptor();
            throw new IOException("no loop takes the socket", registered.cause());
        }
        registration = registered.getNow();
        registration.submit(EpollIoOps.EPOLLIN);
    }

    static int open(InetSocketAddress address, int bufferBytes) throws IOException {
        boolean wide = address.getAddress().getAddress().length == 16;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = LinuxCalls.newState(arena);
            int type = LinuxCalls.SOCK_DGRAM | LinuxCalls.SOCK_NONBLOCK | LinuxCalls.SOCK_CLOEXEC;
            int fd = LinuxCalls.socket(state, wide ? LinuxCalls.AF_INET6 : LinuxCalls.AF_INET, type);
            if (fd < 0) throw failure(state);
            LinuxCalls.setsockopt(state, fd, LinuxCalls.SOL_SOCKET, LinuxCalls.SO_RCVBUF, bufferBytes);
            LinuxCalls.setsockopt(state, fd, LinuxCalls.SOL_SOCKET, LinuxCalls.SO_SNDBUF, bufferBytes);
            if (wide) LinuxCalls.setsockopt(state, fd, LinuxCalls.IPPROTO_IPV6, LinuxCalls.IPV6_V6ONLY, 1);
            byte[] name = Messages.sockaddr(address);
            if (LinuxCalls.bind(state, fd, arena.allocate(name.length, 8).copyFrom(MemorySegment.ofArray(name)), name.length) == 0) return fd;
            IOException failure = failure(state);
            LinuxCalls.close(state, fd);
            throw failure;
        }
    }

    /** Whether the kernel may give datagrams of one sender as one; older ones give them one by one in any case. */
    static void gathers(int fd, boolean may) {
        try (Arena arena = Arena.ofConfined()) {
            LinuxCalls.setsockopt(LinuxCalls.newState(arena), fd, LinuxCalls.SOL_UDP, LinuxCalls.UDP_GRO, may ? 1 : 0);
        }
    }

    private static IOException failure(MemorySegment state) {
        return new IOException(LinuxCalls.strerror(state, LinuxCalls.errno(state)));
    }

    int fd() {
        return fd;
    }

    @Override
    TransportAddress local() {
        return local;
    }

    @Override
    Path path(InetSocketAddress remote) {
        return new LinuxPath(this, remote);
    }

    @Override
    void send(Path path, byte[] bytes, int offset, int length) {
        sender.send((LinuxPath) path, bytes, offset, length);
        waits();
    }

    /** Of all sockets of the loop, the first time in a turn. */
    @Override
    void flush() {
        sender.flush();
    }

    @Override
    void release(IntConsumer then) {
        registration.cancel();
        closed = true;
        gathers(fd, false);
        then.accept(fd);
    }

    @Override
    void close() {
        if (loop.inLoop()) closeOnLoop();
        else loop.eventLoop().execute(this::closeOnLoop);
    }

    private void closeOnLoop() {
        if (closed) return;
        sender.flush(); // what waits has this descriptor, which is somebody else's next
        if (registration != null) registration.cancel();
        closeDescriptor();
    }

    private void closeDescriptor() {
        closed = true;
        try (Arena arena = Arena.ofConfined()) {
            LinuxCalls.close(LinuxCalls.newState(arena), fd);
        }
    }

    private final class Events implements EpollIoHandle {
        private final FileDescriptor descriptor = new FileDescriptor(fd);

        @Override
        public FileDescriptor fd() {
            return descriptor;
        }

        @Override
        public void handle(IoRegistration from, IoEvent event) {
            long began = System.nanoTime();
            int reads = 0;
            while (!closed && receiver.receive(LinuxUdpSocket.this)) {
                loop.work();
                if (++reads > 1 && System.nanoTime() - began >= TurnReader.LONGEST_WAIT) break;
            }
            loop.deliver();
        }

        @Override
        public void close() {
            closeOnLoop();
        }
    }
}
