package io.stoa.itests.framework;

import io.stoa.srtp.SrtpEngine;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleRevision;

/** The running server as tests inside see it. */
final class Server {
    static final String PORT = "stoa.itest.port";
    static final String WORK = "stoa.itest.work";
    static final String HOME = "stoa.itest.home";
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private final BundleContext context;

    Server(BundleContext context) {
        this.context = context;
    }

    BundleContext context() {
        return context;
    }

    int port() {
        return Integer.parseInt(context.getProperty(PORT));
    }

    Path work() {
        return Path.of(context.getProperty(WORK));
    }

    Path home() {
        return Path.of(context.getProperty(HOME));
    }

    // -- bundles

    /** All of them, without the framework and the tests. */
    List<Bundle> bundles() {
        return Arrays.stream(context.getBundles()).filter(one -> one.getBundleId() != 0 && one != context.getBundle()).toList();
    }

    /** Ours. */
    List<Bundle> parts() {
        return bundles().stream().filter(one -> String.valueOf(one.getSymbolicName()).startsWith("io.stoa.")).toList();
    }

    /** @param name of the bundle's folder: {@code store.memory} */
    Bundle part(String name) {
        return parts().stream().filter(one -> part(one).equals(name)).findFirst().orElseThrow(() -> new IllegalArgumentException("no bundle " + name));
    }

    static String part(Bundle bundle) {
        return bundle.getSymbolicName().substring("io.stoa.".length());
    }

    static boolean isFragment(Bundle bundle) {
        return (bundle.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
    }

    /** Those of ours that run, by name. */
    List<String> running() {
        return parts().stream().filter(one -> one.getState() == Bundle.ACTIVE).map(Server::part).sorted().toList();
    }

    void stop(String part) {
        try {
            part(part).stop();
        } catch (BundleException e) {
            throw new AssertionError(part + " does not stop", e);
        }
    }

    void start(String part) {
        try {
            part(part).start();
        } catch (BundleException e) {
            throw new AssertionError(part + " does not start", e);
        }
    }

    /** What a test that failed has left stopped. */
    void startAll() {
        for (Bundle one : parts()) if (one.getState() != Bundle.ACTIVE) start(part(one));
    }

    // -- services

    /** Every registration, whoever can see its type. */
    List<ServiceReference<?>> references(String type, String filter) {
        try {
            ServiceReference<?>[] found = context.getAllServiceReferences(type, filter);
            return found == null ? List.of() : List.of(found);
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(filter, e);
        }
    }

    boolean offers(Class<?> type) {
        return !references(type.getName(), null).isEmpty();
    }

    /** The service that everybody without a preference gets. */
    <T> Optional<T> service(Class<T> type) {
        return Optional.ofNullable(context.getServiceReference(type)).map(context::getService);
    }

    <T> T need(Class<T> type) {
        return service(type).orElseThrow(() -> new AssertionError("no service " + type.getName()));
    }

    /** The native engine is tried when the server has started. */
    void awaitNativeCrypto() {
        await("the native SRTP engine", () -> references(SrtpEngine.class.getName(), null).stream().anyMatch(one -> part(one.getBundle()).equals("srtp.linux")));
    }

    // -- time

    /** Waits until it is so; what happens on other threads takes the time it takes. */
    static void await(String what, Callable<Boolean> condition) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        try {
            while (!condition.call()) {
                if (System.nanoTime() - deadline > 0) throw new AssertionError("not within 30 s: " + what);
                Thread.sleep(5);
            }
        } catch (AssertionError e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(what, e);
        }
    }
}
