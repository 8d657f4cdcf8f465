package io.stoa.cluster.redis;

import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.Router;
import io.stoa.redis.RedisConnection;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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

    /** Longer than nodes wait between two attempts to connect. */
    private static final long SETTLING_NANOS = TimeUnit.SECONDS.toNanos(8);

    private final BundleContext context;
    private final NodeRegistry itself;
    private final Map<RedisConnection, Offer> offers = new HashMap<>();

    private static final class Offer {
        RedisNodeRegistry registry;
        ServiceRegistration<NodeRegistry> nodes;
        ServiceRegistration<Router> routes;
        RedisConnection.Subscription following;
        /** From the moment on when Redis is back until this node has found out what it has kept. */
        volatile boolean asking;
        volatile long settledAt = System.nanoTime();

        boolean isUnsettled() {
            return asking || settledAt - System.nanoTime() > 0;
        }

        void withdraw() {
            following.close();
            nodes.unregister();
            routes.unregister();
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
        Offer offer = new Offer();
        offers.put(redis, offer);
        offer.registry = new RedisNodeRegistry(redis, itself, () -> System.currentTimeMillis() / 1000, () -> context.getBundle(0).getState() == Bundle.STOPPING, forgotten -> renewRoutes(redis, forgotten));
        offer.registry.start();
        offer.nodes = context.registerService(NodeRegistry.class, offer.registry, new Hashtable<>(PROPERTIES));
        offer.routes = offerRoutes(redis, offer);
        AtomicBoolean before = new AtomicBoolean();
        offer.following = redis.onAvailability(there -> {
            offer.asking = there && before.getAndSet(true);
            if (there) offer.registry.beatNow(() -> offer.asking = false);
        });
    }

    private ServiceRegistration<Router> offerRoutes(RedisConnection redis, Offer offer) {
        return context.registerService(Router.class, new RedisRouter(redis, offer::isUnsettled), new Hashtable<>(PROPERTIES));
    }

    /** To a router that is new all who have rooms tell them: nobody knows what Redis has kept, and what others have done meanwhile. */
    private synchronized void renewRoutes(RedisConnection redis, boolean forgotten) {
        Offer offer = offers.get(redis);
        if (offer == null) return;
        if (forgotten) offer.settledAt = System.nanoTime() + SETTLING_NANOS;
        ServiceRegistration<Router> before = offer.routes;
        offer.routes = offerRoutes(redis, offer);
        before.unregister();
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
