package io.stoa.store.file;

import io.stoa.store.DurableStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.records.ChargedStores;
import io.stoa.store.records.DurableRecords;
import io.stoa.store.records.DurableStores;
import io.stoa.store.records.GatedHashes;
import java.nio.file.Path;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;

/** Durable records in a file, which is closed when this goes. */
@Component(
        service = DurableStore.class,
        immediate = true,
        property = StoreCharge.STORE + "=" + FileDurableStore.NAME,
        configurationPid = "io.stoa.store.file",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = FileConfig.class)
public final class FileDurableStore extends DurableRecords {
    static final String NAME = "file";

    private final FileHashes hashes;
    private final ChargedStores stores;

    @Activate
    public FileDurableStore(BundleContext context, FileConfig config) {
        this(context, new FileHashes(folder(context).resolve(config.path())));
    }

    FileDurableStore(BundleContext context, FileHashes hashes) {
        super(hashes);
        this.hashes = hashes;
        stores = new ChargedStores(context, NAME, gate -> DurableStores.over(new GatedHashes(hashes, gate)));
    }

    private static Path folder(BundleContext context) {
        String data = context.getProperty("stoa.data");
        return Path.of(data == null ? "data" : data);
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
        hashes.close();
    }

    @Override
    public boolean shared() {
        return false;
    }
}
