package io.stoa.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.EgressInfo;
import io.stoa.protocol.livekit.IngressInfo;
import io.stoa.protocol.livekit.IngressState;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.livekit.SIPDispatchRuleInfo;
import io.stoa.protocol.livekit.SIPInboundTrunkInfo;
import io.stoa.protocol.livekit.SIPOutboundTrunkInfo;
import io.stoa.protocol.livekit.SIPTrunkInfo;
import io.stoa.redis.RedisConnection;
import io.stoa.redis.RedisServer;
import io.stoa.redis.Replies;
import io.stoa.redis.client.TestConnection;
import io.stoa.store.AgentStore;
import io.stoa.store.DurableStoreContract;
import io.stoa.store.EgressStore;
import io.stoa.store.IngressStore;
import io.stoa.store.RoomStore.RoomLock;
import io.stoa.store.RoomStore;
import io.stoa.store.SipStore;
import io.stoa.store.StoreException;
import io.stoa.store.records.DurableStores;
import io.stoa.store.records.Gate;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contracts over a real Redis, and what its keys look like to others. */
class RedisStoresTest extends RedisContracts {
    private static RedisServer server;
    private static RedisServer second;
    private static TestConnection toFirst;
    private static TestConnection toSecond;
    private static RedisConnection one;
    private int opened;

    @BeforeAll
    static void start() throws Exception {
        server = RedisServer.start();
        second = RedisServer.start();
        toFirst = TestConnection.to(server);
        toSecond = TestConnection.to(second);
        one = toFirst.connection();
    }

    @AfterAll
    static void stop() {
        server.close(); // also where a connection failed
        second.close();
        if (toFirst != null) toFirst.close();
        if (toSecond != null) toSecond.close();
    }

    @BeforeEach
    void empty() throws Exception {
        server.cli("flushall");
        second.cli("flushall");
        opened = 0;
    }

    @Override
    RedisConnection redis() {
        return one;
    }

    @Nested
    class Durable extends DurableStoreContract {
        @Override
        protected Provider open() {
            Conversation redis = Conversation.with(opened++ == 0 ? one : toSecond.connection());
            DurableStores stores = RedisDurableStore.stores(redis);
            return new Provider(new RedisDurableStore(redis), stores.egress(), stores.ingress(), stores.sip(), stores.agents());
        }
    }

    @Test
    void rooms_have_the_keys_of_LiveKit() throws Exception {
        RoomStore rooms = new RedisRoomStore(Conversation.with(one), new Settling());
        rooms.putRoom(Room.newBuilder().setName("hall").build(), RoomInternal.newBuilder().setSyncStreams(true).build());
        rooms.putParticipant("hall", ParticipantInfo.newBuilder().setIdentity("ann").build());
        assertKeys("hash rooms", "hash room_internal", "hash room_participants:hall");
        assertThat(Room.parseFrom(field("rooms", "hall")).getName()).isEqualTo("hall");
        assertThat(RoomInternal.parseFrom(field("room_internal", "hall")).getSyncStreams()).isTrue();
        assertThat(ParticipantInfo.parseFrom(field("room_participants:hall", "ann")).getIdentity()).isEqualTo("ann");
        rooms.deleteRoom("hall");
        assertKeys();
    }

    @Test
    void egresses_have_the_keys_of_LiveKit() throws Exception {
        EgressStore egresses = stores().egress();
        egresses.create(EgressInfo.newBuilder().setEgressId("EG_1").setRoomName("hall").build());
        assertKeys("hash egress", "set egress:room:hall");
        EgressInfo ended = EgressInfo.newBuilder().setEgressId("EG_1").setRoomName("hall").setEndedAt(5).build();
        egresses.put(ended);
        assertKeys("hash egress", "set egress:room:hall", "hash ended_egress");
        assertThat(EgressInfo.parseFrom(field("egress", "EG_1"))).isEqualTo(ended);
        assertThat(server.cli("smembers", "egress:room:hall")).isEqualTo("EG_1");
        assertThat(server.cli("hget", "ended_egress", "EG_1")).isEqualTo("hall|5");
        egresses.sweep(Long.MAX_VALUE);
        assertKeys();
    }

