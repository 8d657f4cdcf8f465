package io.stoa.itests.framework;

import static io.stoa.itests.framework.WorkerHouse.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.stoa.redis.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Ingresses from their creation to their end, with workers of LiveKit's Go modules over a real Redis. */
@ExtendWith(InsideServer.class)
class IngressWorkersIT {
    private static final String ADDRESS = "stoa.itest.ingress.redis";
    private static final String STARTED = "ingress_started ENDPOINT_PUBLISHING";
    /** A status of 0 is left out in JSON. */
    private static final String AT_REST = "ingress_ended";

    private static RedisServer redis;

    private final Server server;
    private WorkerHouse house;

    IngressWorkersIT(Server server) {
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
    }

    @AfterEach
    void leave() throws Exception {
        house.close();
    }

    private JsonObject created(String type, String more) {
        return house.granted("Ingress/CreateIngress", "{'inputType':'" + type + "','name':'stage','roomName':'lobby','participantIdentity':'cam'" + more + "}");
    }

    private String state(String id) {
        return text(house.granted("Ingress/ListIngress", "{'ingressId':'" + id + "'}"), "items/0/state/status");
    }

    @Test
    void what_is_pushed_comes_and_goes_and_comes_again() throws Exception {
        LiveKitWorker worker = house.worker("ingress", "one", 1);
        JsonObject ingress = created("RTMP_INPUT", ",'participantMetadata':'m','video':{'source':'SCREEN_SHARE','preset':'H264_540P_25FPS_2_LAYERS'}");
        String id = text(ingress, "ingress_id");
        String key = text(ingress, "stream_key");
        assertThat(text(ingress, "reusable")).isEqualTo("true");
        assertThat(worker.saysNothing()).as("nobody pushes yet").isTrue();

        JsonObject found = worker.did("push " + key);
        assertThat(text(found, "info/ingress_id")).isEqualTo(id);
        assertThat(text(found, "info/participant_metadata")).isEqualTo("m");
        assertThat(text(found, "info/video/preset")).isEqualTo("H264_540P_25FPS_2_LAYERS");
        assertThat(text(found, "info/enable_transcoding")).isEqualTo("true");
        assertThat(text(found, "token") + text(found, "ws_url")).as("the worker has its own").isEmpty();
        assertThat(state(id)).isEqualTo("ENDPOINT_BUFFERING");
        worker.did("publish " + id);
        worker.did("bitrate " + id);
        JsonObject running = house.granted("Ingress/ListIngress", "{'roomName':'lobby'}").getAsJsonArray("items").get(0).getAsJsonObject();
        assertThat(text(running, "state/status")).isEqualTo("ENDPOINT_PUBLISHING");
        assertThat(text(running, "state/video/average_bitrate")).isEqualTo("1000000");
        assertThat(text(running, "state/tracks/0/sid")).isEqualTo("TR_1");
        worker.did("leave " + id);
        assertThat(state(id)).isEqualTo("ENDPOINT_INACTIVE");
        house.awaitTold(id, STARTED, AT_REST);

        worker.did("push " + key); // reusable
        worker.did("publish " + id);
        worker.does("late " + id);
        assertThat(text(worker.says("failed"), "code")).as("of the session before").isEqualTo("failed_precondition");
        assertThat(state(id)).isEqualTo("ENDPOINT_PUBLISHING");
        worker.did("fail " + id);
        assertThat(state(id)).isEqualTo("ENDPOINT_ERROR");
        house.awaitTold(id, STARTED, AT_REST, STARTED, "ingress_ended ENDPOINT_ERROR");

        JsonObject changed = house.granted("Ingress/UpdateIngress", "{'ingressId':'" + id + "','name':'again'}");
        assertThat(text(changed, "state/status")).as("it may be tried again").isEqualTo("ENDPOINT_INACTIVE");
        assertThat(worker.saysNothing()).as("nothing to change at the worker").isTrue();
        assertThat(text(worker.did("push " + key), "info/name")).isEqualTo("again");
    }

