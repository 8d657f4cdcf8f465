package io.stoa.handover;

import io.stoa.room.HandOver;
import java.util.ArrayDeque;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The line of room managers. Immediate, because a component that nobody uses for a moment would lose what it keeps. */
@Component(service = HandOver.class, immediate = true)
public final class RoomLine implements HandOver {
    private static final Logger LOG = LoggerFactory.getLogger(RoomLine.class);

    private final ArrayDeque<Manager> waiting = new ArrayDeque<>();
    private Manager inCharge;
    private List<HandedRoom> kept = List.of();

    @Override
    public synchronized void enter(Manager manager, boolean already) {
        if (!already) {
            waiting.add(manager);
            next();
        } else if (inCharge == null) {
            inCharge = manager;
        } else {
            LOG.error("two room managers are in charge; stop one of them");
        }
    }

    @Override
    public synchronized void leave(Manager manager, List<HandedRoom> rooms) {
        if (manager != inCharge) {
            waiting.remove(manager);
            return;
        }
        inCharge = null;
        kept = List.copyOf(rooms);
        next();
        if (inCharge == null && !kept.isEmpty()) LOG.info("{} rooms wait for the next room manager", kept.size());
    }

    private void next() {
        if (inCharge != null || waiting.isEmpty()) return;
        inCharge = waiting.poll();
        List<HandedRoom> rooms = kept;
        kept = List.of();
        inCharge.takeCharge(rooms);
    }

    @Deactivate
    synchronized void stop() {
        if (!kept.isEmpty()) LOG.warn("{} rooms are lost: nobody has taken them over before bundle handover stopped", kept.size());
    }
}
