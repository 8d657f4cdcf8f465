package io.stoa.room;

import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.TrackInfo;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What happens in rooms, for webhooks, metrics and plug-ins. A whiteboard: register a service. Called in the order of events of a room;
 * must not block. One that throws is reported and skipped.
 */
@ConsumerType
public interface RoomListener {
    default void roomStarted(Room room) {}

    default void roomFinished(Room room) {}

    /** The room goes on on this node, after it has lived on another one. Nothing has begun, nobody has entered; its clients come back. */
    default void roomArrived(Room room, List<ParticipantInfo> participants) {}

    /** The room goes on on another node. Nothing has ended, nobody has left. */
    default void roomDeparted(Room room) {}

    /** The participant is in the room; its media connection is still to come, or was brought along from another room. */
    default void participantEntered(Room room, ParticipantInfo participant) {}

    /** The participant became ACTIVE. */
    default void participantJoined(Room room, ParticipantInfo participant) {}

    /** One that had joined has left; its tracks have ended before. */
    default void participantLeft(Room room, ParticipantInfo participant) {}

    /** The participant has left, or was sent away, without ever having become ACTIVE. */
    default void participantConnectionAborted(Room room, ParticipantInfo participant) {}

    default void trackPublished(Room room, ParticipantInfo participant, TrackInfo track) {}

    default void trackUnpublished(Room room, ParticipantInfo participant, TrackInfo track) {}
}
