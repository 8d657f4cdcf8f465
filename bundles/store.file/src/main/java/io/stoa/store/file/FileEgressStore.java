package io.stoa.store.file;

import io.stoa.store.EgressStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.records.EgressRecords;
import io.stoa.store.records.Gate;
import io.stoa.store.records.GatedHashes;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Egresses in the file, while it is in charge. */
@Component(service = EgressStore.class)
public final class FileEgressStore extends EgressRecords {
    private final Gate gate;

    @Activate
    public FileEgressStore(@Reference FileHashes hashes, @Reference(target = FileDurableStore.NAMED) StoreCharge charge) {
        this(hashes, new Gate(FileDurableStore.NAME));
    }

    private FileEgressStore(FileHashes hashes, Gate gate) {
        super(new GatedHashes(hashes, gate));
        this.gate = gate;
    }

    @Deactivate
    void deactivate() {
        gate.close();
    }
}
