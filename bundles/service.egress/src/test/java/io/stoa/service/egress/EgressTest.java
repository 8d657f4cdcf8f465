package io.stoa.service.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.base.Ids;
import io.stoa.protocol.livekit.AutoParticipantEgress;
import io.stoa.protocol.livekit.AutoTrackEgress;
import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.EgressStatus;
import io.stoa.protocol.livekit.EncodedFileOutput;
import io.stoa.protocol.livekit.EncodingOptionsPreset;
import io.stoa.protocol.livekit.ListEgressRequest;
import io.stoa.protocol.livekit.ListEgressResponse;
import io.stoa.protocol.livekit.ParticipantEgressRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomCompositeEgressRequest;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.livekit.S3Upload;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.UpdateParticipantRequest;
import io.stoa.protocol.rpc.GetEgressRequest;
import io.stoa.protocol.rpc.StartEgressRequest;
import io.stoa.protocol.rpc.UpdateMetricsRequest;
import io.stoa.room.RoomException;
import io.stoa.room.WorkerListener;
import io.stoa.rpc.Asked;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.InProcessMessageBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.rpc.RpcService;
import io.stoa.rpc.psrpc.Psrpc;
import io.stoa.store.StoreException;
import io.stoa.store.memory.MemoryHashes;
import io.stoa.store.memory.MemoryRoomStore;
import io.stoa.store.records.AwayHashes;
import io.stoa.store.records.EgressRecords;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The API of egresses by request and answer (spec 3.2, 9.2), what workers ask and tell (spec 7.7), and what rooms start by themselves. */
@Timeout(60)
class EgressTest {
    private static final String RECORD = "{\"video\":{\"roomRecord\":true}}";
    private static final String FILE = "'fileOutputs':[{'filepath':'x.mp4'}]";
    private static final Room LOBBY = Room.newBuilder().setName("lobby").setSid("RM_lobby").build();

    private final Psrpc bus = bus();
    private final EgressService service = new EgressService(new Ids(new Random(3)));
    private final Asked asked = new Asked(service);
    private final RecordedRooms recorded = new RecordedRooms(new Ids(new Random(4)));
    private final AwayHashes hashes = new AwayHashes(new MemoryHashes());
    private final EgressRecords store = new EgressRecords(hashes);
    private final EgressReports reports = new EgressReports(bus);
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final BlockingQueue<StartEgressRequest> worker = new LinkedBlockingQueue<>();
    private UpdateParticipantRequest shown;

    private final class Rooms extends RpcService {
        Rooms() {
            super("livekit.RoomService");
            add("UpdateParticipant", UpdateParticipantRequest.getDefaultInstance(), (request, caller) -> {
                caller.requireRoomAdmin(request.getRoom());
                shown = request;
                return ParticipantInfo.getDefaultInstance();
            });
        }
    }

    private static Psrpc bus() {
        Psrpc bus = new Psrpc(new Ids(new Random(1)), System::nanoTime, CallOptions.within(Duration.ofSeconds(5)), 100);
        bus.bind(new InProcessMessageBus());
        return bus;
    }

    @BeforeEach
    void connect() {
        MemoryRoomStore roomStore = new MemoryRoomStore();
        roomStore.putRoom(LOBBY, RoomInternal.getDefaultInstance());
        service.bus = bus;
        service.store = store;
        service.roomStore = roomStore;
        service.roomService = new Rooms();
        recorded.bus = bus;
        recorded.store = store;
        reports.store = store;
        WorkerListener listener = new WorkerListener() {
            @Override
            public void egressStarted(EgressInfo egress) {
                told.add("started " + egress.getEgressId());
            }

            @Override
            public void egressUpdated(EgressInfo egress) {
                told.add("updated " + egress.getEgressId() + " " + egress.getStatus());
            }

            @Override
            public void egressEnded(EgressInfo egress) {
                told.add("ended " + egress.getEgressId() + " " + egress.getStatus() + " " + egress.getError());
            }
        };
        service.addListener(listener);
        recorded.addListener(listener);
        reports.addListener(listener);
    }

