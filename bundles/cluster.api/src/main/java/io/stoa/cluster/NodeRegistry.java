package io.stoa.cluster;

import io.stoa.protocol.livekit.Node;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The nodes of the cluster, this one included. */
@ProviderType
public interface NodeRegistry {
    /** This node with its current state and statistics. */
    Node local();

    /** Id of this node ({@code ND_…}), fresh at each start. */
    String localId();

    /** All nodes that are alive. */
    List<Node> nodes() throws ClusterException;

    /**
     * Somebody has asked a node and got no answer. If it has not been heard of for a while either, it is taken for dead, and not among
     * {@link #nodes} any more until it is heard of again: sooner than by waiting for that alone.
     *
     * @return whether it is taken for dead
     */
    default boolean missed(String nodeId) throws ClusterException {
        return nodes().stream().noneMatch(node -> node.getId().equals(nodeId));
    }

    /** From now on this node takes no new rooms and no new participants; it stays registered until it stops. Cannot be taken back. */
    void drain();

    boolean draining();
}
