package io.stoa.cluster.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.MediaPlane.PlaneStats;
import io.stoa.media.NodeAddresses;
import io.stoa.protocol.livekit.NodeState;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalNodeRegistryTest {
    @Test
    void a_node_knows_itself_and_drains_once() {
        var registry = new LocalNodeRegistry(RoomRegistrarTest.config(ServerConfig.class, Map.of("region", "eu")));
        var node = registry.local();
        assertThat(node.getId()).matches("ND_[2-9A-Za-z]{12}").isEqualTo(registry.localId());
        assertThat(node.getRegion()).isEqualTo("eu");
        assertThat(node.getState()).isEqualTo(NodeState.SERVING);
        assertThat(node.getStats().getNumCpus()).isPositive();
        assertThat(registry.nodes()).hasSize(1);

        registry.drain();
        assertThat(registry.draining()).isTrue();
        assertThat(registry.local().getState()).isEqualTo(NodeState.SHUTTING_DOWN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "2001:db8:0:0:0:0:0:1"})
    void a_node_is_known_by_the_address_by_which_others_reach_its_media(String ip) {
        var registry = new LocalNodeRegistry(RoomRegistrarTest.config(ServerConfig.class, Map.of()));
        assertThat(registry.local().getIp()).as("before there is any").isEqualTo("127.0.0.1");
        registry.addresses = known(ip);
        assertThat(registry.local().getIp()).isEqualTo(ip);
        registry.addresses = null;
        assertThat(registry.local().getIp()).as("while media is replaced").isEqualTo(ip);
    }

    private static NodeAddresses known(String ip) {
        InetAddress address = InetAddress.ofLiteral(ip);
        return new NodeAddresses() {
            @Override
            public List<NodeAddress> all() {
                return List.of(new NodeAddress(address, List.of(address)));
            }

            @Override
            public InetAddress primary() {
                return address;
            }

            @Override
            public Optional<InetAddress> primary(boolean ipv4) {
                return Optional.of(address).filter(it -> it instanceof Inet4Address == ipv4);
            }
        };
    }

    @Test
    void each_start_has_an_id_of_its_own() {
        var config = RoomRegistrarTest.config(ServerConfig.class, Map.of());
        assertThat(new LocalNodeRegistry(config).localId()).isNotEqualTo(new LocalNodeRegistry(config).localId());
    }

    @Test
    @SuppressWarnings("deprecation")
    void rates_are_those_between_readings_a_second_apart() {
        long second = 1_000_000_000L;
        NodeLoad load = new NodeLoad(-second, 100);
        assertThat(load.read(0, 101, 2, 5, Optional.of(plane(1000, 3000))).getBytesInPerSec()).isEqualTo(1000);
        var soon = load.read(second / 2, 101, 2, 5, Optional.of(plane(9000, 9000)));
        assertThat(soon.getBytesInPerSec()).isEqualTo(1000);
        var later = load.read(2 * second, 103, 2, 5, Optional.of(plane(5000, 4000)));
        assertThat(later.getBytesInPerSec()).isEqualTo(2000);
        assertThat(later.getBytesOutPerSec()).isEqualTo(500);
        assertThat(later.getRates(0).getBytesIn()).isEqualTo(2000);
        assertThat(later.getRates(0).getBytesOut()).isEqualTo(500);
        assertThat(later.getStartedAt()).isEqualTo(100);
        assertThat(later.getUpdatedAt()).isEqualTo(103);
        assertThat(later.getNumRooms()).isEqualTo(2);
        assertThat(later.getNumClients()).isEqualTo(5);
        assertThat(later.getNumTracksIn()).isEqualTo(3);
    }

    private static PlaneStats plane(long bytesIn, long bytesOut) {
        return new PlaneStats(2, 3, 4, 10, 20, bytesIn, bytesOut, Map.of(), "io", "srtp", "engine", 0);
    }
}
