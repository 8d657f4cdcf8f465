package io.stoa.ops.lifecycle;

import io.stoa.cluster.NodeRegistry;
import io.stoa.room.RoomManager;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way out: nobody joins from now on; when the last participant has left (or at once, with everybody told), the rooms end and the
 * framework stops. Runs once, on a thread of its own.
 */
final class Ending {
    private static final Logger LOG = LoggerFactory.getLogger(Ending.class);
    private static final long LOOK_MILLIS = 200;

    private final Supplier<Optional<RoomManager>> rooms;
    private final Supplier<Optional<NodeRegistry>> nodes;
    private final Runnable stop;
    private final AtomicBoolean begun = new AtomicBoolean();

    Ending(Supplier<Optional<RoomManager>> rooms, Supplier<Optional<NodeRegistry>> nodes, Runnable stop) {
        this.rooms = rooms;
        this.nodes = nodes;
        this.stop = stop;
    }

    void begin(String reason, boolean atOnce) {
        if (!begun.compareAndSet(false, true)) return;
        Thread.ofPlatform().daemon().name("ending").start(() -> run(reason, atOnce));
    }

    void run(String reason, boolean atOnce) {
        try {
            nodes.get().ifPresent(NodeRegistry::drain);
            rooms.get().ifPresent(RoomManager::drain);
            if (atOnce) awaitMoved();
            else awaitLast(reason);
            rooms.get().ifPresent(RoomManager::shutdown);
        } catch (InterruptedException e) {
            LOG.debug("no longer waiting for participants");
        } catch (RuntimeException e) {
            LOG.error("the rooms did not end in order", e);
        } finally {
            LOG.info("the server ends ({})", reason);
            stop.run();
        }
    }

    /** Nobody joins from now on, rooms leave for other nodes; the server stays. */
    String drain() {
        nodes.get().ifPresent(NodeRegistry::drain);
        rooms.get().ifPresent(RoomManager::drain);
        LOG.info("no more joins: an operator drains this node");
        return "no more joins; " + participants() + " participants are still here";
    }

    private void awaitLast(String reason) throws InterruptedException {
        int before = participants();
        if (before > 0) LOG.info("{}: no more joins; the server ends when the rooms of {} participants are on other nodes, or the last of them has left", reason, before);
        while (participants() > 0 || roomsToLeave() > 0) Thread.sleep(LOOK_MILLIS);
    }

    /** Where other nodes take the rooms, they are waited for in any case; and their clients, until they are there. */
    private void awaitMoved() throws InterruptedException {
        while (roomsToLeave() > 0 || participants() > 0 && noRooms()) Thread.sleep(LOOK_MILLIS);
    }

    private boolean noRooms() {
        return rooms.get().map(manager -> manager.rooms().isEmpty()).orElse(true);
    }

    private int roomsToLeave() {
        return rooms.get().map(RoomManager::roomsToLeave).orElse(0);
    }

    private int participants() {
        return rooms.get().map(RoomManager::participants).orElse(0);
    }
}
