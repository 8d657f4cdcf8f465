package io.stoa.itests.framework;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.util.JsonFormat;
import io.stoa.auth.AccessTokens;
import io.stoa.auth.Claims;
import io.stoa.protocol.Services;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who may call what: every RPC of the five services against every grant (spec 2.5), over HTTP, in protobuf and in JSON. Refusals come
 * before anything else is said, by services that are there and by those that are not.
 */
@ExtendWith(InsideServer.class)
class AuthorisationIT {
    private static final String ROOM = "lobby of nobody";
    private static final String DESTINATION = "hall of nobody";

    /** Every grant that a token can carry, as a path into its claims; {@code roomAdmin} and its like come with the room. */
    private static final List<String> GRANTS = List.of(
            "video.roomCreate", "video.roomList", "video.roomRecord", "video.roomAdmin", "video.roomJoin", "video.ingressAdmin", "video.canPublish",
            "video.canSubscribe", "video.canPublishData", "video.canUpdateOwnMetadata", "video.hidden", "video.recorder", "video.agent",
            "video.canSubscribeMetrics", "video.canManageAgentSession", "sip.admin", "sip.call", "agent.admin", "agent.simulationAdmin", "agent.databaseAdmin",
            "inference.perform", "observability.write");

    private static final Map<String, Integer> METHODS = Map.of(
            "livekit.RoomService", 14, "livekit.Egress", 10, "livekit.Ingress", 4, "livekit.SIP", 16, "livekit.AgentDispatchService", 3);

    private final Caller caller;

    AuthorisationIT(Server server) {
        caller = server == null ? null : new Caller(server.port());
    }

    @AfterEach
    void leave() {
        caller.close();
    }

    /** What a method needs, as spec 2.5 has it. */
    private static Set<String> needed(MethodDescriptor method) {
        String name = method.getName();
        return switch (method.getService().getFullName()) {
            case "livekit.RoomService" -> switch (name) {
                case "CreateRoom", "DeleteRoom" -> Set.of("video.roomCreate");
                case "ListRooms" -> Set.of("video.roomList");
                default -> Set.of("video.roomAdmin");
            };
            case "livekit.Egress" -> Set.of("video.roomRecord");
            case "livekit.Ingress" -> Set.of("video.ingressAdmin");
            case "livekit.SIP" -> switch (name) {
                case "CreateSIPParticipant" -> Set.of("sip.call");
                case "TransferSIPParticipant" -> Set.of("sip.call", "video.roomAdmin");
                default -> Set.of("sip.admin");
            };
            case "livekit.AgentDispatchService" -> Set.of("video.roomAdmin");
            default -> throw new AssertionError(method.getFullName());
        };
    }

    private static boolean changesRooms(MethodDescriptor method) {
        return method.getName().equals("MoveParticipant") || method.getName().equals("ForwardParticipant");
    }

    private static JsonObject claims(Iterable<String> grants, String room, String destination) {
        JsonObject claims = new JsonObject();
        claims.addProperty("sub", "api");
        JsonObject video = new JsonObject();
        if (!room.isEmpty()) video.addProperty("room", room);
        if (!destination.isEmpty()) video.addProperty("destinationRoom", destination);
        claims.add("video", video);
        for (String grant : grants) {
            String[] path = grant.split("\\.");
            if (!claims.has(path[0])) claims.add(path[0], new JsonObject());
            claims.getAsJsonObject(path[0]).addProperty(path[1], true);
        }
        return claims;
    }

    /** Other claims than those our own tokens carry are written, too. */
    private static String token(JsonObject claims) {
        return Caller.sign(claims, "devkey", "secret", Instant.now().plus(Duration.ofMinutes(10)));
    }

    private static DynamicMessage request(MethodDescriptor method) {
        Descriptor type = method.getInputType();
        DynamicMessage.Builder request = DynamicMessage.newBuilder(type);
        Map<String, String> fields = new LinkedHashMap<>(Map.of("room", ROOM, "room_name", ROOM, "identity", "nobody", "participant_identity", "nobody",
                "destination_room", DESTINATION, "destination_identity", "nobody", "method", "m"));
        if (method.getName().equals("CreateRoom")) fields.put("name", "made by " + CreateRoomCounter.next());
        fields.forEach((name, value) -> {
            FieldDescriptor field = type.findFieldByName(name);
            if (field != null && field.getJavaType() == FieldDescriptor.JavaType.STRING && !field.isRepeated()) request.setField(field, value);
        });
        return request.build();
    }

    /** Rooms that were made are not made again. */
    private static final class CreateRoomCounter {
        private static int count;

        static int next() {
            return ++count;
        }
    }

    /** The answer in both encodings, which must be one. */
    private Caller.Answer call(MethodDescriptor method, String token) throws Exception {
        String path = "/twirp/" + method.getService().getFullName() + "/" + method.getName();
        DynamicMessage request = request(method);
        Caller.Answer json = caller.post(path, "application/json", JsonFormat.printer().print(request).getBytes(), token);
        Caller.Answer protobuf = caller.post(path, "application/protobuf", request.toByteArray(), token);
        assertThat(protobuf.status()).as(path).isEqualTo(json.status());
        if (json.status() != 200) assertThat(protobuf.text()).as(path).isEqualTo(json.text());
        return json;
    }

