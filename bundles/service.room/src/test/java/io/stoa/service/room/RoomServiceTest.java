package io.stoa.service.room;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.stoa.auth.Claims;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.DataPacket;
import io.stoa.protocol.livekit.ListParticipantsResponse;
import io.stoa.protocol.livekit.ListRoomsResponse;
import io.stoa.protocol.livekit.MuteRoomTrackResponse;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.PerformRpcResponse;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.rpc.Caller;
import io.stoa.rpc.RpcException;
import io.stoa.store.memory.MemoryRoomStore;
import java.lang.annotation.Annotation;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RoomService by request and answer (spec 3.1, 2.5, 13.1); requests are written as JSON, grants as in tokens. */
class RoomServiceTest {
    private static final String ADMIN = "{\"roomAdmin\":true,\"room\":\"lobby\"}";
    private static final String DENIED = "unauthenticated: permissions denied";
    private static final List<String> OF_A_ROOM = List.of(
            "ListParticipants", "GetParticipant", "RemoveParticipant", "MutePublishedTrack", "UpdateParticipant", "UpdateRoomMetadata", "UpdateSubscriptions", "SendData",
            "PerformRpc");

    private final RoomDirectory directory = new RoomDirectory();
    private final RoomService service = new RoomService(directory, limits(10, 10, 20, 10));
    private final PlayedRooms rooms = new PlayedRooms();
    private final MemoryRoomStore store = new MemoryRoomStore();

    @BeforeEach
    void open() {
        directory.rooms = rooms;
        service.store = store;
        rooms.create(CreateRoomRequest.newBuilder().setName("lobby").build());
        rooms.done.clear();
        store.putRoom(Room.newBuilder().setName("lobby").setSid("RM_stored").build(), RoomInternal.getDefaultInstance());
    }

    private static LimitConfig limits(int roomName, int participantName, int metadata, int attributes) {
        return new LimitConfig() {
            @Override
            public int maxRoomNameLength() {
                return roomName;
            }

            @Override
            public int maxParticipantNameLength() {
                return participantName;
            }

            @Override
            public int maxMetadataSize() {
                return metadata;
            }

            @Override
            public int maxAttributesSize() {
                return attributes;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return LimitConfig.class;
            }
        };
    }

    private Message call(String method, String json, String video) throws Exception {
        Message.Builder request = service.requestPrototype(method).newBuilderForType();
        JsonFormat.parser().merge(json, request);
        return service.call(method, request.build(), new Caller(video == null ? null : Claims.fromJson("{\"video\":" + video + "}")));
    }

    /** {@code code: message} */
    private String refusal(String method, String json, String video) throws Exception {
        try {
            return "granted: " + call(method, json, video);
        } catch (RpcException e) {
            return e.code().text + ": " + e.getMessage();
        }
    }

    private static String inRoom(String method, String room) {
        return "{\"room\":\"" + room + "\"" + switch (method) {
            case "SendData", "ListParticipants", "UpdateRoomMetadata" -> "}";
            case "PerformRpc" -> ",\"destinationIdentity\":\"ann\",\"method\":\"m\"}";
            case "MutePublishedTrack" -> ",\"identity\":\"ann\",\"trackSid\":\"TR_1\",\"muted\":true}";
            default -> ",\"identity\":\"ann\"}";
        };
    }

    @Test
    void it_has_every_method_of_the_service() {
        assertThat(service.descriptor().getMethods()).hasSize(14).allSatisfy(method -> {
            assertThat(service.requestPrototype(method.getName())).isNotNull();
            assertThat(service.requestPrototype(method.getName()).getDescriptorForType()).isEqualTo(method.getInputType());
        });
        assertThat(service.requestPrototype("Nope")).isNull();
    }

