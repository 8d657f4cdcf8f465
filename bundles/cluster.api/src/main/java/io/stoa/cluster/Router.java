package io.stoa.cluster;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Which room lives where: a room lives on exactly one node. */
@ProviderType
public interface Router {
    Optional<String> nodeOf(String roomName) throws ClusterException;

    /** A node that has the room says so. */
    void assign(String roomName, String nodeId) throws ClusterException;

    /**
     * Gives the room a node, unless somebody else did so meanwhile.
     *
     * @param before the node that had it and is gone; empty for none
     * @return the node that has it now
     */
    String claim(String roomName, String before, String nodeId) throws ClusterException;

    /** The room has closed on that node; if it lives on another one now, it stays. */
    void clear(String roomName, String nodeId) throws ClusterException;
}
