package io.stoa.http;

import io.stoa.auth.KeyProvider;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.websocket.server.ServerWebSocketContainer;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;
import org.osgi.framework.Constants;
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

    /** A route: the longest path first, of one path the highest ranking, then whoever was there first. */
    private record Offer(HttpRoute route, int ranking, long id) {
        private static final Comparator<Offer> BEST = Comparator.comparingInt((Offer offer) -> offer.route.path().length())
                .thenComparingInt(Offer::ranking)
                .reversed()
                .thenComparingLong(Offer::id);
    }

    private final Server server;
    private final SlowClients slowClients = new SlowClients();
    private final ScheduledExecutorService sweeper = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("http-sweep").factory());
    volatile LongSupplier nanos = System::nanoTime;
    private volatile List<Offer> offers = List.of();
    private volatile long maxBodyBytes;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile KeyProvider keys;

    @Activate
    public JettyHttpServer(HttpConfig config) throws Exception {
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
            ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
            connector.setHost(address == null || address.isBlank() ? null : address);
            connector.setPort(config.port());
            connector.setIdleTimeout(IDLE_MILLIS);
            connector.setReuseAddress(true);
            connector.addBean(slowClients);
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

    @Modified
    void modified(HttpConfig config) {
        maxBodyBytes = config.maxApiRequestBodySize() == 0 ? Long.MAX_VALUE : config.maxApiRequestBodySize();
    }

    @Deactivate
    void stop() throws Exception {
        sweeper.shutdownNow();
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
    synchronized void addRoute(HttpRoute route, Map<String, Object> properties) {
        int ranking = properties.get(Constants.SERVICE_RANKING) instanceof Integer given ? given : 0;
        Offer offer = new Offer(route, ranking, (Long) properties.get(Constants.SERVICE_ID));
        offers = Stream.concat(offers.stream(), Stream.of(offer)).sorted(Offer.BEST).toList();
    }

    synchronized void removeRoute(HttpRoute route) {
        offers = offers.stream().filter(offer -> offer.route != route).toList();
    }

    HttpRoute route(String path) {
        for (Offer offer : offers) {
            String mine = offer.route.path();
            if (mine.endsWith("/") ? path.startsWith(mine) : path.equals(mine)) return offer.route;
        }
        return null;
    }
}
