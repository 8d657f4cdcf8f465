package io.stoa.room.live;

import static io.stoa.protocol.livekit.SignalResponse.MessageCase.LEAVE;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.cluster.ClusterException;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.Router;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.Node;
import io.stoa.store.RoomStore;
import io.stoa.store.StoreException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What becomes of rooms when others, or the store, have not heard of this node for a while. */
class RoutesTest {
    private final Rig rig = new Rig();
    private final Map<String, String> routes = new ConcurrentHashMap<>();
    private final AtomicBoolean away = new AtomicBoolean();

    private final class Routing implements Router {
        @Override
        public Optional<String> nodeOf(String room) {
            return Optional.ofNullable(routes.get(room));
        }

        @Override
        public void assign(String room, String node) {
            routes.put(room, node);
        }

        @Override
        public String claim(String room, String before, String node) throws ClusterException {
            if (away.get()) throw new ClusterException(ClusterException.Code.UNAVAILABLE, "away");
            return routes.compute(room, (name, now) -> now == null || now.equals(before) ? node : now);
        }

        @Override
        public void clear(String room, String node) {
            routes.remove(room, node);
        }
    }

    private static NodeRegistry nodes(String... alive) {
        return new NodeRegistry() {
            @Override
            public Node local() {
                return Node.newBuilder().setId("ND_1").build();
            }

            @Override
            public String localId() {
                return "ND_1";
            }

            @Override
            public List<Node> nodes() {
                return List.of(alive).stream().map(id -> Node.newBuilder().setId(id).build()).toList();
            }

            @Override
            public void drain() {}

            @Override
            public boolean draining() {
                return false;
            }
        };
    }

    @Test
    void a_room_that_another_node_has_opened_meanwhile_sends_its_clients_there_and_leaves_its_record_alone() {
        Client ann = rig.dual("ann");
        rig.advance(2_000);
        Rig.await(() -> rig.store.room(Rig.ROOM).isPresent());
        routes.put(Rig.ROOM, "ND_2");
        rig.rooms.bindNodes(nodes("ND_1", "ND_2"));
        rig.rooms.bindRouter(new Routing());
        Rig.await(() -> ann.wasTold(LEAVE));
        assertThat(ann.leave().getAction()).isEqualTo(LeaveRequest.Action.RECONNECT);
        Rig.await(() -> rig.rooms.rooms().isEmpty());
        rig.rooms.store().putRoom(io.stoa.protocol.livekit.Room.newBuilder().setName("written last").build(), null);
        Rig.await(() -> rig.store.room("written last").isPresent());
        assertThat(rig.store.room(Rig.ROOM)).isPresent();
        assertThat(routes).containsEntry(Rig.ROOM, "ND_2");
    }

    @Test
    void a_room_that_a_dead_node_is_said_to_have_goes_on() {
        Client ann = rig.dual("ann");
        routes.put(Rig.ROOM, "ND_2");
        rig.rooms.bindNodes(nodes("ND_1"));
        rig.rooms.bindRouter(new Routing());
        Rig.await(() -> "ND_1".equals(routes.get(Rig.ROOM)));
        assertThat(ann.wasTold(LEAVE)).isFalse();
    }

    @Test
    void a_router_that_does_not_answer_is_told_when_it_does_and_the_store_learns_again_who_is_here() {
        rig.dual("ann");
        rig.advance(2_000);
        Rig.await(() -> rig.store.participant(Rig.ROOM, "ann").isPresent());
        rig.store.deleteRoom(Rig.ROOM);
        away.set(true);
        rig.rooms.bindRouter(new Routing());
        rig.advance(10_000);
        assertThat(routes).isEmpty();
        away.set(false);
        Rig.await(() -> {
            rig.advance(1_000);
            return "ND_1".equals(routes.get(Rig.ROOM));
        });
        Rig.await(() -> rig.store.room(Rig.ROOM).isPresent() && rig.store.participant(Rig.ROOM, "ann").isPresent());
    }

    @Test
    void a_store_that_does_not_take_a_record_gets_it_when_it_does_though_nothing_else_happens() {
        AtomicInteger asked = new AtomicInteger();
        RoomStore slow = (RoomStore) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {RoomStore.class}, (proxy, method, given) -> {
            if (method.getDeclaringClass() == Object.class) return method.invoke(this, given);
            asked.incrementAndGet();
            if (away.get()) throw new StoreException("did not answer in time");
            try {
                return method.invoke(rig.store, given);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
        away.set(true);
        rig.rooms.bindStore(slow);
        rig.dual("ann");
        Rig.await(() -> asked.get() > 0);
        away.set(false);
        Rig.await(() -> {
            rig.advance(1_000);
            return rig.store.participant(Rig.ROOM, "ann").isPresent();
        });
    }
}
