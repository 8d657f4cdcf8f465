package io.stoa.ops.store;

import io.stoa.store.DurableStore;
import io.stoa.store.StoreCharge;
import java.util.Hashtable;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the mover look whenever stores come and go or the configuration changes, and again after a while if it did not succeed. */
@Component(service = {}, immediate = true, configurationPid = "io.stoa.store", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = StoreConfig.class)
public final class StoreKeeper implements StoreMover.Charges {
    private static final Logger LOG = LoggerFactory.getLogger(StoreKeeper.class);
    private static final int AGAIN_SECONDS = 2;
    private static final int END_SECONDS = 2;
    /** As long as a start takes where the machine is busy. */
    private static final int ABSENT_SECONDS = 30;

    private final Map<String, DurableStore> stores = new ConcurrentHashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("stores").factory());
    private final StoreMover mover = new StoreMover(this);
    private BundleContext context;
    private ServiceRegistration<StoreCharge> charge;
    private ScheduledFuture<?> again;
    private long missingSince;
    private volatile StoreConfig config;

    @Activate
    void activate(BundleContext bundle, StoreConfig first) {
        context = bundle;
        config = first;
        thread.execute(this::settle);
    }

    @Modified
    void modified(StoreConfig next) {
        config = next;
        thread.execute(this::settle);
    }

    @Deactivate
    void deactivate() throws InterruptedException {
        thread.execute(() -> {
            withdraw();
            thread.shutdownNow();
        });
        if (!thread.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) thread.shutdownNow();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindStore(DurableStore store, Map<String, Object> properties) {
        stores.put(String.valueOf(properties.get(StoreCharge.STORE)), store);
        thread.execute(this::settle);
    }

    void unbindStore(DurableStore store) {
        stores.values().remove(store);
    }

    private void settle() {
        StoreConfig wanted = config;
        if (wanted == null) return; // stores are bound before the first configuration is known
        if (again != null) again.cancel(false);
        again = null;
        boolean quietly = isAbsentForAMoment(wanted.kind());
        try {
            if (!mover.settle(wanted.kind(), wanted.emptyStart(), new TreeMap<>(stores), quietly)) again = thread.schedule(this::settle, AGAIN_SECONDS, TimeUnit.SECONDS);
        } catch (RuntimeException e) {
            LOG.error("a bug: which store is in charge of durable records is not settled", e);
        }
    }

    /** It may be about to start, or be replaced: nobody need hear of it yet. */
    private boolean isAbsentForAMoment(String store) {
        if (stores.containsKey(store)) missingSince = 0;
        else if (missingSince == 0) missingSince = System.nanoTime();
        return missingSince != 0 && System.nanoTime() - missingSince < TimeUnit.SECONDS.toNanos(ABSENT_SECONDS);
    }

    @Override
    public void grant(String store) {
        charge = context.registerService(StoreCharge.class, new StoreCharge() {}, new Hashtable<>(Map.of(StoreCharge.STORE, store)));
    }

    @Override
    public void withdraw() {
        if (charge != null) charge.unregister();
        charge = null;
    }
}
