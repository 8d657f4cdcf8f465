package io.stoa.store.redis;

import io.stoa.redis.RedisConnection;
import io.stoa.redis.RedisServer;
import io.stoa.redis.client.TestConnection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** The contracts over a cluster, which refuses what is about keys of several slots, even if one node has all of them. */
class ClusterStoresTest extends RedisContracts {
    private static RedisServer server;
    private static TestConnection redis;

    @BeforeAll
    static void start() throws Exception {
        server = RedisServer.start("--cluster-enabled", "yes", "--cluster-port", String.valueOf(RedisServer.freePort()));
        server.cli("cluster", "addslotsrange", "0", "16383");
        server.awaitCluster();
        redis = TestConnection.toCluster(server);
    }

    @AfterAll
    static void stop() {
        server.close(); // also where the connection failed
        if (redis != null) redis.close();
    }

    @BeforeEach
    void empty() throws Exception {
        server.cli("flushall");
    }

    @Override
    RedisConnection redis() {
        return redis.connection();
    }
}
