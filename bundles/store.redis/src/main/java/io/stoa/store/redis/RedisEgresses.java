package io.stoa.store.redis;

import static io.stoa.store.records.EgressRecords.EGRESSES;
import static io.stoa.store.redis.Conversation.bytes;
import static io.stoa.store.redis.Conversation.text;

import io.lettuce.core.KeyValue;
import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.store.EgressStore;
import io.stoa.store.StoreException;
import io.stoa.store.records.DurableRecords.Kind;
import io.stoa.store.records.EgressRecords;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Egresses in a hash, their ids by room in sets, and the ended ones with room and time in another hash. */
final class RedisEgresses implements EgressStore {
    private static final Logger LOG = LoggerFactory.getLogger(RedisEgresses.class);
    private static final byte[] EGRESS = bytes(EGRESSES.kind());
    private static final byte[] ENDED = bytes("ended_egress");

    private final Conversation redis;

    RedisEgresses(Conversation redis) {
        this.redis = redis;
    }

    List<Kind> kinds() {
        return List.of(new Kind(EGRESSES.kind(), this::all, (id, value) -> put(EGRESSES.read(id, value)), this::remove));
    }

    private Map<String, byte[]> all() throws StoreException {
        Map<String, byte[]> records = new LinkedHashMap<>();
        redis.ask(commands -> commands.hgetall(EGRESS)).forEach((id, value) -> records.put(text(id), value));
        return records;
    }

    @Override
    public boolean create(EgressInfo info) throws StoreException {
        if (!redis.ask(commands -> commands.hsetnx(EGRESS, bytes(info.getEgressId()), info.toByteArray()))) return false;
        note(info);
        return true;
    }

    @Override
    public void put(EgressInfo info) throws StoreException {
        redis.ask(commands -> commands.hset(EGRESS, bytes(info.getEgressId()), info.toByteArray()));
        note(info);
    }

    /** Where it is found by its room, and by its end. */
    private void note(EgressInfo info) throws StoreException {
        byte[] id = bytes(info.getEgressId());
        List<Conversation.Question<Object>> questions = new ArrayList<>();
        questions.add(commands -> commands.sadd(ofRoom(info.getRoomName()), id));
        if (info.getEndedAt() != 0)
            questions.add(commands -> commands.hset(ENDED, id, bytes(info.getRoomName() + '|' + info.getEndedAt())));
        redis.<Object>askAll(questions);
    }

    @Override
    public Optional<EgressInfo> egress(String id) throws StoreException {
        byte[] value = redis.ask(commands -> commands.hget(EGRESS, bytes(id)));
        return value == null ? Optional.empty() : Optional.of(EGRESSES.read(id, value));
    }

    @Override
    public List<EgressInfo> egresses(String roomName, boolean activeOnly) throws StoreException {
        List<EgressInfo> found = roomName.isEmpty() ? EGRESSES.readAll(all()) : inRoom(roomName);
        return activeOnly ? found.stream().filter(EgressRecords::active).toList() : found;
    }

    private List<EgressInfo> inRoom(String roomName) throws StoreException {
        List<EgressInfo> found = new ArrayList<>();
        byte[][] ids = redis.ask(commands -> commands.smembers(ofRoom(roomName))).toArray(byte[][]::new);
        if (ids.length == 0) return found;
        for (KeyValue<byte[], byte[]> record : redis.ask(commands -> commands.hmget(EGRESS, ids)))
            if (record.hasValue()) found.add(EGRESSES.read(text(record.getKey()), record.getValue()));
        return found;
    }

    @Override
    public void sweep(long now) throws StoreException {
        for (Map.Entry<byte[], byte[]> ended : redis.ask(commands -> commands.hgetall(ENDED)).entrySet()) {
            String id = text(ended.getKey());
            String value = text(ended.getValue());
            int bar = value.lastIndexOf('|');
            try {
                if (EgressRecords.expired(Long.parseLong(value.substring(bar + 1)), now)) remove(id, value.substring(0, Math.max(0, bar)));
            } catch (NumberFormatException e) {
                LOG.warn("egress {} is kept: when it ended is noted as {}", id, value);
            }
        }
    }

    private void remove(String id) throws StoreException {
        remove(id, egress(id).map(EgressInfo::getRoomName).orElse(""));
    }

    /** Its end is forgotten last: what was not done is found again by that. */
    private void remove(String id, String roomName) throws StoreException {
        redis.askAll(commands -> commands.srem(ofRoom(roomName), bytes(id)), commands -> commands.hdel(EGRESS, bytes(id)));
        redis.ask(commands -> commands.hdel(ENDED, bytes(id)));
    }

    private static byte[] ofRoom(String roomName) {
        return bytes("egress:room:" + roomName);
    }
}
