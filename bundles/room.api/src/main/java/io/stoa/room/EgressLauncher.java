package io.stoa.room;

import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomCompositeEgressRequest;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.livekit.TrackInfo;
import org.osgi.annotation.versioning.ProviderType;

/** Starts what a room is recorded by without being asked for each time (spec 3.1, {@code CreateRoomRequest.egress}). */
@ProviderType
public interface EgressLauncher {
    /**
     * A room has been created that is to be recorded. Returns when a worker has taken that.
     *
     * @param request its room is the one that was created, whatever it says
     * @throws RoomException none has; that has also been told as an egress that failed
     */
    void created(Room room, RoomCompositeEgressRequest request) throws RoomException;

    /** A track was published. Starts what the room wishes of it, and of its participant if it is the first of that. Does not wait. */
    void published(Room room, RoomInternal wishes, ParticipantInfo participant, TrackInfo track);
}
