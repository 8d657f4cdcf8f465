package io.stoa.transport;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.netty.channel.Channel;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Future;
import io.stoa.base.Drop;
import io.stoa.base.DropCounters;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.media.DatagramBatch;
import io.stoa.media.LoopHandler;
import io.stoa.media.PacketLoop;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One media loop on one Netty event loop, which has one thread. */
final class NettyLoop implements PacketLoop {
    private static final Logger LOG = LoggerFactory.getLogger(NettyLoop.class);
    private static final int BATCH = 64;
    private static final long AGE_INTERVAL = 10 * Time.SECOND;
    /** Timers of thousands of connections are looked at together, so often at the most. */
    private static final long BETWEEN_WAKES = Time.MILLI;

    private final int index;
    private final IoEventLoopGroup group;
    private final IoEventLoop eventLoop;
    private final DatagramBatch batch = new DatagramBatch(BATCH);
    private final List<UdpSocket> sockets = new ArrayList<>();
    private final List<UdpSocket> dirty = new ArrayList<>();
    private final List<Channel> dirtyStreams = new ArrayList<>();
    private final List<TcpConnection> callers = new ArrayList<>();
    private final DropCounters drops = new DropCounters();
    private final Runnable wake = this::wake;
    private final PortSource ports;
    private LinuxSender sender;
    private LinuxReceiver receiver;
    private volatile LoopHandler handler;
    private long now = System.nanoTime();
    private long armedAt = Time.NEVER;
    private long wokeAt = now - BETWEEN_WAKES;
    private ScheduledFuture<?> armed;
    private long ageAt;
    /** Something was received in this turn, which has not ended. */
    private boolean worked;

    NettyLoop(int index, IoEventLoopGroup group, PortSource ports) {
        this.index = index;
        this.group = group;
        this.ports = ports;
        eventLoop = group.next();
    }

    /** @param first what its thread does first */
    static IoEventLoopGroup group(boolean epoll, String thread, Runnable first) {
        IoHandlerFactory factory = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        ThreadFactory threads = task -> Thread.ofPlatform().name(thread).daemon().unstarted(() -> {
            first.run();
            task.run();
        });
        return new MultiThreadIoEventLoopGroup(1, threads, factory);
    }

