package io.stoa.cluster;

import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Settles what a room is and on which node it opens: server defaults, then the named preset, then the request; an existing record is
 * kept and updated by the non-zero fields of the request (spec 5.2). The result is stored and routed before this returns.
 */
@ProviderType
public interface RoomAllocator {
    /**
     * @throws ClusterException {@code INVALID_ARGUMENT} for a bad name or an unknown preset, {@code RESOURCE_EXHAUSTED} when limits of
     *     the node are reached, {@code UNAVAILABLE} when no node can take it now
     */
    Allocation allocate(CreateRoomRequest request) throws ClusterException;

    /** Whether joining may create a room that does not exist ({@code room.auto_create}). */
    boolean autoCreate();

    /**
     * @param created true if no record existed before
     * @param nodeId where the room opens
     */
    record Allocation(Room room, RoomInternal internal, boolean created, String nodeId) {}
}
