package io.stoa.itests.framework;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.room.RoomManager;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.service.cm.ConfigurationAdmin;

/** The bundle that sends webhooks is replaced while rooms come and go: every event arrives, once, and in its order. */
@ExtendWith(InsideServer.class)
class WebhookIT {
    private static final String PID = "io.stoa.webhook";

    private final Server server;
    private final Jars jars;
    private final Map<String, List<String>> told = new ConcurrentHashMap<>();
    private HttpServer receiver;

    WebhookIT(Server server) {
        this.server = server;
        jars = server == null ? null : new Jars(server.home());
    }

    @AfterEach
    void leave() throws Exception {
        configure(new String[0]);
        receiver.stop(0);
    }

    private void listen() throws Exception {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        receiver.createContext("/", exchange -> {
            try (exchange) {
                var event = JsonParser.parseString(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)).getAsJsonObject();
                String room = event.getAsJsonObject("room").get("name").getAsString();
                told.computeIfAbsent(room, name -> new CopyOnWriteArrayList<>()).add(event.get("event").getAsString());
                exchange.sendResponseHeaders(200, -1);
            }
        });
        receiver.start();
        configure("http://127.0.0.1:" + receiver.getAddress().getPort());
    }

    private void configure(String... urls) throws Exception {
        configure(urls, new String[0]);
    }

    private void configure(String[] urls, String[] excluded) throws Exception {
        Hashtable<String, Object> properties =
                new Hashtable<>(Map.of("urls", urls, "apiKey", "devkey", "maxAge", 30_000L, "maxDepth", 200L, "excludeEvents", excluded));
        server.need(ConfigurationAdmin.class).getConfiguration(PID, "?").update(properties);
    }

    private void comeAndGo(String name) throws Exception {
        RoomManager rooms = server.need(RoomManager.class);
        rooms.create(CreateRoomRequest.newBuilder().setName(name).build());
        rooms.room(name).orElseThrow().delete();
    }

    @Test
    void updates_while_rooms_come_and_go_lose_nothing_and_tell_nothing_twice() throws Exception {
        listen();
        Server.await("webhooks, as configured", () -> {
            comeAndGo("first");
            return told.containsKey("first");
        });
        AtomicBoolean over = new AtomicBoolean();
        int[] count = {0};
        Thread guests = Thread.ofVirtual().start(() -> {
            try {
                while (!over.get()) {
                    comeAndGo("room " + count[0]++);
                    Thread.sleep(2);
                }
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        Bundle bundle = server.part("ops.webhook");
        try {
            for (int i = 1; i <= 5; i++) {
                int before = count[0];
                Server.await("guests", () -> count[0] > before + 10);
                bundle.update(jars.version("ops.webhook", "0.3." + i));
                assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE);
            }
        } finally {
            bundle.update(Files.newInputStream(jars.shipped("ops.webhook")));
            over.set(true);
            guests.join();
        }
        comeAndGo("last");
        Server.await("everything", () -> {
            told.remove("first");
            return told.size() == count[0] + 1;
        });
        Server.await("to its end", () -> told.values().stream().allMatch(events -> events.size() >= 2));
        assertThat(told.values()).allSatisfy(events -> assertThat(events).containsExactly("room_started", "room_finished"));
    }

    @Test
    void who_never_connects_is_told_as_such_and_what_is_not_wanted_is_not_told() throws Exception {
        listen();
        configure(new String[] {"http://127.0.0.1:" + receiver.getAddress().getPort()}, new String[] {"room_started"});
        int[] times = {0};
        Server.await("what is wanted, as configured", () -> {
            String name = "filtered " + times[0]++;
            comeAndGo(name);
            Server.await("the end of " + name, () -> told.getOrDefault(name, List.of()).contains("room_finished"));
            return told.get(name).equals(List.of("room_finished"));
        });
        try (Caller caller = new Caller(server.port())) {
            Caller.Session ann = caller.joinQuietly("ann", "aborted");
            ann.send(SignalRequest.newBuilder().setLeave(LeaveRequest.newBuilder().setReason(DisconnectReason.CLIENT_INITIATED)));
            Server.await("a webhook", () -> !told.getOrDefault("aborted", List.of()).isEmpty());
        }
        server.need(RoomManager.class).room("aborted").orElseThrow().delete();
        Server.await("all", () -> told.get("aborted").size() == 2);
        assertThat(told.get("aborted")).containsExactly("participant_connection_aborted", "room_finished");
    }

    @Test
    void a_second_one_waits_until_the_first_has_gone() throws Exception {
        listen();
        Bundle first = server.part("ops.webhook");
        Bundle second = server.context().installBundle("beside", jars.version("ops.webhook", "0.4.0"));
        try {
            second.start();
            comeAndGo("one");
            first.stop();
            comeAndGo("two");
            Server.await("both", () -> told.getOrDefault("one", List.of()).size() >= 2 && told.getOrDefault("two", List.of()).size() >= 2);
            assertThat(told.values()).allSatisfy(events -> assertThat(events).containsExactly("room_started", "room_finished"));
        } finally {
            second.uninstall();
            first.start();
        }
    }
}
