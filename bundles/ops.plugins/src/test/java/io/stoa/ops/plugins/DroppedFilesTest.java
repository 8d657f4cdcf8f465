package io.stoa.ops.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in the plug-ins folder and cannot be installed is told of, once. */
class DroppedFilesTest {
    @TempDir Path folder;
    final DroppedFiles dropped = new DroppedFiles();
    Path jar;

    @BeforeEach
    void name() {
        jar = folder.resolve("plugin.jar");
    }

    @Test
    void a_bundle_is_sound() throws Exception {
        bundle("org.example.plugin");
        dropped.noticed(jar);
        assertThat(dropped.unsound()).isEmpty();
        assertThat(dropped.unsound()).isEmpty();
        assertThat(dropped.anyPending()).isFalse();
    }

    @Test
    void what_is_no_archive_is_told_of_once_per_change() throws Exception {
        Files.writeString(jar, "no archive");
        dropped.noticed(jar);
        assertThat(dropped.unsound()).as("it may still be being copied").isEmpty();
        assertThat(dropped.unsound()).containsOnlyKeys(jar);
        assertThat(dropped.unsound()).isEmpty();
        Files.writeString(jar, "still no archive");
        dropped.noticed(jar);
        dropped.unsound();
        assertThat(dropped.unsound().get(jar)).startsWith("it is no whole archive (");
    }

    @Test
    void a_jar_that_is_being_copied_is_waited_for() throws Exception {
        bundle("org.example.plugin");
        byte[] whole = Files.readAllBytes(jar);
        for (int length = whole.length / 4; length < whole.length; length += whole.length / 4) {
            Files.write(jar, Arrays.copyOf(whole, length));
            dropped.noticed(jar);
            assertThat(dropped.unsound()).isEmpty();
        }
        assertThat(DroppedFiles.fault(jar)).as("cut short").isPresent();
        Files.write(jar, whole);
        assertThat(dropped.unsound()).isEmpty();
        assertThat(dropped.unsound()).isEmpty();
        assertThat(dropped.anyPending()).isFalse();
    }

    @Test
    void a_jar_without_a_name_is_no_bundle() throws Exception {
        bundle(null);
        assertThat(DroppedFiles.fault(jar)).contains("it is no bundle: its manifest has no Bundle-SymbolicName");
    }

    @Test
    void what_is_gone_or_no_jar_is_nobodys_concern() throws Exception {
        Files.writeString(folder.resolve("README"), "text");
        dropped.noticed(folder.resolve("README"));
        assertThat(dropped.anyPending()).isFalse();
        dropped.noticed(jar);
        dropped.unsound();
        assertThat(dropped.unsound()).isEmpty();
        assertThat(dropped.anyPending()).isFalse();
    }

    private void bundle(String name) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (name != null) manifest.getMainAttributes().putValue("Bundle-SymbolicName", name);
        try (OutputStream out = Files.newOutputStream(jar); JarOutputStream entries = new JarOutputStream(out, manifest)) {
            entries.putNextEntry(new ZipEntry("padding"));
            entries.write(new byte[5000]);
        }
    }
}
