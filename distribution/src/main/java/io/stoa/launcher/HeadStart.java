package io.stoa.launcher;

import java.lang.management.ManagementFactory;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleWiring;
import org.slf4j.LoggerFactory;

/** What takes long when it is done for the first time: done beside the installation of the bundles and the start of the first of them. */
final class HeadStart {
    private final CountDownLatch logging = new CountDownLatch(1);
    private final CompletableFuture<Runnable> classes = new CompletableFuture<>();

    static HeadStart begin() {
        HeadStart begun = new HeadStart();
        Thread.ofPlatform().daemon().name("head-start").start(begun::run);
        return begun;
    }

    private void run() {
        try {
            CompilerThreads.giveWay();
            LoggerFactory.getILoggerFactory();
        } finally {
            logging.countDown();
        }
        ManagementFactory.getPlatformMBeanServer(); // Jetty asks it for the width of a cache line
        Locale.getAvailableLocales(); // Jetty's MIME types ask for them
        try {
            // Java computes a table of multiples of the base point; the key itself is not used.
            KeyPairGenerator curve = KeyPairGenerator.getInstance("EC");
            curve.initialize(new ECGenParameterSpec("secp256r1"));
            curve.generateKeyPair();
        } catch (GeneralSecurityException e) {
            LoggerFactory.getLogger(HeadStart.class).warn("this Java has no P-256, which DTLS needs", e);
        }
        classes.join().run();
    }

    /** @param wanted classes, by symbolic names of bundles, which are resolved */
    void initialize(Map<String, String> wanted, BundleContext context) {
        classes.complete(() -> {
            for (Bundle bundle : context.getBundles()) {
                String name = wanted.get(bundle.getSymbolicName());
                if (name != null) initialize(name, bundle);
            }
        });
    }

    /** Whoever uses a class that could not be initialized is told so. */
    private static void initialize(String name, Bundle bundle) {
        try {
            Class.forName(name, true, bundle.adapt(BundleWiring.class).getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            LoggerFactory.getLogger(HeadStart.class).debug("no head start for bundle {}", bundle.getSymbolicName(), e);
        }
    }

    /** Who asks for a logger while logging is being set up is given a substitute. */
    void awaitLogging() throws InterruptedException {
        logging.await();
    }
}
