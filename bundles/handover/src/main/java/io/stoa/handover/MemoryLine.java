package io.stoa.handover;

import io.stoa.store.DurableRecord;
import io.stoa.store.RecordLine;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The lines of who keeps records in memory, one for each name. Immediate, because a component that nobody uses for a moment would lose what it keeps. */
@Component(service = RecordLine.class, immediate = true)
public final class MemoryLine implements RecordLine {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryLine.class);

    private final Map<String, Line> lines = new HashMap<>();

    private static final class Line {
        private final ArrayDeque<Keeper> waiting = new ArrayDeque<>();
        private Keeper current;
        private List<DurableRecord> kept = List.of();

        void next() {
            if (current != null || waiting.isEmpty()) return;
            current = waiting.poll();
            List<DurableRecord> records = kept;
            kept = List.of();
            current.take(records);
        }
    }

    @Override
    public synchronized void enter(Keeper keeper, boolean already) {
        Line line = lines.computeIfAbsent(keeper.store(), name -> new Line());
        if (!already) {
            line.waiting.add(keeper);
            line.next();
        } else if (line.current == null) {
            line.current = keeper;
        } else {
            LOG.error("two keepers of the records of {} have their turn; stop one of them", keeper.store());
        }
    }

    @Override
    public synchronized void leave(Keeper keeper, List<DurableRecord> records) {
        Line line = lines.get(keeper.store());
        if (line == null) return;
        if (line.current != keeper) {
            line.waiting.remove(keeper);
            return;
        }
        line.current = null;
        line.kept = List.copyOf(records);
        line.next();
        if (line.current == null && !line.kept.isEmpty()) LOG.info("{} records of {} wait for who comes next", line.kept.size(), keeper.store());
    }

    @Deactivate
    synchronized void stop() {
        lines.forEach((name, line) -> {
            if (!line.kept.isEmpty()) LOG.warn("{} records of {} are lost: nobody has taken them over before bundle handover stopped", line.kept.size(), name);
        });
    }
}
