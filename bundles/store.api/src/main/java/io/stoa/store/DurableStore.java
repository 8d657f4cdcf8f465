package io.stoa.store;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * All that a provider keeps and nobody else knows: it is copied, and counted, before another store takes over. One per provider, with its
 * name as the property {@link StoreCharge#STORE}, and there whether or not the provider is in charge.
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

    /** The store that has the latest records, its own name included, as far as this one was told; empty if it never was. */
    Optional<String> latest() throws StoreException;

    /** Remembers it as durably as the records. */
    void latest(String store) throws StoreException;

    /** Whether other nodes read and write it, too. */
    boolean shared();

    /** Forgets all records. */
    void clear() throws StoreException;
}
