package io.stoa.store;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A store whose records nobody else knows: they are copied, and counted, before another store takes over. Registered under its own
 * contract and under this one.
 */
@ProviderType
public interface DurableStore {
    /** Kinds of records, by the names that {@link DurableRecord#kind} has. */
    List<String> kinds();

    long count(String kind) throws StoreException;

    /** A snapshot: records that are written meanwhile may or may not be in it. */
    List<DurableRecord> export(String kind) throws StoreException;

    /**
     * Keeps a record under its key, whether or not one was there before.
     *
     * @throws StoreException also for a kind or a version that this store does not know; nothing is kept then
     */
    void put(DurableRecord record) throws StoreException;
}
