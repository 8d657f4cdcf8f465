package io.stoa.room.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.RoomAllocator;
import io.stoa.cluster.Router;
import io.stoa.protocol.livekit.Codec;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.Node;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.room.HandOver;
import io.stoa.room.RoomException;
import io.stoa.room.RoomListener;
import io.stoa.store.RoomStore;
import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A room manager with everything around it played by the test. Mailboxes run on the calling thread, so that when a call returns all that
 * follows from it has happened; time moves only by {@link #advance}.
 */
final class Rig implements AutoCloseable {
    static final String ROOM = "lobby";

    final FakeMediaPlane plane;
    final Store store;
    final List<String> events;
    final Clock clock;
    final Line line;
    final LiveRoomManager rooms;
    UnaryOperator<Room.Builder> settled = UnaryOperator.identity();
    RoomInternal internal = RoomInternal.getDefaultInstance();
    boolean enableDataBlobs;
    boolean enableRemoteUnmute;
    boolean reconnectOnPublicationError;
    boolean reconnectOnSubscriptionError;
    int subscriptionLimitVideo;
    int subscriptionLimitAudio;
    int updateBatchTargetSize = 131_072;
    int codecRegressionThreshold = 5;
    String[] stunServers = {};
    boolean iceLite;
    boolean allowTcpFallback = true;
    int tcpFallbackRttThreshold;
    private int allocated;

    Rig() {
        this(new FakeMediaPlane(), new Store(), new ArrayList<>(), new Clock(), new Line(), nodes(), router());
    }

    /** A node among others, with media of its own and the others' store and time. */
    static Rig on(String nodeId, Neighbours cluster, Store store, Clock clock) {
        Rig rig = new Rig(new FakeMediaPlane(), store, new ArrayList<>(), clock, new Line(), cluster.registry(nodeId), cluster.router());
        rig.rooms.selector = List::getFirst;
        rig.rooms.bindBus(cluster.bus());
        return rig;
    }

    private Rig(FakeMediaPlane plane, Store store, List<String> events, Clock clock, Line line, NodeRegistry nodes, Router router) {
        this.plane = plane;
        this.store = store;
        this.events = events;
        this.clock = clock;
        this.line = line;
        rooms = new LiveRoomManager(plane, limits(), ice());
        rooms.allocator = allocator();
        rooms.bindNodes(nodes);
        rooms.bindRouter(router);
        replace("executor", new SameThread());
        replace("pulse", clock);
        rooms.bindStore(store);
        rooms.addListener(listener());
        rooms.bindHandOver(line);
        rooms.begin();
    }

    /** Another room manager in the same server. */
    Rig next() {
        return new Rig(plane, store, events, clock, line, nodes(), router());
    }

    /** Another room manager on the same node. */
    Rig nextOn(String nodeId, Neighbours cluster) {
        Rig next = new Rig(plane, store, events, clock, line, cluster.registry(nodeId), cluster.router());
        next.rooms.selector = List::getFirst;
        next.rooms.bindBus(cluster.bus());
        return next;
    }

    /** Leaves to the manager that is waiting, or that will come. */
    void leave() {
        rooms.stop();
    }

    /** The manager makes its own threads and clock; scenarios need theirs. */
    private void replace(String field, Object value) {
        try {
            Field target = LiveRoomManager.class.getDeclaredField(field);
            target.setAccessible(true);
            target.set(rooms, value);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** The rooms that open from now on have their turns when the test gives them. */
    void turns(Consumer<Runnable> queue) {
        replace("executor", new SameThread() {
            @Override
            public void execute(Runnable task) {
                queue.accept(task);
            }
        });
    }

    Client client(String identity) {
        return new Client(this, identity);
    }

    /** With one peer connection, joined, connected, its data channels open. */
    Client single(String identity) {
        return client(identity).onePeerConnection().join().connected().seen();
    }

    /** With two. */
    Client dual(String identity) {
        return client(identity).join().connected().seen();
    }

    ActiveRoom room() {
        return (ActiveRoom) rooms.room(ROOM).orElseThrow();
    }

    void advance(long millis) {
        clock.advance(millis);
    }

    Claims claims(String identity) {
        return Claims.of(identity, VideoGrant.join(ROOM));
    }

    @Override
    public void close() {
        rooms.stop();
    }

    private RoomAllocator allocator() {
        return new RoomAllocator() {
            @Override
            public String place(CreateRoomRequest request) {
                return "ND_1";
            }

            @Override
            public Allocation allocate(CreateRoomRequest request) {
                Room.Builder room = Room.newBuilder()
                        .setSid("RM_" + ++allocated)
                        .setName(request.getName())
                        .setEmptyTimeout(request.getEmptyTimeout() > 0 ? request.getEmptyTimeout() : 300)
                        .setDepartureTimeout(20)
                        .setMaxParticipants(request.getMaxParticipants())
                        .setMetadata(request.getMetadata());
                for (String mime : List.of("audio/opus", "audio/red", "video/H264", "video/VP8", "video/VP9", "video/rtx"))
                    room.addEnabledCodecs(Codec.newBuilder().setMime(mime));
                return new Allocation(settled.apply(room).build(), internal, true);
            }

            @Override
            public boolean autoCreate() {
                return true;
            }
        };
    }

    private static NodeRegistry nodes() {
        return new NodeRegistry() {
            @Override
            public Node local() {
                return Node.newBuilder().setId("ND_1").setRegion("moon").build();
            }

            @Override
            public String localId() {
                return "ND_1";
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
        };
    }

    private static Router router() {
        return new Router() {
            @Override
            public Optional<String> nodeOf(String roomName) {
                return Optional.of("ND_1");
            }

            @Override
            public void assign(String roomName, String nodeId) {}

            @Override
            public String claim(String roomName, String before, String nodeId) {
                return nodeId;
            }

            @Override
            public void clear(String roomName, String nodeId) {}
        };
    }

    private RoomLimits limits() {
        return new RoomLimits() {
            @Override
            public int maxMetadataSize() {
                return 1_000;
            }

            @Override
            public int maxAttributesSize() {
                return 1_000;
            }

            @Override
            public int maxParticipantNameLength() {
                return 100;
            }

            @Override
            public boolean enableRemoteUnmute() {
                return enableRemoteUnmute;
            }

            @Override
            public boolean reconnectOnPublicationError() {
                return reconnectOnPublicationError;
            }

            @Override
            public boolean reconnectOnSubscriptionError() {
                return reconnectOnSubscriptionError;
            }

            @Override
            public int subscriptionLimitVideo() {
                return subscriptionLimitVideo;
            }

            @Override
            public int subscriptionLimitAudio() {
                return subscriptionLimitAudio;
            }

            @Override
            public int updateBatchTargetSize() {
                return updateBatchTargetSize;
            }

            @Override
            public int maxDataBlobKeyLength() {
                return 20;
            }

            @Override
            public int maxDataBlobsSize() {
                return 1_000;
            }

            @Override
            public int maxDataTrackCustomEncodingLength() {
                return 8;
            }

            @Override
            public boolean allowPause() {
                return false;
            }

            @Override
            public long dynacastPauseDelay() {
                return 5_000;
            }

            @Override
            public int codecRegressionThreshold() {
                return codecRegressionThreshold;
            }

            @Override
            public boolean enableDataTracks() {
                return true;
            }

            @Override
            public boolean enableParticipantDataBlob() {
                return enableDataBlobs;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return RoomLimits.class;
            }
        };
    }

    private IceConfig ice() {
        return new IceConfig() {
            @Override
            public String[] stunServers() {
                return stunServers;
            }

            @Override
            public boolean useIceLite() {
                return iceLite;
            }

            @Override
            public boolean allowTcpFallback() {
                return allowTcpFallback;
            }

            @Override
            public int tcpFallbackRttThreshold() {
                return tcpFallbackRttThreshold;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return IceConfig.class;
            }
        };
    }

    private RoomListener listener() {
        return new RoomListener() {
            @Override
            public void roomStarted(Room room) {
                events.add("room started");
            }

            @Override
            public void roomFinished(Room room) {
                events.add("room finished");
            }

            @Override
            public void roomArrived(Room room, List<ParticipantInfo> participants) {
                events.add("room arrived with " + participants.size());
            }

            @Override
            public void roomDeparted(Room room) {
                events.add("room departed");
            }

            @Override
            public void participantJoined(Room room, ParticipantInfo participant) {
                events.add(participant.getIdentity() + " joined");
            }

            @Override
            public void participantLeft(Room room, ParticipantInfo participant) {
                events.add(participant.getIdentity() + " left");
            }

            @Override
            public void participantConnectionAborted(Room room, ParticipantInfo participant) {
                events.add(participant.getIdentity() + " aborted");
            }

            @Override
            public void trackPublished(Room room, ParticipantInfo participant, TrackInfo track) {
                events.add(participant.getIdentity() + " published " + track.getSource());
            }

            @Override
            public void trackUnpublished(Room room, ParticipantInfo participant, TrackInfo track) {
                events.add(participant.getIdentity() + " unpublished " + track.getSource());
            }
        };
    }

    /** As the bundle handover does it, with a look at what is handed over. */
    static final class Line implements HandOver {
        private final ArrayDeque<Manager> waiting = new ArrayDeque<>();
        private Manager inCharge;
        List<HandedRoom> kept = List.of();
        List<HandedRoom> last = List.of();

        @Override
        public void enter(Manager manager, boolean already) {
            waiting.add(manager);
            next();
        }

        @Override
        public void leave(Manager manager, List<HandedRoom> rooms) {
            waiting.remove(manager);
            if (inCharge != manager) return;
            inCharge = null;
            kept = last = rooms;
            next();
        }

        private void next() {
            if (inCharge != null || waiting.isEmpty()) return;
            inCharge = waiting.poll();
            List<HandedRoom> rooms = kept;
            kept = List.of();
            inCharge.takeCharge(rooms);
        }
    }

    static class SameThread extends AbstractExecutorService {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }

    static final class Clock implements Pulse {
        private record Due(long at, long order, Runnable task) {}

        private final PriorityQueue<Due> due =
                new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::order));
        private long now = 1_800_000_000_000L;
        private long order;

        @Override
        public synchronized long millis() {
            return now;
        }

        /** Who writes to the store asks for it on a thread of its own. */
        @Override
        public synchronized void after(long delayMillis, Runnable task) {
            due.add(new Due(now + delayMillis, order++, task));
        }

        void advance(long millis) {
            long until = millis() + millis;
            for (Due next; (next = next(until)) != null; ) next.task.run();
        }

        private synchronized Due next(long until) {
            Due next = due.isEmpty() || due.peek().at > until ? null : due.poll();
            now = Math.max(now, next == null ? until : next.at);
            return next;
        }
    }

    static final class Store implements RoomStore {
        private final Map<String, Room> rooms = new LinkedHashMap<>();
        private final Map<String, Map<String, ParticipantInfo>> participants = new HashMap<>();

        @Override
        public synchronized void putRoom(Room room, RoomInternal internal) {
            rooms.put(room.getName(), room);
        }

        @Override
        public synchronized Optional<RoomRecord> room(String name) {
            return Optional.ofNullable(rooms.get(name)).map(room -> new RoomRecord(room, RoomInternal.getDefaultInstance()));
        }

        /** -1 if the room is not there. */
        synchronized int publishers(String name) {
            Room room = rooms.get(name);
            return room == null ? -1 : room.getNumPublishers();
        }

        @Override
        public synchronized List<Room> rooms(Collection<String> names) {
            return List.copyOf(rooms.values());
        }

        @Override
        public synchronized void deleteRoom(String name) {
            rooms.remove(name);
            participants.remove(name);
        }

        @Override
        public synchronized void putParticipant(String roomName, ParticipantInfo participant) {
            participants.computeIfAbsent(roomName, name -> new LinkedHashMap<>()).put(participant.getIdentity(), participant);
        }

        @Override
        public synchronized Optional<ParticipantInfo> participant(String roomName, String identity) {
            return Optional.ofNullable(participants.getOrDefault(roomName, Map.of()).get(identity));
        }

        @Override
        public synchronized List<ParticipantInfo> participants(String roomName) {
            return List.copyOf(participants.getOrDefault(roomName, Map.of()).values());
        }

        @Override
        public synchronized void deleteParticipant(String roomName, String identity) {
            participants.getOrDefault(roomName, new HashMap<>()).remove(identity);
        }

        @Override
        public RoomLock lock(String roomName) {
            return () -> {};
        }
    }

    /** The store is told on a thread of its own. */
    static void await(BooleanSupplier condition) {
        long until = System.nanoTime() + 5_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - until).as("waiting for the store").isNegative();
            Thread.onSpinWait();
        }
    }

    /** Fails the scenario with the room's own words. */
    interface Call<T> {
        T run() throws RoomException;
    }

    static <T> T ok(Call<T> call) {
        try {
            return call.run();
        } catch (RoomException e) {
            throw new AssertionError(e);
        }
    }

    static RoomException refused(Call<?> call) {
        try {
            call.run();
        } catch (RoomException e) {
            return e;
        }
        assertThat(false).as("was not refused").isTrue();
        return null;
    }
}
