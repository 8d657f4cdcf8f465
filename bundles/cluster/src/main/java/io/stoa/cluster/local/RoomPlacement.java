package io.stoa.cluster.local;

import io.stoa.cluster.ClusterException;
import io.stoa.cluster.ClusterException.Code;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.NodeSelector;
import io.stoa.cluster.Router;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.Node;
import io.stoa.protocol.livekit.NodeState;
import io.stoa.protocol.livekit.NodeStats;
import java.util.List;
import java.util.Optional;

/** One room finds its node: the node that has the room keeps it as long as it is alive, even while it drains. */
record RoomPlacement(RoomSettings settings, Router router, NodeRegistry nodes, NodeSelector selector) {
    String place(CreateRoomRequest request) throws ClusterException {
        String room = request.getName();
        List<Node> alive = nodes.nodes();
        Optional<String> assigned = router.nodeOf(room);
        Optional<Node> home = assigned.flatMap(id -> find(alive, id));
        if (home.isPresent()) return withinLimits(home.get());
        Node chosen = request.getNodeId().isEmpty() ? selected(alive) : wished(alive, request.getNodeId());
        String has = router.claim(room, assigned.orElse(""), withinLimits(chosen));
        return has.equals(chosen.getId()) ? has : withinLimits(find(alive, has).orElse(chosen));
    }

    private Node selected(List<Node> alive) throws ClusterException {
        List<Node> serving = alive.stream().filter(node -> node.getState() == NodeState.SERVING).toList();
        if (serving.isEmpty()) throw shuttingDown(nodes.localId());
        return serving.size() == 1 ? serving.getFirst() : selector.select(serving);
    }

    private static Node wished(List<Node> alive, String id) throws ClusterException {
        Node node = find(alive, id).orElseThrow(() -> new ClusterException(Code.NOT_FOUND, "could not find object"));
        if (node.getState() != NodeState.SERVING) throw shuttingDown(id);
        return node;
    }

    private static ClusterException shuttingDown(String id) {
        return new ClusterException(Code.UNAVAILABLE, "node " + id + " is shutting down and takes no new rooms");
    }

    private static Optional<Node> find(List<Node> alive, String id) {
        return alive.stream().filter(node -> node.getId().equals(id)).findFirst();
    }

    @SuppressWarnings("deprecation")
    private String withinLimits(Node node) throws ClusterException {
        NodeStats stats = node.getStats();
        boolean tracks = settings.maxTracks() > 0 && stats.getNumTracksIn() + stats.getNumTracksOut() >= settings.maxTracks();
        double bytes = stats.getBytesInPerSec() + stats.getBytesOutPerSec();
        if (tracks || settings.maxBytesPerSecond() > 0 && bytes >= settings.maxBytesPerSecond())
            throw new ClusterException(Code.UNKNOWN, "reached configured limit for node");
        return node.getId();
    }
}
