package io.stoa.room;

import io.stoa.protocol.livekit.DataPacket;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.PerformRpcRequest;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.protocol.livekit.UpdateSubscriptionsRequest;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A room that lives here. Methods block until the room's mailbox has done it. While the room is being handed over to another room manager
 * they fail: with {@code UNAVAILABLE}, or with an {@link IllegalStateException} where no {@link RoomException} is declared.
 */
@ProviderType
public interface LiveRoom {
    /** Current state, counts included. */
    Room info();

    /** What the server keeps of the room beside what is shown: as it was settled when the room opened. Does not wait. */
    RoomInternal internal();

    List<ParticipantInfo> participants();

    /** @throws RoomException {@code NOT_FOUND} {@code participant does not exist} */
    ParticipantInfo participant(String identity) throws RoomException;

    void removeParticipant(String identity) throws RoomException;

    /**
     * Brings a participant into another room of this node, which is opened if joining would open it. It keeps its connections, tracks and
     * permissions; this room sees it leave, the other one sees it join, its client is told by {@code room_moved}.
     *
     * @throws RoomException {@code NOT_FOUND} no such participant, or no such room and none may be opened; {@code INVALID_ARGUMENT} no or the
     *     same room; {@code ALREADY_EXISTS} somebody of that identity is there; {@code RESOURCE_EXHAUSTED} it is full;
     *     {@code FAILED_PRECONDITION} the participant cannot be moved; {@code UNAVAILABLE} it cannot be just now
     */
    void moveParticipant(String identity, String destinationRoom) throws RoomException;

    /**
     * Shows a participant in another room as well, on whichever node: its tracks, and what it says of itself, until it leaves this room or is
     * removed from the other. Errors are those of {@link #moveParticipant}.
     */
    void forwardParticipant(String identity, String destinationRoom) throws RoomException;

    /**
     * @return the track, empty if the participant has no such track
     * @throws RoomException {@code NOT_FOUND} unknown participant, {@code FAILED_PRECONDITION} remote unmute is not enabled
     */
    Optional<TrackInfo> mutePublishedTrack(String identity, String trackSid, boolean muted) throws RoomException;

    ParticipantInfo updateParticipant(UpdateParticipantRequest request) throws RoomException;

    Room updateMetadata(String metadata) throws RoomException;

    void updateSubscriptions(UpdateSubscriptionsRequest request) throws RoomException;

    /** Sends to everybody, or to the packet's destinations; {@code participant_sid} and identity are left as they are. */
    void sendData(DataPacket packet) throws RoomException;

    /**
     * Calls a method that a participant has registered, over its data channel (spec 4.9), and waits for the answer.
     *
     * @return the answer's payload
     * @throws RoomException {@code NOT_FOUND} unknown participant; else the code that belongs to the RPC error named in the message, for
     *     instance {@code INVALID_ARGUMENT} for {@code RpcError 1400: Method not supported at destination}
     */
    String performRpc(PerformRpcRequest request) throws RoomException;

    /** Everybody is told ROOM_DELETED; the room and its records are gone when this returns. */
    void delete() throws RoomException;

    /** Everybody with what operators want to know; hidden participants, too. */
    List<ParticipantReport> inspect() throws RoomException;

    /**
     * Why a subscriber does not see a track (spec 5.8): one line per reason, a name in capitals, a colon, and a sentence for people; empty
     * if packets flow.
     *
     * @throws RoomException {@code NOT_FOUND} {@code participant does not exist}; or who could not be asked
     */
    List<String> explain(String identity, String trackSid) throws RoomException;
}
