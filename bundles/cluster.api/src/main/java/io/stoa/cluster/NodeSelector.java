package io.stoa.cluster;

import io.stoa.protocol.livekit.Node;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** On which of several nodes a room opens (spec 7.3). */
@ProviderType
public interface NodeSelector {
    /**
     * @param nodes that are alive and take rooms, at least one
     * @throws ClusterException {@code UNAVAILABLE} if none of them will do
     */
    Node select(List<Node> nodes) throws ClusterException;
}
