package io.stoa.ops.plugins;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands the work of one bundle over to another of the same symbolic name. */
final class Succession {
    private static final Logger LOG = LoggerFactory.getLogger(Succession.class);
    private static final long PATIENCE_MILLIS = 5_000;
    /** While nobody is served. */
    private static final long TURN_MILLIS = 1_000;
    private static final long LOOK_MILLIS = 20;

    private final BundleContext context;
    private final Bundles bundles;
    private final Soundness soundness;
    private final Set<String> complained = new HashSet<>();
    private final IntSupplier guests;
    /** By symbolic name, the location of the plug-in that an operator wants, whatever its version. */
    private final Map<String, String> preferred = new ConcurrentHashMap<>();
    /** By bundle id, what keeps a plug-in from taking over. */
    private final Map<Long, String> faults = new ConcurrentHashMap<>();
    private final ReentrantLock returning = new ReentrantLock();
    /** Symbolic names of those that are just changing places: nobody else comes in between. */
    private final Set<String> turning = ConcurrentHashMap.newKeySet();
    /** Symbolic names of those that an operator has stopped. */
    private final Set<String> resting = ConcurrentHashMap.newKeySet();

    /** @param guests how many participants would be thrown out with the media plane */
    Succession(BundleContext context, Bundles bundles, Soundness soundness, IntSupplier guests) {
        this.guests = guests;
        this.context = context;
        this.bundles = bundles;
        this.soundness = soundness;
    }

    /**
     * @param location empty for none
     * @return what was preferred before, empty if nothing was
     */
    String prefer(String symbolicName, String location) {
        return Optional.ofNullable(preferred.put(symbolicName, location)).orElse("");
    }

    private boolean isPreferred(Bundle bundle) {
        return bundle.getLocation().equals(preferred.get(bundle.getSymbolicName()));
    }

    /** What kept it from taking over when that was last tried; empty if nothing did, or it was not tried. */
    Optional<String> fault(Bundle plugin) {
        return Optional.ofNullable(faults.get(plugin.getBundleId()));
    }

    /** Whether bundles of this name are changing places just now. */
    boolean isTurning(String symbolicName) {
        return turning.contains(symbolicName);
    }

    /** Nobody of that name takes over or comes back until it is to go on. */
    void rest(String symbolicName) {
        resting.add(symbolicName);
    }

    void goOn(String symbolicName) {
        resting.remove(symbolicName);
    }

    /** Why a bundle cannot be replaced now; empty if it can. */
    Optional<String> hindrance(Bundle predecessor) {
        int here = Manner.of(predecessor) == Manner.DRAINED ? guests.getAsInt() : 0;
        return here == 0 ? Optional.empty()
                : Optional.of(here + " participants would be thrown out with " + Bundles.name(predecessor) + ": drain, and try again when they have left");
    }

