package io.stoa.service.sip;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.stoa.auth.Claims;
import io.stoa.base.Ids;
import io.stoa.protocol.livekit.ListSIPDispatchRuleResponse;
import io.stoa.protocol.livekit.ListSIPInboundTrunkResponse;
import io.stoa.protocol.livekit.ListSIPOutboundTrunkResponse;
import io.stoa.protocol.livekit.ListSIPTrunkResponse;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.RoomParticipantIdentity;
import io.stoa.protocol.livekit.SIPDispatchRuleInfo;
import io.stoa.protocol.livekit.SIPInboundTrunkInfo;
import io.stoa.protocol.livekit.SIPMediaEncryption;
import io.stoa.protocol.livekit.SIPOutboundTrunkInfo;
import io.stoa.protocol.livekit.SIPParticipantInfo;
import io.stoa.protocol.livekit.SIPTransferStatus;
import io.stoa.protocol.livekit.SIPTrunkInfo;
import io.stoa.protocol.livekit.TransferSIPParticipantResponse;
import io.stoa.protocol.rpc.InternalCreateSIPParticipantRequest;
import io.stoa.protocol.rpc.InternalCreateSIPParticipantResponse;
import io.stoa.protocol.rpc.InternalTransferSIPParticipantRequest;
import io.stoa.protocol.rpc.InternalTransferSIPParticipantResponse;
import io.stoa.rpc.Asked;
import io.stoa.rpc.CallOptions;
import io.stoa.rpc.Caller;
import io.stoa.rpc.InProcessMessageBus;
import io.stoa.rpc.RpcCode;
import io.stoa.rpc.RpcException;
import io.stoa.rpc.RpcMethods;
import io.stoa.rpc.RpcService;
import io.stoa.rpc.psrpc.Psrpc;
import io.stoa.store.memory.MemoryHashes;
import io.stoa.store.records.AwayHashes;
import io.stoa.store.records.SipRecords;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The API of SIP by request and answer (spec 3.4, 9.4, 9.6), with a worker on the bus where one is needed. */
@Timeout(60)
class SipServiceTest {
    private static final String ADMIN = "{\"sip\":{\"admin\":true}}";
    private static final String CALL = "{\"sip\":{\"call\":true}}";
    private static final String TRANSFER = "{\"sip\":{\"call\":true},\"video\":{\"roomAdmin\":true,\"room\":\"lobby\"}}";
    private static final String DENIED = "unauthenticated: permissions denied";

    private long nowMillis = 1_000;
    private final SipService service = new SipService(new Random(7), () -> Instant.ofEpochMilli(nowMillis));
    private final Asked asked = new Asked(service);
    private final AwayHashes hashes = new AwayHashes(new MemoryHashes());
    private final SipRecords store = new SipRecords(hashes);
    private final Psrpc bus = new Psrpc(new Ids(new Random(1)), System::nanoTime, CallOptions.within(Duration.ofSeconds(5)), 100);

    @BeforeEach
    void connect() {
        service.store = store;
        bus.bind(new InProcessMessageBus());
        service.bus = bus;
        service.rooms = new Lobby();
    }

    @AfterEach
    void disconnect() {
        bus.close();
    }

    /** One room, in which cid is a caller and ann is not. */
    private static final class Lobby extends RpcService {
        Lobby() {
            super("livekit.RoomService");
            add("GetParticipant", RoomParticipantIdentity.getDefaultInstance(), (who, caller) -> {
                caller.requireRoomAdmin(who.getRoom());
                return switch (who.getIdentity()) {
                    case "ann" -> ParticipantInfo.newBuilder().setIdentity("ann").build();
                    case "cid" -> ParticipantInfo.newBuilder().setIdentity("cid").putAttributes("sip.callID", "SCL_1").build();
                    default -> throw RpcException.notFound("participant does not exist");
                };
            });
        }
    }

    private SIPInboundTrunkInfo inbound(String json) throws RpcException {
        return asked.call(SIPInboundTrunkInfo.class, "CreateSIPInboundTrunk", "{\"trunk\":" + json + "}", ADMIN);
    }

    private SIPOutboundTrunkInfo outbound(String json) throws RpcException {
        return asked.call(SIPOutboundTrunkInfo.class, "CreateSIPOutboundTrunk", "{\"trunk\":" + json + "}", ADMIN);
    }

    private SIPDispatchRuleInfo rule(String json) throws RpcException {
        return asked.call(SIPDispatchRuleInfo.class, "CreateSIPDispatchRule", "{\"dispatchRule\":" + json + "}", ADMIN);
    }

    @Test
    void it_has_every_method_of_the_service() {
        assertThat(service.descriptor().getMethods()).hasSize(16).allSatisfy(method ->
                assertThat(service.requestPrototype(method.getName()).getDescriptorForType()).isEqualTo(method.getInputType()));
    }

