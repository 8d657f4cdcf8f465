package io.stoa.store.memory;

import io.stoa.store.DurableStore;
import io.stoa.store.records.DurableRecords;

/** Durable records in memory. */
final class MemoryDurableStore extends DurableRecords implements DurableStore {
    MemoryDurableStore(MemoryHashes hashes) {
        super(hashes);
    }

    @Override
    public boolean shared() {
        return false;
    }
}
