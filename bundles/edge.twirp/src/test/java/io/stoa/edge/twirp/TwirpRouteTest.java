package io.stoa.edge.twirp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.http.HttpExchange.BodyTooLargeException;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.ListRoomsResponse;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests come in as Twirp's clients write them (spec 1.4); the service behind is played by the test. */
class TwirpRouteTest {
    private static final String CREATE = "/twirp/livekit.RoomService/CreateRoom";
    private static final Claims ANN = Claims.of("ann", VideoGrant.NONE);

    private final TwirpRoute route = new TwirpRoute();
    private final PlayedRooms rooms = new PlayedRooms();

    @BeforeEach
    void add() {
        route.addEndpoint(rooms, properties(1));
        rooms.answer = Room.getDefaultInstance();
    }

    static Map<String, Object> properties(long serviceId) {
        return Map.of("service.id", serviceId);
    }

    private Exchange handle(Exchange exchange) throws Exception {
        route.handle(exchange);
        assertThat(exchange.status).isNotZero();
        return exchange;
    }

    @Test
    void protobuf_in_protobuf_out() throws Exception {
        rooms.answer = Room.newBuilder().setSid("RM_1").setName("lobby").build();
        CreateRoomRequest request = CreateRoomRequest.newBuilder().setName("lobby").setMaxParticipants(7).build();
        Exchange exchange = handle(Exchange.protobuf(CREATE, request.toByteArray()).by(ANN));
        assertThat(exchange.status).isEqualTo(200);
        assertThat(exchange.contentType).isEqualTo("application/protobuf");
        assertThat(Room.parseFrom(exchange.answer)).isEqualTo(rooms.answer);
        assertThat(rooms.asked).isEqualTo(request);
        assertThat(rooms.method).isEqualTo("CreateRoom");
        assertThat(rooms.caller.claims()).isEqualTo(ANN);
    }

    @Test
    void an_empty_protobuf_body_is_a_message_of_defaults() throws Exception {
        assertThat(handle(Exchange.protobuf(CREATE, new byte[0])).status).isEqualTo(200);
        assertThat(rooms.asked).isEqualTo(CreateRoomRequest.getDefaultInstance());
        assertThat(rooms.caller.claims()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"name\":\"lobby\",\"empty_timeout\":9}", "{\"name\":\"lobby\",\"emptyTimeout\":9}", "{\"name\":\"lobby\",\"emptyTimeout\":\"9\",\"unheard\":{\"of\":[1]}}",
        " {\"name\":\"lobby\",\"emptyTimeout\":9,\"metadata\":null}\n"})
    void json_may_be_written_in_camel_or_snake_case_and_say_more_than_we_know(String json) throws Exception {
        assertThat(handle(Exchange.json(CREATE, json)).status).isEqualTo(200);
        assertThat(rooms.asked).isEqualTo(CreateRoomRequest.newBuilder().setName("lobby").setEmptyTimeout(9).build());
    }

