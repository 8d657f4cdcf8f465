package io.stoa.service.agent;

import io.stoa.agent.WorkerSink;
import io.stoa.auth.KeyProvider;
import io.stoa.protocol.livekit.AgentDispatch;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ServerInfo;
import io.stoa.rpc.RpcException;
import io.stoa.store.AgentStore;
import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;

/** A node with rooms and workers, on one thread, with a clock that is turned by hand. */
final class Rig {
    static final KeyProvider KEYS = new KeyProvider() {
        @Override
        public Optional<String> secret(String apiKey) {
            return apiKey.equals("key") ? Optional.of("a secret of some length") : Optional.empty();
        }

        @Override
        public Optional<String> firstKey() {
            return Optional.of("key");
        }
    };

    final ManualDesk desk = new ManualDesk();
    final PlayedRooms rooms = new PlayedRooms();
    final List<String> removed = new ArrayList<>();
    KeyProvider keys = KEYS;
    boolean draining;
    AgentOffice office = office();

    Rig() {
        office.begin(new byte[0], Map.of());
        rooms.listener = office;
    }

    AgentOffice office() {
        return new AgentOffice(new AgentOffice.Tools(
                desk, Runnable::run, Runnable::run, Runnable::run, new Random(7), () -> keys, rooms::manager, () -> CONFIG,
                () -> ServerInfo.newBuilder().setNodeId("ND_here").build(), () -> draining, (room, identity) -> removed.add(room + ": " + identity)));
    }

    /** The office is replaced. @param meanwhile while there is none */
    void replace(Runnable meanwhile, PlayedWorker... workers) {
        rooms.listener = null;
        byte[] left = office.release();
        meanwhile.run();
        office = office();
        Map<String, WorkerSink> sinks = new LinkedHashMap<>();
        for (PlayedWorker worker : workers) sinks.put(worker.session.id(), worker);
        var sessions = office.begin(left, sinks);
        for (PlayedWorker worker : workers) worker.session = sessions.get(worker.session.id());
        rooms.listener = office;
    }

    PlayedWorker worker() {
        return new PlayedWorker(office);
    }

    List<AgentDispatch> dispatches(String room) throws RpcException {
        return office.at(rooms.open.get(room).live, agents -> agents.list(""));
    }

    List<Job> jobs(String room) throws RpcException {
        return dispatches(room).stream().flatMap(one -> one.getState().getJobsList().stream()).toList();
    }

    AgentDispatch dispatch(String room, AgentDispatch.Builder wanted) throws RpcException {
        return office.at(rooms.open.get(room).live, agents -> agents.create(wanted));
    }

    void delete(String room, String id) throws RpcException {
        office.at(rooms.open.get(room).live, agents -> agents.delete(id));
    }

    static final AgentsConfig CONFIG = new AgentsConfig() {
        @Override
        public boolean enableUserDataRecording() {
            return true;
        }

        @Override
        public boolean enableUserDataRedaction() {
            return false;
        }

        @Override
        public float targetLoad() {
            return 0.7f;
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return AgentsConfig.class;
        }
    };

    /** A store that can be looked into. */
    static final class MapStore implements AgentStore {
        final Map<String, AgentDispatch> dispatches = new ConcurrentSkipListMap<>();
        final Map<String, Job> jobs = new ConcurrentSkipListMap<>();
        final List<String> deletedRooms = new ArrayList<>();

        @Override
        public void putDispatch(AgentDispatch dispatch) {
            dispatches.put(dispatch.getId(), dispatch);
        }

        @Override
        public void deleteDispatch(String roomName, String dispatchId) {
            dispatches.remove(dispatchId);
        }

        @Override
        public List<AgentDispatch> dispatches(String roomName) {
            return dispatches.values().stream().filter(one -> one.getRoom().equals(roomName)).map(this::withJobs).toList();
        }

        private AgentDispatch withJobs(AgentDispatch dispatch) {
            AgentDispatch.Builder whole = dispatch.toBuilder();
            jobs.values().stream().filter(job -> job.getDispatchId().equals(dispatch.getId())).forEach(whole.getStateBuilder()::addJobs);
            return whole.build();
        }

        @Override
        public void putJob(String roomName, Job job) {
            Job.Builder kept = job.toBuilder().clearRoom();
            if (job.hasParticipant()) kept.setParticipant(ParticipantInfo.newBuilder().setIdentity(job.getParticipant().getIdentity()));
            jobs.put(job.getId(), kept.build());
        }

        @Override
        public void deleteJob(String roomName, String jobId) {
            jobs.remove(jobId);
        }

        @Override
        public void deleteRoom(String roomName) {
            deletedRooms.add(roomName);
            dispatches.values().removeIf(one -> one.getRoom().equals(roomName));
        }
    }
}
