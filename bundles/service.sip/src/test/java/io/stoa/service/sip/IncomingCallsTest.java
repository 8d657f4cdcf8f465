package io.stoa.service.sip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.JsonFormat;
import io.stoa.base.Ids;
import io.stoa.protocol.livekit.ProviderType;
import io.stoa.protocol.livekit.SIPDispatchRuleInfo;
import io.stoa.protocol.livekit.SIPFeature;
import io.stoa.protocol.livekit.SIPInboundTrunkInfo;
import io.stoa.protocol.livekit.SIPMediaEncryption;
import io.stoa.protocol.livekit.SIPUri;
import io.stoa.protocol.rpc.EvaluateSIPDispatchRulesRequest;
import io.stoa.protocol.rpc.EvaluateSIPDispatchRulesResponse;
import io.stoa.protocol.rpc.GetSIPTrunkAuthenticationRequest;
import io.stoa.protocol.rpc.GetSIPTrunkAuthenticationResponse;
import io.stoa.protocol.rpc.SIPCall;
import io.stoa.protocol.rpc.SIPDispatchResult;
import io.stoa.protocol.rpc.UpdateSIPCallStateRequest;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.InProcessMessageBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.rpc.psrpc.Psrpc;
import io.stoa.store.memory.MemoryHashes;
import io.stoa.store.records.AwayHashes;
import io.stoa.store.records.SipRecords;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A worker asks over the bus what becomes of a call (spec 9.4). */
@Timeout(60)
class IncomingCallsTest {
    private final Psrpc bus = bus();
    private final AwayHashes hashes = new AwayHashes(new MemoryHashes());
    private final SipRecords store = new SipRecords(hashes);
    private final IncomingCalls calls = new IncomingCalls(bus, new Random(5));

    IncomingCallsTest() {
        calls.store = store;
    }

    private static Psrpc bus() {
        Psrpc bus = new Psrpc(new Ids(new Random(1)), System::nanoTime, CallOptions.within(Duration.ofSeconds(5)), 100);
        bus.bind(new InProcessMessageBus());
        return bus;
    }

    @AfterEach
    void close() {
        calls.stop();
        bus.close();
    }

    private void trunk(String id, String json) throws Exception {
        SIPInboundTrunkInfo.Builder trunk = SIPInboundTrunkInfo.newBuilder().setSipTrunkId(id);
        JsonFormat.parser().merge(json.replace('\'', '"'), trunk);
        store.putInboundTrunk(trunk.build());
    }

    private void rule(String id, String json) throws Exception {
        SIPDispatchRuleInfo.Builder rule = SIPDispatchRuleInfo.newBuilder().setSipDispatchRuleId(id);
        JsonFormat.parser().merge(json.replace('\'', '"'), rule);
        store.putDispatchRule(rule.build());
    }

    private static SIPCall call(String from, String to, String source) {
        return SIPCall.newBuilder()
                .setLkCallId("SCL_1")
                .setSourceIp(source)
                .setFrom(SIPUri.newBuilder().setUser(from).setHost("carrier.example"))
                .setTo(SIPUri.newBuilder().setUser(to).setHost("us.example"))
                .build();
    }

    private String trunkOf(String from, String to, String source) {
        try {
            return bus.call(RpcMethods.GET_SIP_TRUNK_AUTHENTICATION.at(), GetSIPTrunkAuthenticationRequest.newBuilder().setCall(call(from, to, source)).build()).getSipTrunkId();
        } catch (RpcException e) {
            return e.code().text + ": " + e.getMessage();
        }
    }

    private EvaluateSIPDispatchRulesResponse evaluate(String from, String to, String pin, boolean noPin) throws RpcException {
        return bus.call(RpcMethods.EVALUATE_SIP_DISPATCH_RULES.at(),
                EvaluateSIPDispatchRulesRequest.newBuilder().setCall(call(from, to, "10.0.0.1")).setPin(pin).setNoPin(noPin).build());
    }

    // -- trunks

