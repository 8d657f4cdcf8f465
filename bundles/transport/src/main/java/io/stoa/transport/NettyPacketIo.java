package io.stoa.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.util.concurrent.Future;
import io.stoa.base.Flow;
import io.stoa.base.TransportAddress;
import io.stoa.media.LoopHandler;
import io.stoa.media.NodeAddresses;
import io.stoa.media.NodeAddresses.NodeAddress;
import io.stoa.media.PacketIo;
import io.stoa.media.PacketLoop;
import io.stoa.media.PacketLoop.LocalEndpoint;
import io.stoa.media.PacketLoop.PortLease;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sockets and loops on Netty, as configured by {@code rtc.*}. */
@Component(
        service = PacketIo.class,
        property = {"osgi.command.scope=stoa", "osgi.command.function=sockets"},
        configurationPid = "io.stoa.rtc", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = RtcConfig.class)
public final class NettyPacketIo implements PacketIo {
    private static final Logger LOG = LoggerFactory.getLogger(NettyPacketIo.class);
    private static final int DATAGRAM = NettyUdpSocket.DATAGRAM;
    private static final int DATAGRAMS_PER_READ = NettyUdpSocket.DATAGRAMS_PER_READ;
    private static final String OWN = "own";
    private static final String NETTY = "netty";
    private static final int SOCKET_BUFFER = 4 << 20;
    private static final int MAX_TCP_CONNECTIONS = 10_000;
    private static final int TRIES_PER_PORT = 200;
    private static final int SPARE_PORTS = 16;
    /** Of peers that have ports of their own where others share theirs. */
    private static final int FIRST_OWN_PORT = 49_152;
    private static final int LAST_OWN_PORT = 65_535;
    private static final int SWAP_SECONDS = 5;

    private final RtcConfig config;
    private final boolean epoll = Epoll.isAvailable();
    /** UDP by system calls of our own, on Netty's epoll. */
    private volatile boolean ownSockets;
    private final List<InetAddress> addresses;
    private final Map<InetAddress, List<InetAddress>> said = new HashMap<>();
    private final List<NettyLoop> loops = new ArrayList<>();
    private final List<Channel> acceptors = new ArrayList<>();
    private final List<LocalEndpoint> tcp = new ArrayList<>();
    private final AtomicInteger tcpConnections = new AtomicInteger();
    private final AtomicInteger nextPort;
    /** In range mode: ports per loop that wait for a peer. */
    private final List<ConcurrentLinkedQueue<List<UdpSocket>>> spare = new ArrayList<>();
    private boolean attached;

    @Activate
    public NettyPacketIo(RtcConfig config, @Reference NodeAddresses machine) throws IOException {
        this.config = config;
        nextPort = new AtomicInteger(config.portRangeStart());
        addresses = machine.all().stream().map(NodeAddress::local).toList();
        for (NodeAddress address : machine.all()) said.put(address.local(), address.said());
        if (!epoll) LOG.info("native epoll is not available, NIO is used: {}", String.valueOf(Epoll.unavailabilityCause()));
        String hindrance = epoll ? LinuxProbe.hindrance() : "no epoll";
        ownSockets = hindrance == null;
        if (!ownSockets) LOG.info("UDP by Netty, not by sockets of our own: {}", hindrance);
        int[] ports = UdpPorts.shared(config.udpPort());
        int count = ports.length == 0 || config.forceTcp() ? Runtime.getRuntime().availableProcessors() : ports.length;
        try {
            for (int i = 0; i < count; i++) loops.add(new NettyLoop(i, newGroup(i), ports()));
            for (NettyLoop loop : loops) spare.add(new ConcurrentLinkedQueue<>());
            if (!config.forceTcp()) for (int i = 0; i < ports.length; i++) bindShared(loops.get(i), ports[i]);
            if (!config.forceTcp() && ports.length == 0) for (NettyLoop loop : loops) for (int i = 0; i < SPARE_PORTS; i++) prepare(loop);
            if (config.tcpPort() > 0) bindTcp(config.tcpPort());
        } catch (IOException e) {
            close();
            throw e;
        }
        LOG.info("media by {} on {}, UDP {}, TCP {}", name(), addresses.stream().map(InetAddress::getHostAddress).toList(),
                config.forceTcp() ? "none" : ports.length == 0 ? config.portRangeStart() + "-" + config.portRangeEnd() : config.udpPort(), config.tcpPort());
    }

