package io.stoa.store.memory;

import io.stoa.store.records.Hashes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Hashes in maps. */
public final class MemoryHashes implements Hashes {
    private final Map<String, Map<String, byte[]>> hashes = new LinkedHashMap<>();

    @Override
    public synchronized Optional<byte[]> get(String hash, String field) {
        return Optional.ofNullable(hashes.getOrDefault(hash, Map.of()).get(field));
    }

    @Override
    public synchronized Map<String, byte[]> all(String hash) {
        return new LinkedHashMap<>(hashes.getOrDefault(hash, Map.of()));
    }

    @Override
    public synchronized List<String> names(String prefix) {
        return hashes.keySet().stream().filter(name -> name.startsWith(prefix)).toList();
    }

    @Override
    public synchronized long write(List<Change> changes) {
        return changes.stream().mapToLong(this::apply).sum();
    }

    private long apply(Change change) {
        return switch (change) {
            case Change.Put(var hash, var field, var value) ->
                hashes.computeIfAbsent(hash, name -> new LinkedHashMap<>()).put(field, value) == null ? 1 : 0;
            case Change.Remove(var hash, var field) -> remove(hash, field);
            case Change.Drop(var hash) -> {
                hashes.remove(hash);
                yield 0;
            }
        };
    }

    private long remove(String hash, String field) {
        Map<String, byte[]> fields = hashes.get(hash);
        if (fields == null || fields.remove(field) == null) return 0;
        if (fields.isEmpty()) hashes.remove(hash);
        return 1;
    }
}
