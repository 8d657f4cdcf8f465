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

/** Calls in and out, with workers of LiveKit's Go modules over a real Redis. */
@ExtendWith(InsideServer.class)
class SipWorkersIT {
    private static final String ADDRESS = "stoa.itest.sip.redis";

    private static RedisServer redis;

    private final Server server;
    private WorkerHouse house;

    SipWorkersIT(Server server) {
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

    private String outbound() {
        return text(house.granted("SIP/CreateSIPOutboundTrunk", "{'trunk':{'name':'out','address':'sip.example.com:5070','transport':'SIP_TRANSPORT_TLS',"
                + "'numbers':['+15550100'],'authUsername':'u','authPassword':'p','headers':{'X-A':'1'},'headersToAttributes':{'X-B':'b'}}}"), "sip_trunk_id");
    }

    @Test
    void somebody_calls() throws Exception {
        LiveKitWorker worker = house.worker("sip", "one", 1);
        worker.does("call +15550199 +15550100 192.0.2.7");
        assertThat(text(worker.says("authentication"), "sip_trunk_id")).isEmpty();
        assertThat(text(worker.says("dispatch"), "result")).as("nobody is there for it").isEqualTo("DROP");

        String trunk = text(house.granted("SIP/CreateSIPInboundTrunk", "{'trunk':{'name':'in','numbers':['+1 (555) 0100'],'allowedAddresses':['192.0.2.0/24'],"
                + "'allowedNumbers':['+15550199'],'authUsername':'u','authPassword':'p','authRealm':'r','headers':{'X-A':'1'},'headersToAttributes':{'X-B':'b'},"
                + "'attributesToHeaders':{'c':'X-C'},'includeHeaders':'SIP_ALL_HEADERS','ringingTimeout':'20s','maxCallDuration':'3600s','krispEnabled':true,"
                + "'mediaEncryption':'SIP_MEDIA_ENCRYPT_ALLOW'}}"), "sip_trunk_id");
        String rule = text(house.granted("SIP/CreateSIPDispatchRule", "{'dispatchRule':{'name':'rule','trunkIds':['" + trunk + "'],'metadata':'m','attributes':{'k':'v'},"
                + "'rule':{'dispatchRuleIndividual':{'roomPrefix':'call','pin':'1234'}},'roomPreset':'preset','roomConfig':{'emptyTimeout':7,"
                + "'agents':[{'agentName':'desk'}]}}}"), "sip_dispatch_rule_id");

        worker.does("call +15550199 15550100 192.0.2.7");
        JsonObject authentication = worker.says("authentication");
        assertThat(text(authentication, "username") + "/" + text(authentication, "password") + "@" + text(authentication, "realm")).isEqualTo("u/p@r");
        assertThat(text(authentication, "provider_info/name")).isEqualTo("in");
        assertThat(text(worker.says("dispatch"), "result")).isEqualTo("REQUEST_PIN");

        worker.does("call +15550199 +15550100 192.0.2.7 1234");
        worker.says("authentication");
        JsonObject accepted = worker.says("dispatch");
        assertThat(text(accepted, "result")).isEqualTo("ACCEPT");
        assertThat(text(accepted, "room_name")).matches("call_\\+15550199_.{12}");
        assertThat(text(accepted, "participant_identity")).isEqualTo("sip_+15550199");
        assertThat(text(accepted, "participant_name")).isEqualTo("Phone +15550199");
        assertThat(text(accepted, "participant_metadata")).isEqualTo("m");
        JsonObject attributes = accepted.getAsJsonObject("participant_attributes");
        assertThat(attributes.get("k").getAsString()).isEqualTo("v");
        assertThat(attributes.get("sip.h.x").getAsString()).isEqualTo("1");
        assertThat(attributes.get("sip.callID").getAsString()).isEqualTo("SCL_one");
        assertThat(attributes.get("sip.trunkID").getAsString()).isEqualTo(trunk);
        assertThat(attributes.get("sip.ruleID").getAsString()).isEqualTo(rule);
        assertThat(attributes.get("sip.phoneNumber").getAsString()).isEqualTo("+15550199");
        assertThat(text(accepted, "sip_trunk_id") + " " + text(accepted, "sip_dispatch_rule_id")).isEqualTo(trunk + " " + rule);
        assertThat(text(accepted, "headers/X-A") + text(accepted, "headers_to_attributes/X-B") + text(accepted, "attributes_to_headers/c")).isEqualTo("1bX-C");
        assertThat(text(accepted, "include_headers")).isEqualTo("SIP_ALL_HEADERS");
        assertThat(text(accepted, "ringing_timeout") + " " + text(accepted, "max_call_duration")).isEqualTo("20s 3600s");
        assertThat(text(accepted, "enabled_features/0")).isEqualTo("KRISP_ENABLED");
        assertThat(text(accepted, "media/encryption")).isEqualTo("SIP_MEDIA_ENCRYPT_ALLOW");
        assertThat(text(accepted, "room_preset") + text(accepted, "room_config/empty_timeout") + text(accepted, "room_config/agents/0/agent_name")).isEqualTo("preset7desk");

        worker.does("call +15550199 +15550100 192.0.2.7 9999");
        worker.says("authentication");
        assertThat(text(worker.says("dispatch"), "result")).as("another pin").isEqualTo("DROP");
        worker.does("call +15550198 +15550100 192.0.2.7 1234");
        assertThat(text(worker.says("authentication"), "sip_trunk_id")).as("somebody else").isEmpty();
        assertThat(text(worker.says("dispatch"), "result")).isEqualTo("DROP");
        worker.does("call +15550199 +15550100 198.51.100.1 1234");
        assertThat(text(worker.says("authentication"), "sip_trunk_id")).as("from elsewhere").isEmpty();
        worker.says("dispatch");

        house.granted("SIP/CreateSIPInboundTrunk", "{'trunk':{'numbers':['+15550100'],'allowedNumbers':['+15550177'],'allowedAddresses':['0.0.0.0/0']}}");
        house.granted("SIP/UpdateSIPInboundTrunk", "{'sipTrunkId':'" + trunk + "','update':{'authUsername':'u2','numbers':{'add':['+15550101']}}}");
        worker.does("call +15550199 +15550101 192.0.2.7 1234");
        assertThat(text(worker.says("authentication"), "username")).as("changed while everything runs").isEqualTo("u2");
        worker.says("dispatch");
        house.granted("SIP/DeleteSIPTrunk", "{'sipTrunkId':'" + trunk + "'}");
        house.granted("SIP/DeleteSIPDispatchRule", "{'sipDispatchRuleId':'" + rule + "'}");
        worker.does("call +15550199 +15550101 192.0.2.7");
        worker.says("authentication");
        assertThat(text(worker.says("dispatch"), "result")).isEqualTo("DROP");
    }

    @Test
    void the_service_is_replaced_while_somebody_calls() throws Exception {
        LiveKitWorker worker = house.worker("sip", "one", 1);
        house.replace("service.sip", () -> {
            assertThat(house.ask("SIP/ListSIPInboundTrunk", "{}").error()).startsWith("unavailable").contains("service.sip");
            worker.does("call +1 +2 192.0.2.7");
            assertThat(text(worker.said("failed"), "code")).as("a caller hears that it does not work").isEqualTo("unavailable");
        });
        worker.does("call +1 +2 192.0.2.7");
        worker.says("authentication");
        worker.says("dispatch");
    }

    @Test
    void where_two_trunks_fit_the_worker_is_told() throws Exception {
        LiveKitWorker worker = house.worker("sip", "one", 1);
        for (String user : new String[] {"a", "b"})
            house.granted("SIP/CreateSIPInboundTrunk", "{'trunk':{'authUsername':'" + user + "','allowedAddresses':['192.0.2.0/24']}}".replace("'allowedAddresses'",
                    user.equals("a") ? "'allowedAddresses'" : "'allowedNumbers':['+15550177'],'allowedAddresses'"));
        worker.does("call +15550177 +15550155 192.0.2.7");
        assertThat(text(worker.says("failed"), "message")).contains("Multiple default SIP Trunks matched");
        for (var trunk : house.granted("SIP/ListSIPInboundTrunk", "{}").getAsJsonArray("items"))
            house.granted("SIP/DeleteSIPTrunk", "{'sipTrunkId':'" + text(trunk.getAsJsonObject(), "sip_trunk_id") + "'}");
    }

    @Test
    void somebody_is_called_transferred_and_hangs_up() throws Exception {
        String trunk = outbound();
        String request = "{'sipTrunkId':'" + trunk + "','sipCallTo':'+15550188','roomName':'lobby','participantIdentity':'phone','participantName':'P',"
                + "'participantMetadata':'m','participantAttributes':{'k':'v'},'dtmf':'1#','playDialtone':true,'krispEnabled':true,'headers':{'X-B':'2'},"
                + "'ringingTimeout':'9s','maxCallDuration':'60s','waitUntilAnswered':true,'displayName':'Desk','media':{'codecs':[{'name':'PCMU','rate':8000}]}}";
        assertThat(house.ask("SIP/CreateSIPParticipant", request).error()).isEqualTo("unavailable: no SIP worker is connected");

        LiveKitWorker worker = house.worker("sip", "one", 1);
        JsonObject called = house.granted("SIP/CreateSIPParticipant", request);
        JsonObject asked = worker.says("asked");
        String call = text(called, "sip_call_id");
        assertThat(call).startsWith("SCL_").isEqualTo(text(asked, "sip_call_id"));
        assertThat(text(called, "participant_id")).isEqualTo("PA_one");
        assertThat(text(called, "participant_identity") + text(called, "room_name")).isEqualTo("phonelobby");
        assertThat(text(asked, "address") + " " + text(asked, "transport") + " " + text(asked, "number") + " " + text(asked, "call_to"))
                .isEqualTo("sip.example.com:5070 SIP_TRANSPORT_TLS +15550100 +15550188");
        assertThat(text(asked, "username") + text(asked, "password")).isEqualTo("up");
        assertThat(text(asked, "headers/X-A") + text(asked, "headers/X-B") + text(asked, "headers_to_attributes/X-B")).isEqualTo("12b");
        assertThat(text(asked, "dtmf") + " " + text(asked, "play_dialtone") + " " + text(asked, "wait_until_answered") + " " + text(asked, "display_name"))
                .isEqualTo("1# true true Desk");
        assertThat(text(asked, "ringing_timeout") + " " + text(asked, "max_call_duration") + " " + text(asked, "media/codecs/0/name")).isEqualTo("9s 60s PCMU");
        assertThat(asked.getAsJsonObject("participant_attributes").get("sip.hostname").getAsString()).isEqualTo("sip.example.com:5070");

        // the worker's participant
        Caller.Session phone = house.caller().joinQuietly(Caller.signed("{\"sub\":\"phone\",\"kind\":\"sip\",\"attributes\":"
                + asked.getAsJsonObject("participant_attributes") + ",\"video\":{\"roomJoin\":true,\"room\":\"lobby\"}}"));
        JsonObject shown = house.granted("RoomService/GetParticipant", "{'room':'lobby','identity':'phone'}");
        assertThat(text(shown, "kind") + " " + shown.getAsJsonObject("attributes").get("sip.callID").getAsString()).isEqualTo("SIP " + call);
        worker.does("answered " + call);

        JsonObject transferred = house.granted("SIP/TransferSIPParticipant",
                "{'roomName':'lobby','participantIdentity':'phone','transferTo':'sip:desk@example.com','playDialtone':true,'headers':{'X-C':'3'},'ringingTimeout':'12s'}");
        JsonObject transfer = worker.says("transfer");
        assertThat(text(transfer, "sip_call_id") + " " + text(transfer, "transfer_to") + " " + text(transfer, "play_dialtone") + " " + text(transfer, "headers/X-C") + " "
                + text(transfer, "ringing_timeout")).isEqualTo(call + " <sip:desk@example.com> true 3 12s");
        assertThat(text(transferred, "transfer_id") + " " + text(transferred, "status") + " " + text(transferred, "sip_status/code"))
                .isEqualTo("STR_one STS_TRANSFER_SUCCESSFUL SIP_STATUS_OK");
        WorkerHouse.Answer declined = house.ask("SIP/TransferSIPParticipant", "{'roomName':'lobby','participantIdentity':'phone','transferTo':'tel:+486'}");
        worker.says("transfer");
        assertThat(declined.code() + " " + text(declined.json(), "meta/sip_status_code") + " " + text(declined.json(), "meta/sip_status")).isEqualTo("permission_denied 603 Decline");

        house.granted("RoomService/RemoveParticipant", "{'room':'lobby','identity':'phone'}");
        Server.await("the phone is told to leave", () -> phone.heard().stream().anyMatch(io.stoa.protocol.livekit.SignalResponse::hasLeave));
        worker.did("hang-up " + call);
        assertThat(house.ask("SIP/TransferSIPParticipant", "{'roomName':'lobby','participantIdentity':'phone','transferTo':'tel:+1'}").error())
                .isEqualTo("not_found: participant does not exist");
    }

    @Test
    void who_is_busy_says_so_to_who_called_and_a_call_that_is_over_cannot_be_transferred() throws Exception {
        LiveKitWorker worker = house.worker("sip", "one", 1);
        WorkerHouse.Answer busy = house.ask("SIP/CreateSIPParticipant", "{'sipTrunkId':'" + outbound() + "','sipCallTo':'486','roomName':'lobby','participantIdentity':'phone'}");
        assertThat(text(worker.says("asked"), "call_to")).isEqualTo("486");
        assertThat(busy.status() + " " + busy.code()).isEqualTo("429 resource_exhausted");
        assertThat(text(busy.json(), "meta/sip_status_code") + " " + text(busy.json(), "meta/sip_status")).isEqualTo("486 Busy Here");
        assertThat(worker.saysNothing()).as("nobody is called twice").isTrue();
        house.caller().joinQuietly(Caller.signed("{\"sub\":\"gone\",\"kind\":\"sip\",\"attributes\":{\"sip.callID\":\"SCL_gone\"},\"video\":{\"roomJoin\":true,\"room\":\"lobby\"}}"));
        assertThat(house.ask("SIP/TransferSIPParticipant", "{'roomName':'lobby','participantIdentity':'gone','transferTo':'tel:+1'}").code()).isEqualTo("unavailable");
    }
}
