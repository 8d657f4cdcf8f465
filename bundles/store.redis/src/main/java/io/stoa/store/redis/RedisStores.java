package io.stoa.store.redis;

import io.stoa.redis.RedisConnection;
import io.stoa.store.DurableStore;
import io.stoa.store.RoomStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.records.ChargedStores;
import java.util.Hashtable;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Offers the stores while Redis is configured, those of durable records while it is in charge; for another Redis, others. */
@Component(service = {}, immediate = true)
public final class RedisStores {
    static final String NAME = "redis";
    private static final int RANKING = 100;

    private final BundleContext context;
    private Offered offered;
    private boolean charged;

    private record Offered(RedisConnection connection, RedisVersion version, ServiceRegistration<?> rooms, ServiceRegistration<?> durable, ChargedStores charged) {
        void end() {
            charged.end();
            durable.unregister();
            rooms.unregister();
            version.close();
        }
    }

    @Activate
    public RedisStores(BundleContext context) {
        this.context = context;
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    synchronized void bindRedis(RedisConnection redis) {
        Offered before = offered;
        offered = new Offered(
                redis,
                new RedisVersion(redis),
                context.registerService(RoomStore.class, new RedisRoomStore(Conversation.with(redis)), new Hashtable<>(Map.of(Constants.SERVICE_RANKING, RANKING))),
                context.registerService(DurableStore.class, new RedisDurableStore(Conversation.with(redis)), new Hashtable<>(Map.of(StoreCharge.STORE, NAME))),
                new ChargedStores(context, NAME, gate -> RedisDurableStore.stores(new Conversation(redis, gate))));
        if (before != null) before.end();
        if (charged) offered.charged().begin();
    }

    synchronized void unbindRedis(RedisConnection redis) {
        if (offered == null || offered.connection() != redis) return;
        offered.end();
        offered = null;
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, target = "(" + StoreCharge.STORE + "=" + NAME + ")")
    synchronized void bindCharge(StoreCharge charge) {
        charged = true;
        if (offered != null) offered.charged().begin();
    }

    synchronized void unbindCharge(StoreCharge charge) {
        charged = false;
        if (offered != null) offered.charged().end();
    }

    @Deactivate
    synchronized void deactivate() {
        if (offered != null) offered.end();
        offered = null;
    }
}
