package io.stoa.ops.lifecycle;

import io.stoa.ops.lifecycle.Diagnosis.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code run/status}: one line per bundle of ours or from the plug-ins folder, and per component, with the reason where one is not
 * active. Written by a thread of its own a moment after something changed, by renaming, so that readers see whole files.
 */
final class StatusFile {
    private static final Logger LOG = LoggerFactory.getLogger(StatusFile.class);
    private static final long SETTLE_MILLIS = 250;

    private final BundleContext context;
    private final Diagnosis diagnosis;
    private final Path file;
    private final Thread writer;
    private final Set<String> told = new HashSet<>();
    private boolean dirty = true;

    StatusFile(BundleContext context, Diagnosis diagnosis, Path folder) {
        this.context = context;
        this.diagnosis = diagnosis;
        file = folder.resolve("status");
        writer = Thread.ofVirtual().name("status-file").start(this::run);
    }

    synchronized void changed() {
        dirty = true;
        notifyAll();
    }

    void close() {
        writer.interrupt();
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("{} stays", file, e);
        }
    }

    private void run() {
        try {
            Files.createDirectories(file.getParent());
            while (true) {
                awaitChange();
                Thread.sleep(SETTLE_MILLIS);
                write();
            }
        } catch (InterruptedException e) {
            LOG.debug("no more status");
        } catch (IOException e) {
            LOG.info("no status is kept: {} cannot be written ({}); STOA_RUN names another folder", file, e.getMessage());
        } catch (IllegalStateException e) {
            LOG.debug("no more status: the framework is stopping");
        }
    }

    private synchronized void awaitChange() throws InterruptedException {
        while (!dirty) wait();
        dirty = false;
    }

    private void write() throws IOException {
        tell(diagnosis.parts());
        Path next = file.resolveSibling("status.next");
        Files.writeString(next, text());
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Declarative Services themselves are told to be silent: they would print a page of their own code. */
    private void tell(List<Part> parts) {
        for (Part part : parts)
            if (part.failed() && told.add(part.name() + part.failure()))
                LOG.warn("{} of bundle {} failed: {}", part.name(), part.description().bundle.symbolicName, part.failure());
    }

    /** As it is now. Any thread. */
    String text() {
        List<Part> parts = diagnosis.parts();
        Stream<String> head = Stream.of("process " + ProcessHandle.current().pid());
        Stream<String> bundles = Stream.of(context.getBundles())
                .filter(bundle -> String.valueOf(bundle.getSymbolicName()).startsWith("io.stoa.") || isPlugin(bundle))
                .sorted(Comparator.comparing(Bundle::getSymbolicName).thenComparing(Bundle::getVersion))
                .map(StatusFile::line);
        Stream<String> components = parts.stream().flatMap(part -> lines(part, parts));
        return String.join("\n", Stream.of(head, bundles, components).flatMap(lines -> lines).toList()) + "\n";
    }

    private static boolean isPlugin(Bundle bundle) {
        return !bundle.getLocation().startsWith("reference:") && bundle.getBundleId() != 0;
    }

    private static String line(Bundle bundle) {
        String state = switch (bundle.getState()) {
            case Bundle.ACTIVE -> "ACTIVE";
            case Bundle.STARTING -> "STARTING";
            case Bundle.STOPPING -> "STOPPING";
            case Bundle.RESOLVED -> "RESOLVED";
            default -> "INSTALLED";
        };
        return "bundle " + bundle.getSymbolicName() + " " + bundle.getVersion() + " " + state + (isPlugin(bundle) ? " plugin" : "");
    }

    private Stream<String> lines(Part part, List<Part> all) {
        String line = "component " + part.name() + " " + part.state() + " in " + part.description().bundle.symbolicName;
        if (part.failed()) return Stream.of(line, "  " + part.failure().replace("\n", " "));
        if (!part.waiting()) return Stream.of(line);
        return Stream.concat(Stream.of(line), diagnosis.reasons(part, all).map(reason -> "  waits for " + reason));
    }
}
