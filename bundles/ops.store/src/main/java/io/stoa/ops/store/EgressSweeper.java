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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the store forget ended egresses, every half an hour on each node (spec 7.2). */
@Component(service = {}, immediate = true)
public final class EgressSweeper {
    private static final Logger LOG = LoggerFactory.getLogger(EgressSweeper.class);
    private static final int EVERY_MINUTES = 30;

    private final EgressStore store;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("egress-sweep").factory());

    @Activate
    public EgressSweeper(@Reference EgressStore store) {
        this.store = store;
        thread.scheduleWithFixedDelay(this::sweep, EVERY_MINUTES, EVERY_MINUTES, TimeUnit.MINUTES);
    }

    @Deactivate
    void deactivate() {
        thread.shutdownNow();
    }

    private void sweep() {
        try {
            Instant now = Instant.now();
            store.sweep(TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano());
        } catch (StoreException e) {
            LOG.warn("ended egresses stay for another {} minutes: {}", EVERY_MINUTES, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("a bug: ended egresses are not swept", e);
        }
    }
}
