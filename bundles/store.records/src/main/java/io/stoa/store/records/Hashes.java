package io.stoa.store.records;

import io.stoa.store.StoreException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** Fields with bytes in named hashes. Safe for use by several threads. */
@ConsumerType
public interface Hashes {
    Optional<byte[]> get(String hash, String field) throws StoreException;

    /** By field, in no order that means anything; empty for an unknown hash. */
    Map<String, byte[]> all(String hash) throws StoreException;

    /** Names of the hashes that have fields. */
    List<String> names(String prefix) throws StoreException;

    /**
     * In this order, and all or nothing where the provider can; stored when it returns.
     *
     * @return how many fields are there now that were not, and are not there now that were
     */
    long write(List<Change> changes) throws StoreException;

    /** One step of a write. */
    sealed interface Change {
        String hash();

        record Put(String hash, String field, byte[] value) implements Change {
            public Put {
                if (field.isEmpty()) throw new IllegalArgumentException("a record of " + hash + " without an id");
            }
        }

        record Remove(String hash, String field) implements Change {}

        /** All its fields; counts for nothing. */
        record Drop(String hash) implements Change {}
    }
}
