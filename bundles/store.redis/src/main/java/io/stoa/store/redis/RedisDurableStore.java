package io.stoa.store.redis;

import io.stoa.store.records.AgentRecords;
import io.stoa.store.records.DurableRecords;
import io.stoa.store.records.DurableStores;
import io.stoa.store.records.SipRecords;

/** All durable records, to be copied from here or to here. */
final class RedisDurableStore extends DurableRecords {
    RedisDurableStore(Conversation redis) {
        this(redis, new RedisHashes(redis));
    }

    private RedisDurableStore(Conversation redis, RedisHashes hashes) {
        super(hashes, new RedisEgresses(redis).kinds(), new RedisIngresses(redis).kinds(), new SipRecords(hashes).kinds(), new AgentRecords(hashes).kinds());
    }

    static DurableStores stores(Conversation redis) {
        RedisHashes hashes = new RedisHashes(redis);
        return new DurableStores(new RedisEgresses(redis), new RedisIngresses(redis), new SipRecords(hashes), new AgentRecords(hashes));
    }

    @Override
    public boolean shared() {
        return true;
    }
}