    @Test
    void every_method_needs_its_grant() {
        for (var method : service.descriptor().getMethods()) {
            String name = method.getName();
            String room = name.equals("TransferSIPParticipant") ? "{\"roomName\":\"lobby\",\"participantIdentity\":\"ann\"}" : "{}";
            String needed = name.equals("TransferSIPParticipant") ? TRANSFER : name.equals("CreateSIPParticipant") ? CALL : ADMIN;
            for (String claims : new String[] {null, "{}", "{\"video\":{\"roomAdmin\":true,\"room\":\"lobby\"}}", ADMIN, CALL})
                if (!needed.equals(claims)) assertThat(asked.answer(name, room, claims)).as(name + " " + claims).isEqualTo(DENIED);
            assertThat(asked.answer(name, room, needed)).as(name).isNotEqualTo(DENIED);
        }
    }

    @Test
    void without_a_store_nothing_is_empty() throws Exception {
        List<String> methods = List.of("ListSIPTrunk", "ListSIPInboundTrunk", "ListSIPOutboundTrunk", "ListSIPDispatchRule");
        service.store = null;
        for (String method : methods) assertThat(asked.answer(method, "{}", ADMIN)).isEqualTo("unavailable: no store is in charge of SIP trunks and rules: ops.store says why in the log");
        service.store = store;
        hashes.away = true;
        for (String method : methods) assertThat(asked.answer(method, "{}", ADMIN)).isEqualTo("unavailable: the store is away");
    }

    // -- trunks

    @Test
    void inbound_trunks() throws Exception {
        SIPInboundTrunkInfo made = inbound("{\"name\":\"in\",\"numbers\":[\"+15550100\"]}");
        assertThat(made.getSipTrunkId()).startsWith("ST_").hasSize(15);
        assertThat(made.hasMedia()).as("nothing is added").isFalse();
        String id = "{\"sipTrunkId\":\"" + made.getSipTrunkId() + "\"}";
        assertThat(asked.answer("GetSIPInboundTrunk", id, ADMIN)).startsWith("granted").contains("+15550100");
        assertThat(asked.answer("GetSIPInboundTrunk", "{}", ADMIN)).isEqualTo("invalid_argument: trunk ID is required");
        assertThat(asked.answer("GetSIPInboundTrunk", "{\"sipTrunkId\":\"ST_none\"}", ADMIN)).isEqualTo("not_found: requested sip trunk does not exist");
        assertThat(asked.call(SIPTrunkInfo.class, "DeleteSIPTrunk", id, ADMIN)).isEqualTo(SIPTrunkInfo.newBuilder().setSipTrunkId(made.getSipTrunkId()).build());
        assertThat(store.inboundTrunks()).isEmpty();
        assertThat(asked.answer("DeleteSIPTrunk", id, ADMIN)).as("again").startsWith("granted");
        assertThat(asked.answer("DeleteSIPTrunk", "{}", ADMIN)).isEqualTo("invalid_argument: trunk ID is required");
    }

