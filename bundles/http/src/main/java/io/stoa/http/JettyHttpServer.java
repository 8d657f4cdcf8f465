package io.stoa.http;

import io.stoa.auth.KeyProvider;
import io.stoa.room.ListeningSockets;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.websocket.server.ServerWebSocketContainer;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;
import org.osgi.framework.Constants;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server, its connectors and its routes. */
@Component(service = JettyHttpServer.class, immediate = true, configurationPid = "io.stoa.http", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = HttpConfig.class)
public final class JettyHttpServer {
    private static final Logger LOG = LoggerFactory.getLogger(JettyHttpServer.class);
    private static final int HEADER_LIMIT = 64 << 10;
    private static final int REQUEST_HEADER_LIMIT = 2 << 20;
    private static final long IDLE_MILLIS = 60_000;
    /** Who connects while nobody accepts. */
    private static final int BACKLOG = 1024;

    private final Server server;
    private final SlowClients slowClients = new SlowClients();
    private final ScheduledExecutorService sweeper = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("http-sweep").factory());
    volatile LongSupplier nanos = System::nanoTime;
    private final Routes routes = new Routes(() -> nanos.getAsLong());
    private final List<TakenOverConnector> connectors = new ArrayList<>();
    private final HttpConfig config;
    private volatile long maxBodyBytes;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile ListeningSockets sockets;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile KeyProvider keys;

    @Activate
    public JettyHttpServer(BundleContext bundles, HttpConfig config) {
        this(config);
        Bundle framework = bundles.getBundle(Constants.SYSTEM_BUNDLE_ID);
        if (framework.getState() != Bundle.STARTING) return;
        routes.starting();
        bundles.addFrameworkListener(event -> {
            if (event.getType() == FrameworkEvent.STARTED) routes.started();
        });
        if (framework.getState() != Bundle.STARTING) routes.started(); // meanwhile
    }

    public JettyHttpServer(HttpConfig config) {
        this.config = config;
        QueuedThreadPool threads = new QueuedThreadPool(16, 4);
        threads.setName("http");
        threads.setDaemon(true);
        threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(true);
        http.setUriCompliance(UriCompliance.from("DEFAULT,AMBIGUOUS_EMPTY_SEGMENT"));
        http.setResponseHeaderSize(HEADER_LIMIT);
        http.setRequestHeaderSize(REQUEST_HEADER_LIMIT); // a join request with an offer travels in the URL
        String[] addresses = config.bindAddresses().length == 0 ? new String[] {null} : config.bindAddresses();
        for (String address : addresses) {
            TakenOverConnector connector = new TakenOverConnector(server, new HttpConnectionFactory(http), this::predecessors);
            connector.setHost(address == null || address.isBlank() ? null : address);
            connector.setPort(config.port());
            connector.setIdleTimeout(IDLE_MILLIS);
            connector.setReuseAddress(true);
            connector.setAcceptQueueSize(BACKLOG);
            connector.addBean(slowClients);
            connectors.add(connector);
            server.addConnector(connector);
        }
        server.setStopTimeout(500);
        server.setErrorHandler(new PlainErrors());
        RequestHandler handler = new RequestHandler(this);
        WebSocketUpgradeHandler upgrades = WebSocketUpgradeHandler.from(server, container -> container.setIdleTimeout(java.time.Duration.ZERO));
        upgrades.setHandler(handler);
        handler.container(() -> ServerWebSocketContainer.get(server.getContext()));
        server.setHandler(upgrades);
        modified(config);
    }

    @Activate
    void start() throws Exception {
        sweeper.scheduleAtFixedRate(() -> slowClients.sweep(nanos.getAsLong()), 1, 1, TimeUnit.SECONDS);
        try {
            server.start();
        } catch (Exception e) {
            sweeper.shutdownNow();
            server.stop();
            throw new IOException("HTTP cannot listen on " + Arrays.toString(config.bindAddresses()) + " port " + config.port() + " (port, bind_addresses): "
                    + rootMessage(e), e);
        }
        LOG.info("HTTP on {} port {}", config.bindAddresses().length == 0 ? "all interfaces" : String.join(", ", config.bindAddresses()), config.port());
    }

    private static String rootMessage(Throwable e) {
        while (e.getCause() != null) e = e.getCause();
        return e.getMessage();
    }

    /** What was listening here before the last one went, with the paths that were answered on it. */
    private Optional<ServerSocketChannel> predecessors(String address) {
        ListeningSockets kept = sockets;
        Optional<ListeningSockets.Kept> taken = kept == null ? Optional.empty() : kept.take(address);
        taken.ifPresent(one -> routes.expect(one.paths()));
        return taken.map(ListeningSockets.Kept::socket);
    }

    @Modified
    void modified(HttpConfig config) {
        maxBodyBytes = config.maxApiRequestBodySize() == 0 ? Long.MAX_VALUE : config.maxApiRequestBodySize();
    }

    @Deactivate
    void stop() throws Exception {
        sweeper.shutdownNow();
        ListeningSockets keeper = sockets;
        if (keeper != null) for (TakenOverConnector connector : connectors) connector.leave(keeper, routes.paths());
        try {
            server.stop();
        } catch (TimeoutException e) {
            LOG.info("HTTP ended; clients that kept their connections were cut off");
        }
    }

    SlowClients slowClients() {
        return slowClients;
    }

    long nanos() {
        return nanos.getAsLong();
    }

    long maxBodyBytes() {
        return maxBodyBytes;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addRoute(HttpRoute route, Map<String, Object> properties) {
        int ranking = properties.get(Constants.SERVICE_RANKING) instanceof Integer given ? given : 0;
        routes.add(route, ranking, (Long) properties.get(Constants.SERVICE_ID));
    }

    void removeRoute(HttpRoute route) {
        routes.remove(route);
    }

    /** @return null for a path that nobody answers */
    HttpRoute route(String path) throws InterruptedException {
        return isRoot(path) ? routes.now(path) : routes.of(path);
    }

    static boolean isRoot(String path) {
        return path.isEmpty() || path.equals("/");
    }
}