    @Test
    void ingresses_have_the_keys_of_LiveKit() throws Exception {
        IngressStore ingresses = stores().ingress();
        IngressInfo info = IngressInfo.newBuilder().setIngressId("IN_1").setStreamKey("key").setRoomName("hall").build();
        ingresses.put(info.toBuilder().setState(IngressState.newBuilder().setStartedAt(1)).build());
        assertKeys("hash ingress", "hash {ingress}_stream_key", "string {ingress}_state:IN_1", "set room_{ingress}:hall");
        assertThat(IngressInfo.parseFrom(field("ingress", "IN_1"))).isEqualTo(info);
        assertThat(server.cli("hget", "{ingress}_stream_key", "key")).isEqualTo("IN_1");
        assertThat(server.cli("smembers", "room_{ingress}:hall")).isEqualTo("IN_1");
        ingresses.putState("IN_1", IngressState.newBuilder().setStartedAt(7).build());
        assertThat(IngressState.parseFrom(one.commands().get(Conversation.bytes("{ingress}_state:IN_1")).get()).getStartedAt()).isEqualTo(7);
        ingresses.put(info.toBuilder().setRoomName("yard").build());
        assertKeys("hash ingress", "hash {ingress}_stream_key", "string {ingress}_state:IN_1", "set room_{ingress}:yard");
        ingresses.delete("IN_1");
        assertKeys();
    }

    @Test
    void sip_and_agents_have_the_keys_of_LiveKit() throws Exception {
        SipStore sip = stores().sip();
        sip.putTrunk(SIPTrunkInfo.newBuilder().setSipTrunkId("ST_1").build());
        sip.putInboundTrunk(SIPInboundTrunkInfo.newBuilder().setSipTrunkId("ST_2").build());
        sip.putOutboundTrunk(SIPOutboundTrunkInfo.newBuilder().setSipTrunkId("ST_3").build());
        sip.putDispatchRule(SIPDispatchRuleInfo.newBuilder().setSipDispatchRuleId("SDR_1").build());
        AgentStore agents = stores().agents();
        agents.putDispatch(AgentDispatch.newBuilder().setId("AD_1").setRoom("hall").build());
        agents.putJob("hall", Job.newBuilder().setId("AJ_1").build());
        assertKeys("hash sip_trunk", "hash sip_inbound_trunk", "hash sip_outbound_trunk", "hash sip_dispatch_rule", "hash agent_dispatch:hall", "hash agent_job:hall");
        assertThat(SIPInboundTrunkInfo.parseFrom(field("sip_inbound_trunk", "ST_2")).getSipTrunkId()).isEqualTo("ST_2");
        assertThat(AgentDispatch.parseFrom(field("agent_dispatch:hall", "AD_1")).getRoom()).isEqualTo("hall");
        assertThat(Job.parseFrom(field("agent_job:hall", "AJ_1")).getId()).isEqualTo("AJ_1");
    }

    @Test
    void the_lock_of_a_room_is_a_token_that_falls_and_only_its_own_is_let_go() throws Exception {
        RoomStore rooms = new RedisRoomStore(Conversation.with(one), new Settling());
        RoomLock lock = rooms.lock("hall");
        assertThat(server.cli("get", "room_lock:hall")).matches("LOCK\\w{12}");
        assertThat(Integer.parseInt(server.cli("pttl", "room_lock:hall").replaceAll("\\D", ""))).isBetween(1, 5_000);
        server.cli("set", "room_lock:hall", "somebody else's");
        lock.close();
        assertThat(server.cli("get", "room_lock:hall")).isEqualTo("somebody else's");
        server.cli("del", "room_lock:hall");
        rooms.lock("hall").close();
        assertKeys();
    }

