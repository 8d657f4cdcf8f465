package io.stoa.store;

import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Rooms and their participants by name and identity. */
@ProviderType
public interface RoomStore {
    void putRoom(Room room, RoomInternal internal) throws StoreException;

    Optional<RoomRecord> room(String name) throws StoreException;

    /** @param names empty = all */
    List<Room> rooms(Collection<String> names) throws StoreException;

    /** Deletes the room with all its participants; unknown names are fine. */
    void deleteRoom(String name) throws StoreException;

    void putParticipant(String roomName, ParticipantInfo participant) throws StoreException;

    Optional<ParticipantInfo> participant(String roomName, String identity) throws StoreException;

    List<ParticipantInfo> participants(String roomName) throws StoreException;

    void deleteParticipant(String roomName, String identity) throws StoreException;

    /**
     * Waits, 5 s at most, until nobody else settles the room, on whichever node that uses this store (LiveKit's {@code LockRoom}).
     *
     * @throws StoreException also if somebody has it for longer than that
     */
    RoomLock lock(String roomName) throws StoreException;

    /** Let go by the thread that asked for it; one that is not falls by itself where its owner may be another process, after 5 s. */
    interface RoomLock extends AutoCloseable {
        @Override
        void close();
    }

    /** @param internal default instance if none was stored */
    record RoomRecord(Room room, RoomInternal internal) {}
}
