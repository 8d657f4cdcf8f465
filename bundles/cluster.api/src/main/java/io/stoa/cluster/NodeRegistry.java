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

    /** From now on this node takes no new rooms and no new participants; it stays registered until it stops. Cannot be taken back. */
    void drain();

    boolean draining();
}
