package io.stoa.room.live;

import io.stoa.protocol.handover.RoomState;
import io.stoa.room.HandOver;
import io.stoa.room.HandOver.HandedRoom;
import io.stoa.room.RoomException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a room manager is in charge of the rooms of this node, how it came to be, and how it ends. Without a {@link HandOver} service
 * it is in charge from the beginning, and its rooms end with it.
 */
final class Charge implements HandOver.Manager {
    private static final Logger LOG = LoggerFactory.getLogger(Charge.class);
    private static final long PATIENCE_SECONDS = 5;
    private static final long FREEZE_SECONDS = 3;

    private final LiveRoomManager manager;
    private final CompletableFuture<Void> taken = new CompletableFuture<>();
    private HandOver line;
    private boolean begun;
    private volatile boolean taking;

    Charge(LiveRoomManager manager) {
        this.manager = manager;
    }

    // -- the line

    synchronized void bind(HandOver next) {
        line = next;
        if (begun) next.enter(this, taken.isDone());
    }

    synchronized void unbind(HandOver gone) {
        if (line == gone) line = null;
    }

    /** The manager is ready. */
    synchronized void begin() {
        begun = true;
        if (line == null) taken.complete(null);
        else line.enter(this, false);
    }

    boolean inCharge() {
        return taken.isDone();
    }

    /** Rooms are just being handed over, or another manager has them. */
    void await() throws RoomException {
        if (taken.isDone()) return;
        try {
            taken.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new RoomException(RoomException.Code.UNAVAILABLE, "another room manager is in charge of the rooms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RoomException(RoomException.Code.UNAVAILABLE, "interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    // -- taking over

    @Override
    public void takeCharge(List<HandedRoom> rooms) {
        taking = true;
        if (rooms.isEmpty()) taken.complete(null);
        else manager.execute(() -> take(rooms));
    }

    private void take(List<HandedRoom> rooms) {
        long begin = System.nanoTime();
        List<RoomThaw> thawed = new ArrayList<>();
        for (HandedRoom one : rooms) take(one).ifPresent(thawed::add);
        for (RoomThaw one : thawed) one.link(manager);
        for (RoomThaw one : thawed) one.room().post(one::begin);
        taken.complete(null);
        LOG.info("{} of {} rooms go on here, taken over in {} ms", thawed.size(), rooms.size(), (System.nanoTime() - begin) / 1_000_000);
    }

    private Optional<RoomThaw> take(HandedRoom one) {
        try {
            RoomState state = RoomThaw.read(one.state());
            RoomThaw thaw = new RoomThaw(manager.takeOver(state), state, false);
            thaw.room().call(() -> {
                thaw.run();
                return null;
            });
            return Optional.of(thaw);
        } catch (RoomException | RuntimeException e) {
            boolean bug = !(e instanceof RoomException || e instanceof IllegalArgumentException);
            LOG.error("room {} ends, its participants are to come back: {}", one.name(), e.getMessage(), bug ? e : null);
            manager.giveUp(one.name());
            return Optional.empty();
        }
    }

    // -- leaving

    /** @return rooms that could not be left to the next manager */
    List<ActiveRoom> freeze(List<ActiveRoom> rooms, List<HandedRoom> to) {
        Map<ActiveRoom, CompletableFuture<RoomState>> states = new LinkedHashMap<>();
        for (ActiveRoom room : rooms) states.put(room, RoomFreeze.of(room));
        List<ActiveRoom> failed = new ArrayList<>();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(FREEZE_SECONDS);
        states.forEach((room, state) -> {
            try {
                to.add(new HandedRoom(room.name(), state.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS).toByteArray()));
            } catch (ExecutionException | TimeoutException e) {
                if (!room.closed()) LOG.warn("room {} cannot be handed over: {}", room.name(), e.getCause() == null ? "it takes too long" : e.getCause().getMessage());
                failed.add(room);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failed.add(room);
            }
        });
        return failed;
    }

    /** Rooms that are just being taken over are taken first, so that they can be left. */
    boolean canLeaveRooms() {
        if (taking) {
            try {
                await();
            } catch (RoomException e) {
                LOG.warn("rooms that were being taken over end: {}", e.getMessage());
            }
        }
        synchronized (this) {
            return line != null && taken.isDone();
        }
    }

    synchronized void leave(List<HandedRoom> rooms) {
        if (line != null) line.leave(this, rooms);
    }
}