    @AfterEach
    void disconnect() {
        recorded.close();
        reports.stop();
        bus.close();
    }

    private void serve() {
        bus.serve(RpcMethods.START_EGRESS.at(""), (request, context) -> {
            worker.add(request);
            EgressInfo.Builder info = EgressInfo.newBuilder().setEgressId(request.getEgressId()).setRoomId(request.getRoomId()).setRoomName(request.getRoomName());
            if (request.hasParticipant()) info.setParticipant(request.getParticipant());
            return info.build();
        });
    }

    private String answer(String method, String json) {
        return asked.answer(method, json.replace('\'', '"'), RECORD);
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        return queue.poll(30, TimeUnit.SECONDS);
    }

    private void put(String id, EgressStatus status) throws StoreException {
        store.put(EgressInfo.newBuilder().setEgressId(id).setRoomName("lobby").setStatus(status).build());
    }

    @Test
    void every_method_needs_its_grant() {
        assertThat(service.descriptor().getMethods()).hasSize(10).allSatisfy(method -> {
            assertThat(service.requestPrototype(method.getName()).getDescriptorForType()).isEqualTo(method.getInputType());
            for (String claims : new String[] {null, "{}", "{\"video\":{\"roomAdmin\":true,\"room\":\"lobby\",\"ingressAdmin\":true,\"recorder\":true}}"})
                assertThat(asked.answer(method.getName(), "{}", claims)).isEqualTo("unauthenticated: permissions denied");
            assertThat(answer(method.getName(), "{}")).doesNotContain("permissions denied");
        });
    }

