package io.stoa.store.redis;

import io.stoa.redis.RedisConnection;
import io.stoa.store.AgentStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.records.AgentRecords;
import io.stoa.store.records.Gate;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Agent dispatches and their jobs in Redis, while it is in charge. */
@Component(service = AgentStore.class)
public final class RedisAgentStore extends AgentRecords {
    private final Gate gate;

    @Activate
    public RedisAgentStore(@Reference RedisConnection redis, @Reference(target = RedisDurableStore.NAMED) StoreCharge charge) {
        this(redis, new Gate(RedisDurableStore.NAME));
    }

    private RedisAgentStore(RedisConnection redis, Gate gate) {
        super(new RedisHashes(new Conversation(redis, gate)));
        this.gate = gate;
    }

    @Deactivate
    void deactivate() {
        gate.close();
    }
}
