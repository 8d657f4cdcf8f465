package io.stoa.ops.store;

import io.stoa.store.EgressStore;
import io.stoa.store.StoreException;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the store forget ended egresses, every half an hour on each node (spec 7.2). */
@Component(service = {}, immediate = true)
public final class EgressSweeper {
    private static final Logger LOG = LoggerFactory.getLogger(EgressSweeper.class);
    private static final int EVERY_MINUTES = 30;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("egress-sweep").factory());

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile EgressStore store;

    @Activate
    public EgressSweeper() {
        thread.scheduleWithFixedDelay(this::sweep, EVERY_MINUTES, EVERY_MINUTES, TimeUnit.MINUTES);
    }

    @Deactivate
    void deactivate() {
        thread.shutdownNow();
    }

    private void sweep() {
        EgressStore current = store;
        if (current == null) return;
        try {
            Instant now = Instant.now();
            current.sweep(TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano());
        } catch (StoreException e) {
            LOG.warn("ended egresses stay for another {} minutes: {}", EVERY_MINUTES, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("a bug: ended egresses are not swept", e);
        }
    }
}