    /** Returns when their threads have ended, or after two seconds. */
    static void end(List<NettyLoop> loops) {
        for (NettyLoop loop : loops) loop.group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        for (NettyLoop loop : loops) loop.group.terminationFuture().awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    IoEventLoopGroup group() {
        return group;
    }

    IoEventLoop eventLoop() {
        return eventLoop;
    }

    /** Of all ports of the loop that are sockets of our own; made with the first. */
    synchronized LinuxSender sender() {
        if (sender == null) sender = new LinuxSender(this);
        return sender;
    }

    synchronized LinuxReceiver receiver() {
        if (receiver == null) receiver = new LinuxReceiver(this);
        return receiver;
    }

    List<UdpSocket> sockets() {
        return sockets;
    }

    void add(UdpSocket socket) {
        sockets.add(socket);
    }

    /** Another kind of socket has the port of that one. */
    void replace(UdpSocket before, UdpSocket by) {
        sockets.replaceAll(socket -> socket == before ? by : socket);
    }

    LoopHandler handler() {
        return handler;
    }

    /** @return done when the handler has its loop */
    Future<?> attach(LoopHandler attached) {
        return eventLoop.submit(() -> {
            handler = attached;
            now = System.nanoTime();
            attached.attached(this);
            endTurn();
        });
    }

    /** On the loop. */
    void detach() {
        handler = null;
        batch.clear();
        for (UdpSocket socket : sockets) socket.flows.clear();
        for (TcpConnection caller : callers) caller.hangUp();
        callers.clear();
    }

    /** On the loop. */
    void closeSockets() {
        for (UdpSocket socket : sockets) socket.close();
    }

    void drop(Drop drop) {
        drops.count(drop);
    }

    DropCounters drops() {
        return drops;
    }

    // -- turns

    /** The time of this turn, which begins with the first arrival. */
    long arriving() {
        if (batch.size == 0) now = System.nanoTime();
        return now;
    }

    void arrived(Flow flow, byte[] bytes, int length) {
        flow.heardAt = arriving();
        batch.add(flow, bytes, 0, length);
        if (batch.isFull()) deliver();
    }

    /** The same, out of memory outside the heap. */
    void arrived(Flow flow, MemorySegment from, long at, int length) {
        flow.heardAt = arriving();
        MemorySegment.copy(from, JAVA_BYTE, at, batch.slab, batch.offset[batch.size], length);
        batch.length[batch.size] = length;
        batch.flow[batch.size++] = flow;
        if (batch.isFull()) deliver();
    }

    /** Works on what has arrived, and ends the turn. */
    void deliver() {
        work();
        if (worked) endTurn();
    }

    /** Works on what has arrived; what comes of it waits until the turn ends. */
    void work() {
        if (batch.size == 0) return;
        LoopHandler current = handler;
        if (current == null) drops.count(Drop.UNKNOWN_FLOW);
        else receive(current);
        batch.clear();
        worked = true;
    }

    private void receive(LoopHandler current) {
        try {
            current.receive(now, batch);
        } catch (RuntimeException | AssertionError | LinkageError e) {
            failed(e);
        }
    }

    private void guarded(Runnable turn) {
        try {
            turn.run();
        } catch (RuntimeException | AssertionError | LinkageError e) {
            failed(e);
        }
    }

    /** A bug in one packet's handling must not end the loop; it is told once with its stack. */
    private void failed(Throwable bug) {
        LOG.error("media loop {}: a turn failed", index, bug);
    }

    private void wake() {
        armedAt = Time.NEVER;
        now = wokeAt = System.nanoTime();
        LoopHandler current = handler;
        if (current == null) return;
        guarded(() -> current.wake(now));
        if (now - ageAt >= 0) {
            ageAt = now + AGE_INTERVAL;
            for (UdpSocket socket : sockets) socket.flows.age(now);
        }
        endTurn();
    }

    void endTurn() {
        worked = false;
        for (int i = 0; i < dirty.size(); i++) {
            UdpSocket socket = dirty.get(i);
            socket.dirty = false;
            socket.flush();
        }
        dirty.clear();
        for (int i = 0; i < dirtyStreams.size(); i++) dirtyStreams.get(i).flush();
        dirtyStreams.clear();
        arm();
    }

    private void arm() {
        LoopHandler current = handler;
        if (current == null) return;
        long next = current.nextWake();
        if (next == Time.NEVER) return;
        if (next - wokeAt < BETWEEN_WAKES) next = wokeAt + BETWEEN_WAKES;
        if (armedAt != Time.NEVER && armedAt - next <= 200 * Time.MICRO) return;
        if (armed != null) armed.cancel(false);
        armedAt = next;
        armed = eventLoop.schedule(wake, Math.max(0, next - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    void dirty(UdpSocket socket) {
        dirty.add(socket);
    }

    void add(TcpConnection caller) {
        callers.add(caller);
    }

    void remove(TcpConnection caller) {
        callers.remove(caller);
    }

    void flowClosed(Flow flow) {
        LoopHandler current = handler;
        now = System.nanoTime();
        if (current != null) guarded(() -> current.flowClosed(now, flow));
        endTurn();
    }

    // -- PacketLoop

    @Override
    public int index() {
        return index;
    }

    @Override
    public boolean inLoop() {
        return eventLoop.inEventLoop();
    }

    @Override
    public void post(Runnable task) {
        if (handler == null) return; // the event loop may have ended, and would refuse
        eventLoop.execute(() -> {
            if (handler == null) return;
            now = System.nanoTime();
            guarded(task);
            endTurn();
        });
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public PortLease lease() {
        return ports.lease(this);
    }

    @Override
    public PortLease ownLease() throws IOException {
        return ports.ownLease(this);
    }

    @Override
    public Flow flow(Flow.Protocol protocol, TransportAddress local, TransportAddress remote) {
        if (protocol == Flow.Protocol.TCP) return null; // the remote dials
        for (UdpSocket socket : sockets) if (socket.local().equals(local)) return socket.flow(remote.socketAddress());
        return null;
    }

    @Override
    public void send(Flow flow, byte[] bytes, int offset, int length) {
        switch (flow.socket) {
            case UdpSocket.Path path -> path.socket().send(path, bytes, offset, length);
            case TcpConnection connection -> {
                if (connection.send(bytes, offset, length) && !dirtyStreams.contains(connection.channel())) dirtyStreams.add(connection.channel());
            }
            default -> throw new IllegalArgumentException("not a flow of this transport: " + flow);
        }
    }

    @Override
    public void close(Flow flow) {
        switch (flow.socket) {
            case UdpSocket.Path path -> path.socket().flows.remove(path.remote);
            case TcpConnection connection -> connection.close();
            default -> throw new IllegalArgumentException("not a flow of this transport: " + flow);
        }
    }
}
