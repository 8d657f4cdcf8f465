package io.stoa.turn.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.stoa.base.Drop;
import io.stoa.base.Flow;
import io.stoa.base.Time;
import io.stoa.base.TransportAddress;
import io.stoa.turn.Relay;
import io.stoa.turn.TurnCredentials;
import io.stoa.turn.TurnFrames;
import io.stoa.turn.TurnHandler;
import io.stoa.turn.TurnServer;
import io.stoa.turn.TurnSettings;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread of the server: its machine, its listeners, its clients and its relay ports. */
final class TurnLoop implements TurnHandler {
    private static final Logger LOG = LoggerFactory.getLogger(TurnLoop.class);
    /** Longer ones are cut by the socket, and so of no use. */
    static final int DATAGRAM = 2_048;
    private static final int DATAGRAMS_PER_READ = 16;
    private static final int LISTENER_BUFFER = 4 << 20;
    private static final int RELAY_BUFFER = 1 << 20;
    /** What may wait for a client that does not read. */
    private static final WriteBufferWaterMark CLIENT_QUEUE = new WriteBufferWaterMark(512 << 10, 1 << 20);
    private static final WriteBufferWaterMark UDP_QUEUE = new WriteBufferWaterMark(4 << 20, 8 << 20);
    private static final int MAX_CONNECTIONS = 10_000;

    private final boolean epoll = Epoll.isAvailable();
    private final MultiThreadIoEventLoopGroup group;
    private final IoEventLoop eventLoop;
    private final Executor handshakes = Executors.newVirtualThreadPerTaskExecutor();
    private final TurnServer server;
    private final List<Channel> listeners = new ArrayList<>();
    private final Set<Channel> dirty = new LinkedHashSet<>();
    private final byte[] scratch = new byte[TurnFrames.MAX_FRAME];
    /** That are open. Any thread. */
    private final Set<Integer> relayPorts = ConcurrentHashMap.newKeySet();
    private int connections;
    private long armedAt = Time.NEVER;
    private ScheduledFuture<?> armed;

    /**
     * @param udpPort 0 is none
     * @param streamPort of TCP or TLS; 0 is none
     * @param certificate null for TCP
     */
    record Listening(List<InetAddress> addresses, int udpPort, int streamPort, ServerCertificate certificate) {}

    /** @throws IOException if a port cannot be used */
    TurnLoop(Listening listening, TurnSettings settings, TurnCredentials credentials) throws IOException {
        ThreadFactory threads = task -> Thread.ofPlatform().name("turn").daemon().unstarted(task);
        group = new MultiThreadIoEventLoopGroup(1, threads, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        eventLoop = group.next();
        server = new TurnServer(settings, credentials, this, new SecureRandom());
        try {
            for (InetAddress address : listening.addresses) {
                if (listening.udpPort > 0) listeners.add(bound(udp(new UdpListener(this), address, LISTENER_BUFFER).bind(address, listening.udpPort), "UDP", "turn.udp_port"));
                if (listening.streamPort > 0) listeners.add(bound(stream(listening.certificate).bind(address, listening.streamPort), "TCP", "turn.tls_port"));
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private Bootstrap udp(ChannelHandler handler, InetAddress address, int buffer) {
        var family = address instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .channelFactory(() -> epoll ? new EpollDatagramChannel(family) : new NioDatagramChannel(family))
                .option(ChannelOption.SO_RCVBUF, buffer)
                .option(ChannelOption.SO_SNDBUF, buffer)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UDP_QUEUE)
                .handler(handler);
        if (!epoll) return bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(DATAGRAM).maxMessagesPerRead(DATAGRAMS_PER_READ));
        return bootstrap.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, DATAGRAM)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(DATAGRAM * DATAGRAMS_PER_READ));
    }

