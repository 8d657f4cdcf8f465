package io.stoa.store.redis;

import io.stoa.redis.RedisConnection;
import io.stoa.store.SipStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.records.Gate;
import io.stoa.store.records.SipRecords;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** SIP trunks and dispatch rules in Redis, while it is in charge. */
@Component(service = SipStore.class)
public final class RedisSipStore extends SipRecords {
    private final Gate gate;

    @Activate
    public RedisSipStore(@Reference RedisConnection redis, @Reference(target = RedisDurableStore.NAMED) StoreCharge charge) {
        this(redis, new Gate(RedisDurableStore.NAME));
    }

    private RedisSipStore(RedisConnection redis, Gate gate) {
        super(new RedisHashes(new Conversation(redis, gate)));
        this.gate = gate;
    }

    @Deactivate
    void deactivate() {
        gate.close();
    }
}
