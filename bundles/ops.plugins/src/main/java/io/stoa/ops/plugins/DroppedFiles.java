package io.stoa.ops.plugins;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * Jars that were put into the folder and cannot be installed: the file installer passes over them without a word. A file counts once it
 * stays the same between two looks, because it may still be being copied. One thread at a time.
 */
final class DroppedFiles {
    private final Map<Path, String> pending = new HashMap<>();

    void noticed(Path file) {
        if (file.getFileName().toString().endsWith(".jar")) pending.putIfAbsent(file, "");
    }

    boolean anyPending() {
        return !pending.isEmpty();
    }

    /** What is wrong with those that came to rest since the last look; each file is told of once per change. */
    Map<Path, String> unsound() {
        Map<Path, String> unsound = new LinkedHashMap<>();
        for (Path file : Map.copyOf(pending).keySet()) {
            String now = state(file);
            if (!now.equals(pending.put(file, now))) continue;
            pending.remove(file);
            if (Files.exists(file)) fault(file).ifPresent(reason -> unsound.put(file, reason));
        }
        return unsound;
    }

    private static String state(Path file) {
        try {
            return Files.getLastModifiedTime(file) + "/" + Files.size(file);
        } catch (IOException e) {
            return "absent";
        }
    }

    static Optional<String> fault(Path file) {
        try (JarFile jar = new JarFile(file.toFile())) {
            Manifest manifest = jar.getManifest();
            boolean named = manifest != null && manifest.getMainAttributes().getValue("Bundle-SymbolicName") != null;
            return named ? Optional.empty() : Optional.of("it is no bundle: its manifest has no Bundle-SymbolicName");
        } catch (IOException e) {
            return Optional.of("it is no whole archive (" + e.getMessage() + ")");
        }
    }
}
