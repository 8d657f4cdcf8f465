package io.stoa.store.records;

import io.stoa.store.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Hashes behind a gate. */
public final class GatedHashes implements Hashes {
    private final Hashes hashes;
    private final Gate gate;

    public GatedHashes(Hashes hashes, Gate gate) {
        this.hashes = hashes;
        this.gate = gate;
    }

    @Override
    public Optional<byte[]> get(String hash, String field) throws StoreException {
        return gate.within(() -> hashes.get(hash, field));
    }

    @Override
    public Map<String, byte[]> all(String hash) throws StoreException {
        return gate.within(() -> hashes.all(hash));
    }

    @Override
    public List<String> names(String prefix) throws StoreException {
        return gate.within(() -> hashes.names(prefix));
    }

    @Override
    public long write(List<Change> changes) throws StoreException {
        return gate.within(() -> hashes.write(changes));
    }
}
