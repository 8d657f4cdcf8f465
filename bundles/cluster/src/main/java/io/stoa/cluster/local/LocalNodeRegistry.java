package io.stoa.cluster.local;

import io.stoa.base.Ids;
import io.stoa.cluster.NodeRegistry;
import io.stoa.media.MediaPlane;
import io.stoa.media.NodeAddresses;
import io.stoa.protocol.livekit.Node;
import io.stoa.protocol.livekit.NodeState;
import io.stoa.protocol.livekit.NodeStats;
import io.stoa.protocol.livekit.NodeType;
import io.stoa.room.RoomManager;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** One node: this one. Immediate, so that its id lasts as long as the process. */
@Component(
        service = NodeRegistry.class,
        immediate = true,
        configurationPid = "io.stoa.server",
        property = {"service.ranking:Integer=-2147483648", "stoa.nodes=one"})
public final class LocalNodeRegistry implements NodeRegistry {
    private static final long STATS_NANOS = 500_000_000L;

    private final String id = new Ids(new SecureRandom()).next(Ids.NODE);
    private final NodeLoad load = new NodeLoad(System.nanoTime(), wallSeconds());
    private volatile ServerConfig config;
    private volatile boolean draining;
    private volatile Reading reading;
    private volatile InetAddress address = InetAddress.getLoopbackAddress();

    // Who is counted needs this node to exist first: optional, so that there is no circle.
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile RoomManager rooms;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile MediaPlane media;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile NodeAddresses addresses;

    @Activate
    public LocalNodeRegistry(ServerConfig config) {
        this.config = config;
    }

    @Modified
    void configure(ServerConfig changed) {
        config = changed;
    }

    @Override
    public Node local() {
        return Node.newBuilder()
                .setId(id)
                .setIp(address())
                .setNumCpus(Runtime.getRuntime().availableProcessors())
                .setType(NodeType.SERVER)
                .setState(draining ? NodeState.SHUTTING_DOWN : NodeState.SERVING)
                .setRegion(config.region())
                .setStats(stats())
                .build();
    }

    @Override
    public String localId() {
        return id;
    }

    @Override
    public List<Node> nodes() {
        return List.of(local());
    }

    @Override
    public void drain() {
        draining = true;
    }

    @Override
    public boolean draining() {
        return draining;
    }

    /** Every room that opens asks; to read the machine and count rooms takes milliseconds where there are many. */
    private NodeStats stats() {
        Reading last = reading;
        long now = System.nanoTime();
        if (last != null && now - last.at < STATS_NANOS) return last.stats;
        NodeStats stats = read();
        reading = new Reading(now, stats);
        return stats;
    }

    private record Reading(long at, NodeStats stats) {}

    private NodeStats read() {
        RoomManager manager = rooms;
        MediaPlane plane = media;
        return load.read(
                System.nanoTime(),
                wallSeconds(),
                manager == null ? 0 : manager.rooms().size(),
                manager == null ? 0 : manager.participants(),
                Optional.ofNullable(plane).map(MediaPlane::stats));
    }

    /** Media is not there yet, or for a moment: what was known stays. */
    private String address() {
        NodeAddresses current = addresses;
        if (current != null) address = current.primary();
        return address.getHostAddress();
    }

    private static long wallSeconds() {
        return System.currentTimeMillis() / 1000;
    }
}