    @Test
    void when_it_was_made_and_changed_is_for_us_to_say() throws Exception {
        String claimed = "\"createdAt\":\"2000-01-01T00:00:00Z\",\"updatedAt\":\"2000-01-01T00:00:00Z\"";
        SIPInboundTrunkInfo in = inbound("{\"numbers\":[\"+1\"]," + claimed + "}");
        SIPOutboundTrunkInfo out = outbound("{\"address\":\"a\",\"numbers\":[\"1\"]," + claimed + "}");
        SIPDispatchRuleInfo rule = asked.call(SIPDispatchRuleInfo.class, "CreateSIPDispatchRule",
                "{\"dispatchRule\":{\"rule\":{\"dispatchRuleDirect\":{\"roomName\":\"r\"}}," + claimed + "}}", ADMIN);
        Timestamp one = Timestamps.fromSeconds(1);
        assertThat(List.of(in.getCreatedAt(), in.getUpdatedAt(), out.getCreatedAt(), out.getUpdatedAt(), rule.getCreatedAt(), rule.getUpdatedAt())).containsOnly(one);
        nowMillis = 2_000;
        Timestamp two = Timestamps.fromSeconds(2);
        String inId = "{\"sipTrunkId\":\"" + in.getSipTrunkId() + "\",";
        String outId = "{\"sipTrunkId\":\"" + out.getSipTrunkId() + "\",";
        String ruleId = "{\"sipDispatchRuleId\":\"" + rule.getSipDispatchRuleId() + "\",";
        for (boolean replace : new boolean[] {false, true}) {
            String action = (replace ? "\"replace\":{" + claimed + "," : "\"update\":{") + "\"name\":\"n\"";
            in = asked.call(SIPInboundTrunkInfo.class, "UpdateSIPInboundTrunk", inId + action + (replace ? ",\"numbers\":[\"+1\"]}}" : "}}"), ADMIN);
            out = asked.call(SIPOutboundTrunkInfo.class, "UpdateSIPOutboundTrunk", outId + action + (replace ? ",\"address\":\"a\",\"numbers\":[\"1\"]}}" : "}}"), ADMIN);
            rule = asked.call(SIPDispatchRuleInfo.class, "UpdateSIPDispatchRule", ruleId + action + ",\"rule\":{\"dispatchRuleDirect\":{\"roomName\":\"r\"}}}}", ADMIN);
            assertThat(List.of(in.getCreatedAt(), out.getCreatedAt(), rule.getCreatedAt())).containsOnly(one);
            assertThat(List.of(in.getUpdatedAt(), out.getUpdatedAt(), rule.getUpdatedAt())).containsOnly(two);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{}                                                                | missing trunk",
        "{'trunk':{'sipTrunkId':'ST_1','numbers':['1']}}                   | trunk id must not be set",
        "{'trunk':{}} | for security, one of the fields must be set: AuthUsername+AuthPassword, AllowedAddresses or Numbers",
        "{'trunk':{'numbers':['1'],'media':{'codecs':[{}]}}}               | missing codec name",
        "{'trunk':{'numbers':['1'],'media':{'codecs':[{'name':'a/b'}]}}}   | codec name must not contain '/'",
        "{'trunk':{'numbers':['1'],'media':{'mediaTimeout':'601s'}}}       | media_timeout must not exceed 10m0s",
        "{'trunk':{'numbers':['1'],'media':{'mediaTimeout':'-1s'}}}        | media_timeout must not be negative",
        "{'trunk':{'numbers':['1'],'headers':{'':'x'}}}                    | invalid header name: header name cannot be empty",
        "{'trunk':{'numbers':['1'],'headers':{'X Y':'x'}}} | invalid header name: header name X Y contains invalid characters: char 32 not allowed",
        "{'trunk':{'numbers':['1'],'headers':{'Call-ID':'x'}}}             | invalid header name: header name Call-ID not supported",
        "{'trunk':{'numbers':['1'],'headers':{'X-A':'a\\nb'}}}             | invalid header value for X-A: header X-A: value: char 10 not allowed",
        "{'trunk':{'numbers':['1'],'attributesToHeaders':{'a':'(b)'}}}     | invalid header name: header name (b) contains invalid characters: char 40 not allowed",
        "{'trunk':{'numbers':['1'],'headersToAttributes':{'':'a'}}}        | invalid header name: header name cannot be empty",
    })
    void inbound_trunks_that_are_not_made(String request, String why) throws Exception {
        assertThat(asked.answer("CreateSIPInboundTrunk", request.replace('\'', '"'), ADMIN)).isEqualTo("invalid_argument: " + why.strip());
        assertThat(store.inboundTrunks()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{}                                                                 | missing trunk",
        "{'trunk':{'sipTrunkId':'ST_1','address':'a','numbers':['1']}}      | trunk id must not be set",
        "{'trunk':{'address':'a'}}                                          | no trunk numbers specified",
        "{'trunk':{'numbers':['1']}}                                        | no outbound address specified",
        "{'trunk':{'numbers':['1'],'address':'a;transport=tcp'}}            | trunk address should not contain transport parameter",
        "{'trunk':{'numbers':['1'],'address':'sip:a'}}                      | trunk address should be a hostname or IP, not SIP URI",
        "{'trunk':{'numbers':['1'],'address':'a','fromHost':'b@c'}}         | from_host should be a hostname or IP, not SIP URI",
    })
    void outbound_trunks_that_are_not_made(String request, String why) throws Exception {
        assertThat(asked.answer("CreateSIPOutboundTrunk", request.replace('\'', '"'), ADMIN)).isEqualTo("invalid_argument: " + why.strip());
        assertThat(store.outboundTrunks()).isEmpty();
    }

    @Test
    void what_is_exactly_at_its_limit_passes() throws Exception {
        String trunk = "{\"trunk\":{\"numbers\":[\"%s\"],%s}}";
        assertThat(asked.answer("CreateSIPInboundTrunk", trunk.formatted("1", "\"headers\":{\"" + "n".repeat(255) + "\":\"" + "v".repeat(1_024) + "\"}"), ADMIN)).startsWith("granted");
        assertThat(asked.answer("CreateSIPInboundTrunk", trunk.formatted("2", "\"headers\":{\"" + "n".repeat(256) + "\":\"\"}"), ADMIN)).contains("header name too long (max 255 characters)");
        assertThat(asked.answer("CreateSIPInboundTrunk", trunk.formatted("2", "\"headers\":{\"n\":\"" + "v".repeat(1_025) + "\"}"), ADMIN)).contains("value too long (max 1024 characters)");
        assertThat(asked.answer("CreateSIPInboundTrunk", trunk.formatted("3", "\"media\":{\"mediaTimeout\":\"600s\"}"), ADMIN)).startsWith("granted");
        assertThat(asked.answer("CreateSIPInboundTrunk", trunk.formatted("4", "\"media\":{\"mediaTimeout\":\"600.001s\"}"), ADMIN)).contains("must not exceed");
        String call = "{\"sipTrunkId\":\"ST_none\",\"sipCallTo\":\"1\",\"roomName\":\"r\",\"displayName\":\"%s\"}";
        assertThat(asked.answer("CreateSIPParticipant", call.formatted("é".repeat(64)), CALL)).startsWith("not_found");
        assertThat(asked.answer("CreateSIPParticipant", call.formatted("é".repeat(64) + "a"), CALL)).contains("DisplayName too long (max 128 characters)");
    }

