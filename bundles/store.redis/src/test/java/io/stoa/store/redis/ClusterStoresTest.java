package io.stoa.store.redis;

import io.stoa.redis.RedisServer;
import io.stoa.store.AgentStore;
import io.stoa.store.AgentStoreContract;
import io.stoa.store.EgressStore;
import io.stoa.store.EgressStoreContract;
import io.stoa.store.IngressStore;
import io.stoa.store.IngressStoreContract;
import io.stoa.store.RoomStore;
import io.stoa.store.RoomStoreContract;
import io.stoa.store.SipStore;
import io.stoa.store.SipStoreContract;
import io.stoa.store.records.DurableStores;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

/** The contracts over a cluster, which refuses what is about keys of several slots, even if one node has all of them. */
class ClusterStoresTest {
    private static RedisServer server;
    private static TestRedis redis;

    @BeforeAll
    static void start() throws Exception {
        server = RedisServer.start("--cluster-enabled", "yes", "--cluster-port", String.valueOf(RedisServer.freePort()));
        server.cli("cluster", "addslotsrange", "0", "16383");
        long end = System.nanoTime() + 20_000_000_000L;
        while (!server.cli("cluster", "info").contains("cluster_state:ok")) {
            if (System.nanoTime() > end) throw new AssertionError(server.cli("cluster", "info"));
            Thread.sleep(50);
        }
        redis = TestRedis.cluster(server);
    }

    @AfterAll
    static void stop() {
        redis.close();
        server.close();
    }

    @BeforeEach
    void empty() throws Exception {
        server.cli("flushall");
    }

    private static DurableStores stores() {
        return RedisDurableStore.stores(Conversation.with(redis));
    }

    @Nested
    class Rooms extends RoomStoreContract {
        @Override
        protected RoomStore open() {
            return new RedisRoomStore(Conversation.with(redis));
        }
    }

    @Nested
    class Egresses extends EgressStoreContract {
        @Override
        protected EgressStore open() {
            return stores().egress();
        }
    }

    @Nested
    class Ingresses extends IngressStoreContract {
        @Override
        protected IngressStore open() {
            return stores().ingress();
        }
    }

    @Nested
    class Sip extends SipStoreContract {
        @Override
        protected SipStore open() {
            return stores().sip();
        }
    }

    @Nested
    class Agents extends AgentStoreContract {
        @Override
        protected AgentStore open() {
            return stores().agents();
        }
    }
}
