package io.stoa.ops.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The files in the folder {@code config} of the repository are true. */
class SamplesTest {
    static final Path FOLDER = Path.of("../../config");

    static Stream<Path> samples() throws IOException {
        return Files.list(FOLDER).filter(file -> file.toString().endsWith(".yaml"));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void every_sample_loads_without_a_word(Path sample) {
        Settings settings = Loading.of("--config", sample.toString()).load();
        assertThat(settings.warnings()).isEmpty();
        assertThat(Configurations.withoutEffect(Loading.TABLE, settings.used())).isEmpty();
    }

    @Test
    void the_full_sample_states_the_defaults() {
        Settings sample = Loading.of("--config", FOLDER.resolve("livekit.yaml").toString()).load();
        Map<String, Object> set = new HashMap<>(sample.values());
        Settings defaults = Loading.yaml("").load();
        set.keySet().removeAll(Set.of("keys", "room.enabled_codecs")); // no key and no list is a default of the table
        assertThat(set).isEqualTo(defaults.values());
    }

    @Test
    void the_full_sample_has_every_key_that_works() throws IOException {
        String all = Files.readString(FOLDER.resolve("livekit.yaml")).replaceAll("(?m)^( *)#(?! )(?=\\S)", "$1");
        Set<String> used = Loading.of("--config-body", all.replaceFirst("(?m)^key_file: .*$", "key_file: ''")).load().used();
        Set<String> working = new TreeSet<>();
        for (Key key : Loading.TABLE.all()) if (!(key.effect() instanceof Key.Effect.None)) working.add(key.path());
        assertThat(new TreeSet<>(used)).isEqualTo(working);
    }
}
