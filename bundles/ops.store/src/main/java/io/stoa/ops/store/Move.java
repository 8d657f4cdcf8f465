package io.stoa.ops.store;

import io.stoa.store.DurableRecord;
import io.stoa.store.DurableStore;
import io.stoa.store.StoreException;
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
    private String latest = "";

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
            boolean leaves = other.getKey().equals(inCharge);
            if (other.getKey().equals(to) || other.getKey().equals(StoreMover.MEMORY) && !leaves) continue;
            try {
                if (leaves || other.getValue().latest().filter(other.getKey()::equals).isPresent()) sources.put(other.getKey(), other.getValue());
            } catch (StoreException e) {
                boolean matters = !inCharge.equals(to) && !emptyStart;
                if (matters) throw new StoreException("the store " + other.getKey() + ", which may have records for " + to + ", cannot be read; " + advice() + ": " + e.getMessage(), e);
            }
        }
        boolean gone = !inCharge.isEmpty() && !stores.containsKey(inCharge) && !inCharge.equals(to);
        if (gone && !emptyStart && !inCharge.equals(StoreMover.MEMORY)) throw away(inCharge);
    }

    /** Whether the store that takes over can do so; nothing is changed yet. */
    void begin() throws StoreException {
        latest = target().latest().orElse("");
        boolean left = !latest.isEmpty() && !latest.equals(to);
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
        boolean left = !latest.isEmpty() && !latest.equals(to);
        if (left && !target.shared()) target.clear(); // what it was left with is old
        for (Map.Entry<String, DurableStore> source : sources.entrySet()) {
            if (source.getValue().shared() && latest.equals(to)) continue; // what the others go on with
            copy(source.getKey(), source.getValue(), target);
            target.latest(to);
            source.getValue().latest(to);
        }
        if (!latest.equals(to)) target.latest(to);
    }

    private void copy(String from, DurableStore source, DurableStore target) throws StoreException {
        boolean overwrite = latest.equals(from);
        long copied = 0;
        for (String kind : source.kinds()) {
            List<DurableRecord> records = source.export(kind);
            Set<String> there = records.isEmpty() || overwrite ? Set.of() : keys(target, kind);
            for (DurableRecord record : records) {
                if (there.contains(record.key())) continue; // another node has written it since
                target.put(record);
                copied++;
            }
            if (!records.isEmpty()) verify(kind, records, target);
        }
        LOG.info("durable records: {} were copied from the store {} to {}", copied, from, to);
    }

    private static void verify(String kind, List<DurableRecord> records, DurableStore target) throws StoreException {
        Set<String> there = keys(target, kind);
        long missing = records.stream().filter(record -> !there.contains(record.key())).count();
        if (missing > 0) throw new StoreException(missing + " of " + records.size() + " records of the kind " + kind + " did not arrive");
    }

    private static Set<String> keys(DurableStore store, String kind) throws StoreException {
        Set<String> keys = new HashSet<>();
        for (DurableRecord record : store.export(kind)) keys.add(record.key());
        return keys;
    }
}
