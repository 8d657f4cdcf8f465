package io.stoa.store.memory;

import io.stoa.store.DurableStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.records.ChargedStores;
import io.stoa.store.records.DurableRecords;
import io.stoa.store.records.DurableStores;
import io.stoa.store.records.GatedHashes;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Durable records in memory. Immediate, because a component that nobody uses for a moment would lose what it holds. */
@Component(service = DurableStore.class, immediate = true, property = StoreCharge.STORE + "=" + MemoryDurableStore.NAME)
public final class MemoryDurableStore extends DurableRecords {
    static final String NAME = "memory";

    private final ChargedStores stores;

    @Activate
    public MemoryDurableStore(BundleContext context) {
        this(context, new MemoryHashes());
    }

    MemoryDurableStore(BundleContext context, MemoryHashes hashes) {
        super(hashes);
        stores = new ChargedStores(context, NAME, gate -> DurableStores.over(new GatedHashes(hashes, gate)));
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, target = "(" + StoreCharge.STORE + "=" + NAME + ")")
    void bindCharge(StoreCharge charge) {
        stores.begin();
    }

    void unbindCharge(StoreCharge charge) {
        stores.end();
    }

    @Deactivate
    void deactivate() {
        stores.end();
    }

    @Override
    public boolean shared() {
        return false;
    }
}
