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
    /** Of somebody who does not answer: a record is overdue by now, as nearly as seconds can tell, and if Redis takes half a second each way. */
    static final long MISSED_SECONDS = 4;
    /** Of somebody who may yet have a clock that is wrong, or hang for a while. */
    static final long DEAD_SECONDS = 30;
    /** When Redis is back, others have so long to be back, too: longer than they wait between two attempts to connect. */
    static final long RETURN_SECONDS = 8;

    private final NodeRegistry itself;
    private final Hash redis;
    private final LongSupplier wallSeconds;
    private final BooleanSupplier ending;
    private final Absence absence;
    private final ScheduledExecutorService beat = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("node-beat").factory());
    /** The last attempt to write came through. */
    private volatile boolean reachable = true;
    // In wallSeconds, 0 before the first time: of the last write; of the last write before Redis was away, and of the first one after it.
    private volatile long written;
    private volatile long lost;
    private volatile long back;

    /** Of this node, as far as others are concerned. */
    interface Absence {
        /** @param forgotten whether Redis does not have what this node has told it */
        void over(boolean forgotten);
    }

    /**
     * @param itself the registry of this node alone, which knows its id and its load
     * @param ending whether this node ends
     * @param absence is told, outside of any lock
     */
    RedisNodeRegistry(RedisConnection redis, NodeRegistry itself, LongSupplier wallSeconds, BooleanSupplier ending, Absence absence) {
        this.ending = ending;
        this.absence = absence;
        this.redis = new Hash(redis);
        this.itself = itself;
        this.wallSeconds = wallSeconds;
    }

    void start() {
        beat.scheduleAtFixedRate(this::beat, 0, BEAT_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Without waiting until it is time. */
    void beatNow(Runnable done) {
        if (beat.isShutdown()) return;
        beat.execute(() -> {
            beat();
            done.run();
        });
    }

    /** Whoever is missed by others for a moment is back with the next one. */
    void beat() {
        Beat last = write();
        if (last == Beat.ABSENT || last == Beat.FORGOTTEN) absence.over(last == Beat.FORGOTTEN);
    }

    /** How it was before this beat. */
    private enum Beat { PRESENT, ABSENT, FORGOTTEN, FAILED }

    private synchronized Beat write() {
        try {
            Node node = local();
            boolean isNew = redis.ask(commands -> commands.hset(NODES, Hash.bytes(node.getId()), node.toByteArray()));
            long now = wallSeconds.getAsLong();
            if (written != 0 && !reachable) {
                lost = written;
                back = now;
            }
            sweep();
            boolean absent = written != 0 && (!reachable || now - written > ALIVE_SECONDS);
            boolean forgotten = written != 0 && isNew;
            if (absent || forgotten) LOG.info("node {} is known to others again", localId());
            reachable = true;
            written = now;
            return forgotten ? Beat.FORGOTTEN : absent ? Beat.ABSENT : Beat.PRESENT;
        } catch (ClusterException e) {
            if (reachable) LOG.warn("others do not hear of node {}: {}", localId(), e.getMessage());
            reachable = false;
        } catch (RuntimeException e) {
            LOG.error("node {} could not be written", localId(), e);
        }
        return Beat.FAILED;
    }

    /** Nodes that ended without saying so; each is compared with what was read, in case that it lives. */
    private void sweep() throws ClusterException {
        for (Map.Entry<byte[], byte[]> one : all().entrySet()) {
            Node node = parse(one.getValue());
            boolean dead = node == null || age(node) > DEAD_SECONDS;
            if (!dead || Hash.text(one.getKey()).equals(localId())) continue;
            redis.deleteIf(NODES, one.getKey(), one.getValue());
            LOG.info("node {} is gone", Hash.text(one.getKey()));
        }
    }

    /**
     * Of its record, in seconds. That nobody could write while Redis was away says nothing of anybody: until all have had time to come back, records
     * are as old as they were then.
     */
    private long age(Node node) {
        long now = wallSeconds.getAsLong();
        long at = !reachable && written != 0 ? written : back != 0 && now - back <= RETURN_SECONDS ? lost : now;
        return at - node.getStats().getUpdatedAt();
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
            if (age(node) <= ALIVE_SECONDS) alive.add(node);
        }
        return alive;
    }

    @Override
    public boolean missed(String nodeId) throws ClusterException {
        byte[] record = redis.ask(commands -> commands.hget(NODES, Hash.bytes(nodeId)));
        if (record == null) return true;
        Node node = parse(record);
        if (node != null && age(node) < MISSED_SECONDS) return false;
        redis.deleteIf(NODES, Hash.bytes(nodeId), record);
        LOG.warn("node {} does not answer, and its record is overdue: it is taken for dead", nodeId);
        return true;
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
