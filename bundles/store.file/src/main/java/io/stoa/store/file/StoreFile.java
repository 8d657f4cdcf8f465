package io.stoa.store.file;

import io.stoa.store.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.StringDataType;

/**
 * The open file, or why it is not. A file that cannot be used is left as it is, and tried again with the next question. For one thread.
 */
final class StoreFile {
    /** Of what we write, whatever the version of the library's own format is. */
    static final int FORMAT = 1;

    private static final String RECORDS = "records";
    /** Of all that is in the file, what must be in use; below it is rewritten, a little at a time. */
    private static final int FILL_PERCENT = 50;

    private static final int REWRITE_BYTES = 1 << 20;
    private static final int WRITES_PER_LOOK = 256;
    /** How long what is no longer needed is not written over; for those who do not synchronise each commit, it is 45 s. */
    static final int RETENTION_MILLIS = 1_000;

    private final Path path;
    private final int retentionMillis;
    private MVStore store;
    private MVMap<String, byte[]> records;
    private int writes;

    StoreFile(Path path, int retentionMillis) {
        this.path = path;
        this.retentionMillis = retentionMillis;
    }

    Path path() {
        return path;
    }

    /** Empty if there is no file yet. */
    Optional<MVMap<String, byte[]>> read() throws StoreException {
        return store == null && Files.notExists(path) ? Optional.empty() : Optional.of(write());
    }

    /** Makes the file if there is none. */
    MVMap<String, byte[]> write() throws StoreException {
        if (store == null) open();
        return records;
    }

    /** On disk when it returns. */
    void commit() {
        store.commit();
        store.sync();
        if (++writes % WRITES_PER_LOOK == 0 && store.compact(FILL_PERCENT, REWRITE_BYTES)) store.sync();
    }

    private void open() throws StoreException {
        boolean isNew = Files.notExists(path);
        MVStore opened = null;
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            opened = new MVStore.Builder().fileName(path.toString()).autoCommitDisabled().open();
            opened.setRetentionTime(retentionMillis);
            check(opened);
            records = opened.openMap(RECORDS, new MVMap.Builder<String, byte[]>().keyType(StringDataType.INSTANCE).valueType(ByteArrayDataType.INSTANCE));
            opened.commit();
            opened.sync();
            if (isNew) remember(path.toAbsolutePath().getParent());
            store = opened;
        } catch (StoreException e) {
            opened.closeImmediately();
            throw e;
        } catch (IOException | MVStoreException e) {
            if (opened != null) opened.closeImmediately();
            throw new StoreException("the store file " + path + " cannot be used: " + reason(e), e);
        }
    }

    private void check(MVStore opened) throws StoreException {
        int format = opened.getStoreVersion();
        if (format > FORMAT) throw new StoreException("the store file " + path + " was written by a later version (format " + format + ", known here: " + FORMAT + ")");
        if (format == FORMAT) return;
        if (!opened.getMapNames().isEmpty()) throw new StoreException("the store file " + path + " was not written by this server");
        opened.setStoreVersion(FORMAT);
    }

    /** The folder's entry for a new file must be on disk, too. */
    private static void remember(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder)) {
            channel.force(true);
        }
    }

    private static String reason(Exception e) {
        if (!(e instanceof MVStoreException failure)) return e.toString();
        return switch (failure.getErrorCode()) {
            case DataUtils.ERROR_FILE_LOCKED -> "another process has it open";
            case DataUtils.ERROR_FILE_CORRUPT -> "it is damaged, or no store file (" + e.getMessage() + ")";
            case DataUtils.ERROR_UNSUPPORTED_FORMAT -> "it was written by a later version (" + e.getMessage() + ")";
            default -> e.getMessage();
        };
    }

    /** After a failure: what was not committed is gone, and the next question opens the file anew. */
    StoreException failed(RuntimeException e) {
        if (store != null) store.closeImmediately();
        store = null;
        return new StoreException("the store file " + path + " failed: " + reason(e), e);
    }

    void close() {
        if (store != null) store.close();
        store = null;
    }
}
