package io.stoa.cluster.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.base.Ids;
import io.stoa.cluster.ClusterException;
import io.stoa.cluster.ClusterException.Code;
import io.stoa.cluster.NodeRegistry;
import io.stoa.protocol.livekit.AutoTrackEgress;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.Node;
import io.stoa.protocol.livekit.NodeState;
import io.stoa.protocol.livekit.NodeStats;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomAgentDispatch;
import io.stoa.protocol.livekit.RoomEgress;
import io.stoa.store.memory.MemoryRoomStore;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RoomRegistrarTest {
    private final MemoryRoomStore store = new MemoryRoomStore();
    private final LocalRouter router = new LocalRouter();
    private Node node = Node.newBuilder().setId("ND_1").setState(NodeState.SERVING).build();
    private final List<Node> others = new ArrayList<>();
    private RoomRegistrar registrar = registrar(Map.of());

    @Test
    void a_new_room_has_the_defaults_of_the_server() throws ClusterException {
        var allocation = registrar.allocate(request("r").build());

        assertThat(allocation.created()).isTrue();
        Room room = allocation.room();
        assertThat(room.getSid()).matches("RM_[2-9A-Za-z]{12}");
        assertThat(room.getEmptyTimeout()).isEqualTo(300);
        assertThat(room.getDepartureTimeout()).isEqualTo(20);
        assertThat(room.getMaxParticipants()).isZero();
        assertThat(room.getCreationTime()).isEqualTo(1_700_000_000);
        assertThat(room.getCreationTimeMs()).isEqualTo(1_700_000_000_123L);
        assertThat(room.getEnabledCodecsList()).extracting(codec -> codec.getMime()).containsExactly("audio/PCMU", "audio/PCMA",
                "audio/opus", "audio/red", "video/VP8", "video/H264", "video/VP9", "video/AV1", "video/H265", "video/rtx");
        assertThat(allocation.internal().hasPlayoutDelay()).isFalse();
        assertThat(store.room("r").orElseThrow().room()).isEqualTo(room);
        assertThat(router.nodeOf("r")).contains("ND_1");
    }

    @Test
    void an_existing_room_keeps_what_the_request_does_not_say() throws ClusterException {
        Room first = registrar.allocate(request("r").setMetadata("m").setMaxParticipants(3).build()).room();
        var second = registrar.allocate(request("r").setEmptyTimeout(7).setSyncStreams(true).build());

        assertThat(second.created()).isFalse();
        assertThat(second.room()).isEqualTo(first.toBuilder().setEmptyTimeout(7).build());
        assertThat(second.internal().getSyncStreams()).isTrue();
    }

    @Test
    void request_wins_over_preset_and_preset_over_default() throws ClusterException {
        registrar = registrar(Map.of("roomConfigurations",
                "{\"big\":{\"empty_timeout\":60,\"max_participants\":200,\"metadata\":\"p\",\"min_playout_delay\":10,"
                        + "\"agents\":[{\"agent_name\":\"a\"}],\"egress\":{\"tracks\":{\"filepath\":\"f\"}}}}"));
        var allocation = registrar.allocate(request("r").setRoomPreset("big").setMaxParticipants(5).build());

        assertThat(allocation.room().getEmptyTimeout()).isEqualTo(60);
        assertThat(allocation.room().getDepartureTimeout()).isEqualTo(20);
        assertThat(allocation.room().getMaxParticipants()).isEqualTo(5);
        assertThat(allocation.room().getMetadata()).isEqualTo("p");
        assertThat(allocation.internal().getPlayoutDelay().getMin()).isEqualTo(10);
        assertThat(allocation.internal().getPlayoutDelay().getEnabled()).isTrue();
        assertThat(allocation.internal().getAgentDispatchesList()).extracting(RoomAgentDispatch::getAgentName).containsExactly("a");
        assertThat(allocation.internal().getTrackEgress().getFilepath()).isEqualTo("f");
    }

    @Test
    void egress_and_agents_of_the_request_are_kept_for_later() throws ClusterException {
        var egress = RoomEgress.newBuilder().setTracks(AutoTrackEgress.newBuilder().setFilepath("x"));
        var internal = registrar.allocate(request("r").setEgress(egress).addAgents(RoomAgentDispatch.newBuilder().setAgentName("b")).build())
                .internal();
        assertThat(internal.getTrackEgress().getFilepath()).isEqualTo("x");
        assertThat(internal.hasParticipantEgress()).isFalse();
        assertThat(internal.getAgentDispatchesCount()).isEqualTo(1);
    }

    @Test
    void configured_playout_delay_is_given_to_new_rooms() throws ClusterException {
        registrar = registrar(Map.of("playoutDelay_enabled", true, "playoutDelay_min", 100, "playoutDelay_max", 2000));
        var delay = registrar.allocate(request("r").build()).internal().getPlayoutDelay();
        assertThat(List.of(delay.getMin(), delay.getMax())).containsExactly(100, 2000);
    }

    @Test
    void refuses_what_it_cannot_do() {
        registrar = registrar(Map.of("maxRoomNameLength", 4));
        assertRefused(request("ééé"), Code.INVALID_ARGUMENT, "room name length exceeds limits: max length 4");
        assertRefused(request("r").setRoomPreset("nope"), Code.INVALID_ARGUMENT, "nope");
        assertRefused(request("r").setNodeId("ND_other"), Code.NOT_FOUND, "could not find");
        assertThat(store.rooms(List.of())).isEmpty();
    }

    @Test
    void a_draining_node_keeps_its_rooms_and_takes_no_new_ones() throws ClusterException {
        registrar.allocate(request("old").build());
        node = node.toBuilder().setState(NodeState.SHUTTING_DOWN).build();
        assertThat(registrar.allocate(request("old").build()).created()).isFalse();
        assertRefused(request("new"), Code.UNAVAILABLE, "shutting down");
    }

    @Test
    void a_room_opens_on_the_node_that_is_selected_and_nowhere_else() throws ClusterException {
        others.add(Node.newBuilder().setId("ND_2").setState(NodeState.SERVING).build());
        assertThat(registrar.placement().place(request("r").build())).isEqualTo("ND_2");
        assertThat(router.nodeOf("r")).contains("ND_2");
        assertRefused(request("r"), Code.UNAVAILABLE, "room r lives on node ND_2");
        assertThat(registrar.placement().place(request("here").setNodeId("ND_1").build())).isEqualTo("ND_1");
        assertThat(registrar.allocate(request("here").build()).created()).isTrue();
    }

    @Test
    void a_room_whose_node_is_gone_finds_another_one() throws ClusterException {
        router.assign("r", "ND_gone");
        assertThat(registrar.placement().place(request("r").build())).isEqualTo("ND_1");
        assertThat(router.nodeOf("r")).contains("ND_1");
    }

    @Test
    void who_comes_second_follows_the_first() {
        router.assign("r", "ND_1");
        assertThat(router.claim("r", "", "ND_2")).isEqualTo("ND_1");
        assertThat(router.claim("r", "ND_1", "ND_2")).isEqualTo("ND_2");
        router.clear("r", "ND_1");
        assertThat(router.nodeOf("r")).as("it lives elsewhere").contains("ND_2");
        router.clear("r", "ND_2");
        assertThat(router.nodeOf("r")).isEmpty();
    }

    @Test
    @SuppressWarnings("deprecation")
    void a_node_at_its_limit_is_full() {
        registrar = registrar(Map.of("numTracks", 10));
        node = node.toBuilder().setStats(NodeStats.newBuilder().setNumTracksIn(4).setNumTracksOut(6)).build();
        assertRefused(request("r"), Code.UNKNOWN, "reached configured limit for node");
        registrar = registrar(Map.of("bytesPerSec", 1000d));
        node = node.toBuilder().setStats(NodeStats.newBuilder().setBytesInPerSec(400).setBytesOutPerSec(600)).build();
        assertRefused(request("r"), Code.UNKNOWN, "reached configured limit for node");
    }

    @Test
    @SuppressWarnings("deprecation")
    void a_node_below_its_limits_is_not() throws ClusterException {
        registrar = registrar(Map.of("numTracks", 10, "bytesPerSec", 1000d));
        node = node.toBuilder().setStats(NodeStats.newBuilder().setNumTracksIn(4).setNumTracksOut(5).setBytesInPerSec(400).setBytesOutPerSec(599)).build();
        assertThat(registrar.allocate(request("r").build()).created()).isTrue();
        registrar = registrar(Map.of());
        node = node.toBuilder().setStats(NodeStats.newBuilder().setNumTracksIn(1_000_000).setBytesInPerSec(1e9f)).build();
        assertThat(registrar.allocate(request("unlimited").build()).created()).isTrue();
    }

    @Test
    void nonsense_in_the_configuration_is_named() {
        assertThatThrownBy(() -> registrar(Map.of("emptyTimeout", -1))).hasMessageContaining("room.empty_timeout").hasMessageContaining("-1");
        assertThatThrownBy(() -> registrar(Map.of("roomConfigurations", "{\"a\":{\"nope\":1}}"))).hasMessageContaining("room_configurations");
        assertThatThrownBy(() -> registrar(Map.of("roomConfigurations", "[]"))).hasMessageContaining("room_configurations");
    }

    private void assertRefused(CreateRoomRequest.Builder request, Code code, String words) {
        assertThatThrownBy(() -> registrar.allocate(request.build())).hasMessageContaining(words)
                .isInstanceOfSatisfying(ClusterException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static CreateRoomRequest.Builder request(String name) {
        return CreateRoomRequest.newBuilder().setName(name);
    }

    private RoomRegistrar registrar(Map<String, Object> values) {
        RoomSettings settings = RoomSettings.from(config(RoomConfig.class, values), config(LimitConfig.class, values));
        RoomPlacement placement = new RoomPlacement(settings, router, new OneNode(), nodes -> nodes.getLast());
        return new RoomRegistrar(settings, store, placement, new OneNode(), new Ids(new Random(7)), () -> 1_700_000_000_123L);
    }

    /** A configuration as Declarative Services hands it over: defaults and what was set. */
    static <A extends Annotation> A config(Class<A> type, Map<String, Object> values) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (proxy, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue())));
    }

    private final class OneNode implements NodeRegistry {
        @Override
        public Node local() {
            return node;
        }

        @Override
        public String localId() {
            return node.getId();
        }

        @Override
        public List<Node> nodes() {
            return Stream.concat(Stream.of(node), others.stream()).toList();
        }

        @Override
        public void drain() {
            node = node.toBuilder().setState(NodeState.SHUTTING_DOWN).build();
        }

        @Override
        public boolean draining() {
            return node.getState() == NodeState.SHUTTING_DOWN;
        }
    }
}
