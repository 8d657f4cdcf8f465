package io.stoa.launcher;

import ch.qos.logback.classic.LoggerContext;
import io.stoa.launcher.Profile.BundleFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.LoggerFactory;

/** From the command line to a server that takes calls, and to its end. */
public final class Launcher {
    private static final long READY_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long INCOMPLETE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long END_MILLIS = 4_000;
    /** Lies below the framework (ADR 12). */
    private static final String LOGGING = String.join(",",
            exported(LoggerFactory.class, "org.slf4j", "org.slf4j.event", "org.slf4j.helpers", "org.slf4j.spi"),
            exported(LoggerContext.class, "ch.qos.logback.classic"));

    private final Home home;
    private final Profile profile;
    private final Framework framework;
    private final BundleReport bundles = new BundleReport();

    private Launcher(Home home, Profile profile, Path storage, String[] arguments) {
        this.home = home;
        this.profile = profile;
        framework = new FrameworkFactory().newFramework(properties(home, storage, arguments));
    }

    public static void main(String[] arguments) throws Exception {
        Path storage = Storage.create();
        int status = 1;
        try {
            Home home = Home.find();
            String name = Optional.ofNullable(System.getenv("STOA_PROFILE")).filter(text -> !text.isBlank()).orElse("standalone");
            status = new Launcher(home, Profile.read(home, name), storage, arguments).run();
        } catch (StartException e) {
            System.err.println("stoa: the server did not start.\n\n" + e.getMessage());
        }
        Storage.delete(storage);
        Runtime.getRuntime().halt(status); // nothing is left to run, and no hook may hold up the end
    }

    private int run() throws Exception {
        HeadStart headStart = HeadStart.begin();
        Optional<SoftHeap> heap = SoftHeap.begin();
        Signals signals = new Signals(framework);
        framework.init(bundles);
        framework.getBundleContext().addFrameworkListener(bundles);
        install();
        framework.adapt(FrameworkWiring.class).resolveBundles(null); // all at once; what cannot be says so when it is started
        headStart.initialize(profile.ahead(), framework.getBundleContext());
        signals.listen();
        headStart.awaitLogging();
        framework.start();
        Control control = new Control(framework.getBundleContext());
        try {
            System.out.println(awaitReady(control));
            heap.ifPresent(SoftHeap::started);
        } catch (StartException e) {
            end();
            throw e;
        }
        framework.waitForStop(0);
        return 0;
    }

    private void install() throws BundleException {
        BundleContext context = framework.getBundleContext();
        for (BundleFile file : profile.bundles()) {
            Bundle bundle = context.installBundle("reference:" + file.file().toUri());
            bundle.adapt(BundleStartLevel.class).setStartLevel(file.startLevel());
            if (bundle.getHeaders("").get("Fragment-Host") == null) bundle.start(Bundle.START_ACTIVATION_POLICY);
        }
    }

    /** What to tell the person who started it, once the services that the profile asks for are there and the server answers. */
    private String awaitReady(Control control) throws InterruptedException, StartException {
        BundleContext context = framework.getBundleContext();
        Optional<String> unstarted = bundles.failures(context);
        long begin = System.nanoTime();
        long sameSince = begin;
        Optional<String> waiting = Optional.empty();
        while (true) {
            if (framework.getState() != Bundle.ACTIVE) throw new StartException("It was told to stop before it was ready.");
            Optional<String> failures = said(control, Control.FAILURES);
            if (failures.isPresent() || unstarted.isPresent() && profile.missing().isEmpty())
                throw new StartException(Stream.of(missingBundles(), failures, unstarted).flatMap(Optional::stream).collect(Collectors.joining("\n")));
            Optional<String> ready = missingServices(context).isEmpty() ? said(control, Control.READY) : Optional.empty();
            if (ready.isPresent() && profile.missing().isEmpty()) return ready.get();
            long now = System.nanoTime();
            Optional<String> still = said(control, Control.WAITING);
            if (!still.equals(waiting)) sameSince = now;
            waiting = still;
            boolean stuck = waiting.isPresent() && now - sameSince > (profile.missing().isEmpty() ? STUCK_NANOS : INCOMPLETE_NANOS);
            if (stuck || now - begin > READY_NANOS) throw new StartException(late(context, now - begin, waiting, unstarted));
            Thread.sleep(10);
        }
    }

