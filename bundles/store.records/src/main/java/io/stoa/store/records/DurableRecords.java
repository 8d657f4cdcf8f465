package io.stoa.store.records;

import io.stoa.store.DurableRecord;
import io.stoa.store.DurableStore;
import io.stoa.store.StoreException;
import io.stoa.store.records.Hashes.Change;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** The durable side of a provider: each kind is read as it is stored, and written by the store that knows what else belongs to it. */
public abstract class DurableRecords implements DurableStore {
    static final int VERSION = 1;
    /** A hash of ours beside LiveKit's. */
    private static final String OURS = "stoa_store";

    private static final String LATEST = "latest";

    private final Hashes hashes;
    private final Map<String, Kind> kinds = new LinkedHashMap<>();

    /** @param remover forgets one record with all that belongs to it */
    public record Kind(String name, Source source, Sink sink, Remover remover) {}

    @ConsumerType
    public interface Source {
        Map<String, byte[]> all() throws StoreException;
    }

    @ConsumerType
    public interface Sink {
        void put(String key, byte[] value) throws StoreException;
    }

    @ConsumerType
    public interface Remover {
        void remove(String key) throws StoreException;
    }

    /** @param hashes that this process has for itself */
    protected DurableRecords(Hashes hashes) {
        this(hashes, new EgressRecords(hashes).kinds(), new IngressRecords(hashes).kinds(), new SipRecords(hashes).kinds(), new AgentRecords(hashes).kinds());
    }

    @SafeVarargs
    protected DurableRecords(Hashes hashes, List<Kind>... kinds) {
        this.hashes = hashes;
        for (List<Kind> of : kinds) for (Kind kind : of) this.kinds.put(kind.name(), kind);
    }

    @Override
    public final List<String> kinds() {
        return List.copyOf(kinds.keySet());
    }

    @Override
    public final long count(String kind) throws StoreException {
        return known(kind).source().all().size();
    }

    @Override
    public final List<DurableRecord> export(String kind) throws StoreException {
        List<DurableRecord> records = new ArrayList<>();
        known(kind).source().all().forEach((key, value) -> records.add(new DurableRecord(kind, key, VERSION, value)));
        return records;
    }

    @Override
    public final void put(DurableRecord record) throws StoreException {
        if (record.version() != VERSION)
            throw new StoreException("version " + record.version() + " of the " + record.kind() + " record " + record.key() + " is not known here");
        known(record.kind()).sink().put(record.key(), record.value());
    }

    @Override
    public final Optional<String> latest() throws StoreException {
        return hashes.get(OURS, LATEST).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    @Override
    public final void latest(String store) throws StoreException {
        hashes.write(List.of(new Change.Put(OURS, LATEST, store.getBytes(StandardCharsets.UTF_8))));
    }

    @Override
    public final void clear() throws StoreException {
        for (Kind kind : kinds.values()) for (String key : kind.source().all().keySet()) kind.remover().remove(key);
    }

    private Kind known(String name) throws StoreException {
        Kind kind = kinds.get(name);
        if (kind == null) throw new StoreException("there are no records of the kind " + name + " here");
        return kind;
    }
}