    @Test
    void json_answers_have_proto_names_and_all_defaults() throws Exception {
        rooms.answer = ListRoomsResponse.newBuilder().addRooms(Room.newBuilder().setName("lobby").setCreationTimeMs(1_795_458_373_393L)).build();
        Exchange exchange = handle(Exchange.of("/twirp/livekit.RoomService/ListRooms", "application/json; charset=utf-8", "{}".getBytes(StandardCharsets.UTF_8)));
        assertThat(exchange.contentType).isEqualTo("application/json");
        JsonObject room = JsonParser.parseString(exchange.text()).getAsJsonObject().getAsJsonArray("rooms").get(0).getAsJsonObject();
        assertThat(room.get("creation_time_ms").getAsString()).isEqualTo("1795458373393");
        assertThat(room.get("creation_time_ms").getAsJsonPrimitive().isString()).isTrue();
        assertThat(room.get("max_participants").getAsInt()).isZero();
        assertThat(room.get("enabled_codecs").getAsJsonArray()).isEmpty();
        assertThat(room.get("active_recording").getAsBoolean()).isFalse();

        rooms.answer = ParticipantInfo.newBuilder().setKind(ParticipantInfo.Kind.AGENT).build();
        JsonObject participant = JsonParser.parseString(handle(Exchange.json(CREATE, "{}")).text()).getAsJsonObject();
        assertThat(participant.get("kind").getAsString()).isEqualTo("AGENT");
        assertThat(participant.get("state").getAsString()).isEqualTo("JOINING");
        assertThat(participant.get("attributes").getAsJsonObject().isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{nope", "[]", "[{}]", "null", "\"x\"", "7", "{\"name\":{}}", "{\"emptyTimeout\":-1}", "{\"emptyTimeout\":1.5}",
        "{\"emptyTimeout\":4294967296}", "{\"egress\":7}", "{\"agents\":{}}", "{\"syncStreams\":\"maybe\"}"})
    void json_that_is_no_such_message_is_malformed(String json) throws Exception {
        Exchange exchange = handle(Exchange.json(CREATE, json));
        assertThat(exchange.error()).isEqualTo("400 malformed");
        assertThat(exchange.message()).isEqualTo("the json request could not be decoded");
        assertThat(rooms.asked).isNull();
    }

    /** Where Go's decoder is stricter than protobuf's own for Java: nobody who is understood today is refused. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"name\":7}", "{\"name\":[7]}", "{\"name\":1,\"name\":\"7\"}", "{\"name\":\"7\"} {}"})
    void json_is_read_generously(String json) throws Exception {
        assertThat(handle(Exchange.json(CREATE, json)).status).isEqualTo(200);
        assertThat(rooms.asked).isEqualTo(CreateRoomRequest.newBuilder().setName("7").build());
    }

    @Test
    void json_that_is_no_utf8_or_endlessly_deep_is_malformed() throws Exception {
        assertThat(handle(Exchange.of(CREATE, "application/json", new byte[] {'{', '"', 'n', 'a', 'm', 'e', '"', ':', '"', (byte) 0xff, '"', '}'})).error())
                .isEqualTo("400 malformed");
        assertThat(handle(Exchange.json(CREATE, "{\"a\":".repeat(100_000))).error()).isEqualTo("400 malformed");
        assertThat(handle(Exchange.json(CREATE, "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}")).error()).isEqualTo("400 malformed");
    }

    @Test
    void protobuf_that_is_no_such_message_is_malformed() throws Exception {
        for (byte[] body : new byte[][] {{(byte) 0xff, (byte) 0xff, (byte) 0xff}, {0x0a, 5, 'a'}, {0x0a, 1, (byte) 0xff}, {0}}) {
            Exchange exchange = handle(Exchange.protobuf(CREATE, body));
            assertThat(exchange.error()).isEqualTo("400 malformed");
            assertThat(exchange.message()).isEqualTo("the protobuf request could not be decoded");
        }
    }

    @ParameterizedTest
    @EnumSource(RpcCode.class)
    void every_code_has_its_status_and_a_json_body_whatever_was_asked_in(RpcCode code) throws Exception {
        rooms.error = new RpcException(code, "because \"it\" is so");
        for (Exchange exchange : new Exchange[] {Exchange.json(CREATE, "{}"), Exchange.protobuf(CREATE, new byte[0])}) {
            handle(exchange);
            assertThat(exchange.error()).isEqualTo(code.httpStatus + " " + code.text);
            assertThat(exchange.message()).isEqualTo("because \"it\" is so");
            assertThat(exchange.meta()).isNull();
        }
    }

    @Test
    void an_error_may_say_more() throws Exception {
        rooms.error = new RpcException(RpcCode.INVALID_ARGUMENT, "too long", Map.of("argument", "name"));
        assertThat(handle(Exchange.json(CREATE, "{}")).meta().get("argument").getAsString()).isEqualTo("name");
    }

    @Test
    void a_bug_is_internal_and_says_nothing_of_the_inside() throws Exception {
        rooms.bug = new IllegalStateException("inside");
        Exchange exchange = handle(Exchange.json(CREATE, "{}"));
        assertThat(exchange.error()).isEqualTo("500 internal");
        assertThat(exchange.text()).doesNotContain("inside");
    }

    @Test
    void a_body_over_the_limit_is_left_to_the_server() {
        Exchange exchange = Exchange.json(CREATE, "{}");
        exchange.tooLarge = true;
        assertThatThrownBy(() -> route.handle(exchange)).isInstanceOf(BodyTooLargeException.class);
        assertThat(exchange.status).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "HEAD"})
    void only_post_calls(String method) throws Exception {
        Exchange exchange = handle(Exchange.json(CREATE, "{}").method(method));
        assertThat(exchange.error()).isEqualTo("404 bad_route");
        assertThat(exchange.message()).isEqualTo("unsupported method \"" + method + "\" (only POST is allowed)");
        assertThat(exchange.meta().get("twirp_invalid_route").getAsString()).isEqualTo(method + " " + CREATE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-protobuf", "application/jsonx", ""})
    void other_encodings_are_no_route(String type) throws Exception {
        Exchange exchange = handle(Exchange.of(CREATE, type.isEmpty() ? null : type, new byte[0]));
        assertThat(exchange.error()).isEqualTo("404 bad_route");
        assertThat(exchange.message()).isEqualTo("unexpected Content-Type: \"" + type + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Nope", "createRoom", "", "CreateRoom/", "CreateRoom/more"})
    void unknown_methods_are_no_route(String method) throws Exception {
        Exchange exchange = handle(Exchange.json("/twirp/livekit.RoomService/" + method, "{}"));
        assertThat(exchange.error()).isEqualTo("404 bad_route");
        assertThat(exchange.message()).isEqualTo("no handler for path \"/twirp/livekit.RoomService/" + method + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/twirp/", "/twirp/livekit.RoomService", "/twirp/livekit.NopeService/Nope", "/twirp/livekit.roomservice/CreateRoom", "/twirp//CreateRoom",
        "/twirp/livekit.Connector/DialWhatsAppCall", "/twirp/livekit.PhoneNumberService/ListPhoneNumbers", "/twirp/livekit.CloudAgent/ListAgents", "/twirp/livekit.Replay/Seek",
        "/twirp/rpc.Signal/RelaySignal", "/twirp/rpc.RoomManager/CreateRoom"})
    void services_that_are_not_of_this_api_are_not_there(String path) throws Exception {
        Exchange exchange = handle(Exchange.json(path, "{}"));
        assertThat(exchange.status).isEqualTo(404);
        assertThat(exchange.text()).isEqualTo("404 page not found\n");
    }

    @Test
    void a_method_that_the_service_declares_but_does_not_have_is_unimplemented() throws Exception {
        assertThat(handle(Exchange.json("/twirp/livekit.RoomService/MoveParticipant", "{}")).error()).isEqualTo("501 unimplemented");
    }

    @ParameterizedTest
    @CsvSource({
        "livekit.RoomService,ListRooms,service.room,roomList",
        "livekit.RoomService,CreateRoom,service.room,roomCreate",
        "livekit.RoomService,ListParticipants,service.room,roomAdmin",
        "livekit.Egress,StartEgress,service.egress,roomRecord",
        "livekit.Ingress,CreateIngress,service.ingress,ingressAdmin",
        "livekit.AgentDispatchService,ListDispatch,service.agent,roomAdmin"
    })
    void who_may_call_is_told_which_bundle_is_missing_and_nobody_else_is(String service, String method, String bundle, String grant) throws Exception {
        route.removeEndpoint(rooms);
        String path = "/twirp/" + service + "/" + method;
        String body = "{\"room\":\"lobby\"}";
        assertThat(handle(Exchange.json(path, body)).error()).isEqualTo("401 unauthenticated");
        assertThat(handle(Exchange.json(path, body).by(Claims.of("ann", null))).error()).isEqualTo("401 unauthenticated");
        assertThat(handle(Exchange.json(path, body).by(Claims.of("ann", VideoGrant.join("lobby")))).message()).isEqualTo("permissions denied");
        if (grant.equals("roomAdmin"))
            assertThat(handle(Exchange.json(path, body).by(Claims.fromJson("{\"video\":{\"roomAdmin\":true,\"room\":\"other\"}}"))).error()).isEqualTo("401 unauthenticated");
        assertThat(handle(Exchange.json(path, "{nope")).error()).isEqualTo("400 malformed");
        Exchange exchange = handle(Exchange.json(path, body).by(Claims.fromJson("{\"video\":{\"" + grant + "\":true,\"room\":\"lobby\"}}")));
        assertThat(exchange.error()).isEqualTo("503 unavailable");
        assertThat(exchange.message()).contains(service).contains("bundle " + bundle + " ");
    }

    @Test
    void telephony_has_grants_of_its_own() throws Exception {
        String path = "/twirp/livekit.SIP/ListSIPInboundTrunk";
        assertThat(handle(Exchange.json(path, "{}").by(Claims.fromJson("{\"video\":{\"roomAdmin\":true}}"))).error()).isEqualTo("401 unauthenticated");
        for (String grant : new String[] {"admin", "call"}) {
            String mine = grant.equals("admin") ? "ListSIPInboundTrunk" : "CreateSIPParticipant";
            String other = grant.equals("admin") ? "CreateSIPParticipant" : "ListSIPInboundTrunk";
            Claims claims = Claims.fromJson("{\"sip\":{\"" + grant + "\":true}}");
            assertThat(handle(Exchange.json("/twirp/livekit.SIP/" + other, "{}").by(claims)).error()).isEqualTo("401 unauthenticated");
            Exchange exchange = handle(Exchange.json("/twirp/livekit.SIP/" + mine, "{}").by(claims));
            assertThat(exchange.error()).isEqualTo("503 unavailable");
            assertThat(exchange.message()).contains("bundle service.sip ");
        }
        assertThat(handle(Exchange.json("/twirp/livekit.SIP/CreateSIPTrunk", "{}").by(ANN)).error()).isEqualTo("404 bad_route");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-5", "50"})
    void a_client_says_how_long_it_waits(String millis) throws Exception {
        var interrupted = new java.util.concurrent.CompletableFuture<Boolean>();
        rooms.before = () -> {
            try {
                new java.util.concurrent.CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.complete(true);
            }
        };
        Exchange exchange = handle(Exchange.json(CREATE, "{}").saying(TimedCall.HEADER, millis));
        assertThat(exchange.error()).isEqualTo("408 canceled");
        assertThat(exchange.message()).isEqualTo("request canceled");
        if (millis.equals("50")) assertThat(interrupted.get(10, java.util.concurrent.TimeUnit.SECONDS)).as("nobody works for it any more").isTrue();
        else assertThat(rooms.asked).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"60000", "999999999999999", "abc", "", "99999999999999999999"})
    void who_waits_long_enough_or_says_nonsense_is_answered(String millis) throws Exception {
        assertThat(handle(Exchange.json(CREATE, "{}").saying(TimedCall.HEADER, millis)).status).isEqualTo(200);
        rooms.error = new RpcException(RpcCode.NOT_FOUND, "no");
        assertThat(handle(Exchange.json(CREATE, "{}").saying(TimedCall.HEADER, millis)).error()).isEqualTo("404 not_found");
        rooms.error = null;
        rooms.bug = new IllegalStateException("inside");
        assertThat(handle(Exchange.json(CREATE, "{}").saying(TimedCall.HEADER, millis)).error()).isEqualTo("500 internal");
    }

    /** As the runtime ends a component: it is told, then its references go, while a request is on its way. */
    @Test
    void who_has_asked_before_it_ends_is_answered() throws Exception {
        route.end();
        route.removeEndpoint(rooms);
        assertThat(handle(Exchange.json(CREATE, "{\"name\":\"lobby\"}")).status).isEqualTo(200);
    }

    @Test
    void a_successor_is_bound_before_its_predecessor_goes() throws Exception {
        PlayedRooms successor = new PlayedRooms();
        successor.answer = Room.newBuilder().setName("new").build();
        route.addEndpoint(successor, properties(2));
        route.removeEndpoint(rooms);
        assertThat(Room.parseFrom(handle(Exchange.protobuf(CREATE, new byte[0])).answer).getName()).isEqualTo("new");
    }
}
