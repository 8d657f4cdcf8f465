package io.stoa.store.memory;

import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.store.RoomStore;
import io.stoa.store.StoreException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Component;

/** Rooms and participants in two maps. Immediate, because a component that nobody uses for a moment would lose what it holds. */
@Component(service = RoomStore.class, immediate = true, property = "service.ranking:Integer=-2147483648")
public final class MemoryRoomStore implements RoomStore {
    private static final long LOCK_MILLIS = 5_000;

    private final Map<String, RoomRecord> rooms = new LinkedHashMap<>();
    private final Map<String, Map<String, ParticipantInfo>> participants = new LinkedHashMap<>();
    private final Set<String> locked = new HashSet<>();

    @Override
    public synchronized void putRoom(Room room, RoomInternal internal) {
        rooms.put(room.getName(), new RoomRecord(room, internal == null ? RoomInternal.getDefaultInstance() : internal));
    }

    @Override
    public synchronized Optional<RoomRecord> room(String name) {
        return Optional.ofNullable(rooms.get(name));
    }

    @Override
    public synchronized List<Room> rooms(Collection<String> names) {
        if (names.isEmpty()) return rooms.values().stream().map(RoomRecord::room).toList();
        return names.stream().distinct().filter(rooms::containsKey).map(name -> rooms.get(name).room()).toList();
    }

    @Override
    public synchronized void deleteRoom(String name) {
        rooms.remove(name);
        participants.remove(name);
    }

    @Override
    public synchronized void putParticipant(String roomName, ParticipantInfo participant) {
        participants.computeIfAbsent(roomName, name -> new LinkedHashMap<>()).put(participant.getIdentity(), participant);
    }

    @Override
    public synchronized Optional<ParticipantInfo> participant(String roomName, String identity) {
        return Optional.ofNullable(participants.getOrDefault(roomName, Map.of()).get(identity));
    }

    @Override
    public synchronized List<ParticipantInfo> participants(String roomName) {
        return List.copyOf(participants.getOrDefault(roomName, Map.of()).values());
    }

    @Override
    public synchronized void deleteParticipant(String roomName, String identity) {
        Map<String, ParticipantInfo> room = participants.get(roomName);
        if (room == null) return;
        room.remove(identity);
        if (room.isEmpty()) participants.remove(roomName);
    }

    @Override
    public RoomLock lock(String roomName) throws StoreException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOCK_MILLIS);
        synchronized (locked) {
            while (!locked.add(roomName)) await(roomName, deadline - System.nanoTime());
        }
        return () -> unlock(roomName);
    }

    private void await(String roomName, long nanos) throws StoreException {
        if (nanos <= 0) throw new StoreException("room " + roomName + " is being settled by somebody else");
        try {
            TimeUnit.NANOSECONDS.timedWait(locked, nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while waiting for room " + roomName, e);
        }
    }

    private void unlock(String roomName) {
        synchronized (locked) {
            locked.remove(roomName);
            locked.notifyAll();
        }
    }
}
