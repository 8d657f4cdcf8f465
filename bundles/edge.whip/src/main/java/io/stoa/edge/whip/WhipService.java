package io.stoa.edge.whip;

import io.stoa.base.Ids;
import io.stoa.cluster.MessageBus;
import io.stoa.http.HttpExchange;
import io.stoa.http.HttpRoute;
import io.stoa.room.SignalServer;
import io.stoa.rpc.RpcBus;
import io.stoa.store.RecordLine;
import java.security.SecureRandom;
import java.util.List;
import java.util.function.Consumer;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
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

/** Two routes, and the signal server of the moment; without one they answer 503. */
@Component(service = WhipService.class, immediate = true, configurationPid = "io.stoa.limit")
@Designate(ocd = LimitConfig.class)
public final class WhipService {
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile SignalServer signalServer;

    private final WhipDoor door;
    private final SessionKeeper keeper;
    private List<ServiceRegistration<HttpRoute>> routes = List.of();
    private RpcBus bus;
    private MessageBus shared;
    private volatile LimitConfig limits;

    @Activate
    public WhipService(LimitConfig limits) {
        this.limits = limits;
        door = new WhipDoor(() -> signalServer, () -> this.limits, new Ids(new SecureRandom()), this::bus);
        keeper = new SessionKeeper(door);
    }

    /** What there is of the services that it uses has been bound. */
    @Activate
    void open(BundleContext context) {
        keeper.start();
        routes = List.of(route(context, WhipDoor.PATH, door::endpoint), route(context, WhipDoor.PATH + "/", door::session));
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindBus(RpcBus next) {
        bus = next;
        door.follow(shared == null ? null : bus);
    }

    synchronized void unbindBus(RpcBus gone) {
        if (bus != gone) return;
        bus = null;
        door.follow(null);
    }

    /** One that other nodes hear. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY, target = "(stoa.bus=shared)")
    synchronized void bindShared(MessageBus next) {
        shared = next;
        door.follow(bus);
    }

    synchronized void unbindShared(MessageBus gone) {
        if (shared != gone) return;
        shared = null;
        door.follow(null);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void bindLine(RecordLine next) {
        keeper.follow(next);
    }

    void unbindLine(RecordLine gone) {
        if (keeper.line() == gone) keeper.follow(null);
    }

    private synchronized RpcBus bus() {
        return bus;
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

    @Modified
    void modified(LimitConfig changed) {
        limits = changed;
    }

    @Deactivate
    void deactivate(BundleContext context) {
        routes.forEach(ServiceRegistration::unregister);
        keeper.stop(context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState() == Bundle.STOPPING);
    }
}