    @Test
    void a_trunk_that_calls_could_not_tell_from_another_is_refused() throws Exception {
        String first = inbound("{\"numbers\":[\"+1 (555) 0100\"]}").getSipTrunkId();
        String conflict = "invalid_argument: Conflicting inbound SIP Trunks: \"<new>\" and \"" + first + "\", using the same number(s) [\"15550100\"] without AllowedNumbers set";
        assertThat(asked.answer("CreateSIPInboundTrunk", "{\"trunk\":{\"numbers\":[\"15550100\"]}}", ADMIN)).isEqualTo(conflict);
        String some = inbound("{\"numbers\":[\"15550100\"],\"allowedNumbers\":[\"+1\",\"+2\"]}").getSipTrunkId();
        assertThat(asked.answer("CreateSIPInboundTrunk", "{\"trunk\":{\"numbers\":[\"15550100\",\"7\"],\"allowedNumbers\":[\"2\"]}}", ADMIN))
                .isEqualTo("invalid_argument: Conflicting inbound SIP Trunks: \"<new>\" and \"" + some + "\", using the same number(s) [\"15550100\" \"7\"] and AllowedNumber \"2\"");
        inbound("{\"authUsername\":\"u\"}");
        assertThat(asked.answer("CreateSIPInboundTrunk", "{\"trunk\":{\"allowedAddresses\":[\"10.0.0.1\"]}}", ADMIN)).contains("using the same number(s) <any> without");
        assertThat(store.inboundTrunks()).hasSize(3);
    }

    @Test
    void single_fields_of_a_trunk_change_and_the_others_stay() throws Exception {
        String id = inbound("{\"name\":\"a\",\"metadata\":\"m\",\"numbers\":[\"1\",\"2\"]}").getSipTrunkId();
        String update = "{\"sipTrunkId\":\"" + id + "\",\"update\":";
        SIPInboundTrunkInfo changed = asked.call(SIPInboundTrunkInfo.class, "UpdateSIPInboundTrunk", update + "{\"name\":\"b\",\"numbers\":{\"add\":[\"3\",\"1\"],\"remove\":[\"2\"]}}}", ADMIN);
        assertThat(changed.getName()).isEqualTo("b");
        assertThat(changed.getMetadata()).isEqualTo("m");
        assertThat(changed.getNumbersList()).containsExactly("1", "3");
        assertThat(asked.answer("UpdateSIPInboundTrunk", update + "{\"numbers\":{}}}", ADMIN)).isEqualTo("invalid_argument: unsupported list update operation");
        assertThat(asked.answer("UpdateSIPInboundTrunk", update + "{\"numbers\":{\"clear\":true,\"set\":[\"1\"]}}}", ADMIN)).contains("cannot clear and change");
        assertThat(asked.answer("UpdateSIPInboundTrunk", update + "{\"numbers\":{\"set\":[\"1\"],\"add\":[\"2\"]}}}", ADMIN)).contains("cannot set and change");
        assertThat(asked.answer("UpdateSIPInboundTrunk", update + "{\"numbers\":{\"set\":[\"\"]}}}", ADMIN)).contains("empty element");
        assertThat(asked.answer("UpdateSIPInboundTrunk", update + "{\"numbers\":{\"clear\":true}}}", ADMIN)).contains("for security");
        changed = asked.call(SIPInboundTrunkInfo.class, "UpdateSIPInboundTrunk", update + "{\"authUsername\":\"u\",\"numbers\":{\"clear\":true},\"mediaEncryption\":\"SIP_MEDIA_ENCRYPT_ALLOW\"}}", ADMIN);
        assertThat(changed.getNumbersList()).isEmpty();
        assertThat(changed.getMedia().getEncryption()).isEqualTo(SIPMediaEncryption.SIP_MEDIA_ENCRYPT_ALLOW);
        changed = asked.call(SIPInboundTrunkInfo.class, "UpdateSIPInboundTrunk", update + "{\"media\":{\"onlyListedCodecs\":true}}}", ADMIN);
        assertThat(changed.getMedia().getEncryption()).as("stays").isEqualTo(SIPMediaEncryption.SIP_MEDIA_ENCRYPT_ALLOW);
        assertThat(store.inboundTrunks()).containsExactly(changed);
    }

