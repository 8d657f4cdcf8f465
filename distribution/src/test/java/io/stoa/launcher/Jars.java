package io.stoa.launcher;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** Bundles made on the spot. */
final class Jars {
    private Jars() {}

    /** A bundle without content. */
    static void empty(Path target, String name, String version) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", name);
        manifest.getMainAttributes().putValue("Bundle-Version", version);
        Path made = target.resolveSibling(target.getFileName() + ".part");
        try (OutputStream out = Files.newOutputStream(made); JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.putNextEntry(new ZipEntry("padding"));
            jar.write(new byte[1000]);
        }
        Files.move(made, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** A shipped bundle with another version. */
    static void again(Path shipped, Path target, String version) throws IOException {
        Path made = target.resolveSibling(target.getFileName() + ".part");
        try (JarFile from = new JarFile(shipped.toFile())) {
            Manifest manifest = from.getManifest();
            manifest.getMainAttributes().putValue("Bundle-Version", version);
            try (OutputStream out = Files.newOutputStream(made); JarOutputStream jar = new JarOutputStream(out, manifest)) {
                for (var entry : from.stream().filter(one -> !one.getName().equals(JarFile.MANIFEST_NAME)).toList()) {
                    jar.putNextEntry(new ZipEntry(entry.getName()));
                    from.getInputStream(entry).transferTo(jar);
                }
            }
        }
        Files.move(made, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The file of a shipped bundle. */
    static Path shipped(Path home, String name) throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("bundles"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("io.stoa." + name + "-")).findFirst().orElseThrow();
        }
    }
}
