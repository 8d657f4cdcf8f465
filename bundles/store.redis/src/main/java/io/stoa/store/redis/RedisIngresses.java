package io.stoa.store.redis;

import static io.stoa.store.records.IngressRecords.INGRESSES;
import static io.stoa.store.records.IngressRecords.STATES;
import static io.stoa.store.redis.Conversation.bytes;
import static io.stoa.store.redis.Conversation.text;

import io.lettuce.core.KeyValue;
import io.stoa.protocol.livekit.IngressInfo;
import io.stoa.protocol.livekit.IngressState;
import io.stoa.store.IngressStore;
import io.stoa.store.StoreException;
import io.stoa.store.records.DurableRecords.Kind;
import io.stoa.store.records.IngressRecords;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ingresses in a hash, their ids by room in sets and by stream key in a hash, their states in a key each; all in one slot of a cluster. What
 * belongs together is changed by a script, if it is still as it was read.
 */
final class RedisIngresses implements IngressStore {
    private static final int TRIES = 100;
    private static final byte[] NOTHING = {};
    private static final String STREAM_KEYS = "{ingress}_stream_key";
    /** Keys: ingresses, stream keys, state, room before, room; arguments: id, record before, record, stream key, room before, room. */
    private static final String PUT = """
            if (redis.call('hget', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
            redis.call('hset', KEYS[1], ARGV[1], ARGV[3])
            if ARGV[4] ~= '' then redis.call('hset', KEYS[2], ARGV[4], ARGV[1]) end
            redis.call('set', KEYS[3], '', 'nx')
            if ARGV[5] ~= ARGV[6] then
              if ARGV[5] ~= '' then redis.call('srem', KEYS[4], ARGV[1]) end
              if ARGV[6] ~= '' then redis.call('sadd', KEYS[5], ARGV[1]) end
            end
            return 1
            """;
    /** Keys: ingresses, stream keys, state, room; arguments: id, record before, stream key. */
    private static final String DELETE = """
            if (redis.call('hget', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
            redis.call('hdel', KEYS[1], ARGV[1])
            redis.call('hdel', KEYS[2], ARGV[3])
            redis.call('del', KEYS[3])
            redis.call('srem', KEYS[4], ARGV[1])
            return 1
            """;
    /** Key: any string; arguments: what it was, what it is to be. */
    static final String REPLACE = """
            if (redis.call('get', KEYS[1]) or '') ~= ARGV[1] then return 0 end
            redis.call('set', KEYS[1], ARGV[2])
            return 1
            """;

    private final Conversation redis;

    RedisIngresses(Conversation redis) {
        this.redis = redis;
    }

    List<Kind> kinds() {
        return List.of(
                new Kind(INGRESSES.kind(), this::all, (id, value) -> put(INGRESSES.read(id, value)), this::delete),
                new Kind(STATES.kind(), this::allStates, (id, value) -> keep(id, STATES.read(id, value)), id -> redis.ask(commands -> commands.del(bytes(stateOf(id))))));
    }

    private void keep(String id, IngressState state) throws StoreException {
        redis.ask(commands -> commands.set(bytes(stateOf(id)), state.toByteArray()));
    }

    private Map<String, byte[]> all() throws StoreException {
        Map<String, byte[]> records = new LinkedHashMap<>();
        redis.ask(commands -> commands.hgetall(bytes(INGRESSES.kind()))).forEach((id, value) -> records.put(text(id), value));
        return records;
    }

    private Map<String, byte[]> allStates() throws StoreException {
        return states(List.copyOf(all().keySet()));
    }

    private Map<String, byte[]> states(List<String> ids) throws StoreException {
        List<Conversation.Question<byte[]>> questions = new ArrayList<>();
        for (String id : ids) questions.add(commands -> commands.get(bytes(stateOf(id))));
        List<byte[]> values = redis.askAll(questions);
        Map<String, byte[]> states = new LinkedHashMap<>();
        for (int i = 0; i < ids.size(); i++) if (values.get(i) != null) states.put(ids.get(i), values.get(i));
        return states;
    }

