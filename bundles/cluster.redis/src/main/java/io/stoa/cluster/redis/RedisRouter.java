package io.stoa.cluster.redis;

import io.lettuce.core.ScriptOutputType;
import io.stoa.cluster.ClusterException;
import io.stoa.cluster.Router;
import io.stoa.redis.RedisConnection;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Rooms and their nodes in {@code room_node_map}. Of a Redis that has come back without it nobody can say, for some seconds, that a room is
 * nowhere: its node may not have been back yet.
 */
final class RedisRouter implements Router {
    private static final byte[] ROUTES = Hash.bytes("room_node_map");
    /** KEYS: the hash; ARGV: room, the node that is gone or nothing, the node that claims. */
    private static final String CLAIM = """
            local now = redis.call('HGET', KEYS[1], ARGV[1])
            if now and now ~= ARGV[2] then return now end
            redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
            return ARGV[3]""";

    private final Hash redis;
    private final BooleanSupplier unsettled;

    /** @param unsettled whether other nodes may have rooms of which they have not told yet */
    RedisRouter(RedisConnection redis, BooleanSupplier unsettled) {
        this.redis = new Hash(redis);
        this.unsettled = unsettled;
    }

    @Override
    public Optional<String> nodeOf(String roomName) throws ClusterException {
        byte[] node = redis.ask(commands -> commands.hget(ROUTES, Hash.bytes(roomName)));
        if (node == null) requireSettled(roomName);
        return Optional.ofNullable(node).map(Hash::text);
    }

    private void requireSettled(String roomName) throws ClusterException {
        if (unsettled.getAsBoolean())
            throw new ClusterException(ClusterException.Code.UNAVAILABLE, "where room " + roomName + " lives is not known yet: Redis has come back, and nodes are telling it");
    }

    @Override
    public void assign(String roomName, String nodeId) throws ClusterException {
        redis.ask(commands -> commands.hset(ROUTES, Hash.bytes(roomName), Hash.bytes(nodeId)));
    }

    @Override
    public String claim(String roomName, String before, String nodeId) throws ClusterException {
        if (!before.equals(nodeId)) requireSettled(roomName);
        byte[] has = redis.ask(commands -> commands.eval(
                CLAIM.getBytes(StandardCharsets.US_ASCII), ScriptOutputType.VALUE, new byte[][] {ROUTES}, Hash.bytes(roomName), Hash.bytes(before), Hash.bytes(nodeId)));
        return Hash.text(has);
    }

    @Override
    public void clear(String roomName, String nodeId) throws ClusterException {
        redis.deleteIf(ROUTES, Hash.bytes(roomName), Hash.bytes(nodeId));
    }
}
