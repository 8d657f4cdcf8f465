package io.stoa.edge.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.cluster.NodeRegistry;
import io.stoa.protocol.livekit.Node;
import io.stoa.protocol.livekit.NodeStats;
import io.stoa.protocol.livekit.NodeStatsRate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a node is full ({@code limit.num_tracks}, {@code limit.bytes_per_sec}). */
class HouseTest {
    private static House house(NodeStats stats) {
        NodeRegistry registry = new NodeRegistry() {
            @Override
            public Node local() {
                return Node.newBuilder().setStats(stats).build();
            }

            @Override
            public String localId() {
                return "ND_1";
            }

            @Override
            public List<Node> nodes() {
                return List.of(local());
            }

            @Override
            public void drain() {}

            @Override
            public boolean draining() {
                return false;
            }
        };
        return new House(() -> null, () -> null, () -> null, () -> registry);
    }

    private static RtcSettings limits(int tracks, float bytesPerSecond) {
        return new RtcSettings(256, 256, 1000, tracks, bytesPerSecond);
    }

    @ParameterizedTest
    @CsvSource({"4,5,false", "4,6,true", "10,0,true", "0,11,true"})
    void tracks_in_and_out_count(int in, int out, boolean full) {
        House house = house(NodeStats.newBuilder().setNumTracksIn(in).setNumTracksOut(out).build());
        assertThat(house.overLimits(limits(10, 0))).isEqualTo(full);
        assertThat(house.overLimits(limits(0, 0))).as("no limit").isFalse();
    }

    @ParameterizedTest
    @CsvSource({"400,599,false", "400,600,true", "1001,0,true"})
    void bytes_in_and_out_count(float in, float out, boolean full) {
        House rated = house(NodeStats.newBuilder().addRates(NodeStatsRate.newBuilder().setBytesIn(in).setBytesOut(out)).build());
        assertThat(rated.overLimits(limits(0, 1000))).isEqualTo(full);
        assertThat(rated.overLimits(limits(0, 0))).as("no limit").isFalse();
    }

    @Test
    @SuppressWarnings("deprecation")
    void a_node_that_says_its_rates_in_the_old_way_counts_too() {
        House old = house(NodeStats.newBuilder().setBytesInPerSec(500).setBytesOutPerSec(500).build());
        assertThat(old.overLimits(limits(0, 1000))).isTrue();
        assertThat(old.overLimits(limits(0, 1001))).isFalse();
    }
}
