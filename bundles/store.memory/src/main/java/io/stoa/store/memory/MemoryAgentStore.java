package io.stoa.store.memory;

import io.stoa.store.AgentStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.records.AgentRecords;
import io.stoa.store.records.Gate;
import io.stoa.store.records.GatedHashes;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Agent dispatches and their jobs in memory, while it is in charge. */
@Component(service = AgentStore.class)
public final class MemoryAgentStore extends AgentRecords {
    private final Gate gate;

    @Activate
    public MemoryAgentStore(@Reference MemoryHashes hashes, @Reference(target = MemoryDurableStore.NAMED) StoreCharge charge) {
        this(hashes, new Gate(MemoryDurableStore.NAME));
    }

    private MemoryAgentStore(MemoryHashes hashes, Gate gate) {
        super(new GatedHashes(hashes, gate));
        this.gate = gate;
    }

    @Deactivate
    void deactivate() {
        gate.close();
    }
}
