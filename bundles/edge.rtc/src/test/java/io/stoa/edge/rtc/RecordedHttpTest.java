package io.stoa.edge.rtc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.stoa.base.Ids;
import io.stoa.edge.twirp.LocalTwirp;
import io.stoa.http.HttpExchange;
import io.stoa.http.HttpRoute;
import io.stoa.http.LocalHttpServer;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.room.LiveRoom;
import io.stoa.room.RoomException;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.room.RoomManager;
import io.stoa.room.SignalServer;
import io.stoa.room.SignalSink;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.InProcessMessageBus;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.rpc.psrpc.Psrpc;
import io.stoa.service.egress.LocalEgress;
import io.stoa.service.ingress.LocalIngress;
import io.stoa.service.room.LocalRoomService;
import io.stoa.service.sip.LocalSip;
import io.stoa.store.memory.MemoryRoomStore;
import java.io.InputStreamReader;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Requests that were once made of a LiveKit server, made of ours: status, Twirp code, headers and texts are compared. What differs on
 * purpose is a {@link Deliberate} with its reason; everything else fails, and so does a reason that is no longer needed.
 */
@Timeout(60)
class RecordedHttpTest {
    private static final RtcSettings SETTINGS = new RtcSettings(256, 256, 1000, 0, 0);
    private static final Set<String> HEADERS = Set.of(
            "content-type", "access-control-allow-origin", "access-control-allow-methods", "access-control-allow-headers", "access-control-max-age");

    private record Difference(String name, String path, String aspect, String recorded, String ours) {
        boolean is(String theirs, String mine) {
            return recorded.equals(theirs) && ours.equals(mine);
        }
    }

    /** What we answer otherwise, and why. */
    private enum Deliberate {
        /** A token is a secret: it is not shown to whoever reads the answer. */
        TOKENS_ARE_NOT_ECHOED(d -> d.recorded.startsWith("invalid token: <jwt>, error: ") && d.ours.startsWith("invalid authorization token: ")),
        KEYS_ARE_NOT_ECHOED(d -> d.is("invalid API key: nokey", "invalid API key")),
        /** Nothing depends on cookies, so every origin is the same. */
        EVERY_ORIGIN(d -> d.aspect.equals("access-control-allow-origin") && d.is("https://app.example", "*")),
        /** A room without a name can neither be joined nor deleted. */
        ROOMS_HAVE_NAMES(d -> d.name.equals("create room, empty name") && d.is("200", "400 invalid_argument")),
        /** JSON is read as protobuf's own library for Java reads it. */
        NUMBERS_ARE_TEXTS(d -> d.name.equals("twirp wrong type") && d.is("400 malformed", "200")),
        /** This node knows who is here, and answers at once. */
        KNOWN_TO_BE_ABSENT(d -> d.is("503 unavailable", "404 not_found") && d.path.startsWith("/twirp/livekit.RoomService/")),
        /** The recorded room had timed out when it was deleted; here it still stands. */
        FASTER_THAN_A_TIMEOUT(d -> d.name.equals("delete room") && d.is("404 not_found", "200")),
        /** The same room: it stands, and no worker would begin without an output. */
        NOWHERE_TO_PUT_IT(d -> d.name.equals("egress start, no output") && d.is("404 not_found", "400 invalid_argument")),
        /** The schema has these fields; LiveKit's server leaves them empty. */
        TRUNKS_AND_RULES_HAVE_AN_AGE(d -> d.path.startsWith("/twirp/livekit.SIP/Create") && d.aspect.equals("fields")
                && d.recorded.equals(d.ours.replace("[created_at, ", "[").replace(", created_at", "").replace(", updated_at", ""))),
        /** Whose bundle is not installed is unavailable, once the grants are checked. */
        ABSENT_SERVICES(d -> d.path.matches("/twirp/livekit.AgentDispatchService/.*") && d.ours.equals("503 unavailable")),
        /** There is no agent socket yet. */
        NO_AGENTS(d -> d.path.equals("/agent") && d.aspect.equals("text"));

        private final Predicate<Difference> test;

        Deliberate(Predicate<Difference> test) {
            this.test = test;
        }
    }