    @Test
    void the_trunk_of_the_number_wins_over_one_for_any() throws Exception {
        assertThat(trunkOf("1", "2", "10.0.0.1")).as("none").isEmpty();
        trunk("ST_any", "{'authUsername':'u'}");
        trunk("ST_two", "{'name':'n','numbers':['+2','3'],'authUsername':'u','authPassword':'p','authRealm':'r'}");
        assertThat(trunkOf("1", "9", "10.0.0.1")).isEqualTo("ST_any");
        assertThat(trunkOf("1", "2", "10.0.0.1")).isEqualTo("ST_two");
        assertThat(trunkOf("1", "+(2)", "10.0.0.1")).isEqualTo("ST_two");
        GetSIPTrunkAuthenticationResponse answer =
                bus.call(RpcMethods.GET_SIP_TRUNK_AUTHENTICATION.at(), GetSIPTrunkAuthenticationRequest.newBuilder().setCall(call("1", "2", "10.0.0.1")).build());
        assertThat(answer.getUsername() + answer.getPassword() + answer.getRealm()).isEqualTo("upr");
        assertThat(answer.getProviderInfo().getType()).isEqualTo(ProviderType.PROVIDER_TYPE_EXTERNAL);
        assertThat(answer.getProviderInfo().getName()).isEqualTo("n");
    }

    @Test
    void where_two_trunks_fit_nobody_can_say() throws Exception {
        trunk("ST_1", "{'authUsername':'u'}");
        trunk("ST_2", "{'authUsername':'u'}");
        assertThat(trunkOf("1", "2", "10.0.0.1")).isEqualTo("failed_precondition: Multiple default SIP Trunks matched for \"2\"");
        trunk("ST_3", "{'numbers':['2']}");
        assertThat(trunkOf("1", "2", "10.0.0.1")).isEqualTo("ST_3");
        trunk("ST_4", "{'numbers':['+2']}");
        assertThat(trunkOf("1", "2", "10.0.0.1")).isEqualTo("failed_precondition: Multiple SIP Trunks matched for \"2\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'numbers':['2'],'allowedNumbers':['+1']}                        | 1   | 10.0.0.1  | true",
        "{'numbers':['2'],'allowedNumbers':['+1']}                        | 3   | 10.0.0.1  | false",
        "{'numbers':['2'],'allowedAddresses':['10.0.0.1']}                | 1   | 10.0.0.1  | true",
        "{'numbers':['2'],'allowedAddresses':['10.0.0.1']}                | 1   | 10.0.0.2  | false",
        "{'numbers':['2'],'allowedAddresses':['10.0.0.0/31']}             | 1   | 10.0.0.1  | true",
        "{'numbers':['2'],'allowedAddresses':['10.0.0.0/31']}             | 1   | 10.0.0.2  | false",
        "{'numbers':['2'],'allowedAddresses':['10.0.0.0/33']}             | 1   | 10.0.0.0  | false",
        "{'numbers':['2'],'allowedAddresses':['0.0.0.0/0']}               | 1   | 10.0.0.2  | true",
        "{'numbers':['2'],'allowedAddresses':['2001:db8::/32']}           | 1   | 2001:db8:1::7 | true",
        "{'numbers':['2'],'allowedAddresses':['2001:db8::/32']}           | 1   | 10.0.0.2  | false",
        "{'numbers':['2'],'allowedAddresses':['carrier.example']}         | 1   | 10.0.0.2  | true",
        "{'numbers':['2'],'allowedAddresses':['other.example']}           | 1   | 10.0.0.2  | false",
        "{'numbers':['2'],'allowedAddresses':['sip://10.0.0.1']}          | 1   | 10.0.0.2  | true",
        "{'numbers':['2'],'allowedAddresses':['10.0.0.1']}                | 1   | ''        | true",
    })
    void a_trunk_says_whose_calls_it_takes(String trunk, String from, String source, boolean takes) throws Exception {
        trunk("ST_1", trunk);
        assertThat(trunkOf(from, "2", source)).isEqualTo(takes ? "ST_1" : "");
    }

