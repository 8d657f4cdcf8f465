package io.stoa.service.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.base.Ids;
import io.stoa.protocol.livekit.IngressInfo;
import io.stoa.protocol.livekit.IngressInput;
import io.stoa.protocol.livekit.IngressState;
import io.stoa.protocol.livekit.IngressState.Status;
import io.stoa.protocol.livekit.ListIngressResponse;
import io.stoa.protocol.rpc.GetIngressInfoRequest;
import io.stoa.protocol.rpc.UpdateIngressStateRequest;
import io.stoa.room.WorkerListener;
import io.stoa.rpc.Asked;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.InProcessMessageBus;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.rpc.psrpc.Psrpc;
import io.stoa.store.memory.MemoryHashes;
import io.stoa.store.records.IngressRecords;
import java.lang.annotation.Annotation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The API of ingresses by request and answer (spec 3.3, 9.3), and what workers ask and tell over the bus (spec 7.7). */
@Timeout(60)
class IngressTest {
    private static final String ADMIN = "{\"video\":{\"ingressAdmin\":true}}";

    private final Psrpc bus = bus();
    private final IngressService service = new IngressService(config("rtmp://in.example/x", "https://in.example/w"), new Ids(new Random(3)));
    private final Asked asked = new Asked(service);
    private final IngressRecords store = new IngressRecords(new MemoryHashes());
    private final IngressReports reports = new IngressReports(bus);
    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void connect() {
        service.bus = bus;
        service.store = store;
        reports.store = store;
        reports.addListener(new WorkerListener() {
            @Override
            public void ingressStarted(IngressInfo ingress) {
                throw new IllegalStateException("a listener that fails");
            }
        });
        reports.addListener(new WorkerListener() {
            @Override
            public void ingressStarted(IngressInfo ingress) {
                told.add("started " + ingress.getName() + " " + ingress.getState().getStatus());
            }

            @Override
            public void ingressEnded(IngressInfo ingress) {
                told.add("ended " + ingress.getName() + " " + ingress.getState().getStatus());
            }
        });
    }

    @AfterEach
    void disconnect() {
        reports.stop();
        bus.close();
    }

    private static Psrpc bus() {
        Psrpc bus = new Psrpc(new Ids(new Random(1)), System::nanoTime, CallOptions.within(Duration.ofSeconds(5)), 100);
        bus.bind(new InProcessMessageBus());
        return bus;
    }

    private static IngressConfig config(String rtmp, String whip) {
        return new IngressConfig() {
            @Override
            public String rtmpBaseUrl() {
                return rtmp;
            }

            @Override
            public String whipBaseUrl() {
                return whip;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return IngressConfig.class;
            }
        };
    }

    private IngressInfo create(String json) throws RpcException {
        return asked.call(IngressInfo.class, "CreateIngress", json.replace('\'', '"'), ADMIN);
    }

    private IngressInfo update(String id, String json) throws RpcException {
        return asked.call(IngressInfo.class, "UpdateIngress", ("{'ingressId':'" + id + "'," + json + "}").replace('\'', '"'), ADMIN);
    }

    private void report(String id, Status status, long startedAt, long updatedAt) throws RpcException {
        IngressState state = IngressState.newBuilder().setStatus(status).setStartedAt(startedAt).setUpdatedAt(updatedAt).build();
        bus.call(RpcMethods.UPDATE_INGRESS_STATE.at(), UpdateIngressStateRequest.newBuilder().setIngressId(id).setState(state).build());
    }

    private static String id(IngressInfo info) {
        return "{\"ingressId\":\"" + info.getIngressId() + "\"}";
    }

    @Test
    void every_method_needs_its_grant() {
        assertThat(service.descriptor().getMethods()).hasSize(4).allSatisfy(method -> {
            assertThat(service.requestPrototype(method.getName()).getDescriptorForType()).isEqualTo(method.getInputType());
            for (String claims : new String[] {null, "{}", "{\"video\":{\"roomAdmin\":true,\"room\":\"r\",\"roomRecord\":true}}"})
                assertThat(asked.answer(method.getName(), "{}", claims)).isEqualTo("unauthenticated: permissions denied");
            assertThat(asked.answer(method.getName(), "{}", ADMIN)).doesNotContain("permissions denied");
        });
    }

