package io.stoa.ops.store;

import io.stoa.store.DurableRecord;
import io.stoa.store.DurableStore;
import io.stoa.store.StoreException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records on their way into one store, from each other that says of itself that it has the latest. */
final class Move {
    private static final Logger LOG = LoggerFactory.getLogger(Move.class);

    private final String to;
    private final boolean emptyStart;
    private final Map<String, DurableStore> stores;
    private final Map<String, DurableStore> sources = new LinkedHashMap<>();
    /** What memory has taken over from, and others that believe to have the latest. */
    private final List<DurableStore> superseded = new ArrayList<>();
    private String latest = "";
    private String leaving = "";

    /** @param stores all that are there, by name */
    Move(String to, boolean emptyStart, Map<String, DurableStore> stores) {
        this.to = to;
        this.emptyStart = emptyStart;
        this.stores = stores;
    }

    String to() {
        return to;
    }

    /** Of those whose records are to be moved; empty if there are none. */
    String first() {
        return sources.isEmpty() ? "" : sources.keySet().iterator().next();
    }

    /**
     * @param inCharge the store that is now; empty if none is
     * @throws StoreException if a store that is there, and may have records, does not say so
     */
    void find(String inCharge) throws StoreException {
        for (Map.Entry<String, DurableStore> other : stores.entrySet()) {
            boolean leaves = other.getKey().equals(inCharge) && !inCharge.equals(to);
            if (other.getKey().equals(to) || isAboutMemory(other.getKey()) && !leaves) continue;
            try {
                if (leaves) leaving = inCharge;
                if (leaves || other.getValue().latest().filter(other.getKey()::equals).isPresent()) sources.put(other.getKey(), other.getValue());
            } catch (StoreException e) {
                boolean matters = !inCharge.equals(to) && !emptyStart;
                if (matters) throw new StoreException("the store " + other.getKey() + ", which may have records for " + to + ", cannot be read; " + advice() + ": " + e.getMessage(), e);
            }
        }
        if (followed()) {
            sources.forEach((name, store) -> { if (!name.equals(leaving)) superseded.add(store); });
            sources.keySet().retainAll(Set.of(leaving));
        }
        boolean gone = !inCharge.isEmpty() && !stores.containsKey(inCharge) && !inCharge.equals(to);
        if (gone && !emptyStart && !inCharge.equals(StoreMover.MEMORY)) throw away(inCharge);
    }

    private boolean isAboutMemory(String other) {
        return other.equals(StoreMover.MEMORY) || to.equals(StoreMover.MEMORY);
    }

    /** Whether the memory that is left had taken all over from another store, which was not told: to that it is as if memory had never been, once its process ends. */
    private boolean followed() throws StoreException {
        return leaving.equals(StoreMover.MEMORY) && sources.get(leaving).latest().isPresent();
    }

    /** Whether the stores answer, and the one that takes over can do so; nothing is changed yet. */
    void begin() throws StoreException {
        latest = target().latest().orElse("");
        for (DurableStore source : sources.values()) source.latest();
        boolean left = !latest.isEmpty() && !latest.equals(to) && !to.equals(StoreMover.MEMORY) && !followed();
        if (left && !sources.containsKey(latest) && !emptyStart && !isTold()) throw away(latest);
    }

    /** Whether another store says that this one has the latest records, which it knows better. */
    private boolean isTold() throws StoreException {
        for (Map.Entry<String, DurableStore> other : stores.entrySet())
            if (!other.getKey().equals(to) && other.getValue().latest().filter(to::equals).isPresent()) return true;
        return false;
    }

    private StoreException away(String old) {
        return new StoreException("its records are in the store " + old + ", which is not there; " + advice());
    }

    private static String advice() {
        return "store.empty_start would begin without";
    }

    private DurableStore target() throws StoreException {
        DurableStore target = stores.get(to);
        if (target == null) throw new StoreException("the store " + to + " is not there");
        return target;
    }

    void run() throws StoreException {
        DurableStore target = target();
        latest = target.latest().orElse("");
        if (latest.equals(to)) sources.entrySet().removeIf(source -> source.getValue().shared() && !source.getKey().equals(leaving)); // what other nodes go on with
        Map<String, List<DurableRecord>> records = read();
        if (isBehind() && !target.shared()) target.clear();
        for (Map.Entry<String, DurableStore> source : sources.entrySet()) {
            copy(source.getKey(), records.get(source.getKey()), target);
            target.latest(to);
            if (!to.equals(StoreMover.MEMORY)) source.getValue().latest(to);
        }
        for (DurableStore old : superseded) old.latest(to);
        if (!latest.equals(to)) target.latest(to);
    }

    /** Whether what the target has is from before it was left, or of a copy that failed. */
    private boolean isBehind() throws StoreException {
        boolean left = !latest.isEmpty() && !latest.equals(to);
        return left || followed() || !leaving.isEmpty() && !leaving.equals(StoreMover.MEMORY);
    }

    /** By source; all of them, before anything is changed. */
    private Map<String, List<DurableRecord>> read() throws StoreException {
        Map<String, List<DurableRecord>> records = new HashMap<>();
        for (Map.Entry<String, DurableStore> source : sources.entrySet()) {
            List<DurableRecord> all = new ArrayList<>();
            for (String kind : source.getValue().kinds()) all.addAll(source.getValue().export(kind));
            records.put(source.getKey(), all);
        }
        return records;
    }

    private void copy(String from, List<DurableRecord> records, DurableStore target) throws StoreException {
        Map<String, Set<String>> there = latest.equals(from) || followed() ? Map.of() : keys(target, records);
        long copied = 0;
        for (DurableRecord record : records) {
            if (there.getOrDefault(record.kind(), Set.of()).contains(record.key())) continue; // another node has written it since
            target.put(record);
            copied++;
        }
        verify(records, target);
        LOG.info("durable records: {} of {} were copied from the store {} to {}", copied, records.size(), from, to);
    }

    private static void verify(List<DurableRecord> records, DurableStore target) throws StoreException {
        Map<String, Set<String>> there = keys(target, records);
        long missing = records.stream().filter(record -> !there.get(record.kind()).contains(record.key())).count();
        if (missing > 0) throw new StoreException(missing + " of " + records.size() + " records did not arrive");
    }

    /** Those of the kinds that the records have, by kind. */
    private static Map<String, Set<String>> keys(DurableStore store, List<DurableRecord> records) throws StoreException {
        Map<String, Set<String>> keys = new HashMap<>();
        for (DurableRecord record : records) {
            if (keys.containsKey(record.kind())) continue;
            Set<String> ofKind = new HashSet<>();
            for (DurableRecord known : store.export(record.kind())) ofKind.add(known.key());
            keys.put(record.kind(), ofKind);
        }
        return keys;
    }
}