    @Test
    void a_source_that_is_no_address_is_refused() {
        assertThat(trunkOf("1", "2", "nowhere")).startsWith("invalid_argument: cannot parse source IP");
    }

    // -- rules

    @Test
    void without_a_rule_a_call_is_dropped() throws Exception {
        trunk("ST_1", "{'numbers':['2']}");
        EvaluateSIPDispatchRulesResponse answer = evaluate("1", "2", "", false);
        assertThat(answer).isEqualTo(EvaluateSIPDispatchRulesResponse.newBuilder().setResult(SIPDispatchResult.DROP).setSipTrunkId("ST_1").build());
    }

    @ParameterizedTest
    @CsvSource({
        "0,DIRECT_PIN CALLER_PIN CALLEE_PIN DIRECT CALLER CALLEE,DIRECT_PIN", "1,CALLER_PIN CALLEE_PIN DIRECT CALLER CALLEE,CALLER_PIN",
        "2,CALLEE_PIN DIRECT CALLER CALLEE,CALLEE_PIN", "3,CALLEE CALLER DIRECT,DIRECT", "4,CALLEE CALLER,CALLER",
    })
    void rules_have_an_order(int n, String rules, String first) throws Exception {
        int i = 0;
        for (String kind : rules.split(" ")) {
            String pin = kind.endsWith("_PIN") ? ",'pin':'" + i++ + "'" : "";
            String name = kind.startsWith("DIRECT") ? "dispatchRuleDirect':{'roomName'" : kind.startsWith("CALLER") ? "dispatchRuleIndividual':{'roomPrefix'" : "dispatchRuleCallee':{'roomPrefix'";
            rule(kind, "{'rule':{'" + name + ":'r'" + pin + "}}}");
        }
        assertThat(evaluate("1", "2", "", false).getSipDispatchRuleId()).isEqualTo(first);
    }

    @Test
    void numbers_come_before_open_rules_and_the_trunk_before_everything() throws Exception {
        rule("open", "{'rule':{'dispatchRuleDirect':{'roomName':'a','pin':'1'}}}");
        rule("caller", "{'inboundNumbers':['1'],'rule':{'dispatchRuleCallee':{}}}");
        rule("other", "{'inboundNumbers':['7'],'numbers':['2'],'rule':{'dispatchRuleDirect':{'roomName':'c'}}}");
        assertThat(evaluate("1", "2", "", false).getSipDispatchRuleId()).isEqualTo("caller");
        rule("both", "{'inboundNumbers':['1'],'numbers':['2'],'rule':{'dispatchRuleCallee':{}}}");
        assertThat(evaluate("1", "2", "", false).getSipDispatchRuleId()).isEqualTo("both");
        assertThat(evaluate("+1", "2", "", false).getSipDispatchRuleId()).as("written otherwise").isEqualTo("open");
        trunk("ST_1", "{'numbers':['2']}");
        rule("trunk", "{'trunkIds':['ST_0','ST_1'],'rule':{'dispatchRuleCallee':{}}}");
        rule("elsewhere", "{'trunkIds':['ST_2'],'inboundNumbers':['1'],'numbers':['2'],'rule':{'dispatchRuleDirect':{}}}");
        assertThat(evaluate("1", "2", "", false).getSipDispatchRuleId()).isEqualTo("trunk");
    }

    @Test
    void pins() throws Exception {
        rule("secret", "{'rule':{'dispatchRuleDirect':{'roomName':'vault','pin':'1234'}}}");
        EvaluateSIPDispatchRulesResponse asked = evaluate("1", "2", "", false);
        assertThat(asked.getResult()).isEqualTo(SIPDispatchResult.REQUEST_PIN);
        assertThat(asked.getRoomName()).isEmpty();
        assertThat(evaluate("1", "2", "9999", false).getResult()).as("a wrong one").isEqualTo(SIPDispatchResult.DROP);
        assertThat(evaluate("1", "2", "1234", false).getRoomName()).isEqualTo("vault");
        assertThat(evaluate("1", "2", "", true).getResult()).as("who has none").isEqualTo(SIPDispatchResult.DROP);
        rule("open", "{'rule':{'dispatchRuleDirect':{'roomName':'hall'}}}");
        assertThat(evaluate("1", "2", "", true).getRoomName()).isEqualTo("hall");
        assertThat(evaluate("1", "2", "9999", false).getResult()).as("a wrong one opens nothing").isEqualTo(SIPDispatchResult.DROP);
        assertThat(evaluate("1", "2", "", false).getResult()).isEqualTo(SIPDispatchResult.REQUEST_PIN);
    }

