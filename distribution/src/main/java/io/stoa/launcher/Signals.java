package io.stoa.launcher;

import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;
import sun.misc.Signal;

/**
 * SIGTERM, SIGINT: the first one asks the server to end when it can, the second one ends it now. Before the server is up the first one
 * ends it, too.
 */
final class Signals {
    private static final long FORCED_MILLIS = 4_000;

    private final Framework framework;
    private final AtomicInteger count = new AtomicInteger();

    Signals(Framework framework) {
        this.framework = framework;
    }

    void listen() {
        for (String name : new String[] {"TERM", "INT"}) Signal.handle(new Signal(name), signal -> received(signal.getName()));
    }

    private void received(String name) {
        int times = count.incrementAndGet();
        Thread.ofPlatform().daemon().name("signal-" + times).start(() -> {
            if (times == 1) endWhenPossible(name);
            else endNow();
        });
    }

    private void endWhenPossible(String name) {
        BundleContext context = framework.getBundleContext();
        if (context == null || new Control(context).ask(Control.END + " " + name).isEmpty()) endNow();
    }

    private void endNow() {
        try {
            framework.stop();
            framework.waitForStop(FORCED_MILLIS);
            Thread.sleep(500); // the main thread leaves by itself once the framework has stopped
        } catch (BundleException | InterruptedException e) {
            System.err.println("stoa: " + e.getMessage());
        }
        Runtime.getRuntime().halt(1);
    }
}
