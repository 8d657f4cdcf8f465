package io.stoa.cluster.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.cluster.ClusterException;
import io.stoa.cluster.NodeRegistry;
import io.stoa.protocol.livekit.Node;
import io.stoa.protocol.livekit.NodeState;
import io.stoa.protocol.livekit.NodeStats;
import io.stoa.redis.RedisConnection;
import io.stoa.redis.RedisServer;
import io.stoa.redis.client.TestConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes and a real Redis. */
@Timeout(60)
class RedisClusterTest {
    private final AtomicLong now = new AtomicLong(1_700_000_000);
    private RedisServer server;
    private boolean unsettled;
    private TestConnection connection;
    private RedisConnection redis;
    private One first;
    private One second;

    /** A node and what it says of the cluster. */
    private final class One implements NodeRegistry {
        final String id;
        final RedisNodeRegistry registry;
        boolean draining;
        boolean ending;
        final List<Boolean> absences = new ArrayList<>();

        One(String id) {
            this.id = id;
            registry = new RedisNodeRegistry(redis, this, now::get, () -> ending, forgotten -> absences.add(forgotten));
        }

        @Override
        public Node local() {
            return Node.newBuilder().setId(id).setState(draining ? NodeState.SHUTTING_DOWN : NodeState.SERVING)
                    .setStats(NodeStats.newBuilder().setUpdatedAt(now.get())).build();
        }

        @Override
        public String localId() {
            return id;
        }

        @Override
        public List<Node> nodes() {
            return List.of(local());
        }

        @Override
        public void drain() {
            draining = true;
        }

        @Override
        public boolean draining() {
            return draining;
        }

        List<String> sees() throws ClusterException {
            return registry.nodes().stream().map(Node::getId).toList();
        }
    }

    @BeforeEach
    void open() throws Exception {
        server = RedisServer.start();
        connection = TestConnection.to(server);
        redis = connection.connection();
        first = new One("ND_1");
        second = new One("ND_2");
    }

    @AfterEach
    void close() {
        connection.close();
        server.close();
    }

    @Test
    void nodes_see_each_other_as_long_as_they_say_that_they_live() throws Exception {
        first.registry.beat();
        second.registry.beat();
        assertThat(first.sees()).containsExactlyInAnyOrder("ND_1", "ND_2");
        assertThat(Node.parseFrom(redis.commands().hget("nodes".getBytes(), "ND_2".getBytes()).get())).isEqualTo(second.local());

        now.addAndGet(RedisNodeRegistry.ALIVE_SECONDS + 1);
        first.registry.beat();
        assertThat(first.sees()).containsExactly("ND_1");
        assertThat(second.sees()).as("it knows of itself without asking").containsExactlyInAnyOrder("ND_1", "ND_2");
        second.registry.beat();
        assertThat(first.sees()).containsExactlyInAnyOrder("ND_1", "ND_2");
    }

    @Test
    void who_does_not_answer_is_dead_when_its_record_is_overdue_and_back_with_the_next_one() throws Exception {
        first.registry.beat();
        second.registry.beat();
        now.addAndGet(RedisNodeRegistry.MISSED_SECONDS - 1);
        assertThat(first.registry.missed("ND_2")).as("it may only be busy").isFalse();
        now.addAndGet(1);
        assertThat(first.registry.missed("ND_2")).isTrue();
        assertThat(first.sees()).containsExactly("ND_1");
        assertThat(first.registry.missed("ND_2")).as("nobody has a record of it").isTrue();

        second.registry.beat();
        assertThat(second.absences).as("it looks whose its rooms are").containsExactly(true);
        assertThat(first.sees()).contains("ND_2");
        assertThat(first.registry.missed("ND_2")).isFalse();
    }

    @Test
    void the_dead_are_removed_and_the_living_are_not() throws Exception {
        second.registry.beat();
        now.addAndGet(RedisNodeRegistry.DEAD_SECONDS + 1);
        first.registry.beat();
        assertThat(server.cli("HKEYS", "nodes")).isEqualTo("ND_1");
        second.registry.beat();
        first.registry.beat();
        assertThat(server.cli("HLEN", "nodes")).isEqualTo("2");
    }

