package io.stoa.ops.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.ops.config.Key.Effect;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A key that is said to have an effect has a component, among the shipped bundles, that reads it. */
class EffectIT {
    private static final Pattern PIDS = Pattern.compile("configuration-pid=\"([^\"]+)\"");
    private static final Pattern NAMES = Pattern.compile("(?:<property name|<AD id)=\"([^\"]+)\"");

    @Test
    void every_key_with_effect_is_read() throws IOException {
        Set<String> read = readByShippedComponents();
        Set<String> unread = new TreeSet<>();
        for (Key key : KeyTable.load().all())
            if (key.effect() instanceof Effect.Property target && !read.contains(target.pid() + ":" + target.name())) unread.add(key.path());
        assertThat(unread).isEmpty();
    }

    private static Set<String> readByShippedComponents() throws IOException {
        Set<String> read = new HashSet<>();
        try (Stream<Path> bundles = Files.list(Path.of(System.getProperty("stoa.distribution"), "bundles"))) {
            for (Path bundle : bundles.filter(file -> file.getFileName().toString().startsWith("io.stoa.")).toList()) read.addAll(readBy(bundle));
        }
        return read;
    }

    /** Component descriptions leave out what has no default; metatype has it. */
    private static Set<String> readBy(Path bundle) throws IOException {
        Set<String> pids = new HashSet<>();
        Set<String> names = new HashSet<>();
        try (JarFile jar = new JarFile(bundle.toFile())) {
            for (JarEntry entry : jar.stream().filter(one -> one.getName().matches("OSGI-INF/.*\\.xml")).toList()) {
                String xml = new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
                PIDS.matcher(xml).results().forEach(match -> pids.addAll(List.of(match.group(1).split(" "))));
                NAMES.matcher(xml).results().map((MatchResult match) -> match.group(1)).forEach(names::add);
            }
        }
        Set<String> read = new HashSet<>();
        for (String pid : pids) for (String name : names) read.add(pid + ":" + name);
        return read;
    }
}
