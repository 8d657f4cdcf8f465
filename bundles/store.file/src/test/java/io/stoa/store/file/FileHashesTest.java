package io.stoa.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.store.StoreException;
import io.stoa.store.records.Hashes.Change;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileHashesTest {
    @TempDir
    private Path folder;

    private Path path;
    private FileHashes hashes;

    @BeforeEach
    void begin() {
        path = folder.resolve("deep/down/store.mv");
        hashes = new FileHashes(path);
    }

    @AfterEach
    void end() {
        hashes.close();
    }

    @Test
    void no_file_is_made_for_a_question() throws Exception {
        assertThat(hashes.all("a")).isEmpty();
        assertThat(hashes.get("a", "b")).isEmpty();
        assertThat(hashes.names("")).isEmpty();
        assertThat(path).doesNotExist();
        put("a", "b");
        assertThat(path).exists();
    }

    @Test
    void all_is_there_when_it_is_opened_again() throws Exception {
        put("a", "b");
        hashes.close();
        assertThatThrownBy(() -> hashes.get("a", "b")).isInstanceOf(StoreException.class).hasMessageContaining(path.toString());
        hashes = new FileHashes(path);
        assertThat(text("a", "b")).isEqualTo("b of a");
        assertThat(hashes.names("")).containsExactly("a");
    }

    @Test
    void whoever_comes_while_another_has_it_is_told_so_and_served_when_it_is_free() throws Exception {
        put("a", "b");
        FileHashes second = new FileHashes(path);
        assertThatThrownBy(() -> second.get("a", "b")).isInstanceOf(StoreException.class).hasMessageContaining(path.toString()).hasMessageContaining("has it open");
        assertThatThrownBy(() -> second.write(List.of(new Change.Drop("a")))).isInstanceOf(StoreException.class);
        assertThat(text("a", "b")).isEqualTo("b of a");
        hashes.close();
        assertThat(second.get("a", "b")).isPresent();
        second.close();
    }

    @Test
    void a_file_that_is_no_store_stays_as_it_is() throws Exception {
        Files.createDirectories(path.getParent());
        Files.writeString(path, "dear diary, ".repeat(2000));
        unusable("damaged");
    }

    @Test
    void a_file_of_a_later_version_stays_as_it_is() throws Exception {
        put("a", "b");
        hashes.close();
        try (MVStore later = MVStore.open(path.toString())) {
            later.setStoreVersion(StoreFile.FORMAT + 1);
        }
        hashes = new FileHashes(path);
        unusable("later version");
    }

    @Test
    void a_file_of_somebody_else_stays_as_it_is() throws Exception {
        Files.createDirectories(path.getParent());
        try (MVStore other = MVStore.open(path.toString())) {
            other.openMap("music").put("a", "b");
        }
        unusable("not written by this server");
    }

    @Test
    void a_place_where_no_file_can_be_is_named() throws Exception {
        Files.writeString(folder.resolve("deep"), "a file");
        assertThatThrownBy(() -> put("a", "b")).isInstanceOf(StoreException.class).hasMessageContaining(path.toString());
    }

    private void unusable(String why) throws IOException {
        byte[] before = Files.readAllBytes(path);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> hashes.all("a")).isInstanceOf(StoreException.class).hasMessageContaining(path.toString()).hasMessageContaining(why);
            assertThatThrownBy(() -> put("a", "b")).isInstanceOf(StoreException.class).hasMessageContaining(path.toString());
        }
        assertThat(Files.readAllBytes(path)).isEqualTo(before);
    }

    @Test
    void an_interrupted_caller_closes_nothing_for_the_others() throws Exception {
        put("a", "b");
        for (int i = 0; i < 20; i++) {
            Thread.currentThread().interrupt();
            try {
                put("a", "d" + i);
            } catch (StoreException e) {
                assertThat(e).hasMessageContaining("interrupted");
            }
            assertThat(Thread.interrupted()).isTrue();
        }
        put("a", "c");
        assertThat(text("a", "b")).isEqualTo("b of a");
    }

    @Test
    void a_write_counts_what_came_and_went() throws Exception {
        assertThat(put("a", "b")).isEqualTo(1);
        assertThat(put("a", "b")).isZero();
        assertThat(hashes.write(List.of(new Change.Remove("a", "b"), new Change.Remove("a", "c")))).isEqualTo(1);
        put("a", "b");
        put("ab", "c");
        hashes.write(List.of(new Change.Drop("a")));
        assertThat(hashes.all("a")).isEmpty();
        assertThat(hashes.all("ab")).containsOnlyKeys("c");
        assertThat(hashes.names("a")).containsExactly("ab");
    }

    @Test
    void it_does_not_grow_with_every_write() throws Exception {
        hashes.close();
        hashes = new FileHashes(new StoreFile(path, 0));
        byte[] large = new byte[20_000];
        for (int i = 0; i < 1_500; i++) hashes.write(List.of(new Change.Put("a", "r" + i % 10, large)));
        assertThat(Files.size(path)).as("30 MB were written, 200 kB are there").isLessThan(20_000_000);
    }

    private long put(String hash, String field) throws StoreException {
        return hashes.write(List.of(new Change.Put(hash, field, (field + " of " + hash).getBytes(StandardCharsets.UTF_8))));
    }

    private String text(String hash, String field) throws StoreException {
        return new String(hashes.get(hash, field).orElseThrow(), StandardCharsets.UTF_8);
    }
}
