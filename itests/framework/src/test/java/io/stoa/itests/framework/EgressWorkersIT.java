package io.stoa.itests.framework;

import static io.stoa.itests.framework.WorkerHouse.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.stoa.itests.framework.WorkerHouse.Answer;
import io.stoa.protocol.livekit.AutoParticipantEgress;
import io.stoa.protocol.livekit.AutoTrackEgress;
import io.stoa.protocol.livekit.EncodedFileOutput;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.redis.RedisServer;
import io.stoa.room.EgressLauncher;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Egresses from their start to their end, with workers of LiveKit's Go modules over a real Redis. */
@ExtendWith(InsideServer.class)
class EgressWorkersIT {
    private static final String ADDRESS = "stoa.itest.egress.redis";
    private static final String STARTING = "egress_started";
    private static final String ACTIVE = "egress_updated EGRESS_ACTIVE";
    private static final String ENDING = "egress_updated EGRESS_ENDING";
    private static final String ROOM = "{'roomName':'lobby','fileOutputs':[{'filepath':'x.mp4'}]}";

    private static RedisServer redis;

    private final Server server;
    private WorkerHouse house;

    EgressWorkersIT(Server server) {
        this.server = server;
    }

    @BeforeAll
    static void begin() throws Exception {
        LiveKitWorker.build();
        redis = RedisServer.start();
        System.setProperty(ADDRESS, redis.address());
    }

    @AfterAll
    static void end() {
        redis.close();
    }

    @BeforeEach
    void enter() throws Exception {
        house = new WorkerHouse(server, System.getProperty(ADDRESS));
        house.granted("RoomService/CreateRoom", "{'name':'lobby','emptyTimeout':600}");
    }

    @AfterEach
    void leave() throws Exception {
        if (house == null) return; // it has failed before
        house.ask("RoomService/DeleteRoom", "{'room':'lobby'}");
        house.close();
    }

    private JsonObject listed(String id) {
        return house.granted("Egress/ListEgress", "{'egressId':'" + id + "'}").getAsJsonArray("items").get(0).getAsJsonObject();
    }