    private MultiThreadIoEventLoopGroup newGroup(int index) {
        IoHandlerFactory factory = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        ThreadFactory threads = task -> Thread.ofPlatform().name("media-" + index).daemon().unstarted(() -> {
            String hindrance = LoopPriority.raise();
            if (hindrance != null && index == 0) LOG.info("media loops wait for a core like all other threads: {}", hindrance);
            task.run();
        });
        return new MultiThreadIoEventLoopGroup(1, threads, factory);
    }

    private void bindShared(NettyLoop loop, int port) throws IOException {
        for (InetAddress address : addresses) loop.add(bindUdp(loop, address, port));
    }

    private UdpSocket bindUdp(NettyLoop loop, InetAddress address, int port) throws IOException {
        if (ownSockets) return bindOwn(loop, address, port);
        NettyUdpSocket socket = new NettyUdpSocket(loop);
        Bootstrap bootstrap = new Bootstrap()
                .group(loop.group())
                .channel(epoll ? EpollDatagramChannel.class : NioDatagramChannel.class)
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
                .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(4 << 20, 8 << 20))
                .handler(socket.handler());
        if (epoll) {
            NettyUdpSocket.options(loop).forEach((option, value) -> option(bootstrap, option, value));
        } else {
            // A named allocator forgets the channel's default of 16 and reads one datagram per turn.
            bootstrap.option(
                    ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(DATAGRAM).maxMessagesPerRead(DATAGRAMS_PER_READ));
        }
        var bound = bootstrap.bind(new InetSocketAddress(address, port)).awaitUninterruptibly();
        if (!bound.isSuccess())
            throw new IOException("UDP " + address.getHostAddress() + " port " + port + " (rtc.udp_port) cannot be used: " + bound.cause().getMessage(), bound.cause());
        socket.bound(bound.channel(), TransportAddress.of((InetSocketAddress) bound.channel().localAddress()));
        return socket;
    }

    @SuppressWarnings("unchecked")
    private static void option(Bootstrap bootstrap, ChannelOption<?> option, Object value) {
        bootstrap.option((ChannelOption<Object>) option, value);
    }

    private UdpSocket bindOwn(NettyLoop loop, InetAddress address, int port) throws IOException {
        try {
            return new LinuxUdpSocket(loop, new InetSocketAddress(address, port), SOCKET_BUFFER);
        } catch (IOException e) {
            throw new IOException("UDP " + address.getHostAddress() + " port " + port + " (rtc.udp_port) cannot be used: " + e.getMessage(), e);
        }
    }

    private void bindTcp(int port) throws IOException {
        NettyLoop first = loops.getFirst();
        for (InetAddress address : addresses) {
            var bound = new ServerBootstrap()
                    .group(first.group())
                    .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .childOption(ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator())
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            if (tcpConnections.incrementAndGet() > MAX_TCP_CONNECTIONS) {
                                tcpConnections.decrementAndGet();
                                channel.close();
                                return;
                            }
                            channel.pipeline().addLast(new LengthFieldBasedFrameDecoder(DATAGRAM, 0, 2, 0, 2));
                            channel.pipeline().addLast(new TcpConnection(loops, tcpConnections::decrementAndGet));
                        }
                    })
                    .bind(new InetSocketAddress(address, port))
                    .awaitUninterruptibly();
            if (!bound.isSuccess())
                throw new IOException("TCP " + address.getHostAddress() + " port " + port + " (rtc.tcp_port) cannot be used: " + bound.cause().getMessage(), bound.cause());
            acceptors.add(bound.channel());
            tcp.add(endpoint(Flow.Protocol.TCP, TransportAddress.of((InetSocketAddress) bound.channel().localAddress())));
        }
    }

    private PortSource ports() {
        return new PortSource() {
            @Override
            public PortLease lease(NettyLoop loop) {
                return leased(loop);
            }

            @Override
            public PortLease ownLease(NettyLoop loop) throws IOException {
                return leasedAlone(loop);
            }
        };
    }

    private PortLease leased(NettyLoop loop) {
        if (config.forceTcp() || UdpPorts.shared(config.udpPort()).length > 0) return new Lease(endpoints(loop.sockets()), () -> {});
        List<UdpSocket> own = spare.get(loop.index()).poll();
        Thread.startVirtualThread(() -> prepare(loop));
        if (own == null) {
            LOG.warn("no UDP port of {} to {} is free: this peer has TCP only", config.portRangeStart(), config.portRangeEnd());
            return new Lease(tcp, () -> {});
        }
        for (UdpSocket socket : own) loop.add(socket.current());
        return new Lease(endpoints(own), () -> close(loop, own));
    }

    /** Of the range where there is one, else wherever one is free: nobody needs to be let in there, the peer itself asks first. */
    private PortLease leasedAlone(NettyLoop loop) throws IOException {
        if (config.forceTcp()) throw new IOException("rtc.force_tcp leaves no UDP ports");
        boolean range = UdpPorts.shared(config.udpPort()).length == 0;
        List<UdpSocket> own = range ? spare.get(loop.index()).poll() : bindAnywhere(loop);
        if (range) Thread.startVirtualThread(() -> prepare(loop));
        if (own == null) throw new IOException("no UDP port of " + config.portRangeStart() + " to " + config.portRangeEnd() + " is free");
        loop.post(() -> {
            for (UdpSocket socket : own) loop.add(socket.current());
        });
        return new Lease(datagrams(own), () -> close(loop, own));
    }

    private List<UdpSocket> bindAnywhere(NettyLoop loop) throws IOException {
        for (int tries = 0; tries < TRIES_PER_PORT; tries++) {
            List<UdpSocket> own = bindAll(loop, ThreadLocalRandom.current().nextInt(FIRST_OWN_PORT, LAST_OWN_PORT + 1));
            if (own != null) return own;
        }
        throw new IOException("no UDP port of " + FIRST_OWN_PORT + " to " + LAST_OWN_PORT + " is free");
    }

    private static void close(NettyLoop loop, List<UdpSocket> own) {
        List<UdpSocket> now = own.stream().map(UdpSocket::current).toList();
        loop.sockets().removeAll(now);
        for (UdpSocket socket : now) socket.close();
    }

    private List<LocalEndpoint> endpoints(List<UdpSocket> sockets) {
        List<LocalEndpoint> endpoints = new ArrayList<>(datagrams(sockets));
        endpoints.addAll(tcp);
        return List.copyOf(endpoints);
    }

    private List<LocalEndpoint> datagrams(List<UdpSocket> sockets) {
        return sockets.stream().map(socket -> endpoint(Flow.Protocol.UDP, socket.local())).toList();
    }

    private LocalEndpoint endpoint(Flow.Protocol protocol, TransportAddress bound) {
        List<TransportAddress> advertised = said.get(bound.address()).stream().map(address -> TransportAddress.of(address, bound.port())).toList();
        return new LocalEndpoint(protocol, bound, advertised);
    }

    /** Binds a port of the range for a peer to come. Binding waits for the loop, so it never happens on it. */
    private void prepare(NettyLoop loop) {
        int span = config.portRangeEnd() - config.portRangeStart() + 1;
        for (int tries = 0; tries < TRIES_PER_PORT; tries++) {
            int port = config.portRangeStart() + Math.floorMod(nextPort.getAndIncrement() - config.portRangeStart(), span);
            List<UdpSocket> own = bindAll(loop, port);
            if (own == null) continue;
            spare.get(loop.index()).add(own);
            return;
        }
    }

    /** @return null if the port is taken */
    private List<UdpSocket> bindAll(NettyLoop loop, int port) {
        List<UdpSocket> own = new ArrayList<>();
        try {
            for (InetAddress address : addresses) own.add(bindUdp(loop, address, port));
            return own;
        } catch (IOException e) {
            for (UdpSocket socket : own) socket.close();
            return null;
        }
    }

    /**
     * The shell's {@code sockets}: whose sockets carry UDP. With {@code own} or {@code netty}, from now on: descriptors and flows go over on their loops, between
     * two turns, and what arrives meanwhile waits in the kernel.
     */
    public synchronized String sockets(String... words) throws InterruptedException {
        if (words.length == 0) return ownSockets ? OWN : NETTY;
        if (words.length > 1 || !words[0].equals(OWN) && !words[0].equals(NETTY)) throw new IllegalArgumentException("usage: sockets [own | netty]");
        boolean own = words[0].equals(OWN);
        if (own == ownSockets) return words[0];
        if (!epoll) throw new IllegalArgumentException("without epoll there are Netty's sockets only");
        String hindrance = own ? LinuxProbe.impossible() : null;
        if (hindrance != null) throw new IllegalArgumentException("sockets of our own: " + hindrance);
        ownSockets = own;
        List<CompletableFuture<?>> changes = new ArrayList<>();
        for (NettyLoop loop : loops) changes.add(CompletableFuture.supplyAsync(() -> change(loop, own), loop.eventLoop()).thenCompose(all -> all));
        try {
            CompletableFuture.allOf(changes.toArray(CompletableFuture[]::new)).get(SWAP_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("not all sockets have gone over", e);
        }
        LOG.info("media by {}", name());
        return words[0];
    }

    /** On the loop. */
    private CompletableFuture<Void> change(NettyLoop loop, boolean own) {
        List<UdpSocket> all = new ArrayList<>(loop.sockets());
        for (List<UdpSocket> unused : spare.get(loop.index())) for (UdpSocket socket : unused) all.add(socket.current());
        return CompletableFuture.allOf(all.stream()
                .filter(socket -> own != socket instanceof LinuxUdpSocket)
                .map(socket -> socket.giveTo(descriptor -> own
                        ? new LinuxUdpSocket(loop, socket.flows, socket.local(), descriptor)
                        : NettyUdpSocket.over(loop, socket.flows, socket.local(), descriptor)))
                .toArray(CompletableFuture[]::new));
    }

    private record Lease(List<LocalEndpoint> endpoints, Runnable release) implements PortLease {
        @Override
        public void close() {
            release.run();
        }
    }

    @Override
    public String name() {
        return ownSockets ? "netty-epoll, own UDP sockets" : epoll ? "netty-epoll" : "netty-nio";
    }

    @Override
    public int loops() {
        return loops.size();
    }

    @Override
    public synchronized Attachment attach(IntFunction<LoopHandler> handlers) {
        if (attached) throw new IllegalStateException("somebody is attached");
        attached = true;
        List<Future<?>> attaching = new ArrayList<>();
        for (NettyLoop loop : loops) attaching.add(loop.attach(handlers.apply(loop.index())));
        for (Future<?> done : attaching) done.syncUninterruptibly();
        return new Attachment() {
            @Override
            public PacketLoop loop(int index) {
                return loops.get(index);
            }

            @Override
            public void close() {
                detach();
            }
        };
    }

    private synchronized void detach() {
        CountDownLatch done = new CountDownLatch(loops.size());
        for (NettyLoop loop : loops)
            loop.eventLoop().execute(() -> {
                loop.detach();
                done.countDown();
            });
        try {
            done.await(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        attached = false;
    }

    @Deactivate
    void close() {
        // A change of configuration activates a successor at once, which binds the same ports: they must be free on return.
        for (Channel acceptor : acceptors) acceptor.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        for (NettyLoop loop : loops) loop.eventLoop().submit(loop::closeSockets).awaitUninterruptibly(1, TimeUnit.SECONDS);
        for (var unused : spare) for (List<UdpSocket> own : unused) for (UdpSocket socket : own) socket.current().close();
        for (NettyLoop loop : loops) loop.group().shutdownGracefully(0, 1, TimeUnit.SECONDS);
        for (NettyLoop loop : loops) loop.group().terminationFuture().awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
