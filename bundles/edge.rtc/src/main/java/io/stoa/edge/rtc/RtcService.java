package io.stoa.edge.rtc;

import io.stoa.base.Ids;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.RoomAllocator;
import io.stoa.http.HttpExchange;
import io.stoa.http.HttpRoute;
import io.stoa.metrics.Metric;
import io.stoa.metrics.MetricSource;
import io.stoa.room.RoomManager;
import io.stoa.room.SignalServer;
import io.stoa.store.RoomStore;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The RTC service: four routes and the services of the moment. Everything it uses may come and go; what is missing answers 503. */
@Component(service = {RtcService.class, MetricSource.class}, immediate = true, configurationPid = "io.stoa.limit")
@Designate(ocd = LimitConfig.class)
public final class RtcService implements MetricSource {
    private static final Logger LOG = LoggerFactory.getLogger(RtcService.class);
    private static final long PING_SECONDS = 10;
    /** How long sessions wait for the next signal server. */
    private static final long PATIENCE_SECONDS = 10;

    private volatile SignalServer signalServer;
    private final AtomicInteger absences = new AtomicInteger();

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile RoomAllocator roomAllocator;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile RoomManager roomManager;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile RoomStore roomStore;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile NodeRegistry nodeRegistry;

    private final RtcDoor door;
    private final ScheduledExecutorService pings;
    private List<ServiceRegistration<HttpRoute>> routes = List.of();
    private volatile RtcSettings settings;

    @Activate
    public RtcService(LimitConfig config) {
        settings = RtcSettings.of(config);
        var house = new House(() -> roomAllocator, () -> roomManager, () -> roomStore, () -> nodeRegistry);
        door = new RtcDoor(() -> signalServer, () -> settings, new Admission(house, new Ids(new SecureRandom())));
        pings = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("rtc-ping").factory());
        pings.scheduleAtFixedRate(door::ping, PING_SECONDS, PING_SECONDS, TimeUnit.SECONDS);
    }

    /** What there is of the services that it uses has been bound: who comes while this part is replaced must not find them missing. */
    @Activate
    void open(BundleContext context) {
        routes = List.of(
                route(context, "/rtc", exchange -> door.connect(exchange, false)),
                route(context, "/rtc/validate", exchange -> door.validate(exchange, false)),
                route(context, "/rtc/v1", exchange -> door.connect(exchange, true)),
                route(context, "/rtc/v1/validate", exchange -> door.validate(exchange, true)));
    }

    /** The next one is bound before the last one is unbound, if both are there. */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindSignalServer(SignalServer next) {
        absences.incrementAndGet();
        signalServer = next;
        door.serverChanged();
    }

    void unbindSignalServer(SignalServer gone) {
        if (signalServer != gone) return;
        signalServer = null;
        door.serverChanged();
        int absence = absences.incrementAndGet();
        if (pings.isShutdown()) return;
        pings.schedule(() -> {
            if (absences.get() == absence) door.abandon();
        }, PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static ServiceRegistration<HttpRoute> route(BundleContext context, String path, Consumer<HttpExchange> handler) {
        return context.registerService(HttpRoute.class, new Route(path, handler), null);
    }

    private record Route(String path, Consumer<HttpExchange> handler) implements HttpRoute {
        @Override
        public void handle(HttpExchange exchange) {
            handler.accept(exchange);
        }
    }

    @Override
    public List<Metric> metrics() {
        return door.counters().metrics();
    }

    /** Holds from the next connection on; a value that cannot be is reported, and what was stays. */
    @Modified
    void modified(LimitConfig config) {
        try {
            settings = RtcSettings.of(config);
        } catch (IllegalArgumentException e) {
            LOG.error("limits stay as they were: {}", e.getMessage());
        }
    }

    @Deactivate
    void deactivate() {
        routes.forEach(ServiceRegistration::unregister);
        pings.shutdownNow();
        door.close();
        if (!door.counters().nonZero().isEmpty()) LOG.info("turned away so far: {}", door.counters().nonZero());
    }
}
