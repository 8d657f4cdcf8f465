package io.stoa.itests.framework;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.stoa.media.MediaPlane;
import io.stoa.room.RoomManager;
import io.stoa.store.RoomStore;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/** What happens when a part is stopped, and that everything is as before when it is started again (docs/architecture.md, "When something is absent"). */
@ExtendWith(InsideServer.class)
class AbsenceIT {
    private final Server server;
    private final Caller caller;

    AbsenceIT(Server server) {
        this.server = server;
        caller = server == null ? null : new Caller(server.port());
    }

    @BeforeEach
    void complete() {
        server.awaitNativeCrypto();
    }

    @AfterEach
    void leave() {
        caller.close();
        server.startAll();
        Server.await("an empty house", () -> server.service(RoomManager.class).map(RoomManager::participants).orElse(0) == 0);
    }

    /**
     * @param gone services that go with it
     * @param door what {@code /rtc} answers to a WebSocket meanwhile; 0 is nobody there
     * @param api what the API answers meanwhile
     */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
        "transport    | NodeAddresses PacketIo MediaPlane RoomManager TurnServers | 503 | 503",
        "srtp.portable | SrtpEngine                                  | 101 | 200",
        "srtp.linux   | KeyOperations SrtpEngine                     | 101 | 200",
        "turn.server  | TurnServers                                  | 101 | 200",
        "forward      | ForwardingEngine                             | 101 | 200",
        "media        | MediaPlane RoomManager                       | 503 | 503",
        "cluster      | NodeRegistry NodeSelector Router RoomAllocator | 503 | 503",
        "store.memory | RoomStore DurableStore EgressStore IngressStore SipStore AgentStore | 503 | 503",
        "store.file   | DurableStore                                 | 101 | 200",
        "ops.store    | StoreCharge EgressStore IngressStore SipStore AgentStore | 101 | 200",
        "handover     | EventLine HandOver ListeningSockets RecordLine | 101 | 200",
        "room         | RoomManager                                  | 503 | 503",
        "signal       | SignalServer                                 | 503 | 200",
        "service.room | RoomDirectory RpcEndpoint                               | 101 | 503",
        "service.agent | AgentServer                                 | 101 | 200",
        "service.egress | RpcEndpoint EgressLauncher                 | 101 | 200",
        "service.ingress | RpcEndpoint                               | 101 | 200",
        "service.sip  | RpcEndpoint                                  | 101 | 200",
        "rpc          | MessageBus RpcBus                            | 101 | 200",
        "edge.twirp   | HttpRoute                                    | 101 | 404",
        "edge.rtc     | RtcService HttpRoute HttpRoute HttpRoute HttpRoute | 404 | 200",
        "edge.agent   | HttpRoute                                    | 101 | 200",
        "http         | JettyHttpServer                              | 0   | 0",
        "ops.config   | KeyProvider LiveConfiguration Secrets ServerSettings Function TurnServers | 401 | 401",
        "ops.plugins  | PluginsFolder SwapCommands                   | 101 | 200",
        "ops.webhook  | MetricSource                                 | 101 | 200",
        "ops.health   | DumpCommand HealthCheck HttpRoute HttpRoute HttpRoute | 101 | 200",
        "ops.shell    | EngineCommands NodeCommands RoomCommands ShellServer | 101 | 200",
    })
    void only_what_hangs_on_it_goes_and_all_comes_back(String part, String gone, int door, int api) {
        List<String> running = server.running();
        Map<Long, String> before = services();
        server.stop(part);

        assertThat(names(before, services())).isEqualTo(sorted(gone.split(" ")));
        assertThat(server.running()).containsExactlyElementsOf(running.stream().filter(one -> !one.equals(part)).toList());
        assertThat(caller.knock("ann", "room of " + part)).as("the door").isEqualTo(door);
        assertThat(caller.api("CreateRoom", "{\"name\": \"of the API\"}", Caller.grant("")).status()).as("the API").isEqualTo(api);

        server.start(part);
        Server.await("everything back after " + part, () -> sorted(services().values().toArray(String[]::new)).equals(sorted(before.values().toArray(String[]::new))));
        assertThat(server.running()).isEqualTo(running);
        Server.await("HTTP", () -> caller.get("/").status() == 200);
        assertThat(caller.knock("ann", "room of " + part)).as("the door").isEqualTo(101);
        assertThat(caller.listRooms()).as("the API").satisfies(answer -> assertThat(answer.status()).as(answer.text()).isEqualTo(200));
    }

    /** Registrations of ours: their ids tell a service that came back from one that never went. */
    private Map<Long, String> services() {
        Map<Long, String> all = new TreeMap<>();
        for (var bundle : server.parts()) {
            ServiceReference<?>[] offered = bundle.getRegisteredServices();
            if (offered == null) continue;
            for (ServiceReference<?> one : offered) {
                String type = ((String[]) one.getProperty(Constants.OBJECTCLASS))[0];
                if (type.startsWith("io.stoa.") || type.equals("java.util.function.Function"))
                    all.put((Long) one.getProperty(Constants.SERVICE_ID), type.substring(type.lastIndexOf('.') + 1));
            }
        }
        return all;
    }

    private static List<String> names(Map<Long, String> before, Map<Long, String> now) {
        Set<Long> gone = new TreeSet<>(before.keySet());
        gone.removeAll(now.keySet());
        return gone.stream().map(before::get).sorted().toList();
    }

    private static List<String> sorted(String... names) {
        return Arrays.stream(names).sorted().toList();
    }

    @Test
    void without_a_room_manager_or_a_signal_server_the_door_says_why() {
        server.stop("signal");
        assertThat(caller.get("/rtc/validate?access_token=" + Caller.token("ann", Caller.grant("hall"))))
                .isEqualTo(new Caller.Answer(503, "signalling is not available: the bundle signal or something that it needs is missing"));
        server.start("signal");
        assertThat(caller.get("/rtc/validate?access_token=" + Caller.token("ann", Caller.grant("hall")))).isEqualTo(new Caller.Answer(200, "success"));
    }

    @Test
    void without_the_bundle_of_an_rpc_service_grants_are_checked_and_the_bundle_is_named() {
        server.stop("service.room");
        assertThat(caller.api("ListRooms", "{}", Caller.NOTHING).text()).contains("\"permissions denied\"");
        assertThat(caller.listRooms().text()).contains("\"unavailable\"", "service.room");
        server.start("service.room");
        assertThat(caller.api("ListRooms", "{}", Caller.NOTHING).text()).contains("\"permissions denied\"");
        assertThat(caller.listRooms().status()).isEqualTo(200);
    }

    @Test
    void without_keys_every_token_is_refused_and_who_is_inside_stays() {
        var ann = caller.join("ann", "hall");
        server.stop("ops.config");
        assertThat(caller.knock("bob", "hall")).isEqualTo(401);
        assertThat(caller.listRooms().status()).isEqualTo(401);
        assertThat(ann.closed()).isFalse();
        server.start("ops.config");
        assertThat(caller.knock("bob", "hall")).isEqualTo(101);
        assertThat(server.need(RoomManager.class).participants()).isEqualTo(2);
    }

    @Test
    void without_a_store_rooms_go_on_and_the_store_that_comes_is_told() throws Exception {
        var ann = caller.join("ann", "hall");
        server.stop("store.memory");
        assertThat(caller.listRooms().text()).contains("\"unavailable\"", "store");
        assertThat(caller.knock("bob", "hall")).as("into a room that is open").isEqualTo(101);
        assertThat(ann.closed()).isFalse();
        assertThat(caller.api("ListParticipants", "{\"room\": \"hall\"}", Caller.grant("hall")).text()).contains("ann", "bob");

        server.start("store.memory");
        RoomStore store = server.need(RoomStore.class);
        Server.await("ann and bob in the store", () -> store.participants("hall").size() == 2);
        assertThat(store.room("hall")).isPresent();
        assertThat(caller.listRooms().text()).contains("hall");
    }

    @Test
    void without_durable_stores_what_workers_do_is_unavailable_and_never_empty() {
        Map<String, String> lists = Map.of("Egress/ListEgress", "egresses", "Ingress/ListIngress", "ingresses", "SIP/ListSIPDispatchRule", "SIP trunks and rules");
        lists.forEach((method, what) -> assertThat(asked(method).status()).as(method).isEqualTo(200));
        server.stop("ops.store"); // nobody is in charge
        lists.forEach((method, what) -> assertThat(asked(method).text()).as(method).contains("\"unavailable\"", "no store is in charge of " + what));
        server.start("ops.store");
        lists.forEach((method, what) -> Server.await(method, () -> asked(method).status() == 200));
    }

    private Caller.Answer asked(String method) {
        JsonObject claims = JsonParser.parseString("{\"video\":{\"roomRecord\":true,\"ingressAdmin\":true},\"sip\":{\"admin\":true}}").getAsJsonObject();
        String token = Caller.sign(claims, "devkey", "secret", Instant.now().plusSeconds(600));
        return caller.post("/twirp/livekit." + method, "application/json", "{}".getBytes(StandardCharsets.UTF_8), token);
    }

    @Test
    void without_an_engine_the_media_plane_stays_and_says_so() {
        assertThat(server.need(MediaPlane.class).stats().engine()).startsWith("forward ");
        MediaPlane plane = server.need(MediaPlane.class);
        server.stop("forward");
        assertThat(plane.stats().engine()).isEmpty();
        server.start("forward");
        assertThat(plane.stats().engine()).startsWith("forward ");
    }

    @Test
    void without_the_turn_server_nobody_is_told_of_it_and_who_is_inside_stays() {
        var ann = caller.join("ann", "hall");
        assertThat(iceServers(ann)).anyMatch(url -> url.startsWith("turn:"));
        server.stop("turn.server");
        assertThat(iceServers(caller.join("bob", "hall"))).isNotEmpty().allMatch(url -> url.startsWith("stun:"));
        assertThat(ann.closed()).isFalse();
        server.start("turn.server");
        assertThat(iceServers(caller.join("cid", "hall"))).anyMatch(url -> url.startsWith("turn:"));
    }

    private static List<String> iceServers(Caller.Session guest) {
        return guest.heard().stream().filter(response -> response.hasJoin()).flatMap(response -> response.getJoin().getIceServersList().stream())
                .flatMap(one -> one.getUrlsList().stream()).toList();
    }

    @Test
    void without_packet_io_there_is_no_media_plane_and_whoever_was_inside_is_told() {
        var ann = caller.join("ann", "hall");
        server.stop("transport");
        assertThat(server.offers(MediaPlane.class)).isFalse();
        Server.await("a word of farewell", () -> ann.heard().stream().anyMatch(response -> response.hasLeave()));
        server.start("transport");
        Server.await("a media plane", () -> server.offers(RoomManager.class));
        assertThat(server.need(MediaPlane.class).stats().packetIo()).startsWith("netty");
        assertThat(caller.knock("ann", "hall")).isEqualTo(101);
    }
}
