package io.stoa.store.file;

import io.stoa.store.StoreException;
import io.stoa.store.records.Hashes;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.h2.mvstore.MVMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hashes in a file that one thread reads and writes: so that a write is there as a whole or not at all, and nobody who is interrupted
 * closes the file for all others. The key of a record is the length of its hash's name, the name, and the field.
 */
final class FileHashes implements Hashes {
    private static final Logger LOG = LoggerFactory.getLogger(FileHashes.class);
    private static final int END_SECONDS = 10;

    private final Path path;
    private final StoreFile file;
    private final ExecutorService owner = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("store-file").factory());
    private String said = "";

    FileHashes(Path path) {
        this(new StoreFile(path, StoreFile.RETENTION_MILLIS));
    }

    FileHashes(StoreFile file) {
        this.file = file;
        path = file.path();
    }

    void close() {
        if (owner.isShutdown()) return;
        owner.execute(this::closeFile);
        owner.shutdown();
        try {
            if (!owner.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) LOG.warn("{} is still being written after {} s", path, END_SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeFile() {
        try {
            file.close();
        } catch (RuntimeException e) {
            LOG.error("{} was not closed; what was acknowledged is in it", path, e);
        }
    }

    @Override
    public Optional<byte[]> get(String hash, String field) throws StoreException {
        return ask(() -> file.read().map(records -> records.get(prefix(hash) + field)));
    }

    @Override
    public Map<String, byte[]> all(String hash) throws StoreException {
        return ask(() -> file.read().map(records -> fields(records, prefix(hash))).orElse(Map.of()));
    }

    private static Map<String, byte[]> fields(MVMap<String, byte[]> records, String prefix) {
        Map<String, byte[]> fields = new LinkedHashMap<>();
        for (Iterator<String> keys = records.keyIterator(prefix); keys.hasNext(); ) {
            String key = keys.next();
            if (!key.startsWith(prefix)) break;
            fields.put(key.substring(prefix.length()), records.get(key));
        }
        return fields;
    }

    @Override
    public List<String> names(String prefix) throws StoreException {
        return ask(() -> file.read().map(records -> hashes(records, prefix)).orElse(List.of()));
    }

    private static List<String> hashes(MVMap<String, byte[]> records, String prefix) {
        TreeSet<String> names = new TreeSet<>();
        for (String key : records.keySet()) {
            int begin = key.indexOf('|') + 1;
            String name = key.substring(begin, begin + Integer.parseInt(key, 0, begin - 1, 10));
            if (name.startsWith(prefix)) names.add(name);
        }
        return List.copyOf(names);
    }

    @Override
    public long write(List<Change> changes) throws StoreException {
        return ask(() -> {
            MVMap<String, byte[]> records = file.write();
            long changed = 0;
            for (Change change : changes) changed += apply(records, change);
            file.commit();
            return changed;
        });
    }

    private static long apply(MVMap<String, byte[]> records, Change change) {
        return switch (change) {
            case Change.Put(var hash, var field, var value) -> records.put(prefix(hash) + field, value) == null ? 1 : 0;
            case Change.Remove(var hash, var field) -> records.remove(prefix(hash) + field) == null ? 0 : 1;
            case Change.Drop(var hash) -> {
                fields(records, prefix(hash)).keySet().forEach(field -> records.remove(prefix(hash) + field));
                yield 0;
            }
        };
    }

    private static String prefix(String hash) {
        return hash.length() + "|" + hash;
    }

    private <T> T ask(Callable<T> question) throws StoreException {
        try {
            return owner.submit(() -> answer(question)).get();
        } catch (RejectedExecutionException e) {
            throw new StoreException("the store file " + path + " is closed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while the store file " + path + " was asked", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException failure) throw new StoreException(failure.getMessage(), failure);
            throw new StoreException("the store file " + path + " failed: " + e.getCause(), e.getCause());
        }
    }

    /** On the owner's thread. What is wrong is told once, until it is something else. */
    private <T> T answer(Callable<T> question) throws Exception {
        try {
            T answer = question.call();
            if (!said.isEmpty()) LOG.info("{} is used again", path);
            said = "";
            return answer;
        } catch (StoreException e) {
            throw say(e);
        } catch (RuntimeException e) {
            throw say(file.failed(e));
        }
    }

    private StoreException say(StoreException e) {
        if (!said.equals(e.getMessage())) LOG.error("durable records cannot be read or written: {}", e.getMessage());
        said = e.getMessage();
        return e;
    }
}
