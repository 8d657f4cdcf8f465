package io.stoa.edge.rtc;

import io.stoa.cluster.NodeRegistry;
import io.stoa.cluster.RoomAllocator;
import io.stoa.protocol.livekit.NodeStats;
import io.stoa.protocol.livekit.NodeStatsRate;
import io.stoa.room.RoomManager;
import io.stoa.store.RoomStore;
import io.stoa.store.StoreException;
import java.util.function.Supplier;

/** The premises as the services of the moment describe them; each supplier gives null while there is no such service. */
final class House implements Premises {
    private final Supplier<RoomAllocator> allocators;
    private final Supplier<RoomManager> managers;
    private final Supplier<RoomStore> stores;
    private final Supplier<NodeRegistry> registries;

    House(
            Supplier<RoomAllocator> allocators,
            Supplier<RoomManager> managers,
            Supplier<RoomStore> stores,
            Supplier<NodeRegistry> registries) {
        this.allocators = allocators;
        this.managers = managers;
        this.stores = stores;
        this.registries = registries;
    }

    @Override
    public boolean mayEnter(String room, boolean roomCreate) throws Refusal {
        if (roomCreate) return true;
        RoomAllocator allocator = allocators.get();
        if (allocator == null) throw new Refusal(503, "room allocation is not available: the bundle cluster is missing");
        return allocator.autoCreate() || exists(room);
    }

    /** What lives here needs no store. */
    private boolean exists(String room) throws Refusal {
        RoomManager manager = managers.get();
        if (manager != null && manager.room(room).isPresent()) return true;
        RoomStore store = stores.get();
        if (store == null) throw new Refusal(503, "rooms cannot be looked up: no room store");
        try {
            return store.room(room).isPresent();
        } catch (StoreException e) {
            throw new Refusal(500, e.getMessage());
        }
    }

    @Override
    public boolean overLimits(RtcSettings settings) {
        if (settings.tracks() == 0 && settings.bytesPerSecond() == 0) return false;
        NodeRegistry registry = registries.get();
        if (registry == null) return false;
        NodeStats stats = registry.local().getStats();
        return over(stats.getNumTracksIn() + stats.getNumTracksOut(), settings.tracks())
                || over(bytesPerSecond(stats), settings.bytesPerSecond());
    }

    private static boolean over(float value, float limit) {
        return limit > 0 && value >= limit;
    }

    @SuppressWarnings("deprecation") // a node says both; some say the older one only
    private static float bytesPerSecond(NodeStats stats) {
        if (stats.getRatesCount() == 0) return stats.getBytesInPerSec() + stats.getBytesOutPerSec();
        NodeStatsRate rate = stats.getRates(0);
        return rate.getBytesIn() + rate.getBytesOut();
    }
}
