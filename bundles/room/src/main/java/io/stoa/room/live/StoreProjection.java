package io.stoa.room.live;

import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.store.RoomStore;
import io.stoa.store.StoreException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What rooms tell the store. Writes are coalesced per key and done by one virtual thread, so that rooms never wait for a store; while
 * there is none they stay noted, and a new store first gets everything that lives.
 */
final class StoreProjection {
    private static final Logger LOG = LoggerFactory.getLogger(StoreProjection.class);

    /** Rooms that closed long after their store was replaced need not be found for ever. */
    private static final int MAX_LEFT_BEHIND = 100_000;

    /** A store that does not answer is not asked at once again. */
    static final long AGAIN_MILLIS = 1_000;

    interface Write {
        void to(RoomStore store) throws StoreException;
    }

    private final ExecutorService executor;
    private final LinkedHashMap<String, Write> due = new LinkedHashMap<>();
    /** Rooms that lived when a store was replaced or went: it still has them if it comes back. */
    private final LinkedHashSet<String> leftBehind = new LinkedHashSet<>();
    private RoomStore store;
    private final Executor later;
    private boolean writing;
    private boolean failing;

    /** @param later runs something after {@link #AGAIN_MILLIS} */
    StoreProjection(ExecutorService executor, Executor later) {
        this.executor = executor;
        this.later = later;
    }

    /** @param living names of the rooms that live now */
    synchronized void bind(RoomStore next, Set<String> living) {
        if (store != null) leave(living);
        store = next;
        work();
    }

    synchronized void unbind(RoomStore gone, Set<String> living) {
        if (store != gone) return;
        leave(living);
        store = null;
    }

    /** @return false also while there is no store */
    boolean knows(String room) throws StoreException {
        RoomStore current;
        synchronized (this) {
            current = store;
        }
        return current != null && current.room(room).isPresent();
    }

    private void leave(Set<String> living) {
        leftBehind.addAll(living);
        Iterator<String> oldest = leftBehind.iterator();
        while (leftBehind.size() > MAX_LEFT_BEHIND) {
            oldest.next();
            oldest.remove();
        }
    }

    synchronized List<String> leftBehind() {
        return List.copyOf(leftBehind);
    }

    /** What is to become of a room that may be a leftover; anything that is said of a room of that name later takes its place. */
    void sweep(String name, Write write) {
        put("r" + name, write);
    }

    void putRoom(Room room, RoomInternal internal) {
        put("r" + room.getName(), s -> s.putRoom(room, internal));
    }

    void deleteRoom(String name) {
        put("r" + name, s -> s.deleteRoom(name));
    }

    void putParticipant(String room, ParticipantInfo participant) {
        put("p" + room + "\n" + participant.getIdentity(), s -> s.putParticipant(room, participant));
    }

    /** Forgets whoever left while the store was not listening. */
    void keepParticipants(String room, Set<String> identities) {
        put("k" + room, s -> {
            for (ParticipantInfo known : s.participants(room))
                if (!identities.contains(known.getIdentity())) s.deleteParticipant(room, known.getIdentity());
        });
    }

    void deleteParticipant(String room, String identity) {
        put("p" + room + "\n" + identity, s -> s.deleteParticipant(room, identity));
    }

    private synchronized void put(String key, Write write) {
        due.remove(key);
        due.put(key, write);
        work();
    }

    private void work() {
        if (writing || store == null || due.isEmpty()) return;
        writing = true;
        executor.execute(this::writeAll);
    }

    private void writeAll() {
        while (true) {
            RoomStore to;
            Map.Entry<String, Write> next;
            synchronized (this) {
                to = store;
                if (to == null || due.isEmpty()) {
                    writing = false;
                    return;
                }
                next = due.entrySet().iterator().next();
                due.remove(next.getKey());
            }
            try {
                next.getValue().to(to);
                failing = false;
            } catch (StoreException e) {
                if (!failing) LOG.warn("the store did not take a record, it is offered again every {} ms: {}", AGAIN_MILLIS, e.getMessage());
                failing = true;
                synchronized (this) {
                    if (!due.containsKey(next.getKey())) due.putFirst(next.getKey(), next.getValue()); // before what came later
                }
                later.execute(this::again);
                return;
            }
        }
    }

    private synchronized void again() {
        writing = false;
        work();
    }
}
