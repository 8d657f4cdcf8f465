package io.stoa.itests.framework;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.cluster.MessageBus;
import io.stoa.protocol.livekit.DeleteRoomRequest;
import io.stoa.protocol.livekit.DeleteRoomResponse;
import io.stoa.redis.RedisConnection;
import io.stoa.redis.RedisServer;
import io.stoa.redis.Replies;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.RpcBus;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import java.io.IOException;
import java.time.Duration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.service.cm.ConfigurationAdmin;

/** Redis comes into the running server, is another one, and goes. */
@ExtendWith(InsideServer.class)
class RedisIT {
    private static final String ONE = "stoa.itest.redis.one";
    private static final String TWO = "stoa.itest.redis.two";

    private static List<AutoCloseable> outside;

    private final Server server;

    RedisIT(Server server) {
        this.server = server;
    }

    @BeforeAll
    static void start() throws Exception {
        RedisServer one = RedisServer.start();
        RedisServer two = RedisServer.start();
        System.setProperty(ONE, one.address());
        System.setProperty(TWO, two.address());
        outside = List.of(one, two);
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable one : outside) one.close();
    }

    @AfterEach
    void without() {
        configure("");
        server.startAll();
    }

    private void configure(String address) {
        try {
            server.need(ConfigurationAdmin.class).getConfiguration("io.stoa.redis", "?").update(new Hashtable<>(Map.of("address", address)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String connectedTo() {
        return server.service(RedisConnection.class).filter(RedisConnection::isAvailable).map(RedisConnection::description).orElse("nothing");
    }

    private String bus() {
        return Server.part(server.context().getServiceReference(MessageBus.class).getBundle());
    }

    private void call(String room) throws RpcException {
        server.need(RpcBus.class).call(RpcMethods.DELETE_ROOM.at(room), DeleteRoomRequest.newBuilder().setRoom(room).build(), CallOptions.within(Duration.ofSeconds(2)));
    }

    private boolean works(String room) {
        try {
            call(room);
            return true;
        } catch (RpcException e) {
            return false;
        }
    }

    @Test
    void what_is_served_is_served_on_every_bus_in_turn() throws Exception {
        try (var served = server.need(RpcBus.class).serve(RpcMethods.DELETE_ROOM.at("r"), (request, context) -> DeleteRoomResponse.getDefaultInstance())) {
            assertThat(bus()).isEqualTo("rpc");
            call("r");
            configure(System.getProperty(ONE));
            Server.await("the first Redis", () -> connectedTo().equals("redis://" + System.getProperty(ONE) + "/0"));
            assertThat(bus()).isEqualTo("bus.redis");
            Server.await("a call over Redis", () -> works("r"));
            assertThat(channels(System.getProperty(ONE))).contains("Room|DeleteRoom|r|REQ");

            List<String> gaps = new java.util.concurrent.CopyOnWriteArrayList<>();
            ServiceListener listener = event -> {
                if (event.getType() == ServiceEvent.UNREGISTERING && server.references(RedisConnection.class.getName(), null).isEmpty()) gaps.add(event.toString());
            };
            server.context().addServiceListener(listener, "(" + Constants.OBJECTCLASS + "=" + RedisConnection.class.getName() + ")");
            configure(System.getProperty(TWO));
            Server.await("the second Redis", () -> connectedTo().equals("redis://" + System.getProperty(TWO) + "/0"));
            server.context().removeServiceListener(listener);
            assertThat(gaps).as("moments without a connection").isEmpty();
            Server.await("a call over the other Redis", () -> works("r"));
            assertThat(channels(System.getProperty(TWO))).contains("Room|DeleteRoom|r|REQ");

            configure("");
            Server.await("no Redis", () -> !server.offers(RedisConnection.class) && bus().equals("rpc"));
            Server.await("a call inside", () -> works("r"));
            assertThat(served).isNotNull();
        }
    }

    /** Those that somebody listens to. */
    private String channels(String address) {
        assertThat(connectedTo()).contains(address);
        return Replies.await(server.need(RedisConnection.class).commands().pubsubChannels()).stream().map(String::new).toList().toString();
    }

    @Test
    void the_bundles_come_and_go_in_a_running_server() {
        configure(System.getProperty(ONE));
        Server.await("Redis", () -> bus().equals("bus.redis"));
        server.stop("bus.redis");
        assertThat(bus()).isEqualTo("rpc");
        server.start("bus.redis");
        Server.await("the bus", () -> bus().equals("bus.redis"));
        server.stop("redis");
        assertThat(bus()).isEqualTo("rpc");
        server.start("redis");
        Server.await("Redis again", () -> bus().equals("bus.redis") && !connectedTo().equals("nothing"));
    }
}
