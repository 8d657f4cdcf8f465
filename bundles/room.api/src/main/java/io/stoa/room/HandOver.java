package io.stoa.room;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Who is in charge of the rooms of this node, and what the one before has left. At most one room manager is; a second one that has
 * started waits for the first to leave. Stays while room managers are replaced. Any thread; never blocks.
 */
@ProviderType
public interface HandOver {
    /**
     * A room manager takes its place in the line. If nobody is in charge, it is at once.
     *
     * @param inCharge it is already: it lives longer than this service
     */
    void enter(Manager manager, boolean inCharge);

    /**
     * A room manager leaves the line. If it was in charge, the next one is, now or when it comes.
     *
     * @param rooms that are to go on; of no meaning unless the manager was in charge
     */
    void leave(Manager manager, List<HandedRoom> rooms);

    /** Of a room manager. Must not block. */
    @ConsumerType
    interface Manager {
        /** It is in charge from now on, of these rooms first of all. Called once. */
        void takeCharge(List<HandedRoom> rooms);
    }

    /**
     * A room between two managers.
     *
     * @param name so that something can be said about a room whose state cannot be read
     * @param state a {@code stoa.handover.RoomState}
     */
    record HandedRoom(String name, byte[] state) {}
}
