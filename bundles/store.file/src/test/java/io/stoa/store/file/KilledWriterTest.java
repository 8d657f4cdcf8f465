package io.stoa.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged is there after a kill that nobody can prepare for. */
class KilledWriterTest {
    private static final int ROUNDS = 5;
    private static final int ACKNOWLEDGED_PER_ROUND = 150;

    @TempDir
    private Path folder;

    @Test
    void nothing_that_was_acknowledged_is_lost_and_nothing_is_there_by_half() throws Exception {
        Path path = folder.resolve("store.mv");
        int next = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int acknowledged = writeUntilKilled(path, next);
            FileHashes hashes = new FileHashes(path);
            int there = hashes.all("second").size();
            assertThat(there).as("round %d: all up to %d, and at most the one that was under way", round, acknowledged).isBetween(acknowledged + 1, acknowledged + 2);
            for (int i = 0; i < there; i++) assertThat(hashes.get("second", "r" + i)).as("r" + i).contains(Writer.bytes(i));
            for (int i = Math.max(0, there - 500); i < there; i++) assertThat(hashes.get("first", "r" + i)).as("r" + i).contains(Writer.bytes(i));
            assertThat(hashes.all("first")).as("written and removed together").hasSize(Math.min(there, 500));
            hashes.close();
            next = there;
        }
    }

    /** @return the last that was acknowledged */
    private static int writeUntilKilled(Path path, int from) throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", System.getProperty("java.class.path"),
                        "--sun-misc-unsafe-memory-access=allow", Writer.class.getName(), path.toString(), String.valueOf(from))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int acknowledged = -1;
        try (BufferedReader out = writer.inputReader()) {
            for (String line; (line = out.readLine()) != null; ) {
                acknowledged = Integer.parseInt(line);
                if (acknowledged == from + ACKNOWLEDGED_PER_ROUND) writer.toHandle().destroyForcibly(); // SIGKILL; what it has said by then counts
            }
        }
        writer.waitFor();
        assertThat(acknowledged).as("acknowledged before it was killed").isGreaterThanOrEqualTo(from + ACKNOWLEDGED_PER_ROUND);
        return acknowledged;
    }
}
