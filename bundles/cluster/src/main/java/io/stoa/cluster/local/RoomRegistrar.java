package io.stoa.cluster.local;

import io.stoa.base.Ids;
import io.stoa.cluster.ClusterException;
import io.stoa.cluster.ClusterException.Code;
import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.RoomAllocator.Allocation;
import io.stoa.cluster.Router;
import io.stoa.protocol.livekit.CreateRoomRequest;
import io.stoa.protocol.livekit.Node;
import io.stoa.protocol.livekit.NodeState;
import io.stoa.protocol.livekit.NodeStats;
import io.stoa.protocol.livekit.Room;
import io.stoa.protocol.livekit.RoomConfiguration;
import io.stoa.protocol.livekit.RoomInternal;
import io.stoa.store.RoomStore;
import io.stoa.store.RoomStore.RoomLock;
import io.stoa.store.RoomStore.RoomRecord;
import io.stoa.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * One allocation, step by step: name, preset, record, node; then store and route. One at a time per room, on whichever node: by the
 * lock of the store.
 */
record RoomRegistrar(RoomSettings settings, RoomStore store, Router router, NodeRegistry nodes, Ids ids, LongSupplier wallMillis) {

    Allocation allocate(CreateRoomRequest request) throws ClusterException {
        String name = request.getName();
        checkName(name);
        Optional<RoomConfiguration> preset = preset(request.getRoomPreset());
        try (RoomLock _ = store.lock(name)) {
            String nodeId = node(request);
            Optional<RoomRecord> existing = store.room(name);
            Room.Builder room = existing.map(record -> record.room().toBuilder()).orElseGet(() -> newRoom(name));
            RoomInternal.Builder internal = existing.map(record -> record.internal().toBuilder()).orElseGet(settings::newInternal);
            preset.ifPresent(values -> RoomSettings.apply(values, room, internal));
            RoomSettings.apply(request, room, internal);
            Room settled = room.build();
            RoomInternal settledInternal = internal.build();
            store.putRoom(settled, settledInternal);
            router.assign(name, nodeId);
            return new Allocation(settled, settledInternal, existing.isEmpty(), nodeId);
        } catch (StoreException e) {
            throw new ClusterException(Code.UNAVAILABLE, e.getMessage());
        }
    }

    private void checkName(String name) throws ClusterException {
        int most = settings.maxNameBytes();
        if (most > 0 && name.getBytes(StandardCharsets.UTF_8).length > most)
            throw new ClusterException(Code.INVALID_ARGUMENT, "room name length exceeds limits: max length " + most);
    }

    private Optional<RoomConfiguration> preset(String name) throws ClusterException {
        if (name.isEmpty()) return Optional.empty();
        RoomConfiguration preset = settings.presets().get(name);
        if (preset == null) throw new ClusterException(Code.INVALID_ARGUMENT, "unknown room configuration: " + name);
        return Optional.of(preset);
    }

    private Room.Builder newRoom(String name) {
        long millis = wallMillis.getAsLong();
        return settings.newRoom(name)
                .setSid(ids.next(Ids.ROOM))
                .setCreationTime(millis / 1000)
                .setCreationTimeMs(millis)
                .setTurnPassword(ids.characters(24));
    }

    /** The node that has the room keeps it as long as it is alive, even while it drains. */
    private String node(CreateRoomRequest request) throws ClusterException {
        Optional<String> assigned = router.nodeOf(request.getName());
        Optional<Node> home = assigned.isPresent() ? alive(assigned.get()) : Optional.empty();
        if (home.isPresent()) return withinLimits(home.get());
        Node chosen = request.getNodeId().isEmpty() ? nodes.local() : wished(request.getNodeId());
        if (chosen.getState() != NodeState.SERVING)
            throw new ClusterException(Code.UNAVAILABLE, "node " + chosen.getId() + " is shutting down and takes no new rooms");
        return withinLimits(chosen);
    }

    private Node wished(String nodeId) throws ClusterException {
        return alive(nodeId).orElseThrow(() -> new ClusterException(Code.NOT_FOUND, "could not find object"));
    }

    private Optional<Node> alive(String nodeId) throws ClusterException {
        return nodes.nodes().stream().filter(node -> node.getId().equals(nodeId)).findFirst();
    }

    @SuppressWarnings("deprecation")
    private String withinLimits(Node node) throws ClusterException {
        NodeStats stats = node.getStats();
        boolean tracks = settings.maxTracks() > 0 && stats.getNumTracksIn() + stats.getNumTracksOut() >= settings.maxTracks();
        double bytes = stats.getBytesInPerSec() + stats.getBytesOutPerSec();
        if (tracks || settings.maxBytesPerSecond() > 0 && bytes >= settings.maxBytesPerSecond())
            throw new ClusterException(Code.UNKNOWN, "reached configured limit for node");
        return node.getId();
    }
}
