package io.stoa.store.redis;

import io.stoa.redis.RedisConnection;
import io.stoa.store.IngressStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.records.Gate;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Ingresses in Redis, while it is in charge. */
@Component(service = IngressStore.class)
public final class RedisIngressStore extends RedisIngresses {
    private final Gate gate;

    @Activate
    public RedisIngressStore(@Reference RedisConnection redis, @Reference(target = RedisDurableStore.NAMED) StoreCharge charge) {
        this(redis, new Gate(RedisDurableStore.NAME));
    }

    private RedisIngressStore(RedisConnection redis, Gate gate) {
        super(new Conversation(redis, gate));
        this.gate = gate;
    }

    @Deactivate
    void deactivate() {
        gate.close();
    }
}
