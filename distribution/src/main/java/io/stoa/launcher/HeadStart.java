package io.stoa.launcher;

import java.lang.management.ManagementFactory;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/** What takes long when it is done for the first time and needs no bundle: done beside the installation of the bundles. */
final class HeadStart {
    private final CountDownLatch logging = new CountDownLatch(1);

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
        try {
            // Java computes a table of multiples of the base point; the key itself is not used.
            KeyPairGenerator curve = KeyPairGenerator.getInstance("EC");
            curve.initialize(new ECGenParameterSpec("secp256r1"));
            curve.generateKeyPair();
        } catch (GeneralSecurityException e) {
            LoggerFactory.getLogger(HeadStart.class).warn("this Java has no P-256, which DTLS needs", e);
        }
    }

    /** Who asks for a logger while logging is being set up is given a substitute. */
    void awaitLogging() throws InterruptedException {
        logging.await();
    }
}