    // -- what a rule says

    @Test
    void who_enters_which_room() throws Exception {
        trunk("ST_1", "{'numbers':['2'],'headers':{'X-A':'1'},'headersToAttributes':{'X-B':'b'},'includeHeaders':'SIP_ALL_HEADERS','ringingTimeout':'5s',"
                + "'krispEnabled':true,'mediaEncryption':'SIP_MEDIA_ENCRYPT_REQUIRE','media':{'codecs':[{'name':'opus'}]}}");
        rule("SDR_1", "{'rule':{'dispatchRuleDirect':{'roomName':'hall'}},'metadata':'m','attributes':{'k':'v','x':'y'},'roomPreset':'p','roomConfig':{'maxParticipants':3}}");
        EvaluateSIPDispatchRulesResponse answer = bus.call(RpcMethods.EVALUATE_SIP_DISPATCH_RULES.at(),
                EvaluateSIPDispatchRulesRequest.newBuilder().setCall(call("+15550100", "2", "")).putExtraAttributes("x", "z").build());
        assertThat(answer.getResult()).isEqualTo(SIPDispatchResult.ACCEPT);
        assertThat(answer.getRoomName()).isEqualTo("hall");
        assertThat(answer.getParticipantIdentity()).isEqualTo("sip_+15550100");
        assertThat(answer.getParticipantName()).isEqualTo("Phone +15550100");
        assertThat(answer.getParticipantAttributesMap()).isEqualTo(Map.of("k", "v", "x", "z", "sip.callID", "SCL_1", "sip.trunkID", "ST_1", "sip.ruleID", "SDR_1",
                "sip.phoneNumber", "+15550100", "sip.hostname", "carrier.example", "sip.trunkPhoneNumber", "2"));
        assertThat(answer.getRoomConfig().getMaxParticipants()).isEqualTo(3);
        assertThat(answer.getHeadersMap()).isEqualTo(Map.of("X-A", "1"));
        assertThat(answer.getRingingTimeout().getSeconds()).isEqualTo(5);
        assertThat(answer.getEnabledFeaturesList()).containsExactly(SIPFeature.KRISP_ENABLED);
        assertThat(answer.getMedia().getEncryption()).isEqualTo(SIPMediaEncryption.SIP_MEDIA_ENCRYPT_REQUIRE);
        assertThat(answer.getMedia().getCodecs(0).getName()).isEqualTo("opus");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'dispatchRuleIndividual':{'roomPrefix':'call'}}                        | call_15550100_[2-9A-Za-z]{12}",
        "{'dispatchRuleIndividual':{'noRandomness':true}}                        | 15550100",
        "{'dispatchRuleIndividual':{'roomPrefix':'call','noRandomness':true}}    | call_15550100",
        "{'dispatchRuleCallee':{}}                                               | 2",
        "{'dispatchRuleCallee':{'roomPrefix':'to'}}                              | to_2",
        "{'dispatchRuleCallee':{'roomPrefix':'to','randomize':true}}             | to_2_[2-9A-Za-z]{12}",
    })
    void names_of_rooms(String rule, String name) throws Exception {
        rule("SDR_1", "{'rule':" + rule + "}");
        assertThat(evaluate("15550100", "2", "", false).getRoomName()).matches(name);
    }

    @Test
    void a_number_that_is_to_be_hidden_is_nowhere() throws Exception {
        rule("SDR_1", "{'hidePhoneNumber':true,'rule':{'dispatchRuleIndividual':{'noRandomness':true}}}");
        EvaluateSIPDispatchRulesResponse answer = evaluate("+15550100", "2", "", false);
        assertThat(answer.getParticipantIdentity()).matches("sip_[0-9a-f]{16}").isEqualTo(evaluate("+15550100", "2", "", false).getParticipantIdentity());
        assertThat(answer.getParticipantName()).isEqualTo("Phone 0100");
        assertThat(answer.getRoomName()).isEqualTo("0100");
        assertThat(answer.getParticipantAttributesMap()).containsOnlyKeys("sip.callID", "sip.trunkID", "sip.ruleID");
        assertThat(answer.toString()).doesNotContain("5550100");
        assertThat(evaluate("1234", "2", "", false).getParticipantName()).isEqualTo("Phone 4");
        assertThat(evaluate("", "2", "", false).getParticipantName()).isEqualTo("Phone ");
    }

    // -- how it is asked

    @Test
    @SuppressWarnings("deprecation")
    void workers_may_say_it_in_pieces() throws Exception {
        trunk("ST_1", "{'numbers':['2'],'allowedAddresses':['10.0.0.1','2001:db8::1']}");
        rule("SDR_1", "{'rule':{'dispatchRuleDirect':{'roomName':'hall'}}}");
        for (String source : new String[] {"10.0.0.1:5060", "10.0.0.1", "[2001:db8::1]:5060", "2001:db8::1"}) {
            EvaluateSIPDispatchRulesResponse answer = bus.call(RpcMethods.EVALUATE_SIP_DISPATCH_RULES.at(), EvaluateSIPDispatchRulesRequest.newBuilder()
                    .setSipCallId("SCL_9").setCallingNumber("1").setCallingHost("h").setCalledNumber("2").setSrcAddress(source).build());
            assertThat(answer.getSipTrunkId()).as(source).isEqualTo("ST_1");
            assertThat(answer.getParticipantAttributesMap()).containsEntry("sip.callID", "SCL_9").containsEntry("sip.hostname", "h");
            assertThat(bus.call(RpcMethods.GET_SIP_TRUNK_AUTHENTICATION.at(),
                    GetSIPTrunkAuthenticationRequest.newBuilder().setFrom("1").setTo("2").setSrcAddress(source).build()).getSipTrunkId()).isEqualTo("ST_1");
        }
    }

    @Test
    void the_trunk_that_was_found_before_is_kept_if_it_fits() throws Exception {
        trunk("ST_1", "{'authUsername':'u'}");
        trunk("ST_2", "{'authUsername':'u'}");
        trunk("ST_3", "{'numbers':['3']}");
        rule("SDR_1", "{'rule':{'dispatchRuleDirect':{'roomName':'hall'}}}");
        EvaluateSIPDispatchRulesRequest.Builder request = EvaluateSIPDispatchRulesRequest.newBuilder().setCall(call("1", "3", ""));
        assertThat(bus.call(RpcMethods.EVALUATE_SIP_DISPATCH_RULES.at(), request.setSipTrunkId("ST_2").build()).getSipTrunkId()).isEqualTo("ST_2");
        assertThat(bus.call(RpcMethods.EVALUATE_SIP_DISPATCH_RULES.at(), request.setSipTrunkId("ST_gone").build()).getSipTrunkId()).isEqualTo("ST_3");
    }

    @Test
    void without_a_store_nobody_is_dropped() throws Exception {
        calls.store = null;
        assertThatThrownBy(() -> evaluate("1", "2", "", false))
                .isInstanceOfSatisfying(RpcException.class, e -> assertThat(e.code()).isEqualTo(RpcCode.UNAVAILABLE))
                .hasMessage("no store is in charge of SIP trunks and rules: ops.store says why in the log");
        calls.store = store;
        hashes.away = true;
        assertThatThrownBy(() -> evaluate("1", "2", "", false)).hasMessage("the store is away");
        assertThat(bus.call(RpcMethods.UPDATE_SIP_CALL_STATE.at(), UpdateSIPCallStateRequest.getDefaultInstance())).isNotNull();
    }
}
