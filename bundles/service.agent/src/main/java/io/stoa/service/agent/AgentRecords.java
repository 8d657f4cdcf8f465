package io.stoa.service.agent;

import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.Job;
import io.stoa.store.AgentStore;
import io.stoa.store.StoreException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What rooms tell the store of their agents, for whoever looks into it: nobody here reads it back. A store that comes is told everything
 * that lives; what was not written while there was none is not missed. Called on the desk; writes on a thread of its own, in order.
 */
final class AgentRecords {
    private static final Logger LOG = LoggerFactory.getLogger(AgentRecords.class);
    /** Rooms that ended while there was no store need not be remembered for ever. */
    private static final int MAX_FORGOTTEN = 10_000;

    private interface Write {
        void to(AgentStore store) throws StoreException;
    }

    private final Executor inOrder;
    private final LinkedHashSet<String> forgotten = new LinkedHashSet<>();
    private AgentStore store;

    AgentRecords(Executor inOrder) {
        this.inOrder = inOrder;
    }

    /** @param living all dispatches with their jobs */
    void bind(AgentStore next, List<AgentDispatch> living) {
        store = next;
        forgotten.forEach(this::deleteRoom);
        forgotten.clear();
        for (AgentDispatch dispatch : living) {
            putDispatch(dispatch);
            for (Job job : dispatch.getState().getJobsList()) putJob(dispatch.getRoom(), job);
        }
    }

    void unbind(AgentStore gone) {
        if (store == gone) store = null;
    }

    void putDispatch(AgentDispatch dispatch) {
        write(to -> to.putDispatch(dispatch));
    }

    void deleteDispatch(String room, String id) {
        write(to -> to.deleteDispatch(room, id));
    }

    void putJob(String room, Job job) {
        write(to -> to.putJob(room, job));
    }

    void deleteRoom(String room) {
        if (store == null && forgotten.size() < MAX_FORGOTTEN) forgotten.add(room);
        write(to -> to.deleteRoom(room));
    }

    private void write(Write what) {
        AgentStore to = store;
        if (to == null) return;
        inOrder.execute(() -> {
            try {
                what.to(to);
            } catch (StoreException e) {
                LOG.warn("the store does not know of an agent: {}", e.getMessage());
            }
        });
    }
}
