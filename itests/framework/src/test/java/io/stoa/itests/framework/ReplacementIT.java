package io.stoa.itests.framework;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import io.stoa.auth.KeyProvider;
import io.stoa.cluster.ClusterException;
import io.stoa.cluster.MessageBus;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.RoomAllocator;
import io.stoa.media.Forwarder;
import io.stoa.media.ForwarderSpec;
import io.stoa.media.ForwarderState;
import io.stoa.media.ForwardingEngine;
import io.stoa.media.MediaPlane;
import io.stoa.protocol.Services;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.ListRoomsResponse;
import io.stoa.protocol.livekit.Node;
import io.stoa.protocol.livekit.NodeState;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.room.RoomManager;
import io.stoa.rpc.RpcEndpoint;
import io.stoa.store.RoomStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;

/** A service of a higher ranking takes over in the running server, and the one before is back when it goes. */
@ExtendWith(InsideServer.class)
class ReplacementIT {
    private static final int HIGHER = 100;

    private final Server server;
    private final Caller caller;
    private final List<ServiceRegistration<?>> registered = new ArrayList<>();

    ReplacementIT(Server server) {
        this.server = server;
        caller = server == null ? null : new Caller(server.port());
    }

    private <T> ServiceRegistration<T> register(Class<T> type, T service, int ranking) {
        ServiceRegistration<T> registration = server.context().registerService(type, service, new Hashtable<>(Map.of(Constants.SERVICE_RANKING, ranking)));
        registered.add(registration);
        return registration;
    }

    @AfterEach
    void leave() {
        for (ServiceRegistration<?> one : registered) {
            try {
                one.unregister();
            } catch (IllegalStateException e) {
                assertThat(e).as("the test itself has taken it back").hasMessageContaining("unregistered");
            }
        }
        caller.close();
        Server.await("an empty house", () -> server.need(RoomManager.class).participants() == 0);
    }

    // -- the store

    @Test
    void a_store_that_comes_is_told_of_every_room_and_everybody_in_it() {
        caller.join("ann", "one");
        caller.join("bob", "one");
        caller.join("cid", "two");
        ListStore better = new ListStore();
        register(RoomStore.class, better, HIGHER);

        Server.await("all in the better store", () -> better.people("one").equals(List.of("ann", "bob")) && better.people("two").equals(List.of("cid")));
        assertThat(better.rooms.keySet()).contains("one", "two");
        assertThat(caller.listRooms().text()).contains("\"one\"", "\"two\"");
        caller.join("dan", "two");
        caller.join("eva", "three");
        Server.await("who came later, too", () -> better.people("two").equals(List.of("cid", "dan")) && better.people("three").equals(List.of("eva")));
    }

    @Test
    void a_store_that_is_back_does_not_know_better_than_the_rooms() throws Exception {
        caller.join("fay", "four");
        RoomStore memory = server.need(RoomStore.class);
        Server.await("fay", () -> memory.participants("four").size() == 1);
        ServiceRegistration<RoomStore> better = register(RoomStore.class, new ListStore(), HIGHER);
        server.need(RoomManager.class).room("four").orElseThrow().removeParticipant("fay");
        caller.join("gil", "four");
        better.unregister();

        assertThat(server.need(RoomStore.class)).isSameAs(memory);
        Server.await("gil, and nobody else", () -> memory.participants("four").stream().map(ParticipantInfo::getIdentity).toList().equals(List.of("gil")));
    }

    @Test
    void stores_come_and_go_twenty_times_and_each_is_told_everything() {
        caller.join("hal", "five");
        for (int i = 0; i < 20; i++) {
            ListStore next = new ListStore();
            ServiceRegistration<RoomStore> registration = register(RoomStore.class, next, HIGHER + i);
            Server.await("hal in store " + i, () -> next.people("five").equals(List.of("hal")) && next.rooms.containsKey("five"));
            if (i % 2 == 0) registration.unregister();
        }
    }

    // -- others

