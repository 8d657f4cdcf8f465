package io.stoa.store.redis;

import io.stoa.redis.RedisConnection;
import io.stoa.store.EgressStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.records.Gate;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Egresses in Redis, while it is in charge. */
@Component(service = EgressStore.class)
public final class RedisEgressStore extends RedisEgresses {
    private final Gate gate;

    @Activate
    public RedisEgressStore(@Reference RedisConnection redis, @Reference(target = RedisDurableStore.NAMED) StoreCharge charge) {
        this(redis, new Gate(RedisDurableStore.NAME));
    }

    private RedisEgressStore(RedisConnection redis, Gate gate) {
        super(new Conversation(redis, gate));
        this.gate = gate;
    }

    @Deactivate
    void deactivate() {
        gate.close();
    }
}