    /** The plug-in takes over as soon as it is sound; until then, and if that takes too long, the others stay. */
    void takeOver(Bundle plugin) throws InterruptedException {
        if (!Bundles.isActive(plugin) || Bundles.isFragment(plugin)) return;
        List<Bundle> predecessors = bundles.twins(plugin).stream().filter(Bundles::isActive).filter(other -> yields(other, plugin)).toList();
        if (predecessors.isEmpty()) return;
        faults.remove(plugin.getBundleId());
        Manner manner = Manner.of(predecessors.getFirst());
        if (manner.exclusive()) {
            takeTurns(predecessors, plugin);
            return;
        }
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
            release(held);
        }
    }

    /** Nothing is held any more if this bundle was among those that went. */
    private void release(List<ServiceReference<?>> held) {
        try {
            held.forEach(context::ungetService);
        } catch (IllegalStateException e) {
            LOG.debug("this bundle has stopped", e);
        }
    }

    /** A shipped bundle yields to any plug-in, a plug-in to one of a higher version. */
    private boolean yields(Bundle other, Bundle plugin) {
        if (isPreferred(plugin) || isPreferred(other)) return isPreferred(plugin);
        return !bundles.isPlugin(other) || other.getVersion().compareTo(plugin.getVersion()) < 0;
    }

    /** @return what is wrong with it after a while, empty if nothing is */
    Optional<String> awaitSound(Bundle plugin) throws InterruptedException {
        return awaitSound(plugin, PATIENCE_MILLIS);
    }

    private Optional<String> awaitSound(Bundle plugin, long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
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

    /** What only one can have goes from one to the other; it goes back if the successor cannot use it. */
    private void takeTurns(List<Bundle> predecessors, Bundle plugin) throws InterruptedException {
        Bundle first = predecessors.getFirst();
        if (complained.contains(identity(plugin))) return; // once is enough: nobody is served meanwhile
        Optional<String> hindrance = hindrance(first);
        if (hindrance.isPresent()) {
            complain(plugin, first, hindrance.get());
            return;
        }
        turning.add(plugin.getSymbolicName());
        try {
            plugin.stop(Bundle.STOP_TRANSIENT);
            long begin = System.nanoTime();
            for (Bundle predecessor : predecessors) predecessor.stop(Bundle.STOP_TRANSIENT);
            Optional<String> fault = Starting.fault(plugin).or(() -> awaitSoundUninterrupted(plugin)).or(() -> uncreated(plugin));
            if (fault.isEmpty()) {
                LOG.info("{} took over from {} in {} ms", Bundles.name(plugin), first.getVersion(), (System.nanoTime() - begin) / 1_000_000);
                return;
            }
            complained.add(identity(plugin));
            plugin.stop(Bundle.STOP_TRANSIENT);
            for (Bundle predecessor : predecessors) predecessor.start(Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY);
            complain(plugin, first, fault.get());
        } catch (BundleException | IllegalStateException e) {
            LOG.error("{} and {} did not change places", Bundles.name(first), plugin.getVersion(), e);
        } finally {
            turning.remove(plugin.getSymbolicName());
            if (isGone(plugin) && predecessors.stream().noneMatch(Bundles::isActive)) comeBack(plugin); // its end was not heeded during the turn
        }
    }

    private static boolean isGone(Bundle plugin) {
        return plugin.getState() != Bundle.ACTIVE && plugin.getState() != Bundle.STARTING && plugin.getState() != Bundle.STOPPING;
    }

    private Optional<String> uncreated(Bundle plugin) {
        List<ServiceReference<?>> held = new ArrayList<>();
        Optional<ServiceReference<?>> broken = create(plugin, held);
        release(held);
        return broken.map(one -> "its service cannot be created: " + soundness.fault(plugin).orElse("see above"));
    }

    private Optional<String> awaitSoundUninterrupted(Bundle plugin) {
        try {
            return awaitSound(plugin, TURN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("the server ends");
        }
    }

    private void handOver(Bundle predecessor, Bundle plugin) {
        long begin = System.nanoTime();
        try {
            predecessor.stop(Bundle.STOP_TRANSIENT);
            LOG.info("{} took over from {} in {} ms", Bundles.name(plugin), predecessor.getVersion(), (System.nanoTime() - begin) / 1_000_000);
        } catch (BundleException e) {
            if (predecessor.getState() != Bundle.ACTIVE) LOG.debug("{} is stopped by its successor", Bundles.name(predecessor), e);
            else LOG.error("{} does not stop; {} works beside it", Bundles.name(predecessor), plugin.getVersion(), e);
        }
    }

    private void complain(Bundle plugin, Bundle predecessor, String fault) {
        faults.put(plugin.getBundleId(), fault);
        if (complained.add(identity(plugin) + fault))
            LOG.warn("plug-in {} does not take over, {} goes on: {}", Bundles.name(plugin), predecessor.getVersion(), fault);
    }

    /** Of a bundle with what is in it now. */
    private static String identity(Bundle plugin) {
        return plugin.getBundleId() + "/" + plugin.getLastModified();
    }

    /** A plug-in that was installed or updated a moment ago and does not run: why, and who goes on. */
    void lookAtStart(Bundle plugin) {
        boolean wanted = Bundles.isIdle(plugin) && !Bundles.isFragment(plugin) && plugin.adapt(BundleStartLevel.class).isPersistentlyStarted();
        if (!wanted || complained.contains(identity(plugin)) || isReplaced(plugin)) return;
        Starting.fault(plugin).ifPresent(fault -> bundles.twins(plugin).stream().filter(Bundles::isActive).findFirst().ifPresentOrElse(
                predecessor -> complain(plugin, predecessor, fault), () -> LOG.warn("plug-in {} does not start: {}", Bundles.name(plugin), fault)));
    }

    /** It ran, and another plug-in has taken its place since. */
    private boolean isReplaced(Bundle plugin) {
        return plugin.getState() == Bundle.RESOLVED && bundles.twins(plugin).stream().filter(bundles::isPlugin).anyMatch(Bundles::isActive);
    }

    /**
     * The shipped bundle works again when this returns, unless another plug-in does; this one is about to go. May be called on any thread
     * and twice: the second caller waits for the first, because it is about to take the plug-in away. Where it is stopped to be
     * wired to another version of what it uses, neither can work before that is done.
     */
    void comeBack(Bundle plugin) {
        if (resting.contains(plugin.getSymbolicName())) return;
        boolean myself = plugin.getBundleId() == context.getBundle().getBundleId(); // nobody would be here afterwards
        if (isTurning(plugin.getSymbolicName()) || !myself && Bundles.isAboutToBeWiredAnew(plugin)) return;
        boolean mine = await(returning);
        try {
            if (bundles.twins(plugin).stream().filter(bundles::isPlugin).anyMatch(other -> soundness.fault(other).isEmpty())) return;
            bundles.shippedTwin(plugin).filter(Bundles::isIdle).ifPresent(shipped -> {
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