    /** Without them nothing is ever ready; the others are started to see who waits for them. */
    private Optional<String> missingBundles() {
        return Optional.of(profile.missing()).filter(missing -> !missing.isEmpty())
                .map(missing -> "These bundles are missing:\n  " + String.join("\n  ", missing) + "\n");
    }

    private static Optional<String> said(Control control, String command) {
        return control.ask(command).filter(text -> !text.isEmpty());
    }

    private String late(BundleContext context, long nanos, Optional<String> waiting, Optional<String> unstarted) {
        StringBuilder text = new StringBuilder(missingBundles().orElse("After " + TimeUnit.NANOSECONDS.toSeconds(nanos) + " s it does not answer calls.\n"));
        missingServices(context).forEach((service, purpose) -> text.append("There is no ").append(purpose).append(" (").append(service).append(")\n"));
        unstarted.ifPresent(reasons -> text.append(reasons).append('\n'));
        waiting.ifPresent(reasons -> text.append('\n').append(reasons));
        return text.toString();
    }

    private Map<String, String> missingServices(BundleContext context) {
        Map<String, String> missing = new HashMap<>(profile.services());
        missing.keySet().removeIf(service -> {
            try {
                int filter = service.indexOf('(');
                String type = filter < 0 ? service : service.substring(0, filter);
                return context.getAllServiceReferences(type, filter < 0 ? null : service.substring(filter)) != null;
            } catch (org.osgi.framework.InvalidSyntaxException e) {
                throw new IllegalStateException("profile: " + service, e);
            }
        });
        return missing;
    }

    private void end() throws BundleException, InterruptedException {
        framework.stop();
        framework.waitForStop(END_MILLIS);
    }

    static Map<String, String> properties(Home home, Path storage, String[] arguments) {
        Map<String, String> all = new HashMap<>();
        all.put("org.osgi.framework.storage", storage.resolve(Storage.BUNDLES).toString());
        all.put("org.osgi.framework.startlevel.beginning", String.valueOf(Profile.APPLICATION_LEVEL));
        all.put("org.osgi.framework.bsnversion", "multiple");
        all.put("org.osgi.framework.system.packages.extra", LOGGING);
        // Jetty wants its WebSocket extensions announced; all they do is compression, which ADR 3 leaves out.
        all.put("org.osgi.framework.system.capabilities.extra", "osgi.extender;osgi.extender=osgi.serviceloader.registrar;version:Version=1.0");
        // Only what bundles import reaches them; Netty asks for this one package without importing it.
        all.put("felix.bootdelegation.implicit", "false");
        all.put("org.osgi.framework.bootdelegation", "jdk.jfr.internal.event,sun.nio.ch");
        all.put("felix.log.level", "1");
        all.put("ds.loglevel", "0"); // what fails is told by the launcher and in the log, without the trace of the framework
        all.put("felix.fileinstall.dir", home.plugins().toString());
        all.put("felix.fileinstall.tmpdir", storage.resolve("fileinstall").toString());
        all.put("felix.fileinstall.poll", "500");
        all.put("felix.fileinstall.noInitialDelay", "true");
        all.put("felix.fileinstall.enableConfigSave", "false");
        all.put("felix.fileinstall.start.level", String.valueOf(Profile.APPLICATION_LEVEL));
        all.put("felix.fileinstall.log.default", "jul");
        all.put("stoa.home", home.root().toString());
        all.put("stoa.run", home.run().toString());
        all.put("stoa.data", home.data().toString());
        all.put("stoa.plugins", home.plugins().toString());
        all.put("stoa.args", String.join("\0", arguments));
        return all;
    }

    /** Packages in the version of the library on the class path. */
    private static String exported(Class<?> of, String... packages) {
        return String.join(";", packages) + ";version=\"" + of.getPackage().getImplementationVersion() + '"';
    }
}
