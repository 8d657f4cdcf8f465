package io.stoa.ops.plugins;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;

/** Which bundle is a plug-in, which is shipped, and which belong together. */
record Bundles(BundleContext context, Path folder) {
    boolean isPlugin(Bundle bundle) {
        return bundle.getLocation().startsWith(location(folder).replaceFirst("/$", "") + "/");
    }

    /** As the file installer writes it: one slash only. */
    static String location(Path file) {
        return file.toFile().toURI().toString();
    }

    /** Another bundle of the same symbolic name that is not a plug-in. */
    Optional<Bundle> shippedTwin(Bundle plugin) {
        return twins(plugin).stream().filter(bundle -> !isPlugin(bundle)).findFirst();
    }

    List<Bundle> twins(Bundle bundle) {
        return Stream.of(context.getBundles())
                .filter(other -> other != bundle && other.getSymbolicName() != null && other.getSymbolicName().equals(bundle.getSymbolicName()))
                .toList();
    }

    Optional<Bundle> pluginOf(Path file) {
        String location = location(file);
        return Stream.of(context.getBundles()).filter(bundle -> bundle.getLocation().equals(location)).findFirst();
    }

    static Path file(Bundle plugin) {
        return Path.of(URI.create(plugin.getLocation()));
    }

    /** @param name with or without {@code io.stoa.} */
    List<Bundle> named(String name) {
        List<Bundle> found = Stream.of(context.getBundles())
                .filter(one -> name.equals(one.getSymbolicName()) || ("io.stoa." + name).equals(one.getSymbolicName()))
                .toList();
        if (found.isEmpty()) throw new IllegalArgumentException("no bundle is called " + name + "; \"bundles\" lists them");
        return found;
    }

    List<Bundle> plugins() {
        return Stream.of(context.getBundles()).filter(this::isPlugin).filter(bundle -> !isFragment(bundle)).toList();
    }

    static boolean isFragment(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        return revision != null && (revision.getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
    }

    static boolean isActive(Bundle bundle) {
        return bundle.getState() == Bundle.ACTIVE;
    }

    static boolean isIdle(Bundle bundle) {
        return bundle.getState() == Bundle.INSTALLED || bundle.getState() == Bundle.RESOLVED;
    }

    /**
     * Whether a bundle that this one uses was updated since they were wired to each other: both are stopped, wired again and started by the
     * framework. Whoever starts this one in between leaves it with wires to nothing.
     */
    static boolean isAboutToBeWiredAnew(Bundle bundle) {
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        return wiring != null && wiring.getRequiredWires(null).stream().map(BundleWire::getProviderWiring).anyMatch(provider -> provider == null || !provider.isCurrent());
    }

    static String name(Bundle bundle) {
        return bundle.getSymbolicName() + " " + bundle.getVersion();
    }
}
