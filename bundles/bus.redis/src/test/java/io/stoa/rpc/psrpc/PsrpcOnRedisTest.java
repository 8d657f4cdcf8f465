package io.stoa.rpc.psrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.bus.redis.RedisMessageBus;
import io.stoa.cluster.MessageBus;
import io.stoa.protocol.livekit.DeleteRoomResponse;
import io.stoa.redis.RedisServer;
import io.stoa.redis.client.TestConnection;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcMethods;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The same over a real Redis, each node with its own connection. */
class PsrpcOnRedisTest extends PsrpcScenarios {
    private static RedisServer redis;

    private final List<TestConnection> connections = new ArrayList<>();

    @BeforeAll
    static void startRedis() throws Exception {
        redis = RedisServer.start();
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @AfterEach
    void disconnect() {
        connections.forEach(TestConnection::close);
    }

    @Override
    protected MessageBus bus() throws Exception {
        TestConnection connection = TestConnection.to(redis);
        connections.add(connection);
        return new RedisMessageBus(connection.connection());
    }

    @Test
    void while_redis_is_away_calls_fail_and_afterwards_they_do_not() throws Exception {
        bob.serve(RpcMethods.DELETE_ROOM.at("r"), (request, context) -> DeleteRoomResponse.getDefaultInstance());
        ann.call(RpcMethods.DELETE_ROOM.at("r"), delete("r"));
        redis.stop();
        for (TestConnection connection : connections) connection.awaitAvailable(false);
        fails(RpcCode.UNAVAILABLE, "is not available", () -> ann.call(RpcMethods.DELETE_ROOM.at("r"), delete("r")));
        var late = cid.serve(RpcMethods.DELETE_ROOM.at("late"), (request, context) -> DeleteRoomResponse.getDefaultInstance());
        redis.startAgain();
        for (TestConnection connection : connections) connection.awaitAvailable(true);
        assertThat(ann.call(RpcMethods.DELETE_ROOM.at("r"), delete("r"))).isNotNull();
        late.close();
    }
}
