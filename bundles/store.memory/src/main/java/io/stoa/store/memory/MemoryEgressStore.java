package io.stoa.store.memory;

import io.stoa.store.EgressStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.records.EgressRecords;
import io.stoa.store.records.Gate;
import io.stoa.store.records.GatedHashes;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Egresses in memory, while it is in charge. */
@Component(service = EgressStore.class)
public final class MemoryEgressStore extends EgressRecords {
    private final Gate gate;

    @Activate
    public MemoryEgressStore(@Reference MemoryHashes hashes, @Reference(target = MemoryDurableStore.NAMED) StoreCharge charge) {
        this(hashes, new Gate(MemoryDurableStore.NAME));
    }

    private MemoryEgressStore(MemoryHashes hashes, Gate gate) {
        super(new GatedHashes(hashes, gate));
        this.gate = gate;
    }

    @Deactivate
    void deactivate() {
        gate.close();
    }
}
