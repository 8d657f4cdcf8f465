package io.stoa.store.memory;

import io.stoa.store.SipStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.records.Gate;
import io.stoa.store.records.GatedHashes;
import io.stoa.store.records.SipRecords;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** SIP trunks and dispatch rules in memory, while it is in charge. */
@Component(service = SipStore.class)
public final class MemorySipStore extends SipRecords {
    private final Gate gate;

    @Activate
    public MemorySipStore(@Reference MemoryHashes hashes, @Reference(target = MemoryDurableStore.NAMED) StoreCharge charge) {
        this(hashes, new Gate(MemoryDurableStore.NAME));
    }

    private MemorySipStore(MemoryHashes hashes, Gate gate) {
        super(new GatedHashes(hashes, gate));
        this.gate = gate;
    }

    @Deactivate
    void deactivate() {
        gate.close();
    }
}