    private ServerBootstrap stream(ServerCertificate certificate) {
        return new ServerBootstrap()
                .group(group)
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, CLIENT_QUEUE)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel, certificate);
                    }
                });
    }

    private void accept(Channel channel, ServerCertificate certificate) {
        if (connections >= MAX_CONNECTIONS) {
            channel.close();
            return;
        }
        connections++;
        channel.closeFuture().addListener(closed -> connections--);
        if (certificate != null) {
            SslHandler tls = certificate.context(System.nanoTime()).newHandler(channel.alloc(), handshakes);
            tls.setWrapDataSize(0); // a record per message: some clients take what one brings for one message
            channel.pipeline().addLast(tls);
        }
        channel.pipeline().addLast(new TurnStream(), new ClientConnection(this));
    }

    private static Channel bound(ChannelFuture binding, String protocol, String key) throws IOException {
        if (binding.awaitUninterruptibly().isSuccess()) return binding.channel();
        throw new IOException("TURN cannot listen by " + protocol + " on the port of " + key + ": " + binding.cause().getMessage(), binding.cause());
    }

    /** Any thread; in force on return. */
    void settings(TurnSettings changed) {
        eventLoop.submit(() -> server.settings(changed)).awaitUninterruptibly(1, TimeUnit.SECONDS);
    }

    /** Any thread; the ports are free on return. */
    void close() {
        for (Channel listener : listeners) listener.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        eventLoop.submit(server::close).awaitUninterruptibly(1, TimeUnit.SECONDS);
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        group.terminationFuture().awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    // -- arriving

    void receive(Flow client, ByteBuf bytes) {
        int length = bytes.readableBytes();
        bytes.getBytes(bytes.readerIndex(), scratch, 0, length);
        guarded(() -> server.receive(System.nanoTime(), client, scratch, 0, length));
    }

    void fromPeer(Relay relay, InetSocketAddress peer, ByteBuf bytes) {
        int length = bytes.readableBytes();
        bytes.getBytes(bytes.readerIndex(), scratch, 0, length);
        guarded(() -> server.fromPeer(System.nanoTime(), relay, TransportAddress.of(peer), scratch, 0, length));
    }

    void gone(Flow client) {
        guarded(() -> server.clientGone(client));
        endTurn();
    }

    void drop(Drop drop) {
        server.drops().count(drop);
    }

    /** A bug in the handling of one message must not end the loop; it is told with its stack. */
    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | AssertionError e) {
            LOG.error("the TURN server failed on a message", e);
        }
    }

    /** What was written leaves, the next deadline is waited for. */
    void endTurn() {
        Channel[] written = dirty.toArray(Channel[]::new);
        dirty.clear();
        for (Channel channel : written) channel.flush(); // one that fails ends, and others with it
        long next = server.nextWake();
        if (next == Time.NEVER || armedAt != Time.NEVER && armedAt - next <= 0) return;
        if (armed != null) armed.cancel(false);
        armedAt = next;
        armed = eventLoop.schedule(this::wake, Math.max(0, next - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private void wake() {
        armedAt = Time.NEVER;
        guarded(() -> server.wake(System.nanoTime()));
        endTurn();
    }

    // -- TurnHandler

    @Override
    public void send(Flow client, byte[] bytes, int offset, int length) {
        ClientPath path = (ClientPath) client.socket;
        Channel channel = path.channel();
        if (!writable(channel)) return;
        channel.write(path.message(buffer(channel, bytes, offset, length)), channel.voidPromise());
        dirty.add(channel);
    }

    @Override
    public void relay(Relay relay, TransportAddress peer, byte[] bytes, int offset, int length) {
        Channel channel = (Channel) relay.socket;
        if (!writable(channel)) return;
        channel.write(new DatagramPacket(buffer(channel, bytes, offset, length), peer.socketAddress()), channel.voidPromise());
        dirty.add(channel);
    }

    private boolean writable(Channel channel) {
        if (channel.isWritable()) return true;
        drop(channel.isActive() ? Drop.SEND_QUEUE_FULL : Drop.SEND_FAILED);
        return false;
    }

    private static ByteBuf buffer(Channel channel, byte[] bytes, int offset, int length) {
        return channel.alloc().directBuffer(length).writeBytes(bytes, offset, length);
    }

    @Override
    public void open(Relay relay) {
        udp(new RelaySocket(this, relay), relay.bind.address(), RELAY_BUFFER).bind(relay.bind.socketAddress()).addListener((ChannelFuture binding) -> {
            if (relay.isClosed()) {
                binding.channel().close();
                return;
            }
            relay.socket = binding.isSuccess() ? binding.channel() : null;
            if (binding.isSuccess()) relayPorts.add(relay.bind.port());
            if (binding.isSuccess()) guarded(() -> server.opened(System.nanoTime(), relay));
            else guarded(() -> server.notOpened(System.nanoTime(), relay));
            endTurn();
        });
    }

    @Override
    public void close(Relay relay) {
        if (!(relay.socket instanceof Channel channel)) return;
        channel.close();
        relayPorts.remove(relay.bind.port());
    }

    /** Any thread: whether a client relays from that port. */
    boolean relaysFrom(int port) {
        return relayPorts.contains(port);
    }

    @Override
    public void released(Flow client) {
        ((ClientPath) client.socket).released();
    }
}
