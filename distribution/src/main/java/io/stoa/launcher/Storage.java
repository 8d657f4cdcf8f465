package io.stoa.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The folder where the framework keeps what it knows of its bundles while it runs, and copies of plug-ins: in memory if there is room,
 * for it is a few small files per bundle, which a disk takes half a second to make. Nothing of it is wanted by the next start.
 */
final class Storage {
    static final String BUNDLES = "bundles";
    private static final String NAME = "stoa-";
    private static final Path MEMORY = Path.of("/dev/shm");
    /** Containers often have 64 MB there, which a few large plug-ins would fill. */
    private static final long ROOM_BYTES = 256L << 20;
    /** The framework holds a lock on it for as long as it lives. */
    private static final Path LOCK = Path.of(BUNDLES, "cache.lock");
    private static final Duration YOUNG = Duration.ofMinutes(1);

    private Storage() {}

    /** A new one, and an end to those of servers that were killed. */
    static Path create() throws IOException {
        Path disk = Path.of(System.getProperty("java.io.tmpdir"));
        Path created = Files.createTempDirectory(isRoomy(MEMORY) ? MEMORY : disk, NAME);
        UserPrincipal user = Files.getOwner(created);
        sweep(MEMORY, user);
        sweep(disk, user);
        return created;
    }

    private static boolean isRoomy(Path folder) {
        try {
            FileStore store = Files.getFileStore(folder);
            return store.type().equals("tmpfs") && Files.isWritable(folder) && store.getUsableSpace() >= ROOM_BYTES;
        } catch (IOException e) {
            return false; // there is none
        }
    }

    /** Only what the user of this server owns: anybody may put something into these folders, and exchange it while it is removed. */
    static void sweep(Path folder, UserPrincipal user) {
        if (!Files.isDirectory(folder)) return;
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, NAME + "*")) {
            for (Path one : left) if (isOwn(one, user) && isLeft(one.resolve(LOCK))) delete(one);
        } catch (IOException e) {
            System.err.println("stoa: what ended servers left in " + folder + " was not removed: " + e.getMessage());
        }
    }

    private static boolean isOwn(Path folder, UserPrincipal user) throws IOException {
        return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(user);
    }

    /** One that is young may be about to be locked. */
    private static boolean isLeft(Path lockFile) throws IOException {
        if (!Files.isRegularFile(lockFile) || Files.getLastModifiedTime(lockFile).toInstant().isAfter(Instant.now().minus(YOUNG))) return false;
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE); FileLock lock = channel.tryLock()) {
            return lock != null;
        }
    }

    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        } catch (IOException e) {
            System.err.println("stoa: " + folder + " was not removed: " + e.getMessage());
        }
    }
}
