package io.stoa.edge.whip;

import io.stoa.base.Ids;
import io.stoa.http.HttpExchange;
import io.stoa.http.HttpRoute;
import io.stoa.room.SignalServer;
import java.security.SecureRandom;
import java.util.List;
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

/** Two routes, and the signal server of the moment; without one they answer 503. */
@Component(service = WhipService.class, immediate = true, configurationPid = "io.stoa.limit")
@Designate(ocd = LimitConfig.class)
public final class WhipService {
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile SignalServer signalServer;

    private final List<ServiceRegistration<HttpRoute>> routes;
    private volatile LimitConfig limits;

    @Activate
    public WhipService(BundleContext context, LimitConfig limits) {
        this.limits = limits;
        WhipDoor door = new WhipDoor(() -> signalServer, () -> this.limits, new Ids(new SecureRandom()));
        routes = List.of(route(context, WhipDoor.PATH, door::endpoint), route(context, WhipDoor.PATH + "/", door::session));
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
    void deactivate() {
        routes.forEach(ServiceRegistration::unregister);
    }
}
