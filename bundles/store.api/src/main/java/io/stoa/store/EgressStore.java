package io.stoa.store;

import io.stoa.protocol.livekit.EgressInfo;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Egresses by id. An ended one is kept for 24 hours after its end (spec 7.2). */
@ProviderType
public interface EgressStore {
    /** Stores it if its id is unknown. @return whether it was */
    boolean create(EgressInfo info) throws StoreException;

    /** Stores it, known or not. */
    void put(EgressInfo info) throws StoreException;

    Optional<EgressInfo> egress(String id) throws StoreException;

    /**
     * @param roomName empty for all rooms
     * @param activeOnly only those whose end has not been reported
     */
    List<EgressInfo> egresses(String roomName, boolean activeOnly) throws StoreException;

    /** Removes what ended more than 24 hours before. @param now ns since 1970, the unit of {@code ended_at} */
    void sweep(long now) throws StoreException;
}
