package io.stoa.cluster.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.cluster.ClusterException;
import io.stoa.cluster.NodeRegistry;
import io.stoa.protocol.livekit.Node;
import io.stoa.protocol.livekit.NodeStats;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Spec 7.3. */
class ConfiguredNodeSelectorTest {
    private static final String[] REGIONS = {
        "{\"name\":\"fra\",\"lat\":50.1,\"lon\":8.7}", "{\"name\":\"nyc\",\"lat\":40.7,\"lon\":-74}", "{\"name\":\"syd\",\"lat\":-33.9,\"lon\":151.2}"
    };

    private Node here = Node.newBuilder().setId("here").setRegion("fra").build();

    @Test
    void anybody_will_do() throws ClusterException {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 200; i++) seen.add(select(Map.of(), node("a", stats -> stats), node("b", stats -> stats)));
        assertThat(seen).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void a_busy_machine_is_avoided_as_long_as_there_is_another() throws ClusterException {
        Node busy = node("busy", stats -> stats.setNumCpus(2).setLoadAvgLast1Min(3).setCpuLoad(0.95f));
        Node idle = node("idle", stats -> stats.setNumCpus(2).setLoadAvgLast1Min(1).setCpuLoad(0.5f));
        for (String kind : List.of("sysload", "cpuload")) {
            for (int i = 0; i < 20; i++) assertThat(select(Map.of("kind", kind), busy, idle)).isEqualTo("idle");
            assertThat(select(Map.of("kind", kind), busy)).isEqualTo("busy");
        }
        assertThat(select(Map.of("kind", "sysload", "sysloadLimit", 0.1, "sortBy", "sysload"), busy, idle)).isEqualTo("idle");
    }

    @Test
    void the_best_of_all_or_of_two() throws ClusterException {
        Node a = node("a", stats -> stats.setNumRooms(3).setNumClients(1).setNumTracksIn(9).setBytesInPerSec(5));
        Node b = node("b", stats -> stats.setNumRooms(1).setNumClients(3).setNumTracksOut(4).setBytesOutPerSec(9));
        Node c = node("c", stats -> stats.setNumRooms(2).setNumClients(2).setNumTracksIn(5).setBytesInPerSec(1));
        assertThat(select(Map.of("sortBy", "rooms"), a, b, c)).isEqualTo("b");
        assertThat(select(Map.of("sortBy", "clients"), a, b, c)).isEqualTo("a");
        assertThat(select(Map.of("sortBy", "tracks"), a, b, c)).isEqualTo("b");
        assertThat(select(Map.of("sortBy", "bytespersec"), a, b, c)).isEqualTo("c");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 200; i++) seen.add(select(Map.of("sortBy", "rooms", "algorithm", "twochoice"), a, b, c));
        assertThat(seen).as("the worst loses against every other").containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void the_nearest_region() throws ClusterException {
        Node america = node("america", stats -> stats).toBuilder().setRegion("nyc").build();
        Node australia = node("australia", stats -> stats).toBuilder().setRegion("syd").build();
        Node somewhere = node("somewhere", stats -> stats).toBuilder().setRegion("moon").build();
        Map<String, Object> aware = Map.of("kind", "regionaware", "regions", REGIONS);
        for (int i = 0; i < 20; i++) assertThat(select(aware, australia, america, somewhere)).isEqualTo("america");
        assertThat(select(aware, somewhere)).isEqualTo("somewhere");
        here = here.toBuilder().setRegion("mars").build();
        assertThatThrownBy(() -> select(aware, america)).hasMessageContaining("\"mars\"").hasMessageContaining("node_selector.regions");
    }

    private static Node node(String id, UnaryOperator<NodeStats.Builder> stats) {
        return Node.newBuilder().setId(id).setStats(stats.apply(NodeStats.newBuilder())).build();
    }

    private String select(Map<String, Object> settings, Node... nodes) throws ClusterException {
        NodeRegistry registry = new NodeRegistry() {
            @Override
            public Node local() {
                return here;
            }

            @Override
            public String localId() {
                return here.getId();
            }

            @Override
            public List<Node> nodes() {
                return List.of(nodes);
            }

            @Override
            public void drain() {
                throw new UnsupportedOperationException();
            }

            @Override
            public boolean draining() {
                return false;
            }
        };
        return new ConfiguredNodeSelector(registry, RoomRegistrarTest.config(SelectorConfig.class, settings)).select(List.of(nodes)).getId();
    }
}
