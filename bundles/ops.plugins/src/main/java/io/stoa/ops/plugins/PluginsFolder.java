package io.stoa.ops.plugins;

import io.stoa.room.RoomManager;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees plug-ins come and go, as files and as bundles, and has {@link Succession} act. */
@Component(service = PluginsFolder.class, immediate = true)
public final class PluginsFolder implements SynchronousBundleListener {
    private static final Logger LOG = LoggerFactory.getLogger(PluginsFolder.class);

    private static final long SETTLE_MILLIS = 1000;
    private static final long START_MILLIS = 2_000;
    /** Shorter than {@code http} lets requests wait for whoever answers them. */
    private static final long RETURN_MILLIS = 1_500;

    private final BundleContext context;
    private final Bundles bundles;
    private final Succession succession;
    private final Swaps swaps;
    private final Stops stops;
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("plugins").factory());
    private final Map<Long, Shipped> shipped = new ConcurrentHashMap<>();
    private final Set<Bundle> leaving = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean looks = new AtomicBoolean();
    private final WatchService watch;
    private final FrameworkListener refreshed = event -> {
        if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) worker.execute(this::comeBack);
    };

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile RoomManager rooms;

    /** What is needed to install it again. */
    private record Shipped(String location, int startLevel) {}

    @Activate
    public PluginsFolder(BundleContext context, @Reference ServiceComponentRuntime runtime) throws IOException {
        this.context = context;
        Path folder = Path.of(context.getProperty("stoa.plugins")).toAbsolutePath().normalize();
        bundles = new Bundles(context, folder);
        Soundness soundness = new Soundness(runtime);
        succession = new Succession(context, bundles, soundness, this::guests);
        BundleContext framework = context.getBundle(0).getBundleContext();
        swaps = new Swaps(new Bundles(framework, folder), soundness, succession);
        stops = new Stops(bundles, succession);
        for (Bundle bundle : context.getBundles())
            if (bundle.getBundleId() != 0 && !bundles.isPlugin(bundle))
                shipped.put(bundle.getBundleId(), new Shipped(bundle.getLocation(), bundle.adapt(BundleStartLevel.class).getStartLevel()));
        watch = folder.getFileSystem().newWatchService();
        watch(folder);
        context.addBundleListener(this);
        context.addFrameworkListener(refreshed);
        look();
    }

    @Deactivate
    void deactivate() throws IOException {
        context.removeBundleListener(this);
        context.removeFrameworkListener(refreshed);
        worker.shutdownNow();
        watch.close();
    }

    private int guests() {
        RoomManager manager = rooms;
        return manager == null ? 0 : manager.participants();
    }

    Swaps swaps() {
        return swaps;
    }

    Stops stops() {
        return stops;
    }

    boolean isPlugin(Bundle bundle) {
        return bundles.isPlugin(bundle);
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        Bundle bundle = event.getBundle();
        if (context.getBundle(0).getState() == Bundle.STOPPING) return;
        switch (event.getType()) {
            case BundleEvent.STARTING -> leaving.remove(bundle);
            case BundleEvent.INSTALLED, BundleEvent.UPDATED -> {
                if (!bundles.isPlugin(bundle)) return;
                succession.goOn(bundle.getSymbolicName());
                worker.schedule(() -> succession.lookAtStart(bundle), START_MILLIS, TimeUnit.MILLISECONDS);
            }
            case BundleEvent.STARTED -> look();
            case BundleEvent.STOPPING -> {
                if (bundles.isPlugin(bundle)) leave(bundle);
            }
            case BundleEvent.STOPPED -> {
                if (bundles.isPlugin(bundle) && Manner.of(bundle).exclusive()) succession.comeBack(bundle);
            }
            case BundleEvent.UNINSTALLED -> {
                leaving.remove(bundle);
                Shipped gone = shipped.remove(bundle.getBundleId());
                if (gone != null) worker.execute(() -> install(gone));
            }
            default -> {}
        }
    }

    /** Once for all that happens before the worker comes to it: a start brings a hundred bundles. */
    private void look() {
        if (looks.compareAndSet(false, true)) worker.execute(this::all);
    }

    /** Every plug-in that works gets its place, whichever event it was that made it possible. */
    private void all() {
        looks.set(false);
        try {
            for (Bundle plugin : bundles.plugins()) if (!leaving.contains(plugin) && Files.exists(Bundles.file(plugin))) succession.takeOver(plugin);
        } catch (InterruptedException e) {
            LOG.debug("no more plug-ins");
        } catch (RuntimeException e) {
            if (worker.isShutdown()) LOG.debug("this part was replaced meanwhile", e);
            else LOG.error("plug-ins could not be given their places", e);
        }
    }

    /** Bundles were wired anew: where the plug-in does not work again, the shipped one does. */
    private void comeBack() {
        for (Bundle plugin : bundles.plugins()) if (!isUpdatedBriefly(plugin)) comeBack(plugin);
    }

    private void comeBack(Bundle plugin) {
        if (!Bundles.isActive(plugin)) succession.comeBack(plugin);
    }

    /** Its clients would notice two changes. If it does not come again, somebody looks after it a little later. */
    private static boolean isUpdatedBriefly(Bundle plugin) {
        return Manner.of(plugin) == Manner.RESUME && Files.exists(Bundles.file(plugin));
    }

    /** A shipped bundle that a file of its very version replaced in place went with that file. */
    private void install(Shipped gone) {
        try {
            Bundle again = context.installBundle(gone.location());
            again.adapt(BundleStartLevel.class).setStartLevel(gone.startLevel());
            shipped.put(again.getBundleId(), gone);
            if (!Bundles.isFragment(again)) again.start(Bundle.START_ACTIVATION_POLICY);
            LOG.info("{} is back", Bundles.name(again));
        } catch (BundleException e) {
            LOG.error("the shipped bundle {} cannot be installed again", gone.location(), e);
        }
    }

    private void watch(Path folder) {
        try {
            Files.createDirectories(folder);
            folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_DELETE);
            Thread.ofVirtual().name("plugins-watch").start(() -> look(folder));
        } catch (IOException e) {
            LOG.info("the plug-ins folder {} cannot be watched closely: {}", folder, e.getMessage());
        }
    }

    /** Quicker than the file installer's look every half second, so that the shipped bundle is there before the plug-in goes. */
    private void look(Path folder) {
        DroppedFiles dropped = new DroppedFiles();
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(dropped::noticed);
        } catch (IOException e) {
            LOG.warn("{} cannot be listed: {}", folder, e.getMessage());
        }
        try {
            while (true) {
                WatchKey key = dropped.anyPending() ? watch.poll(SETTLE_MILLIS, TimeUnit.MILLISECONDS) : watch.take();
                if (key == null) {
                    dropped.unsound().forEach((file, reason) -> LOG.warn("{} is not installed: {}", file, reason));
                    continue;
                }
                for (WatchEvent<?> event : key.pollEvents()) if (event.context() instanceof Path name) changed(folder.resolve(name), dropped);
                if (!key.reset()) return;
            }
        } catch (ClosedWatchServiceException | InterruptedException e) {
            LOG.debug("no more looking at the plug-ins folder");
        }
    }

    private void changed(Path file, DroppedFiles dropped) {
        if (Files.notExists(file)) leave(file);
        else dropped.noticed(file);
    }

    private void leave(Path file) {
        bundles.pluginOf(file).filter(plugin -> bundles.shippedTwin(plugin).isPresent()).ifPresent(plugin -> {
            leave(plugin);
            try {
                plugin.stop();
            } catch (BundleException | IllegalStateException e) {
                LOG.debug("{} is gone already", file, e);
            }
        });
    }

    /** Every time: what there was to come back may have been stopped since. What only one can have must be given back first. */
    private void leave(Bundle plugin) {
        leaving.add(plugin);
        if (isUpdatedBriefly(plugin)) worker.schedule(() -> comeBack(plugin), RETURN_MILLIS, TimeUnit.MILLISECONDS);
        else if (!Manner.of(plugin).exclusive()) succession.comeBack(plugin);
    }
}
