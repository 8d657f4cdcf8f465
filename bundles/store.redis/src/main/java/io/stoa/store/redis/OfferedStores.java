package io.stoa.store.redis;

import io.stoa.redis.RedisConnection;
import io.stoa.store.DurableStore;
import io.stoa.store.RoomStore;
import io.stoa.store.StoreCharge;
import io.stoa.store.StoreException;
import io.stoa.store.records.ChargedStores;
import java.util.Hashtable;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services over one connection, there whether Redis answers or not. When Redis is back there is another store of rooms in place of the
 * one before: to that all who live tell themselves anew, for nobody knows what Redis has kept.
 */
final class OfferedStores implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OfferedStores.class);
    private static final int RANKING = 100;

    private final BundleContext context;
    private final RedisConnection connection;
    private final ChargedStores charged;
    private final ServiceRegistration<DurableStore> durable;
    private final RedisConnection.Subscription following;
    private ServiceRegistration<RoomStore> rooms;
    private volatile Settling settling = new Settling();
    private boolean told;
    private boolean wasThere;
    private boolean closed;

    OfferedStores(BundleContext context, RedisConnection connection) {
        this.context = context;
        this.connection = connection;
        charged = new ChargedStores(context, RedisStores.NAME, gate -> RedisDurableStore.stores(new Conversation(connection, gate)));
        durable = context.registerService(DurableStore.class, new RedisDurableStore(Conversation.with(connection)), new Hashtable<>(Map.of(StoreCharge.STORE, RedisStores.NAME)));
        rooms = registerRooms();
        following = connection.onAvailability(this::follow);
    }

    private ServiceRegistration<RoomStore> registerRooms() {
        return context.registerService(RoomStore.class, new RedisRoomStore(Conversation.with(connection), settling), new Hashtable<>(Map.of(Constants.SERVICE_RANKING, RANKING)));
    }

    boolean isOver(RedisConnection other) {
        return connection == other;
    }

    ChargedStores charged() {
        return charged;
    }

    /** In order, on a thread that may not wait. */
    private synchronized void follow(boolean there) {
        boolean renews = told;
        boolean back = wasThere;
        told = true;
        wasThere |= there;
        if (there) Thread.ofVirtual().name("redis-stores").start(() -> begin(renews, back));
        else if (back) settling.begin(); // what the next one has is not known before it was asked
    }

    /**
     * @param renews whether somebody may have told the store in vain
     * @param back whether Redis was there before, and may have lost what it had
     */
    private void begin(boolean renews, boolean back) {
        Conversation redis = Conversation.with(connection);
        Settling next = new Settling();
        try {
            RedisVersion version = new RedisVersion(redis);
            if (back) next.ask(redis, !version.isNoted());
            version.note();
        } catch (StoreException e) {
            LOG.warn("{} was not written, it will be at the next connection: {}", RedisVersion.KEY, e.getMessage());
        }
        settling = next;
        if (renews) renewRooms();
    }

    private synchronized void renewRooms() {
        if (closed) return;
        ServiceRegistration<RoomStore> before = rooms;
        rooms = registerRooms();
        before.unregister();
    }

    @Override
    public void close() {
        following.close();
        charged.end();
        durable.unregister();
        synchronized (this) {
            closed = true;
            rooms.unregister();
        }
    }
}
