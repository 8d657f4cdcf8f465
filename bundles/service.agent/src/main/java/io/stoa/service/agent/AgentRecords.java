package io.stoa.service.agent;

import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.Job;
import io.stoa.store.AgentStore;
import io.stoa.store.StoreException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What rooms tell the store of their agents, for whoever looks into it, and for the node where a room opens after its own has died. A
 * store that comes is told everything that lives; what was not written while there was none is not missed. Called on the desk; writes on
 * a thread of its own, in order.
 */
final class AgentRecords {
    private static final Logger LOG = LoggerFactory.getLogger(AgentRecords.class);
    /** Rooms that ended while there was no store need not be remembered for ever. */
    private static final int MAX_FORGOTTEN = 10_000;

    /** By so much clocks of nodes may differ. */
    private static final long SKEW_SECONDS = 10;

    private interface Write {
        void to(AgentStore store) throws StoreException;
    }

    private final Executor inOrder;
    private final LinkedHashSet<String> forgotten = new LinkedHashSet<>();
    private volatile AgentStore store;

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

    /**
     * What is left of a room that opens here, and did not end where it was before. Any thread that may wait.
     *
     * @param since when the room was created, Unix seconds: what is older is of another room of that name, and is forgotten
     */
    List<AgentDispatch> left(String room, long since) {
        AgentStore from = store;
        if (from == null) return List.of();
        try {
            List<AgentDispatch> all = CompletableFuture.supplyAsync(() -> read(from, room), inOrder).join();
            long oldest = (since - SKEW_SECONDS) * 1_000_000_000L;
            for (AgentDispatch one : all) if (one.getState().getCreatedAt() < oldest) forget(from, room, one);
            return all.stream().filter(one -> one.getState().getCreatedAt() >= oldest).toList();
        } catch (CompletionException e) {
            LOG.warn("whether room {} had agents before is not known: {}", room, e.getCause().getMessage());
            return List.of();
        }
    }

    /** Alone: the room may have new ones already. */
    private void forget(AgentStore from, String room, AgentDispatch stale) {
        inOrder.execute(() -> write(from, to -> {
            to.deleteDispatch(room, stale.getId());
            for (Job job : stale.getState().getJobsList()) to.deleteJob(room, job.getId());
        }));
    }

    private static List<AgentDispatch> read(AgentStore from, String room) {
        try {
            return from.dispatches(room);
        } catch (StoreException e) {
            throw new CompletionException(e);
        }
    }

    private void write(Write what) {
        AgentStore to = store;
        if (to == null) return;
        inOrder.execute(() -> write(to, what));
    }

    private static void write(AgentStore to, Write what) {
        try {
            what.to(to);
        } catch (StoreException e) {
            LOG.warn("the store does not know of an agent: {}", e.getMessage());
        }
    }
}
