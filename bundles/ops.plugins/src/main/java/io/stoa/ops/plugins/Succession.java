package io.stoa.ops.plugins;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands the work of one bundle over to another of the same symbolic name. */
final class Succession {
    private static final Logger LOG = LoggerFactory.getLogger(Succession.class);
    private static final long PATIENCE_MILLIS = 5_000;
    private static final long LOOK_MILLIS = 20;

    private final BundleContext context;
    private final Bundles bundles;
    private final Soundness soundness;
    private final Set<String> complained = new HashSet<>();
    private final ReentrantLock returning = new ReentrantLock();

    Succession(BundleContext context, Bundles bundles, Soundness soundness) {
        this.context = context;
        this.bundles = bundles;
        this.soundness = soundness;
    }

    /** The plug-in takes over as soon as it is sound; until then, and if that takes too long, the others stay. */
    void takeOver(Bundle plugin) throws InterruptedException {
        if (!Bundles.isActive(plugin) || Bundles.isFragment(plugin)) return;
        List<Bundle> predecessors = bundles.twins(plugin).stream().filter(Bundles::isActive).filter(other -> yields(other, plugin)).toList();
        if (predecessors.isEmpty()) return;
        Optional<String> fault = awaitSound(plugin);
        if (fault.isPresent()) {
            complain(plugin, predecessors.getFirst(), fault.get());
            return;
        }
        List<ServiceReference<?>> held = new ArrayList<>();
        try {
            Optional<ServiceReference<?>> broken = create(plugin, held);
            if (broken.isPresent()) complain(plugin, predecessors.getFirst(), "its service cannot be created: " + soundness.fault(plugin).orElse("see above"));
            else for (Bundle predecessor : predecessors) handOver(predecessor, plugin);
            if (!Bundles.isActive(plugin)) comeBack(plugin); // it went meanwhile, and found its predecessor still working
        } finally {
            held.forEach(context::ungetService);
        }
    }

    /** A shipped bundle yields to any plug-in, a plug-in to one of a higher version. */
    private boolean yields(Bundle other, Bundle plugin) {
        return !bundles.isPlugin(other) || other.getVersion().compareTo(plugin.getVersion()) < 0;
    }

    private Optional<String> awaitSound(Bundle plugin) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        Optional<String> fault = soundness.fault(plugin);
        while (fault.isPresent() && System.nanoTime() - deadline < 0) {
            Thread.sleep(LOOK_MILLIS);
            fault = soundness.fault(plugin);
        }
        return fault;
    }

    /**
     * A component is created when its service is first used: better now, while its predecessor works, than when consumers have nobody
     * else. Holding the services keeps what was created until the consumers have them.
     */
    private Optional<ServiceReference<?>> create(Bundle plugin, List<ServiceReference<?>> held) {
        ServiceReference<?>[] offered = plugin.getRegisteredServices();
        if (offered == null) return Optional.empty();
        for (ServiceReference<?> reference : offered) {
            if (context.getService(reference) == null) return Optional.of(reference);
            held.add(reference);
        }
        return Optional.empty();
    }

    private void handOver(Bundle predecessor, Bundle plugin) {
        long begin = System.nanoTime();
        try {
            predecessor.stop(Bundle.STOP_TRANSIENT);
            LOG.info("{} took over from {} in {} ms", Bundles.name(plugin), predecessor.getVersion(), (System.nanoTime() - begin) / 1_000_000);
        } catch (BundleException e) {
            LOG.error("{} does not stop; {} works beside it", Bundles.name(predecessor), plugin.getVersion(), e);
        }
    }

    private void complain(Bundle plugin, Bundle predecessor, String fault) {
        if (complained.add(plugin.getBundleId() + "/" + plugin.getLastModified() + fault))
            LOG.warn("plug-in {} does not take over, {} goes on: {}", Bundles.name(plugin), predecessor.getVersion(), fault);
    }

    /**
     * The shipped bundle works again when this returns, unless another plug-in does; this one is about to go. May be called on any thread
     * and twice: the second caller waits for the first, because it is about to take the plug-in away.
     */
    void comeBack(Bundle plugin) {
        boolean mine = await(returning);
        try {
            if (bundles.twins(plugin).stream().filter(bundles::isPlugin).anyMatch(other -> soundness.fault(other).isEmpty())) return;
            bundles.shippedTwin(plugin).filter(shipped -> shipped.getState() == Bundle.RESOLVED || shipped.getState() == Bundle.INSTALLED).ifPresent(shipped -> {
                try {
                    shipped.start(Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY);
                    LOG.info("{} is back, plug-in {} goes", Bundles.name(shipped), plugin.getVersion());
                } catch (BundleException e) {
                    LOG.error("{} does not come back after its plug-in {} went", Bundles.name(shipped), plugin.getVersion(), e);
                }
            });
        } finally {
            if (mine) returning.unlock();
        }
    }

    /** Not for ever: the framework's own locks are held here. */
    private static boolean await(ReentrantLock lock) {
        try {
            return lock.tryLock(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