    @Test
    void an_engine_of_higher_ranking_takes_over() {
        MediaPlane plane = server.need(MediaPlane.class);
        String shipped = plane.stats().engine();
        ServiceRegistration<ForwardingEngine> registration = register(ForwardingEngine.class, new NoForwarding(), HIGHER);
        assertThat(plane.stats().engine()).isEqualTo("nothing at all");
        registration.unregister();
        assertThat(plane.stats().engine()).isEqualTo(shipped);
        assertThat(server.need(MediaPlane.class)).isSameAs(plane);
    }

    @Test
    void keys_of_higher_ranking_count_and_no_others() {
        var ann = caller.join("ann", "hall");
        ServiceRegistration<KeyProvider> registration = register(KeyProvider.class, new OneKey("other", "another secret"), HIGHER);
        assertThat(validate("other", "another secret")).isEqualTo(200);
        assertThat(validate("devkey", "secret")).isEqualTo(401);
        assertThat(ann.closed()).isFalse();
        registration.unregister();
        assertThat(validate("other", "another secret")).isEqualTo(401);
        assertThat(validate("devkey", "secret")).isEqualTo(200);
    }

    private int validate(String key, String secret) {
        return caller.get("/rtc/validate?access_token=" + Caller.token("ann", Caller.grant("hall"), key, secret)).status();
    }

    @Test
    void an_rpc_service_of_higher_ranking_answers() {
        String before = caller.listRooms().text();
        ServiceRegistration<RpcEndpoint> registration = register(RpcEndpoint.class, new OneRoom("castle"), HIGHER);
        assertThat(caller.listRooms().text()).contains("\"castle\"");
        registration.unregister();
        assertThat(caller.listRooms().text()).isEqualTo(before);
    }

    @Test
    void an_rpc_service_of_lower_ranking_waits() {
        ServiceRegistration<RpcEndpoint> registration = register(RpcEndpoint.class, new OneRoom("hut"), -HIGHER);
        assertThat(caller.listRooms().text()).doesNotContain("\"hut\"");
        server.stop("service.room");
        assertThat(caller.listRooms().text()).contains("\"hut\"");
        server.start("service.room");
        assertThat(caller.listRooms().text()).doesNotContain("\"hut\"");
        registration.unregister();
        assertThat(caller.listRooms().status()).isEqualTo(200);
    }

    @Test
    void a_message_bus_of_higher_ranking_is_everybodys() {
        MessageBus shipped = server.need(MessageBus.class);
        MessageBus silent = new SilentBus();
        ServiceRegistration<MessageBus> registration = register(MessageBus.class, silent, HIGHER);
        assertThat(server.need(MessageBus.class)).isSameAs(silent);
        registration.unregister();
        assertThat(server.need(MessageBus.class)).isSameAs(shipped);
    }

    @Test
    void a_node_registry_of_higher_ranking_says_where_rooms_open() throws Exception {
        RoomAllocator allocator = server.need(RoomAllocator.class);
        String shipped = server.need(NodeRegistry.class).localId();
        ServiceRegistration<NodeRegistry> registration = register(NodeRegistry.class, new Elsewhere(), HIGHER);
        assertThat(allocate(allocator, "there")).isEqualTo("ND_elsewhere");
        registration.unregister();
        assertThat(allocate(allocator, "here")).isEqualTo(shipped);
        assertThat(server.need(RoomAllocator.class)).as("the allocator never went").isSameAs(allocator);
    }

    private static String allocate(RoomAllocator allocator, String room) throws ClusterException {
        return allocator.place(CreateRoomRequest.newBuilder().setName(room).build());
    }

    @Test
    void a_room_allocator_of_higher_ranking_is_asked_at_the_door() {
        String mayJoinOnly = "{\"roomJoin\":true,\"room\":\"nowhere\"}";
        assertThat(door(mayJoinOnly)).isEqualTo(200);
        ServiceRegistration<RoomAllocator> registration = register(RoomAllocator.class, new NoNewRooms(), HIGHER);
        assertThat(door(mayJoinOnly)).isEqualTo(404);
        registration.unregister();
        assertThat(door(mayJoinOnly)).isEqualTo(200);
    }

    private int door(String grant) {
        return caller.get("/rtc/validate?access_token=" + Caller.token("ann", grant)).status();
    }

    // -- the others

