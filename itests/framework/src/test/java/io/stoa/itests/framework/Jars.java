package io.stoa.itests.framework;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.function.UnaryOperator;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** New versions of shipped bundles: the same classes under another number, as {@code ./dev swap} makes them. */
record Jars(Path home) {
    Path shipped(String part) {
        try (Stream<Path> all = Files.list(home.resolve("bundles"))) {
            return all.filter(file -> file.getFileName().toString().matches("io\\.stoa\\." + part.replace(".", "\\.") + "-\\d.*")).findFirst().orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    InputStream version(String part, String version) {
        return new ByteArrayInputStream(bytes(part, version));
    }

    byte[] bytes(String part, String version) {
        return bytes(part, version, "Bundle-Version", version);
    }

    /** With one more header that is different. */
    byte[] bytes(String part, String version, String header, String value) {
        return bytes(part, version, header, value, xml -> xml);
    }

    /** With other descriptions of its components. */
    byte[] described(String part, String version, UnaryOperator<String> change) {
        return bytes(part, version, "Bundle-Version", version, change);
    }

    private byte[] bytes(String part, String version, String header, String value, UnaryOperator<String> change) {
        var bytes = new ByteArrayOutputStream();
        try (JarFile jar = new JarFile(shipped(part).toFile())) {
            Manifest manifest = jar.getManifest();
            manifest.getMainAttributes().putValue("Bundle-Version", version);
            manifest.getMainAttributes().putValue(header, value);
            try (JarOutputStream out = new JarOutputStream(bytes, manifest)) {
                for (Enumeration<JarEntry> all = jar.entries(); all.hasMoreElements(); ) {
                    JarEntry entry = all.nextElement();
                    if (entry.isDirectory() || entry.getName().equals(JarFile.MANIFEST_NAME)) continue;
                    out.putNextEntry(new JarEntry(entry.getName()));
                    byte[] content = jar.getInputStream(entry).readAllBytes();
                    boolean description = entry.getName().matches("OSGI-INF/[^/]*\\.xml");
                    out.write(description ? change.apply(new String(content, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8) : content);
                }
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
