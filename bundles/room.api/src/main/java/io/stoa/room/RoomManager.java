package io.stoa.room;

import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.StartSession;
import java.util.Collection;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The rooms that live on this node. */
@ProviderType
public interface RoomManager {
    /** Opens the room on this node, or returns the one that is open (then the request's settings are ignored, spec 3.1). */
    Room create(CreateRoomRequest request) throws RoomException;

    /** @throws IllegalStateException if rooms are being handed over to this manager for too long: then nobody knows */
    Optional<LiveRoom> room(String name);

    Collection<LiveRoom> rooms();

    /**
     * A participant enters. The first response given to the sink is {@code join}, or {@code leave} if the room refuses.
     *
     * @throws RoomException if there is no room to join and none may be created, or the token's metadata exceeds limits
     */
    RoomSession join(StartSession start, SignalSink sink) throws RoomException;

    /**
     * A participant's signalling came back ({@code reconnect=1}). The first response is {@code reconnect}, or a {@code leave} with
     * action RECONNECT if the participant is unknown or closed.
     */
    RoomSession resume(StartSession start, SignalSink sink) throws RoomException;

    /**
     * A session that has begun goes on under another signal server or another room manager, without its client noticing: nothing is
     * sent beside what waited for it. Waits a little if rooms are just being handed over to this manager.
     *
     * @param start of the session; its {@code connection_id} says which one. If the participant is gone or has another one, the first
     *     and last response is a {@code leave} with action RECONNECT
     * @throws RoomException {@code UNAVAILABLE}: nothing was sent, and the session is what it was
     */
    RoomSession reattach(StartSession start, SignalSink sink) throws RoomException;

    /**
     * No room opens and nobody joins from now on. Rooms leave for other nodes, as far as there are any that take them, and their clients
     * resume there; what stays goes on. Cannot be taken back.
     */
    void drain();

    /** Participants on this node, hidden and dependent ones included, and those whose room has left a moment ago. */
    int participants();

    /** Rooms that this node, which {@linkplain #drain drains}, has yet to bring to other nodes; 0 where no other node takes any. */
    default int roomsToLeave() {
        return 0;
    }

    /** Ends all rooms; everybody is told SERVER_SHUTDOWN. */
    void shutdown();
}