    private boolean isActive(String id) {
        return house.granted("Egress/ListEgress", "{'active':true}").toString().contains(id);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "StartEgress               | egress          | {'roomName':'lobby','template':{'layout':'grid'},'outputs':[{'file':{'filepath':'x.mp4'}}]}",
        "StartRoomCompositeEgress  | room_composite  | {'roomName':'lobby','layout':'grid','preset':'H264_1080P_30','streamOutputs':[{'protocol':'RTMP','urls':['rtmp://a/b']}]}",
        "StartWebEgress            | web             | {'url':'https://example.invalid','awaitStartSignal':true,'segmentOutputs':[{'filenamePrefix':'s'}]}",
        "StartParticipantEgress    | participant     | {'roomName':'lobby','identity':'ann','screenShare':true,'fileOutputs':[{'filepath':'x.mp4'}]}",
        "StartTrackCompositeEgress | track_composite | {'roomName':'lobby','audioTrackId':'TR_a','videoTrackId':'TR_v','imageOutputs':[{'captureInterval':5}]}",
        "StartTrackEgress          | track           | {'roomName':'lobby','trackId':'TR_a','websocketUrl':'wss://example.invalid'}",
    })
    void one_of_every_kind_from_its_start_to_its_end(String method, String kind, String request) throws Exception {
        LiveKitWorker worker = house.worker("egress", "one", 0.5);
        JsonObject started = house.granted("Egress/" + method, request);
        String id = text(started, "egress_id");
        String room = kind.equals("web") ? "" : "lobby";

        JsonObject asked = worker.says("asked");
        assertThat(text(asked, "egress_id")).isEqualTo(id).startsWith("EG_");
        assertThat(text(asked, "room_name")).isEqualTo(room);
        assertThat(text(asked, "room_id")).startsWith(room.isEmpty() ? "" : "RM_").hasSize(room.isEmpty() ? 0 : 15);
        assertThat(text(asked, "token") + text(asked, "ws_url")).as("the worker has its own").isEmpty();
        assertThat(text(started, "status")).isEqualTo("EGRESS_STARTING");
        assertThat(text(started, "details")).isEqualTo("one");
        assertThat(started.get(kind)).as("the request is in the info").isNotNull();
        assertThat(isActive(id)).isTrue();
        house.awaitTold(id, STARTING); // a status of 0 is left out in JSON

        worker.did("active " + id);
        assertThat(text(listed(id), "status")).isEqualTo("EGRESS_ACTIVE");

        JsonObject stopped = house.granted("Egress/StopEgress", "{'egressId':'" + id + "'}");
        assertThat(text(worker.says("stop"), "egress_id")).isEqualTo(id);
        assertThat(text(stopped, "status")).isEqualTo("EGRESS_ENDING");
        assertThat(isActive(id)).isTrue();
        worker.did("complete " + id);

        JsonObject ended = listed(id);
        assertThat(text(ended, "status")).isEqualTo("EGRESS_COMPLETE");
        assertThat(text(ended, "file_results/0/location")).isEqualTo("/out/x.mp4");
        assertThat(isActive(id)).isFalse();
        assertThat(house.ask("Egress/StopEgress", "{'egressId':'" + id + "'}").error())
                .isEqualTo("failed_precondition: egress with status EGRESS_COMPLETE cannot be stopped");
        house.awaitTold(id, STARTING, ACTIVE, ENDING, "egress_ended EGRESS_COMPLETE");
    }

    @Test
    void streams_are_added_and_removed_while_it_runs() throws Exception {
        LiveKitWorker worker = house.worker("egress", "one", 0.5);
        String id = text(house.granted("Egress/StartRoomCompositeEgress", "{'roomName':'lobby','streamOutputs':[{'urls':['rtmp://a/1']}]}"), "egress_id");
        worker.says("asked");
        worker.did("active " + id);
        JsonObject more = house.granted("Egress/UpdateStream", "{'egressId':'" + id + "','addOutputUrls':['rtmp://b/2','rtmp://c/3']}");
        assertThat(text(worker.says("streams"), "add_output_urls/1")).isEqualTo("rtmp://c/3");
        assertThat(text(more, "stream_results/1/url")).isEqualTo("rtmp://c/3");
        house.granted("Egress/UpdateStream", "{'egressId':'" + id + "','removeOutputUrls':['rtmp://b/2']}");
        worker.says("streams");
        assertThat(text(listed(id), "stream_results/0/status")).isEqualTo("FINISHED");
        assertThat(house.ask("Egress/UpdateStream", "{'egressId':'" + id + "','removeOutputUrls':['rtmp://x']}").error())
                .as("what the worker says").isEqualTo("not_found: stream rtmp://x is not there");
        worker.says("streams");
        worker.did("fail " + id);
        assertThat(house.ask("Egress/UpdateStream", "{'egressId':'" + id + "','addOutputUrls':['rtmp://d']}").error())
                .isEqualTo("failed_precondition: egress with status EGRESS_FAILED cannot be updated");
        assertThat(text(listed(id), "error")).isEqualTo("no disk");
        assertThat(text(listed(id), "error_code")).isEqualTo("500");
        house.awaitTold(id, STARTING, ACTIVE, ACTIVE, ACTIVE, "egress_ended EGRESS_FAILED");
    }

    @Test
    void an_egress_brings_a_receiver_of_its_own_that_wants_the_end_only() throws Exception {
        LiveKitWorker worker = house.worker("egress", "one", 0.5);
        String id = text(house.granted("Egress/StartWebEgress", "{'url':'https://example.invalid','fileOutputs':[{'filepath':'x.mp4'}],"
                + "'webhooks':[{'url':'" + house.url("/own") + "','signingKey':'devkey','filterParams':{'includeEvents':['egress_ended']}}]}"), "egress_id");
        worker.says("asked");
        worker.did("active " + id);
        worker.did("limit " + id);
        Server.await("the end", () -> house.toldAt("/own", id).equals(List.of("egress_ended EGRESS_LIMIT_REACHED")));
        house.awaitTold(id, STARTING, ACTIVE, "egress_ended EGRESS_LIMIT_REACHED");
    }

    @Test
    void the_layout_is_the_metadata_of_whoever_records() throws Exception {
        LiveKitWorker worker = house.worker("egress", "one", 0.5);
        String id = text(house.granted("Egress/StartRoomCompositeEgress", ROOM), "egress_id");
        worker.says("asked");
        assertThat(house.ask("Egress/UpdateLayout", "{'egressId':'" + id + "','layout':'speaker'}").code()).as("it has not joined yet").isEqualTo("not_found");
        house.caller().joinQuietly(id, "lobby");
        assertThat(text(house.granted("Egress/UpdateLayout", "{'egressId':'" + id + "','layout':'speaker \\\"2'}"), "egress_id")).isEqualTo(id);
        assertThat(text(house.granted("RoomService/GetParticipant", "{'room':'lobby','identity':'" + id + "'}"), "metadata")).isEqualTo("{\"layout\":\"speaker \\\"2\"}");
    }

    @Test
    void the_fittest_worker_takes_it() throws Exception {
        LiveKitWorker busy = house.worker("egress", "busy", 0.2);
        LiveKitWorker idle = house.worker("egress", "idle", 0.6);
        assertThat(text(house.granted("Egress/StartRoomCompositeEgress", ROOM), "details")).isEqualTo("idle");
        idle.says("asked");
        idle.did("fit 0.1");
        assertThat(text(house.granted("Egress/StartRoomCompositeEgress", ROOM), "details")).isEqualTo("busy");
        busy.says("asked");
        busy.did("fit -1"); // it does not want it
        assertThat(text(house.granted("Egress/StartRoomCompositeEgress", ROOM), "details")).isEqualTo("idle");
        idle.says("asked");
        idle.did("refuse resource_exhausted");
        assertThat(house.ask("Egress/StartRoomCompositeEgress", ROOM).code()).isEqualTo("resource_exhausted");
        for (int attempt = 1; attempt <= 3; attempt++) idle.says("asked");
        idle.did("fit -1");
        assertThat(house.ask("Egress/StartRoomCompositeEgress", ROOM).error()).isEqualTo("unavailable: no response from servers");
        assertThat(busy.saysNothing() && idle.saysNothing()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "StartEgress               | {'web':{'url':'https://example.invalid'},'outputs':[{'file':{}}]}",
        "StartRoomCompositeEgress  | {'roomName':'lobby','file':{'filepath':'x.mp4'}}",
        "StartWebEgress            | {'url':'https://example.invalid','file':{'filepath':'x.mp4'}}",
        "StartParticipantEgress    | {'roomName':'lobby','identity':'ann','fileOutputs':[{}]}",
        "StartTrackCompositeEgress | {'roomName':'lobby','audioTrackId':'TR_a','fileOutputs':[{}]}",
        "StartTrackEgress          | {'roomName':'lobby','trackId':'TR_a','file':{'filepath':'x'}}",
    })
    void without_a_worker_it_is_said_at_once(String method, String request) {
        Answer answer = house.ask("Egress/" + method, request);
        assertThat(answer.error()).isEqualTo("unavailable: no egress worker is connected");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(house.granted("Egress/ListEgress", "{'roomName':'lobby','active':true}").getAsJsonArray("items")).noneMatch(one ->
                text(one.getAsJsonObject(), "details").isEmpty());
    }

    @Test
    void the_service_is_replaced_while_it_records() throws Exception {
        LiveKitWorker worker = house.worker("egress", "one", 0.5);
        String id = text(house.granted("Egress/StartRoomCompositeEgress", ROOM), "egress_id");
        worker.says("asked");
        house.replace("service.egress", () -> {
            assertThat(house.ask("Egress/StopEgress", "{'egressId':'" + id + "'}").error()).startsWith("unavailable").contains("service.egress");
            worker.does("active " + id);
            assertThat(text(worker.said("failed"), "code")).as("it will say it again").isEqualTo("unavailable");
        });
        worker.did("active " + id);
        house.granted("Egress/StopEgress", "{'egressId':'" + id + "'}");
        worker.says("stop");
        worker.did("complete " + id);
        house.awaitTold(id, STARTING, ACTIVE, ENDING, "egress_ended EGRESS_COMPLETE");
    }

    /** It does not start again by itself: nobody can say what it has recorded. */
    @Test
    void a_worker_that_has_died_cannot_stop_what_it_records() throws Exception {
        LiveKitWorker worker = house.worker("egress", "mortal", 0.5);
        String id = text(house.granted("Egress/StartRoomCompositeEgress", ROOM), "egress_id");
        worker.says("asked");
        worker.did("active " + id);
        worker.close();
        assertThat(house.ask("Egress/StopEgress", "{'egressId':'" + id + "'}").error()).isEqualTo("deadline_exceeded: request timed out");
        assertThat(text(listed(id), "status")).isEqualTo("EGRESS_ACTIVE");
    }

    // -- what rooms start

    @Test
    void a_room_is_recorded_from_its_creation() throws Exception {
        String created = "{'name':'recorded','egress':{'room':{'roomName':'ignored','layout':'grid','fileOutputs':[{'filepath':'r.mp4'}]}}}";
        assertThat(house.ask("RoomService/CreateRoom", created.replace("'recorded'", "'refused'")).error()).isEqualTo("unavailable: no egress worker is connected");
        Server.await("that it failed is told", () -> house.toldOfNone().stream().anyMatch(event -> text(event, "egressInfo/roomName").equals("refused")
                && text(event, "event").equals("egress_ended") && text(event, "egressInfo/error").equals("no egress worker is connected")));
        LiveKitWorker worker = house.worker("egress", "one", 0.5);
        String sid = text(house.granted("RoomService/CreateRoom", created), "sid");
        JsonObject asked = worker.says("asked");
        assertThat(text(asked, "room_composite/room_name")).isEqualTo("recorded");
        assertThat(text(asked, "room_composite/layout")).isEqualTo("grid");
        assertThat(text(asked, "room_id")).isEqualTo(sid);
        house.granted("RoomService/CreateRoom", created); // it is there already
        house.awaitTold(text(asked, "egress_id"), STARTING);
        assertThat(worker.saysNothing()).isTrue();
        house.granted("RoomService/DeleteRoom", "{'room':'recorded'}");
        house.ask("RoomService/DeleteRoom", "{'room':'refused'}");
    }

    @Test
    void a_room_that_opens_by_joining_is_recorded_as_the_token_says() throws Exception {
        LiveKitWorker worker = house.worker("egress", "one", 0.5);
        String token = Caller.signed("{\"sub\":\"ann\",\"video\":{\"roomJoin\":true,\"room\":\"joined\"},\"roomConfig\":{\"egress\":{\"room\":{\"audioOnly\":true,"
                + "\"fileOutputs\":[{\"filepath\":\"j.mp4\"}]}}}}");
        house.caller().joinQuietly(token);
        JsonObject asked = worker.says("asked");
        assertThat(text(asked, "room_composite/room_name")).isEqualTo("joined");
        assertThat(text(asked, "room_composite/audio_only")).isEqualTo("true");
        house.granted("RoomService/DeleteRoom", "{'room':'joined'}");
    }

    @Test
    void tracks_and_participants_are_recorded_as_the_room_wishes() throws Exception {
        LiveKitWorker worker = house.worker("egress", "one", 1);
        Room lobby = Room.newBuilder().setName("lobby").setSid(text(house.granted("RoomService/ListRooms", "{'names':['lobby']}"), "rooms/0/sid")).build();
        RoomInternal wishes = RoomInternal.newBuilder()
                .setParticipantEgress(AutoParticipantEgress.newBuilder().addFileOutputs(EncodedFileOutput.newBuilder().setFilepath("p.mp4")))
                .setTrackEgress(AutoTrackEgress.newBuilder().setFilepath("t.ogg").setDisableManifest(true))
                .build();
        ParticipantInfo ann = ParticipantInfo.newBuilder().setSid("PA_ann").setIdentity("ann").build();
        server.need(EgressLauncher.class).published(lobby, wishes, ann, TrackInfo.newBuilder().setSid("TR_1").build());
        JsonObject one = worker.says("asked");
        JsonObject other = worker.says("asked");
        JsonObject participant = one.has("participant") ? one : other;
        JsonObject track = one.has("participant") ? other : one;
        assertThat(text(participant, "participant/identity")).isEqualTo("ann");
        assertThat(text(track, "track/track_id")).isEqualTo("TR_1");
        assertThat(text(track, "track/file/filepath")).isEqualTo("t-{track_id}.ogg");
        assertThat(text(track, "track/file/disable_manifest")).isEqualTo("true");
        server.need(EgressLauncher.class).published(lobby, wishes, ann, TrackInfo.newBuilder().setSid("TR_2").build());
        assertThat(text(worker.says("asked"), "track/track_id")).as("the participant is recorded once").isEqualTo("TR_2");
        house.awaitTold(text(track, "egress_id"), STARTING);
        assertThat(worker.saysNothing()).isTrue();
    }
}