    @Test
    void a_trunk_is_replaced_as_a_whole_if_nothing_speaks_against_it() throws Exception {
        String id = inbound("{\"name\":\"a\",\"numbers\":[\"1\"]}").getSipTrunkId();
        String other = inbound("{\"name\":\"b\",\"numbers\":[\"2\"]}").getSipTrunkId();
        String replace = "{\"sipTrunkId\":\"" + id + "\",\"replace\":";
        assertThat(asked.answer("UpdateSIPInboundTrunk", replace + "{\"numbers\":[\"2\"]}}", ADMIN)).contains("Conflicting", id, other);
        assertThat(asked.answer("UpdateSIPInboundTrunk", replace + "{\"sipTrunkId\":\"ST_x\",\"numbers\":[\"2\"]}}", ADMIN)).contains("must be empty or match");
        assertThat(asked.answer("UpdateSIPInboundTrunk", "{\"sipTrunkId\":\"ST_x\",\"replace\":{\"numbers\":[\"3\"]}}", ADMIN)).isEqualTo("not_found: requested sip trunk does not exist");
        assertThat(asked.answer("UpdateSIPInboundTrunk", "{\"replace\":{\"numbers\":[\"3\"]}}", ADMIN)).isEqualTo("invalid_argument: trunk id must be set");
        assertThat(asked.answer("UpdateSIPInboundTrunk", "{\"sipTrunkId\":\"" + id + "\"}", ADMIN)).isEqualTo("invalid_argument: missing or unsupported update action");
        asked.call(Message.class, "UpdateSIPInboundTrunk", replace + "{\"numbers\":[\"1\",\"3\"]}}", ADMIN);
        assertThat(store.inboundTrunk(id).orElseThrow()).isEqualTo(SIPInboundTrunkInfo.newBuilder()
                .setSipTrunkId(id).addNumbers("1").addNumbers("3").setCreatedAt(Timestamps.fromSeconds(1)).setUpdatedAt(Timestamps.fromSeconds(1)).build());
        String out = outbound("{\"name\":\"o\",\"address\":\"a.example\",\"numbers\":[\"1\"]}").getSipTrunkId();
        asked.call(Message.class, "UpdateSIPOutboundTrunk", "{\"sipTrunkId\":\"" + out + "\",\"update\":{\"address\":\"b.example\",\"fromHost\":\"c\",\"transport\":\"SIP_TRANSPORT_TLS\"}}", ADMIN);
        assertThat(store.outboundTrunk(out).orElseThrow()).extracting(SIPOutboundTrunkInfo::getAddress, SIPOutboundTrunkInfo::getName, SIPOutboundTrunkInfo::getFromHost)
                .containsExactly("b.example", "o", "c");
        asked.call(Message.class, "UpdateSIPOutboundTrunk", "{\"sipTrunkId\":\"" + out + "\",\"replace\":{\"address\":\"d.example\",\"numbers\":[\"2\"]}}", ADMIN);
        assertThat(store.outboundTrunk(out).orElseThrow().getName()).isEmpty();
        assertThat(asked.answer("UpdateSIPOutboundTrunk", "{\"sipTrunkId\":\"ST_x\",\"update\":{}}", ADMIN)).isEqualTo("not_found: requested sip trunk does not exist");
    }

    @Test
    void lists_are_filtered_and_come_in_pages() throws Exception {
        String one = inbound("{\"name\":\"a\",\"numbers\":[\"+1\"]}").getSipTrunkId();
        String two = inbound("{\"name\":\"b\",\"numbers\":[\"+2\"]}").getSipTrunkId();
        String any = inbound("{\"name\":\"c\",\"authUsername\":\"u\"}").getSipTrunkId();
        assertThat(ids("{}")).containsExactly(one, two, any);
        assertThat(ids("{\"numbers\":[\"1\"]}")).containsExactly(one, any);
        assertThat(ids("{\"trunkIds\":[\"" + two + "\",\"ST_none\"]}")).containsExactly(two);
        List<String> sorted = List.of(one, two, any).stream().sorted().toList();
        assertThat(ids("{\"page\":{\"limit\":2}}")).isEqualTo(sorted.subList(0, 2));
        assertThat(ids("{\"page\":{\"limit\":2,\"afterId\":\"" + sorted.get(1) + "\"}}")).isEqualTo(sorted.subList(2, 3));
        outbound("{\"name\":\"o\",\"address\":\"a.example\",\"numbers\":[\"5\"]}");
        assertThat(asked.call(ListSIPOutboundTrunkResponse.class, "ListSIPOutboundTrunk", "{\"numbers\":[\"+5\"]}", ADMIN).getItemsList()).hasSize(1);
        assertThat(asked.call(ListSIPOutboundTrunkResponse.class, "ListSIPOutboundTrunk", "{\"numbers\":[\"6\"]}", ADMIN).getItemsList()).isEmpty();
        store.putTrunk(SIPTrunkInfo.newBuilder().setSipTrunkId("ST_old").build());
        assertThat(asked.call(ListSIPTrunkResponse.class, "ListSIPTrunk", "{}", ADMIN).getItemsList()).extracting(SIPTrunkInfo::getSipTrunkId).hasSize(5).contains("ST_old", one);
    }

    private List<String> ids(String list) throws RpcException {
        return asked.call(ListSIPInboundTrunkResponse.class, "ListSIPInboundTrunk", list, ADMIN).getItemsList().stream().map(SIPInboundTrunkInfo::getSipTrunkId).toList();
    }

    // -- rules

