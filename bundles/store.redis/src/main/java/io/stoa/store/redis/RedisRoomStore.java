package io.stoa.store.redis;

import static io.stoa.store.redis.Conversation.bytes;

import io.lettuce.core.KeyValue;
import io.lettuce.core.SetArgs;
import io.stoa.base.Ids;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.store.RoomStore;
import io.stoa.store.StoreException;
import io.stoa.store.records.Codec;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rooms and participants in hashes, and the locks of rooms, which fall by themselves. */
final class RedisRoomStore implements RoomStore {
    private static final Logger LOG = LoggerFactory.getLogger(RedisRoomStore.class);
    private static final long LOCK_MILLIS = 5_000;
    private static final long RETRY_MILLIS = 100;
    private static final String UNLOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";
    private static final byte[] ROOMS = bytes("rooms");
    private static final byte[] INTERNALS = bytes("room_internal");
    private static final Codec<Room> ROOM = new Codec<>("rooms", Room.parser());
    private static final Codec<RoomInternal> INTERNAL = new Codec<>("room_internal", RoomInternal.parser());
    private static final Codec<ParticipantInfo> PARTICIPANT = new Codec<>("room_participants", ParticipantInfo.parser());

    private final Conversation redis;
    private final Settling settling;
    private final Ids ids = new Ids(new SecureRandom());

    /** @param settling of what is not found while it lasts nobody says that it is not there; what is found is right, lists are not */
    RedisRoomStore(Conversation redis, Settling settling) {
        this.redis = redis;
        this.settling = settling;
    }

    @Override
    public void putRoom(Room room, RoomInternal internal) throws StoreException {
        byte[] name = bytes(room.getName());
        redis.askAll(
                commands -> commands.hset(ROOMS, name, room.toByteArray()),
                commands -> internal == null ? commands.hdel(INTERNALS, name) : commands.hset(INTERNALS, name, internal.toByteArray()));
    }

    @Override
    public Optional<RoomRecord> room(String name) throws StoreException {
        List<byte[]> both = redis.askAll(commands -> commands.hget(ROOMS, bytes(name)), commands -> commands.hget(INTERNALS, bytes(name)));
        if (both.getFirst() == null) {
            settling.require();
            return Optional.empty();
        }
        RoomInternal internal = both.getLast() == null ? RoomInternal.getDefaultInstance() : INTERNAL.read(name, both.getLast());
        return Optional.of(new RoomRecord(ROOM.read(name, both.getFirst()), internal));
    }

    @Override
    public List<Room> rooms(Collection<String> names) throws StoreException {
        settling.require();
        List<Room> rooms = new ArrayList<>();
        if (names.isEmpty()) {
            for (byte[] room : redis.ask(commands -> commands.hvals(ROOMS))) rooms.add(ROOM.read("of a list", room));
            return rooms;
        }
        byte[][] fields = names.stream().distinct().map(Conversation::bytes).toArray(byte[][]::new);
        for (KeyValue<byte[], byte[]> room : redis.ask(commands -> commands.hmget(ROOMS, fields)))
            if (room.hasValue()) rooms.add(ROOM.read(Conversation.text(room.getKey()), room.getValue()));
        return rooms;
    }

    @Override
    public void deleteRoom(String name) throws StoreException {
        redis.askAll(
                commands -> commands.hdel(ROOMS, bytes(name)),
                commands -> commands.hdel(INTERNALS, bytes(name)),
                commands -> commands.del(participantsOf(name)));
    }

    @Override
    public void putParticipant(String roomName, ParticipantInfo participant) throws StoreException {
        redis.ask(commands -> commands.hset(participantsOf(roomName), bytes(participant.getIdentity()), participant.toByteArray()));
    }

    @Override
    public Optional<ParticipantInfo> participant(String roomName, String identity) throws StoreException {
        byte[] participant = redis.ask(commands -> commands.hget(participantsOf(roomName), bytes(identity)));
        if (participant == null) settling.require();
        return participant == null ? Optional.empty() : Optional.of(PARTICIPANT.read(identity, participant));
    }

    @Override
    public List<ParticipantInfo> participants(String roomName) throws StoreException {
        List<ParticipantInfo> participants = new ArrayList<>();
        for (byte[] participant : redis.ask(commands -> commands.hvals(participantsOf(roomName)))) participants.add(PARTICIPANT.read("of " + roomName, participant));
        return participants;
    }

    @Override
    public void deleteParticipant(String roomName, String identity) throws StoreException {
        redis.ask(commands -> commands.hdel(participantsOf(roomName), bytes(identity)));
    }

    private static byte[] participantsOf(String roomName) {
        return bytes("room_participants:" + roomName);
    }

    @Override
    public RoomLock lock(String roomName) throws StoreException {
        byte[] key = bytes(lockOf(roomName));
        byte[] token = bytes(ids.next("LOCK"));
        long begin = System.nanoTime();
        while (redis.ask(commands -> commands.set(key, token, SetArgs.Builder.nx().px(LOCK_MILLIS))) == null) {
            if (System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(LOCK_MILLIS)) throw new StoreException("room " + roomName + " is being settled by somebody else");
            try {
                Thread.sleep(RETRY_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoreException("interrupted while waiting for room " + roomName, e);
            }
        }
        return () -> unlock(roomName, token);
    }

    private void unlock(String roomName, byte[] token) {
        try {
            if (redis.run(UNLOCK, List.of(lockOf(roomName)), token) == 0) LOG.warn("room {} was settled for so long that its lock had fallen", roomName);
        } catch (StoreException e) {
            LOG.warn("the lock of room {} will fall by itself: {}", roomName, e.getMessage());
        }
    }

    private static String lockOf(String roomName) {
        return "room_lock:" + roomName;
    }
}
