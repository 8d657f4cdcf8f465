package io.stoa.ops.plugins;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.jar.JarFile;
import org.osgi.framework.Bundle;

/**
 * Replaces a part on an operator's word: puts the jar into the plug-ins folder, as anybody could, waits, and tells what came of it. What
 * does not take over is removed again.
 */
final class Swaps {
    static final String USAGE = "swap <bundle> <jar> | swap <bundle> shipped | swap list";
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmssSSS");
    private static final long INSTALL_MILLIS = 6_000;
    private static final long START_MILLIS = 2_000;
    private static final long TAKE_OVER_MILLIS = 20_000;
    private static final long LOOK_MILLIS = 25;

    private final Bundles bundles;
    private final Soundness soundness;
    private final Succession succession;

    /** @param bundles by the framework's context: this bundle may be the one that is replaced */
    Swaps(Bundles bundles, Soundness soundness, Succession succession) {
        this.bundles = bundles;
        this.soundness = soundness;
        this.succession = succession;
    }

    String swap(String... words) throws IOException, InterruptedException {
        if (words.length == 1 && words[0].equals("list")) return list();
        if (words.length != 2 || words[0].startsWith("-")) throw new IllegalArgumentException("usage: " + USAGE);
        List<Bundle> all = bundles.named(words[0]);
        return words[1].equals("shipped") ? shipped(all) : replace(all, Path.of(words[1]));
    }

    private Optional<Bundle> working(List<Bundle> twins) {
        return twins.stream().filter(Bundles::isActive).findFirst();
    }

    // -- what is replaced

    private String list() {
        List<String> lines = new ArrayList<>();
        for (Bundle plugin : bundles.plugins())
            bundles.shippedTwin(plugin).ifPresent(twin -> lines.add(plugin.getSymbolicName() + ": " + plugin.getVersion() + " "
                    + (Bundles.isActive(plugin) && !Bundles.isActive(twin) ? "instead of" : "does not take over from") + " the shipped " + twin.getVersion()
                    + " (" + Bundles.file(plugin) + ")"));
        return lines.isEmpty() ? "every part is the shipped one" : String.join("\n", lines);
    }

    // -- another one

    private String replace(List<Bundle> before, Path jar) throws IOException, InterruptedException {
        String name = before.getFirst().getSymbolicName();
        String version = check(name, jar);
        Bundle predecessor = working(before).orElse(before.getFirst());
        if (Manner.of(predecessor) == Manner.RESTART)
            throw new IllegalStateException(name + " is replaced " + Manner.RESTART.words() + "; put the jar in its place in the folder bundles");
        succession.hindrance(predecessor).ifPresent(why -> {
            throw new IllegalStateException(why);
        });
        Path file = bundles.folder().resolve(name + "-" + STAMP.format(ZonedDateTime.now(ZoneOffset.UTC)) + ".jar");
        long begin = System.nanoTime();
        String wanted = succession.prefer(name, Bundles.location(file));
        Path part = file.resolveSibling("." + file.getFileName() + ".part");
        Files.copy(jar, part, StandardCopyOption.REPLACE_EXISTING);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        Optional<String> fault = awaitTakeOver(file, before);
        if (fault.isPresent()) succession.prefer(name, wanted);
        if (fault.isPresent()) throw failed(name, version, file, before, predecessor, fault.get());
        remove(before.stream().filter(bundles::isPlugin).toList());
        return name + " " + version + " is at work, " + predecessor.getVersion() + " has stopped; " + (System.nanoTime() - begin) / 1_000_000 + " ms after "
                + file.getFileName() + " was put into the plug-ins folder";
    }

    private static String check(String name, Path jar) throws IOException {
        if (!jar.isAbsolute()) throw new IllegalArgumentException(jar + ": name the jar with its whole path");
        if (!Files.isRegularFile(jar)) throw new IllegalArgumentException("there is no file " + jar);
        DroppedFiles.fault(jar).ifPresent(why -> {
            throw new IllegalArgumentException(jar + ": " + why);
        });
        try (JarFile file = new JarFile(jar.toFile())) {
            String symbolicName = file.getManifest().getMainAttributes().getValue("Bundle-SymbolicName").split(";")[0].strip();
            if (!symbolicName.equals(name)) throw new IllegalArgumentException(jar + " is the bundle " + symbolicName + ", not " + name);
            String version = file.getManifest().getMainAttributes().getValue("Bundle-Version");
            return version == null ? "0.0.0" : version;
        }
    }

    private Optional<String> awaitTakeOver(Path file, List<Bundle> before) throws InterruptedException {
        if (!await(INSTALL_MILLIS, () -> bundles.pluginOf(file).isPresent())) return Optional.of("the framework has not installed it (the log may say why)");
        Bundle plugin = bundles.pluginOf(file).orElseThrow();
        if (!await(START_MILLIS, () -> Bundles.isActive(plugin))) {
            Optional<String> fault = Starting.fault(plugin);
            if (fault.isPresent()) return fault;
        }
        boolean over = await(TAKE_OVER_MILLIS, () -> succession.fault(plugin).isPresent()
                || soundness.fault(plugin).isEmpty() && before.stream().noneMatch(Bundles::isActive) && !succession.isTurning(plugin.getSymbolicName()));
        if (over && succession.fault(plugin).isEmpty()) return Optional.empty();
        return succession.fault(plugin).or(() -> soundness.fault(plugin)).or(() -> Optional.of("the old one does not stop"));
    }

    private IllegalStateException failed(String name, String version, Path file, List<Bundle> before, Bundle predecessor, String fault)
            throws IOException, InterruptedException {
        Files.deleteIfExists(file);
        await(INSTALL_MILLIS, () -> bundles.pluginOf(file).isEmpty());
        boolean works = await(TAKE_OVER_MILLIS, () -> before.stream().anyMatch(one -> Bundles.isActive(one) && soundness.fault(one).isEmpty()));
        String old = works ? working(before).orElse(predecessor).getVersion() + " goes on working" : "and " + predecessor.getVersion() + " does not work either: see the log";
        return new IllegalStateException(name + " " + version + " does not take over: " + fault + ". " + old);
    }

    // -- the shipped one again

    private String shipped(List<Bundle> all) throws IOException, InterruptedException {
        Bundle shipped = all.stream().filter(one -> !bundles.isPlugin(one)).findFirst()
                .orElseThrow(() -> new IllegalStateException(all.getFirst().getSymbolicName() + " is not shipped: remove its file from the plug-ins folder"));
        List<Bundle> plugins = all.stream().filter(bundles::isPlugin).toList();
        remove(plugins);
        if (!await(TAKE_OVER_MILLIS, () -> soundness.fault(shipped).isEmpty() && plugins.stream().noneMatch(Bundles::isActive)))
            throw new IllegalStateException("the shipped " + Bundles.name(shipped) + " does not work: " + soundness.fault(shipped).orElse("its plug-in does not go"));
        return Bundles.name(shipped) + ", the shipped one, is at work" + (plugins.isEmpty() ? "; nothing had taken its place" : "");
    }

    /** Their files, and then the framework removes the bundles. */
    private void remove(List<Bundle> plugins) throws IOException, InterruptedException {
        for (Bundle plugin : plugins) Files.deleteIfExists(Bundles.file(plugin));
        await(INSTALL_MILLIS, () -> plugins.stream().allMatch(plugin -> plugin.getState() == Bundle.UNINSTALLED));
    }

    private static boolean await(long millis, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) return false;
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        return true;
    }
}
