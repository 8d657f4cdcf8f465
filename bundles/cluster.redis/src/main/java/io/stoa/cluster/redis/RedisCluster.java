package io.stoa.cluster.redis;

import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.Router;
import io.stoa.redis.RedisConnection;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** A registry and a router for each connection to Redis: where one connection takes the place of another, so do they. */
@Component(service = {}, immediate = true)
public final class RedisCluster {
    private static final Map<String, Object> PROPERTIES = Map.of(Constants.SERVICE_RANKING, 100);

    private final BundleContext context;
    private final NodeRegistry itself;
    private final Map<RedisConnection, Offer> offers = new HashMap<>();

    private record Offer(RedisNodeRegistry registry, List<ServiceRegistration<?>> services) {
        void withdraw() {
            services.forEach(ServiceRegistration::unregister);
            registry.stop();
        }
    }

    /** @param itself the registry of this node alone, which knows its id and its load */
    @Activate
    public RedisCluster(BundleContext context, @Reference(target = "(stoa.nodes=one)") NodeRegistry itself) {
        this.context = context;
        this.itself = itself;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bind(RedisConnection redis) {
        RedisNodeRegistry registry = new RedisNodeRegistry(redis, itself, () -> System.currentTimeMillis() / 1000, () -> context.getBundle(0).getState() == Bundle.STOPPING);
        registry.start();
        offers.put(redis, new Offer(registry, List.of(
                context.registerService(NodeRegistry.class, registry, new Hashtable<>(PROPERTIES)),
                context.registerService(Router.class, new RedisRouter(redis), new Hashtable<>(PROPERTIES)))));
    }

    synchronized void unbind(RedisConnection redis) {
        Offer offer = offers.remove(redis);
        if (offer != null) offer.withdraw();
    }

    @Deactivate
    synchronized void close() {
        offers.values().forEach(Offer::withdraw);
        offers.clear();
    }
}
