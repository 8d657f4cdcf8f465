package io.stoa.store.file;

import io.stoa.store.AgentStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.records.AgentRecords;
import io.stoa.store.records.Gate;
import io.stoa.store.records.GatedHashes;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Agent dispatches and their jobs in the file, while it is in charge. */
@Component(service = AgentStore.class)
public final class FileAgentStore extends AgentRecords {
    private final Gate gate;

    @Activate
    public FileAgentStore(@Reference FileHashes hashes, @Reference(target = FileDurableStore.NAMED) StoreCharge charge) {
        this(hashes, new Gate(FileDurableStore.NAME));
    }

    private FileAgentStore(FileHashes hashes, Gate gate) {
        super(new GatedHashes(hashes, gate));
        this.gate = gate;
    }

    @Deactivate
    void deactivate() {
        gate.close();
    }
}
