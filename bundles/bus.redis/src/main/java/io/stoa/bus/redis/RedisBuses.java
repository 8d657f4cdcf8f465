package io.stoa.bus.redis;

import io.stoa.cluster.MessageBus;
import io.stoa.redis.RedisConnection;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** A bus for each connection: where one connection takes the place of another, so does its bus, and nobody is without one. */
@Component(service = {}, immediate = true)
public final class RedisBuses {
    private static final int RANKING = 100;

    private final BundleContext context;
    private final Map<RedisConnection, ServiceRegistration<MessageBus>> buses = new HashMap<>();

    @Activate
    public RedisBuses(BundleContext context) {
        this.context = context;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bind(RedisConnection redis) {
        buses.put(redis, context.registerService(MessageBus.class, new RedisMessageBus(redis), new Hashtable<>(Map.of(Constants.SERVICE_RANKING, RANKING))));
    }

    synchronized void unbind(RedisConnection redis) {
        ServiceRegistration<MessageBus> bus = buses.remove(redis);
        if (bus != null) bus.unregister();
    }
}
