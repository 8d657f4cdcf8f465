package io.stoa.store.records;

import io.stoa.store.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Hashes that may be away. */
public final class AwayHashes implements Hashes {
    private final Hashes real;
    public volatile boolean away;

    public AwayHashes(Hashes real) {
        this.real = real;
    }

    private Hashes there() throws StoreException {
        if (away) throw new StoreException("the store is away");
        return real;
    }

    @Override
    public Optional<byte[]> get(String hash, String field) throws StoreException {
        return there().get(hash, field);
    }

    @Override
    public Map<String, byte[]> all(String hash) throws StoreException {
        return there().all(hash);
    }

    @Override
    public List<String> names(String prefix) throws StoreException {
        return there().names(prefix);
    }

    @Override
    public long write(List<Change> changes) throws StoreException {
        return there().write(changes);
    }
}
