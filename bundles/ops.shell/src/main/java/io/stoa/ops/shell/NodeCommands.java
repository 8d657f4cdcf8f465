package io.stoa.ops.shell;

import io.stoa.cluster.ClusterException;
import io.stoa.cluster.NodeRegistry;
import io.stoa.protocol.livekit.Node;
import io.stoa.protocol.livekit.NodeStats;
import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The nodes of the cluster as this one sees them, those of LiveKit among them. */
@Component(service = NodeCommands.class, property = {"osgi.command.scope=stoa", "osgi.command.function=nodes"})
public final class NodeCommands {
    private static final String USAGE = "nodes [--json]";

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile NodeRegistry registry;

    public String nodes(String... arguments) {
        Request request = Request.parse(USAGE, 0, arguments);
        NodeRegistry known = registry;
        if (known == null) throw new IllegalStateException("no node registry is at work: why io.stoa.cluster");
        Table table = new Table("id", "ip", "region", "state", "cpus", "cpu", "load", "rooms", "clients", "tracks in", "tracks out", "started", "heard of");
        try {
            known.nodes().stream().sorted(Comparator.comparing(Node::getId)).forEach(node -> row(table, node, known.localId()));
        } catch (ClusterException e) {
            throw new IllegalStateException("the nodes are not known: " + e.getMessage(), e);
        }
        return request.json() ? table.json() : table.text("no node is there");
    }

    private static void row(Table table, Node node, String here) {
        NodeStats stats = node.getStats();
        table.row(node.getId() + (node.getId().equals(here) ? " (this)" : ""), node.getIp(), node.getRegion(), node.getState().name(), node.getNumCpus(),
                Math.round(stats.getCpuLoad() * 100) + " %", String.format(Locale.ROOT, "%.2f", stats.getLoadAvgLast1Min()), stats.getNumRooms(),
                stats.getNumClients(), stats.getNumTracksIn(), stats.getNumTracksOut(), at(stats.getStartedAt()), at(stats.getUpdatedAt()));
    }

    /** Wall seconds; 0 where it was never said. */
    private static String at(long seconds) {
        return seconds == 0 ? "" : Instant.ofEpochSecond(seconds).toString();
    }
}
