package io.stoa.cluster.local;

import io.stoa.cluster.Router;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Component;

/** Room to node, in memory. Immediate, because a component that nobody uses for a moment would lose what it holds. */
@Component(service = Router.class, immediate = true, property = "service.ranking:Integer=-2147483648")
public final class LocalRouter implements Router {
    private final Map<String, String> nodes = new ConcurrentHashMap<>();

    @Override
    public Optional<String> nodeOf(String roomName) {
        return Optional.ofNullable(nodes.get(roomName));
    }

    @Override
    public void assign(String roomName, String nodeId) {
        nodes.put(roomName, nodeId);
    }

    @Override
    public String claim(String roomName, String before, String nodeId) {
        return nodes.compute(roomName, (name, now) -> now == null || now.equals(before) ? nodeId : now);
    }

    @Override
    public void clear(String roomName, String nodeId) {
        nodes.remove(roomName, nodeId);
    }
}
