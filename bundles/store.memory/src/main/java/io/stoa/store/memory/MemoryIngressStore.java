package io.stoa.store.memory;

import io.stoa.store.IngressStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.records.Gate;
import io.stoa.store.records.GatedHashes;
import io.stoa.store.records.IngressRecords;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Ingresses in memory, while it is in charge. */
@Component(service = IngressStore.class)
public final class MemoryIngressStore extends IngressRecords {
    private final Gate gate;

    @Activate
    public MemoryIngressStore(@Reference MemoryHashes hashes, @Reference(target = MemoryDurableStore.NAMED) StoreCharge charge) {
        this(hashes, new Gate(MemoryDurableStore.NAME));
    }

    private MemoryIngressStore(MemoryHashes hashes, Gate gate) {
        super(new GatedHashes(hashes, gate));
        this.gate = gate;
    }

    @Deactivate
    void deactivate() {
        gate.close();
    }
}
