package io.stoa.store.records;

import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.AgentDispatchState;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.store.AgentStore;
import io.stoa.store.StoreException;
import io.stoa.store.records.DurableRecords.Kind;
import io.stoa.store.records.Hashes.Change;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Dispatches and jobs in two hashes for each room. */
public final class AgentRecords implements AgentStore {
    private static final Codec<AgentDispatch> DISPATCHES = new Codec<>("agent_dispatch", AgentDispatch.parser());
    private static final Codec<Job> JOBS = new Codec<>("agent_job", Job.parser());

    private final Hashes hashes;

    public AgentRecords(Hashes hashes) {
        this.hashes = hashes;
    }

    public List<Kind> kinds() {
        return List.of(kind(DISPATCHES), kind(JOBS));
    }

    private Kind kind(Codec<?> codec) {
        return new Kind(codec.kind(), () -> ofAllRooms(codec), (key, bytes) -> {
            codec.read(key, bytes);
            put(codec, room(key), id(key), bytes);
        }, key -> remove(codec, room(key), id(key)));
    }

    private Map<String, byte[]> ofAllRooms(Codec<?> codec) throws StoreException {
        Map<String, byte[]> records = new LinkedHashMap<>();
        String prefix = hash(codec, "");
        for (String hash : hashes.names(prefix))
            hashes.all(hash).forEach((id, bytes) -> records.put(hash.substring(prefix.length()) + '\n' + id, bytes));
        return records;
    }

    private static String room(String key) {
        return key.substring(0, Math.max(0, key.lastIndexOf('\n')));
    }

    private static String id(String key) {
        return key.substring(key.lastIndexOf('\n') + 1);
    }

    @Override
    public void putDispatch(AgentDispatch dispatch) throws StoreException {
        AgentDispatch stored = dispatch.hasState() ? dispatch.toBuilder().setState(dispatch.getState().toBuilder().clearJobs()).build() : dispatch;
        put(DISPATCHES, dispatch.getRoom(), dispatch.getId(), stored.toByteArray());
    }

    @Override
    public void deleteDispatch(String roomName, String dispatchId) throws StoreException {
        remove(DISPATCHES, roomName, dispatchId);
    }

    @Override
    public List<AgentDispatch> dispatches(String roomName) throws StoreException {
        List<AgentDispatch> dispatches = DISPATCHES.all(hashes, hash(DISPATCHES, roomName));
        if (dispatches.isEmpty()) return dispatches;
        Map<String, AgentDispatchState.Builder> states = new HashMap<>();
        for (AgentDispatch dispatch : dispatches) states.put(dispatch.getId(), dispatch.getState().toBuilder());
        for (Job job : JOBS.all(hashes, hash(JOBS, roomName))) {
            AgentDispatchState.Builder state = states.get(job.getDispatchId());
            if (state != null) state.addJobs(job);
        }
        return dispatches.stream().map(dispatch -> {
            AgentDispatchState.Builder state = states.get(dispatch.getId());
            return dispatch.hasState() || state.getJobsCount() > 0 ? dispatch.toBuilder().setState(state).build() : dispatch;
        }).toList();
    }

    @Override
    public void putJob(String roomName, Job job) throws StoreException {
        Job.Builder stored = job.toBuilder().clearRoom();
        if (job.hasParticipant()) stored.setParticipant(ParticipantInfo.newBuilder().setIdentity(job.getParticipant().getIdentity()));
        put(JOBS, roomName, job.getId(), stored.build().toByteArray());
    }

    @Override
    public void deleteJob(String roomName, String jobId) throws StoreException {
        remove(JOBS, roomName, jobId);
    }

    @Override
    public void deleteRoom(String roomName) throws StoreException {
        hashes.write(List.of(new Change.Drop(hash(DISPATCHES, roomName)), new Change.Drop(hash(JOBS, roomName))));
    }

    private void put(Codec<?> codec, String room, String id, byte[] bytes) throws StoreException {
        hashes.write(List.of(new Change.Put(hash(codec, room), id, bytes)));
    }

    private void remove(Codec<?> codec, String room, String id) throws StoreException {
        hashes.write(List.of(new Change.Remove(hash(codec, room), id)));
    }

    private static String hash(Codec<?> codec, String room) {
        return codec.kind() + ':' + room;
    }
}