    private final List<Difference> differences = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void every_recorded_request_is_answered_alike() throws Exception {
        int count = 0;
        try (LocalHttpServer http = serve();
                var in = new InputStreamReader(RecordedHttpTest.class.getResourceAsStream("/recordings/http.json"), StandardCharsets.UTF_8)) {
            for (JsonElement entry : JsonParser.parseReader(in).getAsJsonArray()) {
                replay(http.port, entry.getAsJsonObject());
                count++;
            }
        } finally {
            client.shutdownNow();
        }
        assertThat(count).isEqualTo(96);
        Set<Deliberate> needed = EnumSet.noneOf(Deliberate.class);
        List<Difference> unexplained = new ArrayList<>();
        for (Difference difference : differences) {
            Optional<Deliberate> reason = Arrays.stream(Deliberate.values()).filter(d -> d.test.test(difference)).findFirst();
            reason.ifPresentOrElse(needed::add, () -> unexplained.add(difference));
        }
        assertThat(unexplained).isEmpty();
        assertThat(needed).as("reasons that are still needed").containsExactly(Deliberate.values());
    }

    private void replay(int port, JsonObject entry) throws Exception {
        String name = entry.get("name").getAsString();
        JsonObject request = entry.getAsJsonObject("request");
        JsonObject recorded = entry.getAsJsonObject("response");
        String path = request.get("path").getAsString();
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path.replace("<jwt>", token(name))))
                .method(request.get("method").getAsString(), request.has("body") ? BodyPublishers.ofByteArray(bytes(request.get("body").getAsString())) : BodyPublishers.noBody());
        for (var header : request.getAsJsonObject("headers").entrySet()) builder.header(header.getKey(), header.getValue().getAsString().replace("<jwt>", token(name)));
        HttpResponse<byte[]> response = client.send(builder.build(), BodyHandlers.ofByteArray());

        String theirs = outcome(recorded.get("status").getAsInt(), recorded.get("body").getAsString());
        String ours = outcome(response.statusCode(), new String(response.body(), StandardCharsets.UTF_8));
        check(name, path, "outcome", theirs, ours);
        JsonObject headers = recorded.getAsJsonObject("headers");
        for (String header : HEADERS)
            if (headers.has(header) && theirs.equals(ours))
                check(name, path, header, headers.get(header).getAsString().toLowerCase(), response.headers().firstValue(header).orElse("").toLowerCase());
        assertThat(String.join(", ", response.headers().allValues("vary"))).as(name).isEqualTo(headers.get("vary").getAsString());
        String type = headers.has("content-type") ? headers.get("content-type").getAsString() : "text/plain";
        String text = new String(response.body(), StandardCharsets.UTF_8);
        if (type.startsWith("text/plain")) check(name, path, "text", recorded.get("body").getAsString(), text);
        String body = recorded.get("body").getAsString();
        boolean whole = body.endsWith("}"); // the recorder cut long ones
        if (type.equals("application/json") && whole && theirs.equals("200") && ours.equals("200")) check(name, path, "fields", fields(body), fields(text));
    }

    private void check(String name, String path, String aspect, String theirs, String ours) {
        if (!theirs.equals(ours)) differences.add(new Difference(name, path, aspect, theirs, ours));
    }

    /** Status, and the Twirp code if there is one. */
    private static String outcome(int status, String body) {
        return body.startsWith("{\"code\":") ? status + " " + JsonParser.parseString(body).getAsJsonObject().get("code").getAsString() : String.valueOf(status);
    }

    /** Names on the outside; messages that are not set are null there and left out here, which every client reads alike. */
    private static String fields(String json) {
        Set<String> names = new TreeSet<>();
        JsonParser.parseString(json).getAsJsonObject().entrySet().forEach(field -> {
            if (!field.getValue().isJsonNull() && !field.getValue().isJsonObject()) names.add(field.getKey());
        });
        return names.toString();
    }

    private static byte[] bytes(String body) {
        return body.startsWith("hex ") ? HexFormat.of().parseHex(body.substring(4)) : body.getBytes(StandardCharsets.UTF_8);
    }

    /** The recorder left tokens out; what they said is in the names of the requests. */
    private static String token(String name) throws GeneralSecurityException {
        String video = name.endsWith("no grant") ? "" : name.endsWith("no roomJoin") ? "\"video\":{\"room\":\"r1\"}," : name.equals("admin of another room")
                ? "\"video\":{\"roomAdmin\":true,\"room\":\"r2\"}," : """
                "video":{"roomJoin":true,"roomCreate":true,"roomList":true,"roomAdmin":true,"roomRecord":true,"ingressAdmin":true,"agent":true,"room":"r1"},
                "sip":{"admin":true,"call":true},""";
        long expires = Instant.now().getEpochSecond() + (name.endsWith("expired") ? -600 : 600);
        String claims = "{" + video + "\"sub\":\"ann\",\"iss\":\"" + (name.endsWith("unknown key") ? "nokey" : "devkey") + "\",\"exp\":" + expires + "}";
        String text = base64("{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_8)) + "." + base64(claims.getBytes(StandardCharsets.UTF_8));
        byte[] secret = (name.endsWith("wrong secret") ? "guess" : "secret").getBytes(StandardCharsets.UTF_8);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        return text + "." + base64(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static LocalHttpServer serve() throws Exception {
        var admission = new Admission(
                new Premises() {
                    @Override
                    public boolean mayEnter(String room, boolean roomCreate) {
                        return true;
                    }

                    @Override
                    public boolean overLimits(RtcSettings settings) {
                        return false;
                    }
                },
                new Ids(new Random(1)));
        SignalServer closed = new SignalServer() {
            @Override
            public SignalSession open(StartSession start, SignalSink sink) throws RoomException {
                throw new RoomException(RoomException.Code.UNAVAILABLE, "nobody joins here");
            }

            @Override
            public SignalSession adopt(StartSession start, SignalSink sink) {
                throw new AssertionError("nothing to adopt");
            }
        };
        var door = new RtcDoor(() -> closed, () -> SETTINGS, admission);
        Psrpc bus = new Psrpc(new Ids(new Random(2)), System::nanoTime, CallOptions.within(Duration.ofSeconds(1)), 100);
        bus.bind(new InProcessMessageBus());
        MemoryRoomStore store = new MemoryRoomStore();
        RpcEndpoint rooms = rooms(store);
        return new LocalHttpServer(
                "devkey",
                "secret",
                LocalTwirp.of(rooms, LocalEgress.of(bus, store, rooms), LocalIngress.of(bus), LocalSip.of(bus, rooms)),
                route("/rtc", exchange -> door.connect(exchange, false)),
                route("/rtc/validate", exchange -> door.validate(exchange, false)),
                route("/rtc/v1", exchange -> door.connect(exchange, true)),
                route("/rtc/v1/validate", exchange -> door.validate(exchange, true)));
    }

    /** RoomService over empty rooms. */
    private static RpcEndpoint rooms(MemoryRoomStore store) {
        Map<String, LiveRoom> open = new LinkedHashMap<>();
        RoomManager manager = (RoomManager) Proxy.newProxyInstance(RoomManager.class.getClassLoader(), new Class<?>[] {RoomManager.class}, (proxy, method, arguments) -> switch (method.getName()) {
            case "room" -> Optional.ofNullable(open.get((String) arguments[0]));
            case "rooms" -> List.copyOf(open.values());
            case "create" -> {
                CreateRoomRequest request = (CreateRoomRequest) arguments[0];
                Room room = Room.newBuilder().setName(request.getName()).setSid("RM_1").build();
                store.putRoom(room, RoomInternal.getDefaultInstance());
                open.put(request.getName(), empty(room, () -> open.remove(request.getName())));
                yield room;
            }
            default -> throw new AssertionError(method.getName());
        });
        return LocalRoomService.of(manager, store);
    }

    private static LiveRoom empty(Room room, Runnable delete) {
        return (LiveRoom) Proxy.newProxyInstance(LiveRoom.class.getClassLoader(), new Class<?>[] {LiveRoom.class}, (proxy, method, arguments) -> switch (method.getName()) {
            case "info", "updateMetadata" -> room;
            case "participants" -> List.of();
            case "sendData" -> null;
            case "delete" -> {
                delete.run();
                yield null;
            }
            default -> throw new RoomException(RoomException.Code.NOT_FOUND, "participant does not exist");
        });
    }

    private static HttpRoute route(String path, Consumer<HttpExchange> handler) {
        return new HttpRoute() {
            @Override
            public String path() {
                return path;
            }

            @Override
            public void handle(HttpExchange exchange) {
                handler.accept(exchange);
            }
        };
    }
}