    @Test
    void dispatch_rules() throws Exception {
        SIPDispatchRuleInfo made = rule("{\"rule\":{\"dispatchRuleIndividual\":{\"roomPrefix\":\"call-\"}},\"name\":\"d\"}");
        assertThat(made.getSipDispatchRuleId()).startsWith("SDR_");
        assertThat(made.hasMedia()).as("as recorded").isTrue();
        SIPDispatchRuleInfo inPieces = asked.call(SIPDispatchRuleInfo.class, "CreateSIPDispatchRule",
                "{\"rule\":{\"dispatchRuleDirect\":{\"roomName\":\"r\",\"pin\":\"12\"}},\"trunkIds\":[\"ST_1\"],\"metadata\":\"m\",\"attributes\":{\"a\":\"1\"},\"hidePhoneNumber\":true}", ADMIN);
        assertThat(inPieces.getRule().getDispatchRuleDirect().getPin()).isEqualTo("12");
        assertThat(inPieces.getHidePhoneNumber()).isTrue();
        assertThat(asked.answer("CreateSIPDispatchRule", "{}", ADMIN)).isEqualTo("invalid_argument: missing rule");
        assertThat(asked.answer("CreateSIPDispatchRule", "{\"dispatchRule\":{\"rule\":{}}}", ADMIN)).startsWith("invalid_argument: unsupported SIP Dispatch Rule");
        assertThat(asked.answer("CreateSIPDispatchRule", "{\"dispatchRule\":{\"sipDispatchRuleId\":\"SDR_x\",\"rule\":{\"dispatchRuleDirect\":{}}}}", ADMIN))
                .isEqualTo("invalid_argument: rule id must not be set");

        ListSIPDispatchRuleResponse list = asked.call(ListSIPDispatchRuleResponse.class, "ListSIPDispatchRule", "{\"trunkIds\":[\"ST_2\"]}", ADMIN);
        assertThat(list.getItemsList()).as("of that trunk, and of any").containsExactly(made);
        list = asked.call(ListSIPDispatchRuleResponse.class, "ListSIPDispatchRule", "{\"dispatchRuleIds\":[\"" + inPieces.getSipDispatchRuleId() + "\"]}", ADMIN);
        assertThat(list.getItemsList()).containsExactly(inPieces);

        assertThat(asked.call(SIPDispatchRuleInfo.class, "DeleteSIPDispatchRule", "{\"sipDispatchRuleId\":\"" + made.getSipDispatchRuleId() + "\"}", ADMIN)).isEqualTo(made);
        assertThat(asked.answer("DeleteSIPDispatchRule", "{\"sipDispatchRuleId\":\"" + made.getSipDispatchRuleId() + "\"}", ADMIN))
                .isEqualTo("not_found: requested sip dispatch rule does not exist");
        assertThat(asked.answer("DeleteSIPDispatchRule", "{}", ADMIN)).isEqualTo("invalid_argument: dispatch rule ID is required");
    }

    @Test
    void rules_that_look_for_the_same_are_refused() throws Exception {
        String first = rule("{\"name\":\"n\",\"trunkIds\":[\"ST_1\",\"ST_2\"],\"numbers\":[\"+1\"],\"rule\":{\"dispatchRuleDirect\":{\"roomName\":\"a\",\"pin\":\"1\"}}}").getSipDispatchRuleId();
        String same = "{\"dispatchRule\":{\"trunkIds\":[\"ST_2\"],\"numbers\":[\"1\"],\"rule\":{\"dispatchRuleIndividual\":{\"pin\":\"1\"}}}}";
        assertThat(asked.answer("CreateSIPDispatchRule", same, ADMIN)).isEqualTo("invalid_argument: Dispatch rule for the same trunk, inbound number, number, and PIN"
                + " combination already exists in dispatch rule \"" + first + "\" \"n\"");
        for (String other : List.of(same.replace("ST_2", "ST_3"), same.replace("\"1\"]", "\"2\"]"), same.replace("\"pin\":\"1\"", "\"pin\":\"2\""),
                same.replace("\"numbers\"", "\"inboundNumbers\"")))
            assertThat(asked.answer("CreateSIPDispatchRule", other, ADMIN)).as(other).startsWith("granted");
        String id = store.dispatchRules().getLast().getSipDispatchRuleId();
        assertThat(asked.answer("UpdateSIPDispatchRule", "{\"sipDispatchRuleId\":\"" + id + "\",\"replace\":" + same.substring(16, same.length() - 1) + "}", ADMIN)).contains("already exists");
    }

