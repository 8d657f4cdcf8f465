package io.stoa.ops.health;

import io.stoa.health.HealthCheck;
import io.stoa.health.HealthCheck.Finding;
import io.stoa.health.HealthCheck.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all checks say, at most a second old; what is not well is soon asked again. One question at a time; the others wait for its answer. */
final class Health {
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);
    private static final long KEPT_NANOS = 1_000_000_000;
    private static final long UNWELL_NANOS = 50_000_000;

    private final Supplier<List<HealthCheck>> checks;
    private final ExecutorService executor;
    private final LongSupplier nanos;
    private final long patienceMillis;
    private List<Finding> last;
    private long lastAt;

    Health(Supplier<List<HealthCheck>> checks, ExecutorService executor, LongSupplier nanos, long patienceMillis) {
        this.checks = checks;
        this.executor = executor;
        this.nanos = nanos;
        this.patienceMillis = patienceMillis;
    }

    synchronized List<Finding> findings() {
        long now = nanos.getAsLong();
        if (last != null && now - lastAt < (last.stream().allMatch(Finding::well) ? KEPT_NANOS : UNWELL_NANOS)) return last;
        last = ask();
        lastAt = now;
        return last;
    }

    private List<Finding> ask() {
        List<HealthCheck> all = checks.get();
        List<Future<List<Finding>>> asked = all.stream().map(check -> executor.submit((Callable<List<Finding>>) check::findings)).toList();
        List<Finding> found = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) found.addAll(answer(all.get(i).getClass().getSimpleName(), asked.get(i)));
        return List.copyOf(found);
    }

    private List<Finding> answer(String name, Future<List<Finding>> asked) {
        try {
            return asked.get(patienceMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            asked.cancel(true);
            return List.of(Finding.unwell(name, Kind.READY, "does not say within " + patienceMillis + " ms how it is"));
        } catch (ExecutionException e) {
            LOG.error("the health of {} could not be found out", name, e.getCause());
            return List.of(Finding.unwell(name, Kind.READY, "could not say how it is: " + e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of(Finding.unwell(name, Kind.READY, "was interrupted"));
        }
    }
}
