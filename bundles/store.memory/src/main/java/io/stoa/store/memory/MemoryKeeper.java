package io.stoa.store.memory;

import io.stoa.store.DurableRecord;
import io.stoa.store.DurableStore;
import io.stoa.store.RecordLine;
import io.stoa.store.StoreCharge;
import io.stoa.store.StoreException;
import io.stoa.store.records.ChargedStores;
import io.stoa.store.records.DurableStores;
import io.stoa.store.records.GatedHashes;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offers the durable records in memory when it has those of its predecessor, and leaves them to its successor. Immediate, because a component
 * that nobody uses for a moment would lose what it holds. The line is never called under the lock of this.
 */
@Component(service = {}, immediate = true)
public final class MemoryKeeper implements RecordLine.Keeper {
    static final String NAME = "memory";
    /** Beside the kinds of records: which store has the latest. */
    private static final String LATEST = "latest";

    private static final Logger LOG = LoggerFactory.getLogger(MemoryKeeper.class);

    private final BundleContext context;
    private final MemoryDurableStore records;
    private final ChargedStores stores;
    private ServiceRegistration<DurableStore> offered;
    private boolean charged;
    private volatile RecordLine line;
    private volatile boolean active;

    @Activate
    public MemoryKeeper(BundleContext context) {
        this.context = context;
        MemoryHashes hashes = new MemoryHashes();
        records = new MemoryDurableStore(hashes);
        stores = new ChargedStores(context, NAME, gate -> DurableStores.over(new GatedHashes(hashes, gate)));
    }

    @Activate
    void start() {
        active = true;
        RecordLine current = line;
        if (current == null) take(List.of());
        else current.enter(this, false);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void bindLine(RecordLine next) {
        line = next;
        if (active && isOffered()) next.enter(this, true);
        else if (active) next.enter(this, false);
    }

    void unbindLine(RecordLine gone) {
        if (line == gone) line = null;
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, target = "(" + StoreCharge.STORE + "=" + NAME + ")")
    synchronized void bindCharge(StoreCharge charge) {
        charged = true;
        if (offered != null) stores.begin();
    }

    synchronized void unbindCharge(StoreCharge charge) {
        charged = false;
        stores.end();
    }

    @Override
    public String store() {
        return NAME;
    }

    @Override
    public synchronized void take(List<DurableRecord> left) {
        try {
            for (DurableRecord record : left) {
                if (record.kind().equals(LATEST)) records.latest(record.key());
                else records.put(record);
            }
        } catch (StoreException e) {
            LOG.error("the durable records of the store before are lost, nobody is in charge of them: {}", e.getMessage());
            return;
        }
        if (!left.isEmpty()) LOG.info("{} durable records were taken over from the store before", left.size());
        offered = context.registerService(DurableStore.class, records, new Hashtable<>(Map.of(StoreCharge.STORE, NAME)));
        if (charged) stores.begin();
    }

    private synchronized boolean isOffered() {
        return offered != null;
    }

    @Deactivate
    void stop() {
        active = false;
        List<DurableRecord> left = withdraw();
        RecordLine current = line;
        boolean ends = context.getBundle(0).getState() == Bundle.STOPPING;
        if (current != null && !ends) current.leave(this, left);
        else if (!left.isEmpty()) LOG.warn("{} durable records end with the store memory", left.size());
    }

    private synchronized List<DurableRecord> withdraw() {
        if (offered != null) offered.unregister();
        offered = null;
        stores.end();
        List<DurableRecord> all = new ArrayList<>();
        try {
            for (String kind : records.kinds()) all.addAll(records.export(kind));
            records.latest().ifPresent(store -> all.add(new DurableRecord(LATEST, store, 0, new byte[0])));
        } catch (StoreException e) {
            throw new IllegalStateException(e); // memory answers always
        }
        return all;
    }
}
