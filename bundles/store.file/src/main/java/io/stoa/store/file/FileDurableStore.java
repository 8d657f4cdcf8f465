package io.stoa.store.file;

import io.stoa.store.DurableStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.records.AgentRecords;
import io.stoa.store.records.DurableRecords;
import io.stoa.store.records.EgressRecords;
import io.stoa.store.records.IngressRecords;
import io.stoa.store.records.SipRecords;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** All durable records, to be copied from here or to here. */
@Component(service = DurableStore.class, property = StoreCharge.STORE + "=" + FileDurableStore.NAME)
public final class FileDurableStore extends DurableRecords {
    static final String NAME = "file";
    static final String NAMED = "(" + StoreCharge.STORE + "=" + NAME + ")";

    @Activate
    public FileDurableStore(@Reference FileHashes hashes) {
        super(hashes, new EgressRecords(hashes).kinds(), new IngressRecords(hashes).kinds(), new SipRecords(hashes).kinds(), new AgentRecords(hashes).kinds());
    }

    @Override
    public boolean shared() {
        return false;
    }
}