    @Test
    void the_version_only_rises() throws Exception {
        RedisVersion version = new RedisVersion(Conversation.with(one));
        for (String before : List.of("", "1.9.99", "1.13.5", "0.nonsense")) {
            if (!before.isEmpty()) server.cli("set", "livekit_version", before);
            version.note();
            assertThat(server.cli("get", "livekit_version")).as("after %s", before).isEqualTo(RedisVersion.OURS);
        }
        server.cli("set", "livekit_version", "2.0.0");
        version.note();
        assertThat(server.cli("get", "livekit_version")).isEqualTo("2.0.0");
        assertThat(RedisVersion.isLater("1.13.5", "1.13.5")).isFalse();
        assertThat(RedisVersion.isLater("1.13.5", "2.0.0")).isFalse();
        assertThat(RedisVersion.isLater("1.13.5", "1.13.6-rc1")).isFalse();
        assertThat(RedisVersion.isLater("1.13.5", "")).isTrue();
    }

    @Test
    void a_redis_that_is_away_is_no_empty_store() throws Exception {
        try (TestConnection nobody = TestConnection.open(RedisServer.freePort())) {
            Conversation away = Conversation.with(nobody.connection());
            DurableStores stores = RedisDurableStore.stores(away);
            List<Call> calls = List.of(
                    () -> new RedisRoomStore(away, new Settling()).rooms(List.of()),
                    () -> new RedisRoomStore(away, new Settling()).room("hall"),
                    () -> new RedisRoomStore(away, new Settling()).participants("hall"),
                    () -> new RedisRoomStore(away, new Settling()).lock("hall"),
                    () -> stores.egress().egresses("", false),
                    () -> stores.egress().egresses("hall", true),
                    () -> stores.egress().sweep(1),
                    () -> stores.ingress().ingresses(""),
                    () -> stores.ingress().ingressByStreamKey("key"),
                    () -> stores.sip().trunks(),
                    () -> stores.sip().deleteTrunk("ST_1"),
                    () -> stores.agents().dispatches("hall"),
                    () -> new RedisDurableStore(away).count("egress"),
                    () -> new RedisDurableStore(away).latest());
            assertThat(calls).allSatisfy(call -> assertThatThrownBy(call::make).isInstanceOf(StoreException.class).hasMessageContaining("redis://127.0.0.1"));
        }
    }

    private interface Call {
        void make() throws Exception;
    }

    @Test
    void in_a_redis_that_has_come_back_empty_nothing_is_missing_for_a_while() throws Exception {
        Conversation redis = Conversation.with(one);
        Settling first = new Settling();
        first.ask(redis, true);
        Settling second = new Settling();
        second.ask(redis, false); // another node, which was told
        RoomStore rooms = new RedisRoomStore(redis, second);
        assertThatThrownBy(() -> rooms.rooms(List.of())).isInstanceOf(StoreException.class).hasMessageContaining("telling it what they have");
        assertThatThrownBy(() -> rooms.room("hall")).isInstanceOf(StoreException.class);
        rooms.putRoom(Room.newBuilder().setName("hall").build(), null);
        assertThat(rooms.room("hall")).as("what is there is right").isPresent();
        one.commands().del("stoa_settling".getBytes()).get();
        Settling later = new Settling();
        later.ask(redis, false);
        assertThat(new RedisRoomStore(redis, later).rooms(List.of())).hasSize(1);
        later.begin();
        assertThatThrownBy(() -> new RedisRoomStore(redis, later).rooms(List.of())).as("it is away").isInstanceOf(StoreException.class);
    }

    @Test
    void one_that_is_no_longer_in_charge_writes_nothing_more() throws Exception {
        Gate gate = new Gate("redis");
        EgressStore egresses = RedisDurableStore.stores(new Conversation(one, gate)).egress();
        gate.close();
        assertThatThrownBy(() -> egresses.create(EgressInfo.newBuilder().setEgressId("EG_1").build())).isInstanceOf(StoreException.class).hasMessageContaining("no longer in charge");
        assertKeys();
    }

    private static void assertKeys(String... typesAndNames) throws Exception {
        assertThat(one.commands().keys("*").get().stream().map(key -> type(key) + ' ' + Conversation.text(key))).containsExactlyInAnyOrder(typesAndNames);
    }

    private static String type(byte[] key) {
        return Replies.await(one.commands().type(key));
    }

    private static byte[] field(String hash, String field) throws Exception {
        return one.commands().hget(Conversation.bytes(hash), Conversation.bytes(field)).get();
    }
}
