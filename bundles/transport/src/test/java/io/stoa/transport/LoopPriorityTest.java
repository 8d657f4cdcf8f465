package io.stoa.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(OS.LINUX)
class LoopPriorityTest {
    private record Outcome(String hindrance, int nice) {}

    @AfterEach
    void as_it_is_shipped() {
        System.clearProperty(LoopPriority.PROPERTY);
    }

    @Test
    void it_is_the_calling_thread_s_alone() throws Exception {
        System.setProperty(LoopPriority.PROPERTY, "3"); // which anybody may have
        int here = nice();

        Outcome there = elsewhere();

        assertThat(there.hindrance).isNull();
        assertThat(there.nice).isEqualTo(3);
        assertThat(nice()).isEqualTo(here);
    }

    @Test
    void zero_leaves_it_alone() throws Exception {
        System.setProperty(LoopPriority.PROPERTY, "0");

        assertThat(elsewhere()).isEqualTo(new Outcome(null, nice()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "", "-21", "20", "99999999999"})
    void what_is_no_nice_value_is_refused_by_name(String value) throws Exception {
        System.setProperty(LoopPriority.PROPERTY, value);

        Outcome there = elsewhere();

        assertThat(there.hindrance).startsWith("stoa.media.nice is ").contains(value, "-20 to 19");
        assertThat(there.nice).isEqualTo(nice());
    }

    /** Root may, and whom the system lets. */
    @Test
    void the_system_gives_it_or_says_why_not() throws Exception {
        Outcome there = elsewhere();

        if (there.hindrance == null) assertThat(there.nice).isEqualTo(-10);
        else {
            assertThat(there.hindrance).startsWith("nice -10: ").hasSizeGreaterThan(10);
            assertThat(there.nice).isEqualTo(nice());
        }
    }

    private static Outcome elsewhere() throws Exception {
        Callable<Outcome> work = () -> new Outcome(LoopPriority.raise(), nice());
        FutureTask<Outcome> task = new FutureTask<>(work);
        Thread.ofPlatform().start(task);
        return task.get();
    }

    /** Of this thread: the 19th field of its status, of which the second is a name in parentheses. */
    private static int nice() {
        try {
            String stat = Files.readString(Path.of("/proc/thread-self/stat"));
            return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