    @Test
    void single_fields_of_a_rule_change_and_the_others_stay() throws Exception {
        String id = rule("{\"name\":\"n\",\"attributes\":{\"a\":\"1\",\"b\":\"2\"},\"rule\":{\"dispatchRuleDirect\":{\"roomName\":\"a\"}}}").getSipDispatchRuleId();
        String update = "{\"sipDispatchRuleId\":\"" + id + "\",\"update\":";
        SIPDispatchRuleInfo changed = asked.call(SIPDispatchRuleInfo.class, "UpdateSIPDispatchRule",
                update + "{\"metadata\":\"m\",\"attributes\":{\"a\":\"\",\"c\":\"3\"},\"trunkIds\":{\"set\":[\"ST_1\"]}}}", ADMIN);
        assertThat(changed.getName()).isEqualTo("n");
        assertThat(changed.getAttributesMap()).isEqualTo(Map.of("b", "2", "c", "3"));
        assertThat(changed.getTrunkIdsList()).containsExactly("ST_1");
        assertThat(asked.answer("UpdateSIPDispatchRule", update + "{\"trunkIds\":{}}}", ADMIN)).isEqualTo("invalid_argument: unsupported list update operation");
        assertThat(asked.answer("UpdateSIPDispatchRule", "{\"sipDispatchRuleId\":\"SDR_x\",\"update\":{}}", ADMIN)).isEqualTo("not_found: requested sip dispatch rule does not exist");
        assertThat(asked.answer("UpdateSIPDispatchRule", "{\"update\":{}}", ADMIN)).isEqualTo("invalid_argument: rule id must be set");
        assertThat(store.dispatchRules()).containsExactly(changed);
    }