    // -- start

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "StartRoomCompositeEgress  | 'layout':'grid'",
        "StartParticipantEgress    | 'identity':'ann'",
        "StartTrackCompositeEgress | 'audioTrackId':'TR_a'",
        "StartTrackEgress          | 'trackId':'TR_a','file':{'filepath':'y'}",
        "StartEgress               | 'template':{'layout':'grid'},'outputs':[{'file':{'filepath':'x'}}]",
    })
    void a_worker_takes_what_is_to_be_recorded_of_a_room(String method, String what) throws Exception {
        serve();
        String request = "{'roomName':'lobby'," + what + (method.startsWith("StartTrackE") || method.equals("StartEgress") ? "" : "," + FILE) + "}";
        EgressInfo info = asked.call(EgressInfo.class, method, request.replace('\'', '"'), RECORD);
        assertThat(info.getEgressId()).startsWith("EG_");
        StartEgressRequest taken = next(worker);
        assertThat(taken.getRoomId()).isEqualTo("RM_lobby");
        assertThat(taken.getEgressId()).isEqualTo(info.getEgressId());
        assertThat(taken.getRequestCase()).isNotEqualTo(StartEgressRequest.RequestCase.REQUEST_NOT_SET);
        assertThat(store.egress(info.getEgressId())).contains(info);
        assertThat(next(told)).isEqualTo("started " + info.getEgressId());
        assertThat(answer(method, request.replace("lobby", "nowhere"))).isEqualTo("not_found: requested room does not exist");
        assertThat(answer(method, request.replace("lobby", ""))).isEqualTo("invalid_argument: request has missing or invalid field: room_name");
        assertThat(worker).isEmpty();
    }

    @Test
    void a_web_page_has_no_room() throws Exception {
        serve();
        EgressInfo info = asked.call(EgressInfo.class, "StartWebEgress", ("{'url':'https://x'," + FILE + "}").replace('\'', '"'), RECORD);
        assertThat(next(worker).getRoomId()).isEmpty();
        assertThat(asked.call(EgressInfo.class, "StartEgress", "{\"web\":{\"url\":\"https://x\"},\"outputs\":[{\"file\":{\"filepath\":\"x\"}}]}", RECORD).getEgressId())
                .isNotEqualTo(info.getEgressId());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "StartRoomCompositeEgress  | {'roomName':'lobby'}                                          | output",
        "StartWebEgress            | {'fileOutputs':[{}]}                                          | url",
        "StartWebEgress            | {'url':'https://x'}                                           | output",
        "StartParticipantEgress    | {'roomName':'lobby','fileOutputs':[{}]}                       | identity",
        "StartParticipantEgress    | {'roomName':'lobby','identity':'ann'}                         | output",
        "StartTrackCompositeEgress | {'roomName':'lobby','fileOutputs':[{}]}                       | audio_track_id or video_track_id",
        "StartTrackCompositeEgress | {'roomName':'lobby','videoTrackId':'TR_v'}                    | output",
        "StartTrackEgress          | {'roomName':'lobby','file':{}}                                | track_id",
        "StartTrackEgress          | {'roomName':'lobby','trackId':'TR_a'}                         | output",
        "StartEgress               | {'roomName':'lobby','outputs':[{}]}                           | source",
        "StartEgress               | {'roomName':'lobby','media':{}}                               | output",
        "StartEgress               | {'web':{},'outputs':[{}]}                                     | url",
    })
    void what_no_worker_would_begin(String method, String request, String field) {
        serve();
        assertThat(answer(method, request)).isEqualTo("invalid_argument: request has missing or invalid field: " + field);
        assertThat(worker).isEmpty();
    }

    @Test
    void old_ways_to_name_an_output_count() {
        serve();
        assertThat(answer("StartRoomCompositeEgress", "{'roomName':'lobby','file':{'filepath':'x.mp4'}}")).startsWith("granted");
        assertThat(answer("StartWebEgress", "{'url':'https://x','stream':{'urls':['rtmp://x']}}")).startsWith("granted");
        assertThat(answer("StartTrackEgress", "{'roomName':'lobby','trackId':'TR_a','websocketUrl':'wss://x'}")).startsWith("granted");
    }

    @Test
    void without_a_worker_a_bus_or_a_store_nothing_starts() {
        String request = "{'roomName':'lobby'," + FILE + "}";
        assertThat(answer("StartRoomCompositeEgress", request)).isEqualTo("unavailable: no egress worker is connected");
        serve();
        service.store = null;
        assertThat(answer("StartRoomCompositeEgress", request)).isEqualTo("unavailable: no store is in charge of egresses: ops.store says why in the log");
        assertThat(answer("ListEgress", "{}")).isEqualTo("unavailable: no store is in charge of egresses: ops.store says why in the log");
        service.store = store;
        service.roomStore = null;
        assertThat(answer("StartRoomCompositeEgress", request)).isEqualTo("unavailable: no room store: no store bundle is active");
        service.bus = null;
        assertThat(answer("StartWebEgress", "{'url':'https://x'," + FILE + "}")).isEqualTo("unavailable: no way to egress workers: bundle rpc is not active");
        assertThat(worker).isEmpty();
    }

    // -- list, change, stop

    @Test
    void lists() throws Exception {
        put("EG_1", EgressStatus.EGRESS_ACTIVE);
        put("EG_2", EgressStatus.EGRESS_COMPLETE);
        store.put(EgressInfo.newBuilder().setEgressId("EG_3").setRoomName("hall").build());
        assertThat(ids("{}")).containsExactlyInAnyOrder("EG_1", "EG_2", "EG_3");
        assertThat(ids("{\"roomName\":\"lobby\"}")).containsExactlyInAnyOrder("EG_1", "EG_2");
        assertThat(ids("{\"roomName\":\"lobby\",\"active\":true}")).containsExactly("EG_1");
        assertThat(ids("{\"egressId\":\"EG_2\"}")).containsExactly("EG_2");
        assertThat(answer("ListEgress", "{'egressId':'EG_none'}")).isEqualTo("not_found: egress does not exist");
        hashes.away = true;
        assertThat(answer("ListEgress", "{}")).isEqualTo("unavailable: the store is away");
    }

    private List<String> ids(String request) throws RpcException {
        return asked.call(ListEgressResponse.class, "ListEgress", request, RECORD).getItemsList().stream().map(EgressInfo::getEgressId).toList();
    }

    @Test
    void a_layout_is_the_metadata_of_the_participant_that_records() throws Exception {
        put("EG_1", EgressStatus.EGRESS_ACTIVE);
        assertThat(answer("UpdateLayout", "{'egressId':'EG_1','layout':'speaker'}")).startsWith("granted");
        assertThat(shown).isEqualTo(UpdateParticipantRequest.newBuilder().setRoom("lobby").setIdentity("EG_1").setMetadata("{\"layout\":\"speaker\"}").build());
        assertThat(answer("UpdateLayout", "{'egressId':'EG_none'}")).isEqualTo("not_found: egress does not exist");
        service.roomService = null;
        assertThat(answer("UpdateLayout", "{'egressId':'EG_1'}")).isEqualTo("unavailable: no room service: bundle service.room is not active");
    }

    @ParameterizedTest
    @CsvSource({"UpdateStream,updated", "StopEgress,stopped"})
    void the_worker_that_has_it_changes_and_stops_it(String method, String done) throws Exception {
        put("EG_1", EgressStatus.EGRESS_ACTIVE);
        put("EG_2", EgressStatus.EGRESS_COMPLETE);
        boolean stop = method.equals("StopEgress");
        assertThat(answer(method, "{'egressId':'EG_1'}")).isEqualTo(stop ? "deadline_exceeded: request timed out" : "unavailable: no response from servers");
        EgressInfo ending = EgressInfo.newBuilder().setEgressId("EG_1").setStatus(EgressStatus.EGRESS_ENDING).build();
        bus.serve(RpcMethods.STOP_EGRESS.at("EG_1"), (request, context) -> ending);
        bus.serve(RpcMethods.UPDATE_STREAM.at("EG_1"), (request, context) -> {
            if (request.getAddOutputUrlsCount() == 0) throw new RpcException(RpcCode.INVALID_ARGUMENT, "nothing to do");
            return ending;
        });
        assertThat(asked.call(EgressInfo.class, method, "{\"egressId\":\"EG_1\"" + (stop ? "}" : ",\"addOutputUrls\":[\"rtmp://x\"]}"), RECORD)).isEqualTo(ending);
        if (!stop) assertThat(answer(method, "{'egressId':'EG_1'}")).isEqualTo("invalid_argument: nothing to do");
        assertThat(answer(method, "{'egressId':'EG_2'}")).isEqualTo("failed_precondition: egress with status EGRESS_COMPLETE cannot be " + done);
        assertThat(answer(method, "{'egressId':'EG_none'}")).isEqualTo("not_found: egress does not exist");
    }

    @Test
    void one_that_ends_while_it_is_asked_is_too_late() throws Exception {
        put("EG_1", EgressStatus.EGRESS_ACTIVE);
        bus.serve(RpcMethods.STOP_EGRESS.at("EG_1"), (request, context) -> {
            try {
                put("EG_1", EgressStatus.EGRESS_FAILED);
            } catch (StoreException e) {
                throw RpcException.of(e);
            }
            throw new RpcException(RpcCode.INTERNAL, "gone");
        });
        assertThat(answer("StopEgress", "{'egressId':'EG_1'}")).isEqualTo("failed_precondition: egress with status EGRESS_FAILED cannot be stopped");
    }

    // -- workers

    @Test
    void workers_keep_an_egress_up_to_date_and_it_is_told() throws Exception {
        EgressInfo.Builder info = EgressInfo.newBuilder().setEgressId("EG_1").setRoomName("lobby");
        bus.call(RpcMethods.CREATE_EGRESS.at(), info.build());
        bus.call(RpcMethods.CREATE_EGRESS.at(), info.setDetails("again").build());
        bus.call(RpcMethods.UPDATE_EGRESS.at(), info.setDetails("").build());
        bus.call(RpcMethods.UPDATE_EGRESS.at(), info.setStatus(EgressStatus.EGRESS_ACTIVE).build());
        bus.call(RpcMethods.UPDATE_EGRESS.at(), info.setStatus(EgressStatus.EGRESS_LIMIT_REACHED).setError("too long").build());
        assertThat(told).containsExactly("started EG_1", "updated EG_1 EGRESS_ACTIVE", "ended EG_1 EGRESS_LIMIT_REACHED too long");
        assertThat(bus.call(RpcMethods.GET_EGRESS.at(), GetEgressRequest.newBuilder().setEgressId("EG_1").build())).isEqualTo(info.build());
        assertThat(bus.call(RpcMethods.LIST_EGRESS.at(), ListEgressRequest.getDefaultInstance()).getItemsCount()).isEqualTo(1);
        assertThatThrownBy(() -> bus.call(RpcMethods.GET_EGRESS.at(), GetEgressRequest.newBuilder().setEgressId("EG_none").build())).hasMessage("egress does not exist");
        assertThat(bus.call(RpcMethods.UPDATE_METRICS.at(), UpdateMetricsRequest.getDefaultInstance())).isNotNull();
    }

    @Test
    void a_report_that_is_faster_than_the_answer_to_who_asked_tells_the_start_as_well() throws Exception {
        bus.serve(RpcMethods.START_EGRESS.at(""), (request, context) -> {
            EgressInfo info = EgressInfo.newBuilder().setEgressId(request.getEgressId()).setRoomName("lobby").build();
            bus.call(RpcMethods.UPDATE_EGRESS.at(), info.toBuilder().setStatus(EgressStatus.EGRESS_ACTIVE).build());
            return info;
        });
        assertThat(answer("StartRoomCompositeEgress", "{'roomName':'lobby'," + FILE + "}")).startsWith("granted");
        String id = store.egresses("lobby", true).getFirst().getEgressId();
        assertThat(told).containsExactly("started " + id, "updated " + id + " EGRESS_ACTIVE");
        assertThat(store.egress(id)).get().extracting(EgressInfo::getStatus).isEqualTo(EgressStatus.EGRESS_ACTIVE);
    }

    @Test
    void what_cannot_be_stored_is_told_all_the_same() {
        hashes.away = true;
        EgressInfo info = EgressInfo.newBuilder().setEgressId("EG_1").setStatus(EgressStatus.EGRESS_ABORTED).build();
        assertThatThrownBy(() -> bus.call(RpcMethods.UPDATE_EGRESS.at(), info))
                .isInstanceOfSatisfying(RpcException.class, e -> assertThat(e.code()).isEqualTo(RpcCode.UNAVAILABLE))
                .hasMessage("the store is away");
        assertThat(told).containsExactly("ended EG_1 EGRESS_ABORTED ");
    }

    @Test
    void what_ended_a_day_ago_is_forgotten() throws Exception {
        long day = TimeUnit.DAYS.toNanos(1);
        store.put(EgressInfo.newBuilder().setEgressId("EG_1").setEndedAt(100).build());
        reports.sweep(day + 100);
        assertThat(store.egress("EG_1")).isPresent();
        hashes.away = true;
        reports.sweep(day + 101);
        hashes.away = false;
        assertThat(store.egress("EG_1")).as("nobody could").isPresent();
        reports.sweep(day + 101);
        assertThat(store.egress("EG_1")).isEmpty();
    }

    // -- by themselves

    private static ParticipantInfo participant(String identity) {
        return ParticipantInfo.newBuilder().setIdentity(identity).build();
    }

    private static TrackInfo track(String sid) {
        return TrackInfo.newBuilder().setSid(sid).build();
    }

    @Test
    void a_room_is_recorded_from_its_creation() throws Exception {
        RoomCompositeEgressRequest wish = RoomCompositeEgressRequest.newBuilder().setRoomName("another").addFileOutputs(EncodedFileOutput.getDefaultInstance()).build();
        assertThatThrownBy(() -> recorded.created(LOBBY, wish))
                .isInstanceOfSatisfying(RoomException.class, e -> assertThat(e.code()).isEqualTo(RoomException.Code.UNAVAILABLE))
                .hasMessage("no egress worker is connected");
        assertThat(next(told)).isEqualTo("ended  EGRESS_FAILED no egress worker is connected");
        serve();
        recorded.created(LOBBY, wish);
        StartEgressRequest taken = next(worker);
        assertThat(taken.getRoomComposite().getRoomName()).isEqualTo("lobby");
        assertThat(taken.getRoomId()).isEqualTo("RM_lobby");
        assertThat(next(told)).isEqualTo("started " + taken.getEgressId());
    }

    @Test
    void each_participant_is_recorded_once() throws Exception {
        serve();
        RoomInternal wishes = RoomInternal.newBuilder()
                .setParticipantEgress(AutoParticipantEgress.newBuilder().setPreset(EncodingOptionsPreset.H264_1080P_30).addFileOutputs(EncodedFileOutput.newBuilder().setFilepath("p.mp4")))
                .build();
        recorded.published(LOBBY, wishes, participant("ann"), track("TR_1"));
        ParticipantEgressRequest request = next(worker).getParticipant();
        assertThat(request).isEqualTo(ParticipantEgressRequest.newBuilder().setRoomName("lobby").setIdentity("ann").setPreset(EncodingOptionsPreset.H264_1080P_30)
                .addFileOutputs(EncodedFileOutput.newBuilder().setFilepath("p.mp4")).build());
        assertThat(next(told)).startsWith("started");
        recorded.published(LOBBY, wishes, participant("ann"), track("TR_2"));
        recorded.published(LOBBY, wishes, participant("bob"), track("TR_3"));
        assertThat(next(worker).getParticipant().getIdentity()).isEqualTo("bob");
        assertThat(next(told)).startsWith("started");

        RecordedRooms successor = new RecordedRooms(new Ids(new Random(9)));
        successor.bus = bus;
        successor.store = store;
        successor.published(LOBBY, wishes, participant("ann"), track("TR_4"));
        successor.published(LOBBY, wishes, participant("cid"), track("TR_5"));
        assertThat(next(worker).getParticipant().getIdentity()).as("who is recorded already is not by a successor").isEqualTo("cid");
        successor.close();

        recorded.roomFinished(LOBBY);
        Room again = LOBBY.toBuilder().setSid("RM_again").build();
        recorded.published(again, wishes, participant("ann"), track("TR_6"));
        assertThat(next(worker).getRoomId()).isEqualTo("RM_again");
    }

    @Test
    void each_track_is_recorded_and_what_records_is_not() throws Exception {
        serve();
        RoomInternal wishes = RoomInternal.newBuilder()
                .setTrackEgress(AutoTrackEgress.newBuilder().setFilepath("dir/a.ogg").setDisableManifest(true).setS3(S3Upload.newBuilder().setBucket("b")))
                .build();
        recorded.published(LOBBY, wishes, participant("EG_1").toBuilder().setKind(ParticipantInfo.Kind.EGRESS).build(), track("TR_0"));
        recorded.published(LOBBY, RoomInternal.getDefaultInstance(), participant("ann"), track("TR_0"));
        recorded.published(LOBBY, wishes, participant("ann"), track("TR_1"));
        var first = next(worker).getTrack();
        assertThat(first.getTrackId()).isEqualTo("TR_1");
        assertThat(first.getFile().getFilepath()).isEqualTo("dir/a-{track_id}.ogg");
        assertThat(first.getFile().getDisableManifest()).isTrue();
        assertThat(first.getFile().getS3().getBucket()).isEqualTo("b");
        recorded.published(LOBBY, wishes, participant("ann"), track("TR_2"));
        assertThat(next(worker).getTrack().getTrackId()).isEqualTo("TR_2");
    }

    @ParameterizedTest
    @CsvSource({"'',''", "a,a-{track_id}", "a.b.c,a-{track_id}.b.c", "a/,a/", "a-{track_id}-x,a-{track_id}-x"})
    void names_of_files(String wish, String name) {
        assertThat(AutoEgress.withTrack(wish)).isEqualTo(name);
    }

    @Test
    void what_is_not_recorded_in_the_end_is_told() throws Exception {
        RoomInternal wishes = RoomInternal.newBuilder().setTrackEgress(AutoTrackEgress.getDefaultInstance()).build();
        recorded.published(LOBBY, wishes, participant("ann"), track("TR_1"));
        assertThat(next(told)).isEqualTo("ended  EGRESS_FAILED no egress worker is connected");
    }
}
