package io.stoa.store.file;

import io.stoa.store.IngressStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.records.Gate;
import io.stoa.store.records.GatedHashes;
import io.stoa.store.records.IngressRecords;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Ingresses in the file, while it is in charge. */
@Component(service = IngressStore.class)
public final class FileIngressStore extends IngressRecords {
    private final Gate gate;

    @Activate
    public FileIngressStore(@Reference FileHashes hashes, @Reference(target = FileDurableStore.NAMED) StoreCharge charge) {
        this(hashes, new Gate(FileDurableStore.NAME));
    }

    private FileIngressStore(FileHashes hashes, Gate gate) {
        super(new GatedHashes(hashes, gate));
        this.gate = gate;
    }

    @Deactivate
    void deactivate() {
        gate.close();
    }
}