    @Test
    void an_active_one_is_changed_and_deleted_with_its_worker() throws Exception {
        LiveKitWorker worker = house.worker("ingress", "one", 1);
        LiveKitWorker other = house.worker("ingress", "other", 1);
        JsonObject ingress = created("WHIP_INPUT", "");
        String id = text(ingress, "ingress_id");
        String key = text(ingress, "stream_key");
        JsonObject found = worker.did("push " + key);
        assertThat(text(found, "info/enable_transcoding") + text(found, "info/bypass_transcoding")).isEqualTo("falsetrue");
        worker.did("publish " + id);

        house.granted("Ingress/UpdateIngress", "{'ingressId':'" + id + "','roomName':'hall','participantName':'Cam'}");
        JsonObject told = worker.says("update");
        assertThat(text(told, "room_name")).isEqualTo("hall");
        assertThat(text(told, "participant_name")).isEqualTo("Cam");
        assertThat(house.granted("Ingress/ListIngress", "{'roomName':'lobby'}").toString()).doesNotContain(id);
        assertThat(state(id)).isEqualTo("ENDPOINT_PUBLISHING");

        assertThat(text(house.granted("Ingress/DeleteIngress", "{'ingressId':'" + id + "'}"), "state/status")).isEqualTo("ENDPOINT_INACTIVE");
        assertThat(text(worker.says("delete"), "ingress_id")).isEqualTo(id);
        house.awaitTold(id, STARTED, AT_REST);
        assertThat(house.ask("Ingress/ListIngress", "{'ingressId':'" + id + "'}").error()).isEqualTo("not_found: ingress does not exist");
        worker.does("push " + key);
        JsonObject refused = worker.says("failed");
        assertThat(text(refused, "code") + " " + text(refused, "message")).contains("not_found", "ingress does not exist");
        assertThat(other.saysNothing()).as("it was not his").isTrue();
    }

    @Test
    void the_service_is_replaced_while_it_publishes() throws Exception {
        LiveKitWorker worker = house.worker("ingress", "one", 1);
        JsonObject ingress = created("RTMP_INPUT", "");
        String id = text(ingress, "ingress_id");
        worker.did("push " + text(ingress, "stream_key"));
        house.replace("service.ingress", () -> {
            assertThat(house.ask("Ingress/ListIngress", "{}").error()).startsWith("unavailable").contains("service.ingress");
            worker.does("publish " + id);
            assertThat(text(worker.said("failed"), "code")).as("it will say it again").isEqualTo("unavailable");
        });
        worker.did("publish " + id);
        house.granted("Ingress/DeleteIngress", "{'ingressId':'" + id + "'}");
        worker.says("delete");
        house.awaitTold(id, STARTED, AT_REST);
    }

    @Test
    void one_that_is_switched_off_is_shown_as_such_to_the_worker() throws Exception {
        LiveKitWorker worker = house.worker("ingress", "one", 1);
        JsonObject ingress = created("RTMP_INPUT", ",'enabled':false");
        worker.does("push " + text(ingress, "stream_key"));
        assertThat(text(worker.says("failed"), "message")).contains("it is switched off");
        house.granted("Ingress/UpdateIngress", "{'ingressId':'" + text(ingress, "ingress_id") + "','enabled':true}");
        worker.did("push " + text(ingress, "stream_key"));
    }

    @Test
    void what_is_fetched_begins_at_once_and_ends_once() throws Exception {
        String pulled = ",'url':'https://example.invalid/a b.mp4','enableTranscoding':true";
        WorkerHouse.Answer nobody = house.ask("Ingress/CreateIngress", "{'inputType':'URL_INPUT','roomName':'lobby','participantIdentity':'cam'" + pulled + "}");
        assertThat(nobody.error()).isEqualTo("unavailable: no ingress worker is connected");
        LiveKitWorker busy = house.worker("ingress", "busy", 0.1);
        LiveKitWorker worker = house.worker("ingress", "one", 0.9);

        JsonObject ingress = created("URL_INPUT", pulled);
        String id = text(ingress, "ingress_id");
        JsonObject asked = worker.says("asked");
        assertThat(text(asked, "info/ingress_id")).isEqualTo(id).startsWith("IN_");
        assertThat(text(asked, "info/url")).isEqualTo("https://example.invalid/a%20b.mp4");
        assertThat(text(asked, "info/stream_key")).isEmpty();
        assertThat(text(ingress, "state/status")).isEqualTo("ENDPOINT_BUFFERING");
        assertThat(text(ingress, "reusable")).isEqualTo("false");
        assertThat(busy.saysNothing()).isTrue();
        assertThat(house.ask("Ingress/UpdateIngress", "{'ingressId':'" + id + "','name':'x'}").error()).isEqualTo("invalid_argument: ingress is not reusable and cannot be modified");
        worker.did("publish " + id);
        worker.did("complete " + id);
        assertThat(state(id)).isEqualTo("ENDPOINT_COMPLETE");
        house.awaitTold(id, STARTED, "ingress_ended ENDPOINT_COMPLETE");
        house.granted("Ingress/DeleteIngress", "{'ingressId':'" + id + "'}");
        assertThat(worker.saysNothing()).as("there was nothing to end").isTrue();
    }
}