    @Override
    public void put(IngressInfo info) throws StoreException {
        String id = info.getIngressId();
        if (id.isEmpty()) throw new IllegalArgumentException("an ingress without an id");
        byte[] record = info.toBuilder().clearState().build().toByteArray();
        for (int i = 0; i < TRIES; i++) {
            byte[] before = configured(id);
            String roomBefore = before.length == 0 ? "" : INGRESSES.read(id, before).getRoomName();
            long done = redis.run(PUT, List.of(INGRESSES.kind(), STREAM_KEYS, stateOf(id), ofRoom(roomBefore), ofRoom(info.getRoomName())),
                    bytes(id), before, record, bytes(info.getStreamKey()), bytes(roomBefore), bytes(info.getRoomName()));
            if (done == 1) return;
        }
        throw contended(id);
    }

    @Override
    public void delete(String id) throws StoreException {
        for (int i = 0; i < TRIES; i++) {
            byte[] before = configured(id);
            IngressInfo info = INGRESSES.read(id, before);
            long done = redis.run(DELETE, List.of(INGRESSES.kind(), STREAM_KEYS, stateOf(id), ofRoom(info.getRoomName())), bytes(id), before, bytes(info.getStreamKey()));
            if (done == 1) return;
        }
        throw contended(id);
    }

    @Override
    public Optional<IngressState> putState(String id, IngressState state) throws StoreException, StaleStateException {
        for (int i = 0; i < TRIES; i++) {
            byte[] stored = redis.ask(commands -> commands.get(bytes(stateOf(id))));
            Optional<IngressState> before = stored == null ? Optional.empty() : Optional.of(STATES.read(id, stored));
            if (before.isPresent()) IngressRecords.checkFresh(id, before.get(), state);
            if (redis.run(REPLACE, List.of(stateOf(id)), stored == null ? NOTHING : stored, state.toByteArray()) == 1) return before;
        }
        throw contended(id);
    }

    private static StoreException contended(String id) {
        return new StoreException("ingress " + id + " is changed by too many at once");
    }

    /** Empty if there is none. */
    private byte[] configured(String id) throws StoreException {
        byte[] record = redis.ask(commands -> commands.hget(bytes(INGRESSES.kind()), bytes(id)));
        return record == null ? NOTHING : record;
    }

    @Override
    public Optional<IngressInfo> ingress(String id) throws StoreException {
        byte[] record = configured(id);
        return record.length == 0 ? Optional.empty() : Optional.of(withStates(List.of(INGRESSES.read(id, record))).getFirst());
    }

    @Override
    public Optional<IngressInfo> ingressByStreamKey(String streamKey) throws StoreException {
        byte[] id = redis.ask(commands -> commands.hget(bytes(STREAM_KEYS), bytes(streamKey)));
        return id == null ? Optional.empty() : ingress(text(id));
    }

    @Override
    public List<IngressInfo> ingresses(String roomName) throws StoreException {
        return withStates(roomName.isEmpty() ? INGRESSES.readAll(all()) : inRoom(roomName));
    }

    private List<IngressInfo> inRoom(String roomName) throws StoreException {
        List<IngressInfo> found = new ArrayList<>();
        byte[][] ids = redis.ask(commands -> commands.smembers(bytes(ofRoom(roomName)))).toArray(byte[][]::new);
        if (ids.length == 0) return found;
        for (KeyValue<byte[], byte[]> record : redis.ask(commands -> commands.hmget(bytes(INGRESSES.kind()), ids)))
            if (record.hasValue()) found.add(INGRESSES.read(text(record.getKey()), record.getValue()));
        return found;
    }

    private List<IngressInfo> withStates(List<IngressInfo> infos) throws StoreException {
        Map<String, byte[]> states = states(infos.stream().map(IngressInfo::getIngressId).toList());
        List<IngressInfo> whole = new ArrayList<>();
        for (IngressInfo info : infos) {
            byte[] state = states.get(info.getIngressId());
            whole.add(state == null ? info : info.toBuilder().setState(STATES.read(info.getIngressId(), state)).build());
        }
        return whole;
    }

    private static String stateOf(String id) {
        return "{ingress}_state:" + id;
    }

    private static String ofRoom(String roomName) {
        return "room_{ingress}:" + roomName;
    }
}
