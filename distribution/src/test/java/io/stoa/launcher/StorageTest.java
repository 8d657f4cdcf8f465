package io.stoa.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What servers that were killed leave behind is removed, and nothing of those that live. */
class StorageTest {
    @TempDir
    private Path parent;

    private Path server(String name, int ageSeconds) throws IOException {
        Path lock = parent.resolve(name).resolve("bundles/cache.lock");
        Files.createDirectories(lock.resolveSibling("bundle1"));
        Files.writeString(lock.resolveSibling("bundle1").resolve("bundle.info"), "1");
        Files.createFile(lock);
        Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minusSeconds(ageSeconds)));
        return lock;
    }

    /** Another process that holds a lock until it is ended. */
    static final class Holder {
        public static void main(String[] lock) throws Exception {
            try (FileChannel channel = FileChannel.open(Path.of(lock[0]), StandardOpenOption.WRITE)) {
                channel.lock();
                System.out.println("held");
                Thread.sleep(60_000);
            }
        }
    }

    private static Process hold(Path lock) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process holder = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), Holder.class.getName(), lock.toString()).start();
        assertThat(holder.inputReader().readLine()).isEqualTo("held");
        return holder;
    }

    private List<String> left() throws IOException {
        Storage.sweep(parent, Files.getOwner(parent));
        try (Stream<Path> all = Files.list(parent)) {
            return all.map(one -> one.getFileName().toString()).toList();
        }
    }

    @Test
    void a_folder_goes_when_nobody_holds_its_lock() throws Exception {
        server("stoa-dead", 100);
        server("stoa-young", 10);
        server("another", 100);
        Files.createDirectory(parent.resolve("stoa-empty"));
        Process holder = hold(server("stoa-alive", 100));
        try {
            assertThat(left()).containsExactlyInAnyOrder("stoa-alive", "stoa-young", "another", "stoa-empty");
        } finally {
            holder.destroyForcibly().waitFor();
        }
        assertThat(left()).containsExactlyInAnyOrder("stoa-young", "another", "stoa-empty");
    }

    @Test
    void what_a_link_leads_to_and_what_others_own_stays() throws IOException {
        Path elsewhere = server("another", 100).getParent().getParent();
        Files.createSymbolicLink(parent.resolve("stoa-link"), elsewhere);
        assertThat(left()).containsExactlyInAnyOrder("another", "stoa-link");
        server("stoa-of-others", 100);
        Storage.sweep(parent, () -> "somebody else");
        assertThat(parent.resolve("stoa-of-others")).exists();
        assertThat(left()).containsExactlyInAnyOrder("another", "stoa-link");
    }

    @Test
    void a_folder_that_is_not_there_is_no_matter() throws IOException {
        Path none = parent.resolve("none");
        Storage.sweep(none, Files.getOwner(parent));
        assertThat(none).doesNotExist();
    }
}