    // -- calls

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'sipCallTo':'1','roomName':'r'}                                      | missing sip trunk id and sip number",
        "{'sipTrunkId':'T','roomName':'r'}                                     | missing sip callee number",
        "{'sipTrunkId':'T','sipCallTo':'sip:x@y','roomName':'r'}               | SipCallTo should be a phone number or SIP user, not a full SIP URI",
        "{'sipTrunkId':'T','sipCallTo':'1'}                                    | missing room name",
        "{'trunk':{},'sipCallTo':'1','roomName':'r'}                           | no outbound hostname specified",
        "{'trunk':{'hostname':'a@b'},'sipCallTo':'1','roomName':'r'}           | trunk hostname should be a hostname or IP, not SIP URI",
        "{'sipTrunkId':'T','sipCallTo':'1','roomName':'r','displayName':'a\\\\'} | DisplayName must be a valid quoted string: invalid syntax",
        "{'sipTrunkId':'T','sipCallTo':'1','roomName':'r','destination':{'city':'x'}} | if city is specified, country or region must also be specified",
        "{'sipTrunkId':'T','sipCallTo':'1','roomName':'r','destination':{'country':'XX'}} | country must be a valid ISO 3166-1 alpha-2 code (2-letter like 'US', 'IN', 'UK')",
        "{'sipTrunkId':'T','sipCallTo':'1','roomName':'r','headers':{'Contact':'x'}} | invalid header name: header name Contact not supported",
    })
    void calls_that_are_not_made(String request, String why) {
        assertThat(asked.answer("CreateSIPParticipant", request.replace('\'', '"'), CALL)).isEqualTo("invalid_argument: " + why.strip());
    }

    @Test
    void a_call_goes_to_a_worker_with_all_that_it_needs() throws Exception {
        String trunk = outbound("{\"address\":\"pstn.twilio.com\",\"numbers\":[\"15550100\"],\"authUsername\":\"u\",\"authPassword\":\"p\",\"fromHost\":\"me.example\",\"headers\":{\"X-A\":\"1\",\"X-B\":\"2\"}}")
                .getSipTrunkId();
        InternalCreateSIPParticipantRequest[] told = new InternalCreateSIPParticipantRequest[1];
        bus.serve(RpcMethods.CREATE_SIP_PARTICIPANT.at(""), (request, context) -> {
            told[0] = request;
            return InternalCreateSIPParticipantResponse.newBuilder().setParticipantId("PA_1").setParticipantIdentity(request.getParticipantIdentity()).build();
        });
        SIPParticipantInfo answer = asked.call(SIPParticipantInfo.class, "CreateSIPParticipant", "{\"sipTrunkId\":\"" + trunk
                + "\",\"sipCallTo\":\"+49\",\"roomName\":\"lobby\",\"headers\":{\"X-B\":\"3\"},\"participantAttributes\":{\"k\":\"v\"},\"krispEnabled\":true,\"playRingtone\":true}", CALL);
        assertThat(answer.getParticipantIdentity()).isEqualTo("sip_+49");
        assertThat(answer.getRoomName()).isEqualTo("lobby");
        assertThat(answer.getSipCallId()).startsWith("SCL_").isEqualTo(told[0].getSipCallId());
        assertThat(told[0].getNumber()).as("Twilio takes no other").isEqualTo("+15550100");
        assertThat(told[0].getAddress()).isEqualTo("pstn.twilio.com");
        assertThat(told[0].getHostname()).isEqualTo("me.example");
        assertThat(told[0].getUsername() + told[0].getPassword()).isEqualTo("up");
        assertThat(told[0].getHeadersMap()).isEqualTo(Map.of("X-A", "1", "X-B", "3"));
        assertThat(told[0].getPlayDialtone()).isTrue();
        assertThat(told[0].getEnabledFeaturesCount()).isEqualTo(1);
        assertThat(told[0].getParticipantAttributesMap()).isEqualTo(Map.of("k", "v", "sip.callID", answer.getSipCallId(), "sip.trunkID", trunk,
                "sip.phoneNumber", "+49", "sip.hostname", "pstn.twilio.com", "sip.trunkPhoneNumber", "+15550100"));

        asked.call(SIPParticipantInfo.class, "CreateSIPParticipant", "{\"trunk\":{\"hostname\":\"h\"},\"sipNumber\":\"7\",\"sipCallTo\":\"8\",\"roomName\":\"lobby\",\"participantIdentity\":\"me\",\"hidePhoneNumber\":true}", CALL);
        assertThat(told[0].getAddress() + told[0].getNumber() + told[0].getParticipantIdentity()).isEqualTo("h7me");
        assertThat(told[0].getParticipantAttributesMap()).containsOnlyKeys("sip.callID", "sip.trunkID");
        assertThat(asked.answer("CreateSIPParticipant", "{\"trunk\":{\"hostname\":\"h\"},\"sipCallTo\":\"8\",\"roomName\":\"lobby\"}", CALL))
                .isEqualTo("failed_precondition: no numbers on outbound trunk");
        assertThat(asked.answer("CreateSIPParticipant", "{\"sipTrunkId\":\"ST_none\",\"sipCallTo\":\"+1\",\"roomName\":\"r\"}", CALL))
                .isEqualTo("not_found: requested sip trunk does not exist");
    }

    @Test
    void without_a_worker_calls_are_unavailable_and_without_a_bus_too() throws Exception {
        String request = "{\"sipTrunkId\":\"" + outbound("{\"address\":\"a\",\"numbers\":[\"1\"]}").getSipTrunkId() + "\",\"sipCallTo\":\"+1\",\"roomName\":\"r\"}";
        assertThat(asked.answer("CreateSIPParticipant", request, CALL)).isEqualTo("unavailable: no SIP worker is connected");
        service.bus = null;
        assertThat(asked.answer("CreateSIPParticipant", request, CALL)).isEqualTo("unavailable: no way to SIP workers: bundle rpc is not active");
    }

    @Test
    void a_call_is_transferred_by_the_worker_that_has_it() throws Exception {
        InternalTransferSIPParticipantRequest[] told = new InternalTransferSIPParticipantRequest[1];
        bus.serve(RpcMethods.TRANSFER_SIP_PARTICIPANT.at("SCL_1"), (request, context) -> {
            told[0] = request;
            if (request.getTransferTo().equals("tel:+2")) throw new RpcException(RpcCode.NOT_FOUND, "nobody there");
            return InternalTransferSIPParticipantResponse.newBuilder().setTransferId("STR_1").setStatus(SIPTransferStatus.STS_TRANSFER_SUCCESSFUL).build();
        });
        String request = "{\"roomName\":\"lobby\",\"participantIdentity\":\"cid\",\"transferTo\":\"sip:a@b\",\"ringingTimeout\":\"20s\"}";
        TransferSIPParticipantResponse answer = asked.call(TransferSIPParticipantResponse.class, "TransferSIPParticipant", request, TRANSFER);
        assertThat(answer.getTransferId()).isEqualTo("STR_1");
        assertThat(told[0].getTransferTo()).isEqualTo("<sip:a@b>");
        assertThat(told[0].getRingingTimeout()).isEqualTo(Durations.fromSeconds(20));
        asked.call("TransferSIPParticipant", request, new Caller(Claims.fromJson(TRANSFER), Duration.ofSeconds(9)));
        assertThat(told[0].getRingingTimeout()).as("who asked waits no longer").isEqualTo(Durations.fromSeconds(9));
        assertThat(asked.answer("TransferSIPParticipant", request.replace("sip:a@b", "tel:+2"), TRANSFER)).isEqualTo("not_found: nobody there");
        assertThat(asked.answer("TransferSIPParticipant", request.replace("sip:a@b", "+2"), TRANSFER)).startsWith("invalid_argument: transfer_to must be a valid SIP(s) or TEL URI");
        assertThat(asked.answer("TransferSIPParticipant", request.replace("sip:a@b", ""), TRANSFER)).isEqualTo("invalid_argument: missing transfer to");
        assertThat(asked.answer("TransferSIPParticipant", request.replace("cid", "ann"), TRANSFER)).isEqualTo("invalid_argument: no SIP session associated with participant");
        assertThat(asked.answer("TransferSIPParticipant", request.replace("cid", "x"), TRANSFER)).isEqualTo("not_found: participant does not exist");
        assertThat(asked.answer("TransferSIPParticipant", request.replace("cid", ""), TRANSFER)).isEqualTo("invalid_argument: Missing participant identity");
        assertThat(asked.answer("TransferSIPParticipant", request.replace("lobby", ""), TRANSFER.replace("lobby", ""))).isEqualTo("invalid_argument: Missing room name");
        service.rooms = null;
        assertThat(asked.answer("TransferSIPParticipant", request, TRANSFER)).isEqualTo("unavailable: no room service: bundle service.room is not active");
    }
}
