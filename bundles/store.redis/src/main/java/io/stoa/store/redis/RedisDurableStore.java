package io.stoa.store.redis;

import io.stoa.redis.RedisConnection;
import io.stoa.store.DurableStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.records.AgentRecords;
import io.stoa.store.records.DurableRecords;
import io.stoa.store.records.Gate;
import io.stoa.store.records.SipRecords;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** All durable records, to be copied from here or to here. */
@Component(service = DurableStore.class, property = StoreCharge.STORE + "=" + RedisDurableStore.NAME)
public final class RedisDurableStore extends DurableRecords {
    static final String NAME = "redis";
    static final String NAMED = "(" + StoreCharge.STORE + "=" + NAME + ")";

    @Activate
    public RedisDurableStore(@Reference RedisConnection redis) {
        this(new Conversation(redis, new Gate(NAME)));
    }

    private RedisDurableStore(Conversation redis) {
        this(redis, new RedisHashes(redis));
    }

    private RedisDurableStore(Conversation redis, RedisHashes hashes) {
        super(hashes, new RedisEgresses(redis).kinds(), new RedisIngresses(redis).kinds(), new SipRecords(hashes).kinds(), new AgentRecords(hashes).kinds());
    }

    @Override
    public boolean shared() {
        return true;
    }
}