    @Test
    void what_publishers_push_to_is_stored() throws Exception {
        IngressInfo rtmp = create("{'inputType':'RTMP_INPUT','name':'in','roomName':'r1','participantIdentity':'cam','participantName':'Cam'}");
        assertThat(rtmp.getIngressId()).startsWith("IN_");
        assertThat(rtmp.getStreamKey()).hasSize(12);
        assertThat(rtmp.getUrl()).isEqualTo("rtmp://in.example/x");
        assertThat(rtmp.getReusable()).isTrue();
        assertThat(rtmp.getEnableTranscoding()).isTrue();
        assertThat(rtmp.hasState()).isTrue();
        IngressInfo whip = create("{'inputType':'WHIP_INPUT','name':'w','participantIdentity':'cam'}");
        assertThat(whip.getUrl()).isEqualTo("https://in.example/w");
        assertThat(whip.hasEnableTranscoding() && !whip.getEnableTranscoding()).as("WHIP is passed on as it comes").isTrue();
        ListIngressResponse all = asked.call(ListIngressResponse.class, "ListIngress", "{}", ADMIN);
        assertThat(all.getItemsList()).containsExactly(rtmp, whip);
        assertThat(asked.call(ListIngressResponse.class, "ListIngress", "{\"roomName\":\"r1\"}", ADMIN).getItemsList()).containsExactly(rtmp);
        assertThat(asked.call(ListIngressResponse.class, "ListIngress", id(whip), ADMIN).getItemsList()).containsExactly(whip);
        assertThat(asked.answer("ListIngress", "{\"ingressId\":\"IN_none\"}", ADMIN)).isEqualTo("not_found: ingress does not exist");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'inputType':77,'participantIdentity':'i'}                                                 | invalid ingress type",
        "{'roomName':'r'}                                                                           | invalid ingress: no participant identity",
        "{'inputType':'URL_INPUT','roomName':'r','participantIdentity':'i'}                         | invalid ingress: missing URL parameter",
        "{'inputType':'URL_INPUT','roomName':'r','participantIdentity':'i','url':'ftp://x/y'}       | invalid ingress: invalid url scheme ftp",
        "{'inputType':'URL_INPUT','roomName':'r','participantIdentity':'i','url':'x.example/y'}     | invalid ingress: invalid url scheme",
        "{'inputType':'URL_INPUT','participantIdentity':'i','url':'http://x/y'}                     | invalid ingress: no room name",
        "{'inputType':'URL_INPUT','roomName':'r','participantIdentity':'i','url':'http://x','enabled':false} | invalid ingress: disabled non reusable ingress",
        "{'participantIdentity':'i','enableTranscoding':false} | invalid transcoding bypass configuration: bypassing transcoding impossible with selected input type",
        "{'inputType':'WHIP_INPUT','participantIdentity':'i','video':{'preset':0}} | invalid transcoding bypass configuration: video encoding options must be empty if transcoding is disabled",
        "{'inputType':'WHIP_INPUT','participantIdentity':'i','audio':{'preset':0}} | invalid transcoding bypass configuration: audio encoding options must be empty if transcoding is disabled",
        "{'participantIdentity':'i','video':{'source':'MICROPHONE'}}                                | invalid video parameters: invalid track source",
        "{'participantIdentity':'i','video':{'preset':99}}                                          | invalid video parameters: invalid preset",
        "{'participantIdentity':'i','video':{'options':{'frameRate':-1}}}                           | invalid video parameters: invalid framerate",
        "{'participantIdentity':'i','video':{'options':{'videoCodec':'H264_HIGH'}}}                 | invalid video parameters: video codec unsupported",
        "{'participantIdentity':'i','video':{'options':{'layers':[{'width':2}]}}}                   | invalid video parameters: invalid output media dimensions",
        "{'participantIdentity':'i','video':{'options':{'layers':[{'width':3,'height':2}]}}}        | invalid ingress: layer width must be even",
        "{'participantIdentity':'i','video':{'options':{'layers':[{'width':2,'height':3}]}}}        | invalid ingress: layer height must be even",
        "{'participantIdentity':'i','video':{'options':{'layers':[{'width':2,'height':2},{'width':2,'height':2}]}}} | invalid video parameters: more than one layer with the same quality level",
        "{'participantIdentity':'i','video':{'options':{'layers':[{'width':4,'height':4},{'width':8,'height':2,'quality':'HIGH'}]}}} | invalid video parameters: video layers do not have increasing height with increasing quality",
        "{'participantIdentity':'i','video':{'options':{'layers':[{'width':2,'height':4,'quality':'HIGH'},{'width':8,'height':2}]}}} | invalid video parameters: video layers do not have increasing width with increasing quality",
        "{'participantIdentity':'i','audio':{'source':'CAMERA'}}                                    | invalid audio parameters: invalid track source",
        "{'participantIdentity':'i','audio':{'preset':99}}                                          | invalid audio parameters: invalid preset",
        "{'participantIdentity':'i','audio':{'options':{'audioCodec':'AAC'}}}                       | invalid audio parameters: audio codec unsupported",
        "{'participantIdentity':'i','audio':{'options':{'channels':3}}}                             | invalid audio parameters: invalid audio channel count",
    })
    void ingresses_that_are_not_made(String request, String why) throws Exception {
        assertThat(asked.answer("CreateIngress", request.replace('\'', '"'), ADMIN).strip()).isEqualTo("invalid_argument: " + why.strip());
        assertThat(store.ingresses("")).isEmpty();
    }

    @Test
    void what_goes_together_is_made() throws Exception {
        create("{'inputType':'WHIP_INPUT','participantIdentity':'i','enableTranscoding':true,'video':{'preset':0},'audio':{'options':{'channels':2,'audioCodec':'OPUS'}}}");
        create("{'participantIdentity':'i','video':{'source':'SCREEN_SHARE','options':{'videoCodec':'VP8','layers':[{'width':4,'height':4,'quality':'HIGH'},{'width':2,'height':2}]}}}");
        assertThat(store.ingresses("")).hasSize(2);
    }

    @Test
    void what_is_fetched_is_a_workers_and_unavailable_without_one() throws Exception {
        String request = "{'inputType':'URL_INPUT','url':'srt://x.example:7000?streamid=a b|c','roomName':'r1','participantIdentity':'cam'}";
        assertThat(asked.answer("CreateIngress", request.replace('\'', '"'), ADMIN)).isEqualTo("unavailable: no ingress worker is connected");
        bus.serve(RpcMethods.START_INGRESS.at(), (start, context) -> {
            bus.call(RpcMethods.CREATE_INGRESS.at(), start.getInfo());
            return start.getInfo().toBuilder().setState(IngressState.newBuilder().setStatus(Status.ENDPOINT_BUFFERING)).build();
        });
        IngressInfo info = create(request);
        assertThat(info.getUrl()).isEqualTo("srt://x.example:7000?streamid=a%20b%7Cc");
        assertThat(info.getStreamKey()).isEmpty();
        assertThat(info.getReusable()).isFalse();
        assertThat(info.getState().getStatus()).isEqualTo(Status.ENDPOINT_BUFFERING);
        assertThat(store.ingress(info.getIngressId())).get().extracting(IngressInfo::getInputType).isEqualTo(IngressInput.URL_INPUT);
        assertThat(asked.answer("UpdateIngress", id(info), ADMIN)).isEqualTo("invalid_argument: ingress is not reusable and cannot be modified");
        service.bus = null;
        assertThat(asked.answer("CreateIngress", request.replace('\'', '"'), ADMIN)).isEqualTo("unavailable: no way to ingress workers: bundle rpc is not active");
    }

    @Test
    void an_update_names_what_changes() throws Exception {
        IngressInfo info = create("{'name':'a','roomName':'r1','participantIdentity':'cam','participantMetadata':'m'}");
        IngressInfo changed = update(info.getIngressId(), "'name':'b','roomName':'r2','enabled':false");
        assertThat(changed).isEqualTo(info.toBuilder().setName("b").setRoomName("r2").setEnabled(false).build());
        assertThat(store.ingress(info.getIngressId())).contains(changed);
        assertThat(store.ingresses("r1")).isEmpty();
        assertThat(asked.answer("UpdateIngress", "{\"ingressId\":\"IN_none\"}", ADMIN)).isEqualTo("not_found: ingress does not exist");
        assertThatThrownBy(() -> update(info.getIngressId(), "'enableTranscoding':false")).hasMessageStartingWith("invalid transcoding bypass configuration");
        IngressInfo whip = create("{'inputType':'WHIP_INPUT','participantIdentity':'cam'}");
        changed = update(whip.getIngressId(), "'enableTranscoding':true,'video':{'preset':'H264_720P_30FPS_1_LAYER'}");
        assertThat(changed.getEnableTranscoding()).isTrue();
    }

    @Test
    void an_active_one_is_changed_and_ended_by_its_worker() throws Exception {
        IngressInfo info = create("{'name':'a','roomName':'r1','participantIdentity':'cam'}");
        List<String> worker = new ArrayList<>();
        bus.serve(RpcMethods.UPDATE_INGRESS.at(info.getIngressId()), (request, context) -> {
            worker.add("update " + request.getName());
            return IngressState.getDefaultInstance();
        });
        bus.serve(RpcMethods.DELETE_INGRESS.at(info.getIngressId()), (request, context) -> {
            worker.add("delete");
            return IngressState.getDefaultInstance();
        });
        update(info.getIngressId(), "'name':'b'");
        assertThat(worker).as("it is at rest").isEmpty();
        report(info.getIngressId(), Status.ENDPOINT_PUBLISHING, 10, 11);
        assertThat(update(info.getIngressId(), "'name':'c'").getState().getStatus()).isEqualTo(Status.ENDPOINT_PUBLISHING);
        assertThat(asked.call(IngressInfo.class, "DeleteIngress", id(info), ADMIN).getState().getStatus()).isEqualTo(Status.ENDPOINT_INACTIVE);
        assertThat(worker).containsExactly("update c", "delete");
        assertThat(store.ingresses("")).isEmpty();
        assertThat(asked.answer("DeleteIngress", id(info), ADMIN)).isEqualTo("not_found: ingress does not exist");
    }

    @Test
    void a_worker_that_does_not_answer_has_no_say() throws Exception {
        IngressInfo info = create("{'name':'a','roomName':'r1','participantIdentity':'cam'}");
        report(info.getIngressId(), Status.ENDPOINT_BUFFERING, 10, 11);
        assertThat(update(info.getIngressId(), "'name':'b'").getName()).isEqualTo("b");
        service.bus = null;
        asked.call(IngressInfo.class, "DeleteIngress", id(info), ADMIN);
        assertThat(store.ingresses("")).isEmpty();
    }

    @Test
    void one_that_has_failed_is_at_rest_after_an_update() throws Exception {
        IngressInfo info = create("{'name':'a','roomName':'r1','participantIdentity':'cam'}");
        report(info.getIngressId(), Status.ENDPOINT_ERROR, 10, 11);
        assertThat(update(info.getIngressId(), "'name':'b'").getState().getStatus()).isEqualTo(Status.ENDPOINT_INACTIVE);
        assertThat(store.ingress(info.getIngressId())).get().extracting(one -> one.getState().getStatus()).isEqualTo(Status.ENDPOINT_INACTIVE);
    }

    // -- workers

    @Test
    void a_worker_finds_an_ingress_by_its_stream_key() throws Exception {
        IngressInfo info = create("{'name':'a','roomName':'r1','participantIdentity':'cam'}");
        assertThat(bus.call(RpcMethods.GET_INGRESS_INFO.at(), GetIngressInfoRequest.newBuilder().setStreamKey(info.getStreamKey()).build()).getInfo()).isEqualTo(info);
        assertThat(bus.call(RpcMethods.GET_INGRESS_INFO.at(), GetIngressInfoRequest.newBuilder().setIngressId(info.getIngressId()).build()).getInfo()).isEqualTo(info);
        assertThatThrownBy(() -> bus.call(RpcMethods.GET_INGRESS_INFO.at(), GetIngressInfoRequest.newBuilder().setStreamKey("nobodys").build())).hasMessage("ingress does not exist");
        assertThatThrownBy(() -> bus.call(RpcMethods.GET_INGRESS_INFO.at(), GetIngressInfoRequest.getDefaultInstance()))
                .hasMessage("request needs to specify either IngressId or StreamKey");
    }

    @Test
    void what_becomes_of_an_ingress_is_told_once() throws Exception {
        IngressInfo info = create("{'name':'a','roomName':'r1','participantIdentity':'cam'}");
        String id = info.getIngressId();
        report(id, Status.ENDPOINT_BUFFERING, 10, 11);
        report(id, Status.ENDPOINT_PUBLISHING, 10, 12);
        report(id, Status.ENDPOINT_PUBLISHING, 10, 13);
        report(id, Status.ENDPOINT_BUFFERING, 10, 12);
        assertThat(store.ingress(id)).get().extracting(one -> one.getState().getUpdatedAt()).as("a late report changes nothing").isEqualTo(13L);
        report(id, Status.ENDPOINT_ERROR, 10, 14);
        report(id, Status.ENDPOINT_PUBLISHING, 20, 21);
        assertThatThrownBy(() -> report(id, Status.ENDPOINT_COMPLETE, 10, 30)).hasMessage("trying to overwrite an ingress with an older version");
        report(id, Status.ENDPOINT_INACTIVE, 20, 22);
        assertThat(told).containsExactly("started a ENDPOINT_PUBLISHING", "ended a ENDPOINT_ERROR", "started a ENDPOINT_PUBLISHING", "ended a ENDPOINT_INACTIVE");
        assertThatThrownBy(() -> report("IN_none", Status.ENDPOINT_PUBLISHING, 1, 1)).hasMessage("ingress does not exist");
    }

    @Test
    void without_a_store_nothing_is_empty() {
        service.store = null;
        reports.store = null;
        assertThat(asked.answer("ListIngress", "{}", ADMIN)).isEqualTo("unavailable: no store is in charge of ingresses: ops.store says why in the log");
        assertThat(asked.answer("CreateIngress", "{\"participantIdentity\":\"i\"}", ADMIN)).isEqualTo("unavailable: no store is in charge of ingresses: ops.store says why in the log");
        assertThatThrownBy(() -> report("IN_1", Status.ENDPOINT_PUBLISHING, 1, 1)).hasMessage("no store is in charge of ingresses: ops.store says why in the log");
    }
}
