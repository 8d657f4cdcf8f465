package io.stoa.cluster.redis;

import io.lettuce.core.ScriptOutputType;
import io.stoa.cluster.ClusterException;
import io.stoa.cluster.Router;
import io.stoa.redis.RedisConnection;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Rooms and their nodes in {@code room_node_map}. */
final class RedisRouter implements Router {
    private static final byte[] ROUTES = Hash.bytes("room_node_map");
    /** KEYS: the hash; ARGV: room, the node that is gone or nothing, the node that claims. */
    private static final String CLAIM = """
            local now = redis.call('HGET', KEYS[1], ARGV[1])
            if now and now ~= ARGV[2] then return now end
            redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
            return ARGV[3]""";

    private final Hash redis;

    RedisRouter(RedisConnection redis) {
        this.redis = new Hash(redis);
    }

    @Override
    public Optional<String> nodeOf(String roomName) throws ClusterException {
        byte[] node = redis.ask(commands -> commands.hget(ROUTES, Hash.bytes(roomName)));
        return Optional.ofNullable(node).map(Hash::text);
    }

    @Override
    public void assign(String roomName, String nodeId) throws ClusterException {
        redis.ask(commands -> commands.hset(ROUTES, Hash.bytes(roomName), Hash.bytes(nodeId)));
    }

    @Override
    public String claim(String roomName, String before, String nodeId) throws ClusterException {
        byte[] has = redis.ask(commands -> commands.eval(
                CLAIM.getBytes(StandardCharsets.US_ASCII), ScriptOutputType.VALUE, new byte[][] {ROUTES}, Hash.bytes(roomName), Hash.bytes(before), Hash.bytes(nodeId)));
        return Hash.text(has);
    }

    @Override
    public void clear(String roomName, String nodeId) throws ClusterException {
        redis.deleteIf(ROUTES, Hash.bytes(roomName), Hash.bytes(nodeId));
    }
}
