package io.stoa.cluster;

import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import org.osgi.annotation.versioning.ProviderType;

/** Settles on which node a room opens, and there, what it is. */
@ProviderType
public interface RoomAllocator {
    /**
     * The node of the room: the one that has it as long as that is alive, or else one that is selected now (spec 7.3). Routed when this
     * returns.
     *
     * @return its id
     * @throws ClusterException {@code NOT_FOUND} if the request names a node that is not there; else as {@link #allocate}
     */
    String place(CreateRoomRequest request) throws ClusterException;

    /**
     * Opens the room's record on this node: server defaults, then the named preset, then the request; an existing record is kept and
     * updated by the non-zero fields of the request (spec 5.2). Stored and routed when this returns.
     *
     * @throws ClusterException {@code INVALID_ARGUMENT} for a bad name or an unknown preset, {@code RESOURCE_EXHAUSTED} when limits of
     *     the node are reached, {@code UNAVAILABLE} when no node can take it now, or another one than this has it
     */
    Allocation allocate(CreateRoomRequest request) throws ClusterException;

    /** Whether joining may create a room that does not exist ({@code room.auto_create}). */
    boolean autoCreate();

    /** @param created true if no record existed before */
    record Allocation(Room room, RoomInternal internal, boolean created) {}
}
