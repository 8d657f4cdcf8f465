package io.stoa.room.live;

import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.room.EgressLauncher;
import io.stoa.room.RoomException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rooms that are recorded without being asked for each time, by whoever can do that just now. */
final class Recording {
    private static final Logger LOG = LoggerFactory.getLogger(Recording.class);
    private static final String NOBODY = "egress is not available: bundle service.egress is not installed or not active";

    private Recording() {}

    /** @param launcher null if there is none */
    static void begin(EgressLauncher launcher, Room room, CreateRoomRequest request) throws RoomException {
        if (launcher == null) throw new RoomException(RoomException.Code.UNAVAILABLE, NOBODY);
        launcher.created(room, request.getEgress().getRoom());
    }

    /** @param launcher null if there is none */
    static void published(EgressLauncher launcher, Room room, RoomInternal wishes, ParticipantInfo participant, TrackInfo track) {
        if (!wishes.hasParticipantEgress() && !wishes.hasTrackEgress()) return;
        if (launcher == null) LOG.warn("track {} in room {} is not recorded as it should be: {}", track.getSid(), room.getName(), NOBODY);
        else launcher.published(room, wishes, participant, track);
    }
}