    private void denied(MethodDescriptor method, String token, String why) throws Exception {
        assertThat(call(method, token))
                .as("%s with %s", method.getFullName(), why)
                .isEqualTo(new Caller.Answer(401, "{\"code\":\"unauthenticated\",\"msg\":\"permissions denied\"}"));
    }

    private void granted(MethodDescriptor method, String token, String why) throws Exception {
        Caller.Answer answer = call(method, token);
        String code = answer.status() == 200 ? "ok" : JsonParser.parseString(answer.text()).getAsJsonObject().get("code").getAsString();
        assertThat(answer.status() + " " + code).as("%s with %s: %s", method.getFullName(), why, answer.text()).isIn(allowed(method));
    }

    /** What somebody hears who may ask: about what is not there, or not said, or that the service is not. */
    private static List<String> allowed(MethodDescriptor method) {
        String name = method.getName();
        return switch (method.getService().getFullName()) {
            case "livekit.RoomService" -> switch (name) {
                case "CreateRoom", "ListRooms", "ListParticipants" -> List.of("200 ok");
                case "MoveParticipant", "ForwardParticipant" -> List.of("404 not_found", "503 unavailable");
                default -> List.of("404 not_found");
            };
            case "livekit.Egress" -> List.of(name.equals("ListEgress") ? "200 ok" : name.equals("StartWebEgress") ? "400 invalid_argument" : "404 not_found");
            case "livekit.Ingress" -> List.of(name.equals("ListIngress") || name.equals("CreateIngress") ? "200 ok" : "404 not_found");
            case "livekit.SIP" -> List.of(name.startsWith("List") ? "200 ok" : "400 invalid_argument");
            case "livekit.AgentDispatchService" -> List.of(name.equals("DeleteDispatch") ? "404 not_found" : "200 ok");
            default -> throw new IllegalArgumentException(method.getFullName());
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"livekit.RoomService", "livekit.Egress", "livekit.Ingress", "livekit.SIP", "livekit.AgentDispatchService"})
    void every_method_against_every_grant(String service) throws Exception {
        List<MethodDescriptor> methods = Services.byName(service).getMethods();
        assertThat(methods).hasSize(METHODS.get(service));
        for (MethodDescriptor method : methods) {
            Set<String> needed = needed(method);
            denied(method, null, "no token");
            denied(method, token(new JsonObject()), "a token without grants");
            for (String grant : GRANTS) {
                String one = token(claims(Set.of(grant), ROOM, DESTINATION));
                if (needed.equals(Set.of(grant))) granted(method, one, grant + " alone");
                else denied(method, one, grant + " alone");
            }
            for (String missing : needed) {
                Set<String> others = new TreeSet<>(GRANTS);
                others.remove(missing);
                denied(method, token(claims(others, ROOM, DESTINATION)), "all but " + missing);
            }
            granted(method, token(claims(needed, ROOM, DESTINATION)), "what it needs");
            granted(method, token(claims(GRANTS, ROOM, DESTINATION)), "everything");
        }
    }

    @Test
    void grants_for_another_room_are_none() throws Exception {
        int ofRooms = 0;
        for (String service : METHODS.keySet())
            for (MethodDescriptor method : Services.byName(service).getMethods()) {
                boolean ofARoom = needed(method).contains("video.roomAdmin");
                if (ofARoom) ofRooms++;
                for (String other : List.of("", "other", ROOM + " ", ROOM.toUpperCase())) {
                    String token = token(claims(GRANTS, other, DESTINATION));
                    if (ofARoom) denied(method, token, "everything in room '" + other + "'");
                    else granted(method, token, "everything in room '" + other + "'");
                    if (changesRooms(method)) denied(method, token(claims(GRANTS, ROOM, other)), "destination '" + other + "'");
                }
            }
        assertThat(ofRooms).isEqualTo(11 + 1 + 3);
    }

    @Test
    void tokens_that_are_not_ours_or_not_of_now_are_refused_whatever_they_grant() throws Exception {
        JsonObject all = claims(GRANTS, ROOM, DESTINATION);
        Instant now = Instant.now();
        Map<String, String> refused = new LinkedHashMap<>();
        refused.put(Caller.sign(all, "devkey", "secret", now.minusSeconds(3600)), "invalid authorization token: ");
        refused.put(Caller.sign(all, "otherkey", "secret", now.plusSeconds(600)), "invalid API key");
        refused.put(Caller.sign(all, "devkey", "another secret", now.plusSeconds(600)), "invalid authorization token: ");
        refused.put(AccessTokens.mint(Claims.fromJson(all.toString()), "devkey", "secret", now.plusSeconds(3600), Duration.ofHours(1)), "invalid authorization token: ");
        String good = token(all);
        refused.put(good.substring(0, good.lastIndexOf('.') + 1), "invalid authorization token");
        refused.put("nonsense", "invalid authorization token");
        for (String service : METHODS.keySet())
            for (MethodDescriptor method : Services.byName(service).getMethods())
                for (var one : refused.entrySet()) {
                    Caller.Answer answer = call(method, one.getKey());
                    assertThat(answer.status()).as(method.getFullName()).isEqualTo(401);
                    assertThat(answer.text()).startsWith(one.getValue()).doesNotContain(one.getKey());
                }
    }
}