    /** Records in maps, for a look. */
    private static final class ListStore implements RoomStore {
        final Map<String, Room> rooms = new ConcurrentHashMap<>();
        final Map<String, Map<String, ParticipantInfo>> people = new ConcurrentHashMap<>();

        List<String> people(String room) {
            return people.getOrDefault(room, Map.of()).keySet().stream().sorted().toList();
        }

        @Override
        public void putRoom(Room room, RoomInternal internal) {
            rooms.put(room.getName(), room);
        }

        @Override
        public Optional<RoomRecord> room(String name) {
            return Optional.ofNullable(rooms.get(name)).map(room -> new RoomRecord(room, RoomInternal.getDefaultInstance()));
        }

        @Override
        public List<Room> rooms(Collection<String> names) {
            return rooms.values().stream().filter(room -> names.isEmpty() || names.contains(room.getName())).toList();
        }

        @Override
        public void deleteRoom(String name) {
            rooms.remove(name);
            people.remove(name);
        }

        @Override
        public void putParticipant(String room, ParticipantInfo participant) {
            people.computeIfAbsent(room, name -> new ConcurrentHashMap<>()).put(participant.getIdentity(), participant);
        }

        @Override
        public Optional<ParticipantInfo> participant(String room, String identity) {
            return Optional.ofNullable(people.getOrDefault(room, Map.of()).get(identity));
        }

        @Override
        public List<ParticipantInfo> participants(String room) {
            return List.copyOf(people.getOrDefault(room, Map.of()).values());
        }

        @Override
        public void deleteParticipant(String room, String identity) {
            people.getOrDefault(room, new ConcurrentHashMap<>()).remove(identity);
        }

        @Override
        public RoomLock lock(String room) {
            return () -> {};
        }
    }

    private static final class NoForwarding implements ForwardingEngine {
        @Override
        public String name() {
            return "nothing at all";
        }

        @Override
        public Forwarder create(ForwarderSpec spec, ForwarderState state) {
            throw new IllegalStateException("nothing is forwarded here");
        }
    }

    private record OneKey(String key, String secret) implements KeyProvider {
        @Override
        public Optional<String> secret(String apiKey) {
            return apiKey.equals(key) ? Optional.of(secret) : Optional.empty();
        }

        @Override
        public Optional<String> firstKey() {
            return Optional.of(key);
        }
    }

    /** Knows one method and one room. */
    private record OneRoom(String name) implements RpcEndpoint {
        @Override
        public ServiceDescriptor descriptor() {
            return Services.byName("livekit.RoomService");
        }

        @Override
        public Message requestPrototype(String method) {
            return io.stoa.protocol.livekit.ListRoomsRequest.getDefaultInstance();
        }

        @Override
        public Message call(String method, Message request, io.stoa.rpc.Caller from) {
            return ListRoomsResponse.newBuilder().addRooms(Room.newBuilder().setName(name)).build();
        }
    }

    private static final class SilentBus implements MessageBus {
        @Override
        public void publish(String channel, byte[] message) {}

        @Override
        public Subscription subscribe(String channel, Subscriber subscriber) {
            return () -> {};
        }

        @Override
        public Subscription subscribeQueue(String channel, Subscriber subscriber) {
            return () -> {};
        }

        @Override
        public boolean hasSubscribers(String channel) {
            return true;
        }
    }

    private static final class Elsewhere implements NodeRegistry {
        @Override
        public Node local() {
            return Node.newBuilder().setId(localId()).setState(NodeState.SERVING).build();
        }

        @Override
        public String localId() {
            return "ND_elsewhere";
        }

        @Override
        public List<Node> nodes() {
            return List.of(local());
        }

        @Override
        public void drain() {}

        @Override
        public boolean draining() {
            return false;
        }
    }

    private static final class NoNewRooms implements RoomAllocator {
        @Override
        public String place(CreateRoomRequest request) throws ClusterException {
            throw new ClusterException(ClusterException.Code.UNAVAILABLE, "no new rooms");
        }

        @Override
        public Allocation allocate(CreateRoomRequest request) throws ClusterException {
            throw new ClusterException(ClusterException.Code.UNAVAILABLE, "no new rooms");
        }

        @Override
        public boolean autoCreate() {
            return false;
        }
    }
}