    @Test
    void a_draining_node_says_so_and_one_that_ends_is_gone() throws Exception {
        first.registry.beat();
        second.registry.beat();
        second.registry.drain();
        assertThat(first.registry.nodes()).filteredOn(node -> node.getId().equals("ND_2")).extracting(Node::getState).containsExactly(NodeState.SHUTTING_DOWN);
        second.registry.stop();
        assertThat(first.sees()).as("only its registry is replaced").contains("ND_2");
        second.ending = true;
        second.registry.stop();
        assertThat(first.sees()).containsExactly("ND_1");
    }

    @Test
    void who_was_missed_is_told_so() throws Exception {
        first.registry.beat();
        first.registry.beat();
        assertThat(first.absences).isEmpty();
        now.addAndGet(RedisNodeRegistry.ALIVE_SECONDS + 1);
        first.registry.beat();
        assertThat(first.absences).as("it stood still").containsExactly(false);
        server.cli("FLUSHALL");
        first.registry.beat();
        first.registry.beat();
        assertThat(first.absences).as("Redis has forgotten it").containsExactly(false, true);
    }

    @Test
    void while_nodes_tell_an_empty_redis_what_they_have_no_room_is_nowhere() throws Exception {
        RedisRouter router = new RedisRouter(redis, () -> unsettled);
        unsettled = true;
        assertThatThrownBy(() -> router.nodeOf("hall")).hasMessageContaining("not known yet");
        assertThatThrownBy(() -> router.claim("hall", "", "ND_2")).hasMessageContaining("not known yet");
        assertThat(router.claim("hall", "ND_1", "ND_1")).as("it has the room").isEqualTo("ND_1");
        assertThat(router.nodeOf("hall")).contains("ND_1");
        unsettled = false;
        assertThat(router.nodeOf("lobby")).isEmpty();
    }

    @Test
    void rooms_have_one_node() throws Exception {
        RedisRouter router = new RedisRouter(redis, () -> unsettled);
        assertThat(router.nodeOf("hall")).isEmpty();
        assertThat(router.claim("hall", "", "ND_1")).isEqualTo("ND_1");
        assertThat(router.claim("hall", "", "ND_2")).as("too late").isEqualTo("ND_1");
        assertThat(router.claim("hall", "ND_1", "ND_2")).as("it was gone").isEqualTo("ND_2");
        router.clear("hall", "ND_1");
        assertThat(router.nodeOf("hall")).contains("ND_2");
        assertThat(server.cli("HGET", "room_node_map", "hall")).isEqualTo("ND_2");
        router.clear("hall", "ND_2");
        assertThat(router.nodeOf("hall")).isEmpty();
        router.assign("hall", "ND_1");
        assertThat(router.nodeOf("hall")).contains("ND_1");
    }

    @Test
    void while_redis_is_away_nobody_guesses() throws Exception {
        first.registry.beat();
        server.stop();
        RedisRouter router = new RedisRouter(redis, () -> unsettled);
        assertThatThrownBy(() -> first.registry.nodes()).isInstanceOfSatisfying(ClusterException.class, e -> assertThat(e.code()).isEqualTo(ClusterException.Code.UNAVAILABLE));
        assertThatThrownBy(() -> router.nodeOf("hall")).hasMessageContaining("does not answer");
        first.registry.beat();
        assertThat(first.registry.local().getId()).isEqualTo("ND_1");
        server.startAgain(); // empty
        connection.awaitAvailable(true);
        first.registry.beat();
        assertThat(server.cli("HKEYS", "nodes")).isEqualTo("ND_1");
    }

    @Test
    void when_redis_is_back_with_what_it_had_nobody_is_dead_who_could_not_write() throws Exception {
        first.registry.beat();
        byte[] before = second.local().toByteArray();
        server.stop();
        first.registry.beat();
        now.addAndGet(RedisNodeRegistry.DEAD_SECONDS + 1);
        server.startAgain();
        connection.awaitAvailable(true);
        redis.commands().hset("nodes".getBytes(), "ND_2".getBytes(), before).get();
        assertThat(first.sees()).as("before it has written").contains("ND_2");
        first.registry.beat();
        assertThat(first.sees()).contains("ND_2");
        assertThat(first.registry.missed("ND_2")).isFalse();

        now.addAndGet(RedisNodeRegistry.RETURN_SECONDS + 1);
        assertThat(first.sees()).as("it has had time to come back").containsExactly("ND_1");
        first.registry.beat();
        assertThat(server.cli("HKEYS", "nodes")).isEqualTo("ND_1");
    }
}
