package io.stoa.cluster;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Which room lives where: a room lives on exactly one node. */
@ProviderType
public interface Router {
    Optional<String> nodeOf(String roomName) throws ClusterException;

    void assign(String roomName, String nodeId) throws ClusterException;

    void clear(String roomName) throws ClusterException;
}
