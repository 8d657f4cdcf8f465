package io.stoa.ops.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.stoa.health.HealthCheck;
import io.stoa.health.HealthCheck.Finding;
import io.stoa.health.HealthCheck.Kind;
import io.stoa.http.HttpExchange;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.TrackType;
import io.stoa.room.LiveRoom;
import io.stoa.room.ParticipantReport;
import io.stoa.room.RoomException;
import io.stoa.room.RoomManager;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is answered, and how. */
class RoutesTest {
    /** What a request was answered with. */
    private int status;
    private String type;
    private String body;

    private final HttpExchange exchange = played(HttpExchange.class, (proxy, method, arguments) -> {
        if (!method.getName().equals("respond")) return null;
        status = (int) arguments[0];
        boolean text = arguments.length == 2;
        type = text ? "text/plain" : (String) arguments[1];
        body = text ? (String) arguments[1] : new String((byte[]) arguments[2], StandardCharsets.UTF_8);
        return null;
    });

    private static <T> T played(Class<T> type, InvocationHandler by) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, by));
    }

    private JsonObject ask(boolean ready, Finding... findings) {
        HealthRoutes routes = new HealthRoutes();
        routes.checks = List.<HealthCheck>of(() -> List.of(findings));
        new HealthRoutes.Route(ready ? "/readyz" : "/healthz", routes).handle(exchange);
        routes.stop();
        assertThat(type).isEqualTo("application/json");
        return JsonParser.parseString(body).getAsJsonObject();
    }

    @Test
    void who_lives_and_is_ready_says_so() {
        JsonObject answer = ask(true, Finding.well("loops", Kind.LIVE, "2 on netty"), Finding.well("rooms", Kind.READY, "are there"));
        assertThat(status).isEqualTo(200);
        assertThat(answer.get("status").getAsString()).isEqualTo("ok");
        assertThat(answer.getAsJsonArray("checks")).hasSize(2);
        assertThat(answer.getAsJsonArray("checks").get(0).getAsJsonObject().get("message").getAsString()).isEqualTo("2 on netty");
    }

    @Test
    void who_is_not_ready_lives_all_the_same() {
        Finding draining = Finding.unwell("node", Kind.READY, "is being drained");
        Finding loops = Finding.well("loops", Kind.LIVE, "turn");
        assertThat(ask(true, draining, loops).get("status").getAsString()).isEqualTo("unavailable");
        assertThat(status).isEqualTo(503);
        assertThat(ask(false, draining, loops).getAsJsonArray("checks")).hasSize(1);
        assertThat(status).isEqualTo(200);
    }

    @Test
    void who_does_not_live_is_not_ready_either() {
        Finding stuck = Finding.unwell("loops", Kind.LIVE, "do not turn");
        ask(true, stuck);
        assertThat(status).isEqualTo(503);
        ask(false, stuck);
        assertThat(status).isEqualTo(503);
    }

    @Test
    void a_part_that_is_missing_is_named_with_its_bundle() {
        Parts parts = new Parts();
        assertThat(parts.findings()).filteredOn(one -> !one.well()).extracting(Finding::part)
                .containsExactly("signal server", "room manager", "room allocator", "media plane", "API keys", "node");
        assertThat(parts.findings()).filteredOn(one -> one.part().equals("room manager")).singleElement()
                .satisfies(one -> assertThat(one.words()).contains("bundle room"));
        parts.rooms = played(RoomManager.class, (proxy, method, arguments) -> null);
        assertThat(parts.findings()).filteredOn(one -> one.part().equals("room manager")).allMatch(Finding::well);
    }

    // -- rooms

    private void debug(boolean development, RoomManager rooms) {
        DebugRoute route = new DebugRoute();
        route.configure(new DebugConfig() {
            @Override
            public boolean development() {
                return development;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return DebugConfig.class;
            }
        });
        route.rooms = rooms;
        route.handle(exchange);
    }

    private static RoomManager of(LiveRoom... rooms) {
        return played(RoomManager.class, (proxy, method, arguments) -> method.getName().equals("rooms") ? List.of(rooms) : null);
    }

    private static LiveRoom room(String name, ParticipantReport... reports) {
        Room info = Room.newBuilder().setName(name).setSid("RM_" + name).setCreationTime(7).setMetadata("the application's").build();
        return played(LiveRoom.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "info" -> info;
            case "inspect" -> {
                if (reports.length == 0) throw new RoomException(RoomException.Code.UNAVAILABLE, "is being handed over");
                yield List.of(reports);
            }
            default -> null;
        });
    }

    @Test
    void people_see_what_rooms_are_like_inside() {
        ParticipantInfo ann = ParticipantInfo.newBuilder().setSid("PA_ann").setIdentity("ann").setState(ParticipantInfo.State.ACTIVE)
                .setMetadata("a secret").addTracks(TrackInfo.newBuilder().setSid("TR_1").setType(TrackType.VIDEO).setMimeType("video/vp8")).build();
        ParticipantReport report = new ParticipantReport(ann, ClientInfo.newBuilder().setSdk(ClientInfo.SDK.JS).setVersion("2.23.0").setProtocol(16).build(), true,
                List.of(new ParticipantReport.Connection("SINGLE", "connected", "UDP 127.0.0.1:7882 <- 127.0.0.1:40000", 1.5)), Set.of("TR_2"));
        debug(true, of(room("lobby"), room("hall", report)));
        assertThat(status).isEqualTo(200);
        var all = JsonParser.parseString(body).getAsJsonArray();
        assertThat(all).hasSize(2);
        JsonObject hall = all.get(0).getAsJsonObject();
        assertThat(hall.get("Name").getAsString()).isEqualTo("hall");
        assertThat(hall.get("Sid").getAsString()).isEqualTo("RM_hall");
        assertThat(hall.get("CreatedAt").getAsLong()).isEqualTo(7);
        JsonObject seen = hall.getAsJsonObject("Participants").getAsJsonObject("ann");
        assertThat(seen.get("ID").getAsString()).isEqualTo("PA_ann");
        assertThat(seen.get("State").getAsString()).isEqualTo("ACTIVE");
        assertThat(seen.get("Client").getAsString()).isEqualTo("JS 2.23.0 protocol 16");
        assertThat(seen.getAsJsonArray("Connections").get(0).getAsJsonObject().get("Path").getAsString()).startsWith("UDP ");
        assertThat(seen.getAsJsonArray("Publishes").get(0).getAsJsonObject().get("Mime").getAsString()).isEqualTo("video/vp8");
        assertThat(seen.getAsJsonArray("Receives").get(0).getAsString()).isEqualTo("TR_2");
        assertThat(all.get(1).getAsJsonObject().get("Error").getAsString()).isEqualTo("is being handed over");
        assertThat(body).doesNotContain("secret", "application's");
    }

    @Test
    void only_in_development() {
        debug(false, of());
        assertThat(status).isEqualTo(404);
        assertThat(body).isEqualTo("404 page not found\n");
        debug(true, null);
        assertThat(status).isEqualTo(503);
    }
}