    @ParameterizedTest
    @CsvSource({"CreateRoom,name,roomCreate", "DeleteRoom,room,roomCreate", "ListRooms,names,roomList"})
    void rpcs_of_the_node_need_their_grant(String method, String field, String grant) throws Exception {
        String request = "{\"" + field + "\":" + (field.equals("names") ? "[\"lobby\"]" : "\"lobby\"") + "}";
        for (String video : new String[] {null, "null", "{}", ADMIN, "{\"" + (grant.equals("roomList") ? "roomCreate" : "roomList") + "\":true}", "{\"roomJoin\":true,\"room\":\"lobby\"}"})
            assertThat(refusal(method, request, video)).as(video).isEqualTo(DENIED);
        assertThat(rooms.done).isEmpty();
        assertThat(refusal(method, request, "{\"" + grant + "\":true}")).startsWith("granted");
    }

    @Test
    void rpcs_of_a_room_need_its_admin() throws Exception {
        for (String method : OF_A_ROOM) {
            String request = inRoom(method, "lobby");
            for (String video : new String[] {
                null, "null", "{}", "{\"roomAdmin\":true}", "{\"roomAdmin\":true,\"room\":\"other\"}", "{\"roomCreate\":true,\"roomList\":true,\"room\":\"lobby\"}",
                "{\"roomJoin\":true,\"room\":\"lobby\"}"
            })
                assertThat(refusal(method, request, video)).as(method + " " + video).isEqualTo(DENIED);
            assertThat(refusal(method, inRoom(method, "none"), ADMIN)).as(method).isEqualTo(DENIED);
        }
        assertThat(rooms.done).isEmpty();
        assertThat(rooms.sent).isNull();
        for (String method : OF_A_ROOM) assertThat(refusal(method, inRoom(method, "lobby"), ADMIN)).as(method).startsWith("granted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ForwardParticipant", "MoveParticipant"})
    void participants_change_rooms_with_a_grant_for_both(String method) throws Exception {
        String request = "{\"room\":\"lobby\",\"identity\":\"ann\",\"destinationRoom\":\"hall\"}";
        assertThat(refusal(method, request, ADMIN)).isEqualTo(DENIED);
        assertThat(refusal(method, request, "{\"roomAdmin\":true,\"room\":\"lobby\",\"destinationRoom\":\"other\"}")).isEqualTo(DENIED);
        String both = "{\"roomAdmin\":true,\"room\":\"lobby\",\"destinationRoom\":\"hall\"}";
        assertThat(refusal(method, request.replace("ann", "nobody"), both)).isEqualTo("not_found: participant does not exist");
        assertThat(refusal(method, request, both)).startsWith("granted");
        assertThat(rooms.done).containsExactly("lobby: " + (method.startsWith("Move") ? "move" : "forward") + " to hall ann");
        assertThat(refusal(method, request.replace("hall", ""), both.replace("hall", ""))).isEqualTo("invalid_argument: destination room is required");
        assertThat(refusal(method, request.replace("hall", "lobby"), "{\"roomAdmin\":true,\"room\":\"lobby\",\"destinationRoom\":\"lobby\"}"))
                .isEqualTo("invalid_argument: destination room cannot be the same as source room");
    }

    @Test
    void create() throws Exception {
        String create = "{\"roomCreate\":true}";
        assertThat(((Room) call("CreateRoom", "{\"name\":\"hall\"}", create)).getName()).isEqualTo("hall");
        assertThat(refusal("CreateRoom", "{}", create)).isEqualTo("invalid_argument: no room name");
        assertThat(refusal("CreateRoom", "{\"name\":\"ééééé\"}", create)).startsWith("granted");
        assertThat(refusal("CreateRoom", "{\"name\":\"éééééé\"}", create)).isEqualTo("invalid_argument: room name length exceeds limits");
        assertThat(refusal("CreateRoom", "{\"name\":\"a\",\"metadata\":\"" + "m".repeat(21) + "\"}", create)).isEqualTo("invalid_argument: metadata size exceeds limits");
        assertThat(refusal("CreateRoom", "{\"name\":\"a\",\"agents\":[{\"metadata\":\"" + "m".repeat(21) + "\"}]}", create))
                .isEqualTo("invalid_argument: metadata size exceeds limits");
        assertThat(refusal("CreateRoom", "{\"name\":\"a\",\"agents\":[{\"attributes\":{\"12345\":\"678901\"}}]}", create))
                .isEqualTo("invalid_argument: attribute size exceeds limits");
        assertThat(refusal("CreateRoom", "{\"name\":\"a\",\"egress\":{}}", create)).startsWith("unavailable: egress is not available: bundle service.egress");
        assertThat(rooms.done).containsExactly("create hall", "create ééééé");
    }

