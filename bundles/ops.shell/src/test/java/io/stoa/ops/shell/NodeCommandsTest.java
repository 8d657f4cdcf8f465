package io.stoa.ops.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.cluster.ClusterException;
import io.stoa.cluster.NodeRegistry;
import io.stoa.protocol.livekit.Node;
import io.stoa.protocol.livekit.NodeState;
import io.stoa.protocol.livekit.NodeStats;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeCommandsTest {
    private final NodeCommands commands = new NodeCommands();

    private static final class Known implements NodeRegistry {
        List<Node> nodes = List.of();
        boolean away;

        @Override
        public Node local() {
            return nodes.getFirst();
        }

        @Override
        public String localId() {
            return "ND_b";
        }

        @Override
        public List<Node> nodes() throws ClusterException {
            if (away) throw new ClusterException(ClusterException.Code.UNAVAILABLE, "Redis at redis:6379 is not available");
            return nodes;
        }

        @Override
        public void drain() {
            throw new AssertionError("nobody asked");
        }

        @Override
        public boolean draining() {
            return false;
        }
    }

    @Test
    void every_node_has_a_line_and_this_one_is_marked() {
        Known known = new Known();
        commands.registry = known;
        assertThat(commands.nodes()).isEqualTo("no node is there");
        known.nodes = List.of(
                Node.newBuilder().setId("ND_b").setIp("10.0.0.2").setNumCpus(4).setState(NodeState.SERVING).setRegion("fra")
                        .setStats(NodeStats.newBuilder().setStartedAt(1_700_000_000).setUpdatedAt(1_700_000_060).setCpuLoad(0.256f).setLoadAvgLast1Min(1.5f)
                                .setNumRooms(3).setNumClients(7).setNumTracksIn(5).setNumTracksOut(20))
                        .build(),
                Node.newBuilder().setId("ND_a").setIp("10.0.0.1").setState(NodeState.SHUTTING_DOWN).build());
        assertThat(commands.nodes().lines()).containsExactly(
                "ID           IP        REGION  STATE          CPUS  CPU   LOAD  ROOMS  CLIENTS  TRACKS IN  TRACKS OUT  STARTED               HEARD OF",
                "ND_a         10.0.0.1  -       SHUTTING_DOWN  0     0 %   0.00  0      0        0          0           -                     -",
                "ND_b (this)  10.0.0.2  fra     SERVING        4     26 %  1.50  3      7        5          20          2023-11-14T22:13:20Z  2023-11-14T22:14:20Z");
        assertThat(commands.nodes("--json")).contains("\"id\": \"ND_a\"", "\"heardOf\": \"2023-11-14T22:14:20Z\"");
    }

    @Test
    void what_is_not_known_is_no_empty_list() {
        assertThatThrownBy(commands::nodes).hasMessageContaining("no node registry");
        Known known = new Known();
        known.away = true;
        commands.registry = known;
        assertThatThrownBy(commands::nodes).hasMessage("the nodes are not known: Redis at redis:6379 is not available");
        assertThatThrownBy(() -> commands.nodes("ND_a")).hasMessage("usage: nodes [--json]");
    }
}
