package io.stoa.cluster.redis;

import com.google.protobuf.InvalidProtocolBufferException;
import io.stoa.cluster.ClusterException;
import io.stoa.cluster.NodeRegistry;
import io.stoa.protocol.livekit.Node;
import io.stoa.redis.RedisConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node among others, in the hash {@code nodes} (spec 7.2, 7.3). A node is alive whose record is not older than 5 s. */
final class RedisNodeRegistry implements NodeRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(RedisNodeRegistry.class);
    private static final byte[] NODES = Hash.bytes("nodes");
    static final long BEAT_MILLIS = 2_000;
    static final long ALIVE_SECONDS = 5;
    /** Of somebody who may yet have a clock that is wrong, or hang for a while. */
    static final long DEAD_SECONDS = 30;

    private final NodeRegistry itself;
    private final Hash redis;
    private final LongSupplier wallSeconds;
    private final BooleanSupplier ending;
    private final ScheduledExecutorService beat = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("node-beat").factory());
    private boolean reachable = true;

    /**
     * @param itself the registry of this node alone, which knows its id and its load
     * @param ending whether this node ends
     */
    RedisNodeRegistry(RedisConnection redis, NodeRegistry itself, LongSupplier wallSeconds, BooleanSupplier ending) {
        this.ending = ending;
        this.redis = new Hash(redis);
        this.itself = itself;
        this.wallSeconds = wallSeconds;
    }

    void start() {
        beat.scheduleWithFixedDelay(this::beat, 0, BEAT_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Whoever is missed by others for a moment is back with the next one. */
    synchronized void beat() {
        try {
            write();
            sweep();
            if (!reachable) LOG.info("node {} is known to others again", localId());
            reachable = true;
        } catch (ClusterException e) {
            if (reachable) LOG.warn("others do not hear of node {}: {}", localId(), e.getMessage());
            reachable = false;
        } catch (RuntimeException e) {
            LOG.error("node {} could not be written", localId(), e);
        }
    }

    private void write() throws ClusterException {
        Node node = local();
        redis.ask(commands -> commands.hset(NODES, Hash.bytes(node.getId()), node.toByteArray()));
    }

    /** Nodes that ended without saying so; each is compared with what was read, in case that it lives. */
    private void sweep() throws ClusterException {
        for (Map.Entry<byte[], byte[]> one : all().entrySet()) {
            Node node = parse(one.getValue());
            boolean dead = node == null || wallSeconds.getAsLong() - node.getStats().getUpdatedAt() > DEAD_SECONDS;
            if (!dead || Hash.text(one.getKey()).equals(localId())) continue;
            redis.deleteIf(NODES, one.getKey(), one.getValue());
            LOG.info("node {} is gone", Hash.text(one.getKey()));
        }
    }

    private Map<byte[], byte[]> all() throws ClusterException {
        return redis.ask(commands -> commands.hgetall(NODES));
    }

    private static Node parse(byte[] record) {
        try {
            return Node.parseFrom(record);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }

    @Override
    public Node local() {
        return itself.local();
    }

    @Override
    public String localId() {
        return itself.localId();
    }

    @Override
    public List<Node> nodes() throws ClusterException {
        List<Node> alive = new ArrayList<>();
        alive.add(local()); // whatever Redis has of it
        for (byte[] record : all().values()) {
            Node node = parse(record);
            if (node == null || node.getId().equals(localId())) continue;
            if (wallSeconds.getAsLong() - node.getStats().getUpdatedAt() <= ALIVE_SECONDS) alive.add(node);
        }
        return alive;
    }

    @Override
    public void drain() {
        itself.drain();
        beat();
    }

    @Override
    public boolean draining() {
        return itself.draining();
    }

    /** If the node ends, others need not wait until it is missed. If this part is replaced, they are not to take its rooms for lost. */
    void stop() {
        beat.shutdownNow();
        if (!ending.getAsBoolean()) return;
        try {
            redis.ask(commands -> commands.hdel(NODES, Hash.bytes(localId())));
        } catch (ClusterException e) {
            LOG.debug("the record of node {} is left to others", localId(), e);
        }
    }
}