    @Test
    void a_limit_of_nothing_is_none_and_limits_change_while_it_runs() throws Exception {
        service.modified(limits(0, 0, 0, 0));
        assertThat(refusal("CreateRoom", "{\"name\":\"" + "n".repeat(5_000) + "\"}", "{\"roomCreate\":true}")).startsWith("granted");
    }

    @Test
    void rooms_are_listed_from_the_store_and_shown_as_they_live() throws Exception {
        store.putRoom(Room.newBuilder().setName("far").setSid("RM_far").build(), RoomInternal.getDefaultInstance());
        String list = "{\"roomList\":true}";
        assertThat(((ListRoomsResponse) call("ListRooms", "{}", list)).getRoomsList()).extracting(Room::getSid).containsExactlyInAnyOrder("RM_live", "RM_far");
        assertThat(((ListRoomsResponse) call("ListRooms", "{\"names\":[\"far\",\"none\"]}", list)).getRoomsList()).extracting(Room::getSid).containsExactly("RM_far");
        store.deleteRoom("lobby"); // it has yet to be told
        assertThat(((ListRoomsResponse) call("ListRooms", "{}", list)).getRoomsList()).extracting(Room::getSid).containsExactly("RM_far", "RM_live");
        assertThat(((ListRoomsResponse) call("ListRooms", "{\"names\":[\"lobby\",\"none\"]}", list)).getRoomsList()).extracting(Room::getSid).containsExactly("RM_live");
        directory.rooms = null;
        assertThat(((ListRoomsResponse) call("ListRooms", "{}", list)).getRoomsList()).extracting(Room::getSid).containsExactly("RM_far");
    }

    @Test
    void delete() throws Exception {
        String create = "{\"roomCreate\":true}";
        call("DeleteRoom", "{\"room\":\"lobby\"}", create);
        assertThat(rooms.done).containsExactly("lobby: delete");
        store.putRoom(Room.newBuilder().setName("left").build(), RoomInternal.getDefaultInstance());
        call("DeleteRoom", "{\"room\":\"left\"}", create);
        assertThat(store.room("left")).isEmpty();
        assertThat(refusal("DeleteRoom", "{\"room\":\"none\"}", create)).isEqualTo("not_found: requested room does not exist");
    }

    @Test
    void participants_of_live_rooms_of_stored_rooms_and_of_none() throws Exception {
        String far = "{\"roomAdmin\":true,\"room\":\"far\"}";
        store.putParticipant("far", ParticipantInfo.newBuilder().setIdentity("bob").build());
        assertThat(((ListParticipantsResponse) call("ListParticipants", "{\"room\":\"lobby\"}", ADMIN)).getParticipantsList())
                .extracting(ParticipantInfo::getIdentity).containsExactly("ann");
        assertThat(((ListParticipantsResponse) call("ListParticipants", "{\"room\":\"far\"}", far)).getParticipantsList())
                .extracting(ParticipantInfo::getIdentity).containsExactly("bob");
        assertThat(((ListParticipantsResponse) call("ListParticipants", "{\"room\":\"none\"}", far.replace("far", "none"))).getParticipantsList()).isEmpty();
        assertThat(((ParticipantInfo) call("GetParticipant", "{\"room\":\"far\",\"identity\":\"bob\"}", far)).getIdentity()).isEqualTo("bob");
        assertThat(refusal("GetParticipant", "{\"room\":\"far\",\"identity\":\"ann\"}", far)).isEqualTo("not_found: participant does not exist");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GetParticipant", "RemoveParticipant", "MutePublishedTrack", "UpdateParticipant", "UpdateSubscriptions", "PerformRpc"})
    void who_is_not_there_is_not_found_at_once(String method) throws Exception {
        String request = inRoom(method, "lobby").replace("ann", "bob");
        assertThat(refusal(method, request, ADMIN)).isEqualTo("not_found: participant does not exist");
        rooms.open.clear();
        assertThat(refusal(method, request, ADMIN)).isEqualTo("not_found: participant does not exist");
    }

    @Test
    void mute() throws Exception {
        assertThat(((MuteRoomTrackResponse) call("MutePublishedTrack", inRoom("MutePublishedTrack", "lobby"), ADMIN)).getTrack().getMuted()).isTrue();
        assertThat(((MuteRoomTrackResponse) call("MutePublishedTrack", inRoom("MutePublishedTrack", "lobby").replace("TR_1", "TR_2"), ADMIN)).hasTrack()).isFalse();
        assertThat(refusal("MutePublishedTrack", inRoom("MutePublishedTrack", "lobby").replace("true", "false"), ADMIN))
                .isEqualTo("failed_precondition: remote unmute not enabled");
    }

    @Test
    void updates_are_measured_before_grants_are_looked_at() throws Exception {
        String ann = "{\"room\":\"lobby\",\"identity\":\"ann\",";
        assertThat(refusal("UpdateParticipant", ann + "\"name\":\"elevenchars\"}", null)).isEqualTo("invalid_argument: name length exceeds limits");
        assertThat(refusal("UpdateParticipant", ann + "\"metadata\":\"" + "m".repeat(21) + "\"}", null)).isEqualTo("invalid_argument: metadata size exceeds limits");
        assertThat(refusal("UpdateParticipant", ann + "\"attributes\":{\"12345\":\"678901\"}}", null)).isEqualTo("invalid_argument: attribute size exceeds limits");
        assertThat(refusal("UpdateParticipant", ann + "\"attributes\":{\"12345\":\"67890\"}}", ADMIN)).startsWith("granted");
        assertThat(((ParticipantInfo) call("UpdateParticipant", ann + "\"name\":\"Ann\"}", ADMIN)).getName()).isEqualTo("Ann");
        assertThat(refusal("UpdateRoomMetadata", "{\"room\":\"lobby\",\"metadata\":\"" + "m".repeat(21) + "\"}", null)).isEqualTo("invalid_argument: metadata size exceeds limits");
        assertThat(((Room) call("UpdateRoomMetadata", "{\"room\":\"lobby\",\"metadata\":\"m\"}", ADMIN)).getMetadata()).isEqualTo("m");
        rooms.open.clear();
        assertThat(refusal("UpdateRoomMetadata", "{\"room\":\"lobby\",\"metadata\":\"m\"}", ADMIN)).isEqualTo("not_found: requested room does not exist");
    }

    @Test
    void data() throws Exception {
        call("SendData", "{\"room\":\"lobby\",\"data\":\"aGk=\",\"kind\":\"LOSSY\",\"destinationIdentities\":[\"ann\"],\"destinationSids\":[\"PA_1\"],\"topic\":\"t\",\"nonce\":\"AAECAwQFBgcICQoLDA0ODw==\"}", ADMIN);
        assertThat(rooms.sent.getKind()).isEqualTo(DataPacket.Kind.LOSSY);
        assertThat(rooms.sent.getDestinationIdentitiesList()).containsExactly("ann");
        assertThat(rooms.sent.getUser().getPayload()).isEqualTo(ByteString.copyFromUtf8("hi"));
        assertThat(rooms.sent.getUser().getDestinationSidsList()).containsExactly("PA_1");
        assertThat(rooms.sent.getUser().getTopic()).isEqualTo("t");
        assertThat(rooms.sent.getUser().getNonce().size()).isEqualTo(16);
        call("SendData", "{\"room\":\"lobby\"}", ADMIN);
        assertThat(rooms.sent.getUser().hasTopic()).isFalse();
        assertThat(refusal("SendData", "{\"room\":\"lobby\",\"kind\":77}", ADMIN)).startsWith("granted");
        assertThat(refusal("SendData", "{\"room\":\"lobby\",\"nonce\":\"AAEC\"}", ADMIN)).startsWith("invalid_argument: nonce ");
        rooms.open.clear();
        assertThat(refusal("SendData", "{\"room\":\"lobby\"}", ADMIN)).isEqualTo("not_found: requested room does not exist");
    }

    @ParameterizedTest
    @CsvSource({"0,true", "1,false", "15,false", "16,true", "17,false"})
    void a_nonce_has_sixteen_bytes_or_none(int bytes, boolean taken) throws Exception {
        String nonce = java.util.Base64.getEncoder().encodeToString(new byte[bytes]);
        String answer = refusal("SendData", "{\"room\":\"lobby\",\"nonce\":\"" + nonce + "\"}", ADMIN);
        if (taken) assertThat(answer).startsWith("granted");
        else assertThat(answer).isEqualTo("invalid_argument: nonce should be 16 bytes or not present, got " + bytes);
    }

    @Test
    void what_is_exactly_at_its_limit_passes() throws Exception {
        String ann = "{\"room\":\"lobby\",\"identity\":\"ann\",";
        assertThat(refusal("CreateRoom", "{\"name\":\"ten bytes.\",\"metadata\":\"" + "m".repeat(20) + "\",\"agents\":[{\"metadata\":\"" + "m".repeat(20)
                + "\",\"attributes\":{\"12345\":\"67890\"}}]}", "{\"roomCreate\":true}")).startsWith("granted");
        assertThat(refusal("UpdateParticipant", ann + "\"name\":\"ten bytes.\",\"metadata\":\"" + "m".repeat(20) + "\"}", ADMIN)).startsWith("granted");
        assertThat(refusal("UpdateRoomMetadata", "{\"room\":\"lobby\",\"metadata\":\"" + "é".repeat(10) + "\"}", ADMIN)).startsWith("granted");
        assertThat(refusal("UpdateRoomMetadata", "{\"room\":\"lobby\",\"metadata\":\"" + "é".repeat(10) + "m\"}", ADMIN)).isEqualTo("invalid_argument: metadata size exceeds limits");
    }

    @Test
    void calls_to_participants() throws Exception {
        assertThat(((PerformRpcResponse) call("PerformRpc", "{\"room\":\"lobby\",\"destinationIdentity\":\"ann\",\"method\":\"m\",\"payload\":\"p\"}", ADMIN)).getPayload())
                .isEqualTo("answer to p");
        assertThat(refusal("PerformRpc", "{\"room\":\"lobby\",\"method\":\"m\"}", ADMIN)).startsWith("invalid_argument: destination");
    }

    @Test
    void without_rooms_or_a_store_it_is_unavailable_and_says_what_is_missing() throws Exception {
        service.store = null;
        assertThat(refusal("ListRooms", "{}", "{\"roomList\":true}")).startsWith("unavailable: no room store");
        directory.rooms = null;
        assertThat(refusal("CreateRoom", "{\"name\":\"a\"}", "{\"roomCreate\":true}")).isEqualTo("unavailable: no room manager: bundle room is not active");
        for (String method : OF_A_ROOM) {
            assertThat(refusal(method, inRoom(method, "lobby"), null)).as(method).isEqualTo(DENIED);
            assertThat(refusal(method, inRoom(method, "lobby"), ADMIN)).as(method).startsWith("unavailable: ");
        }
    }
}
