package io.stoa.service.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.agent.AgentServer.WorkerSession;
import io.stoa.agent.WorkerSink;
import io.stoa.agent.WorkerSpec;
import io.stoa.protocol.livekit.AvailabilityResponse;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.JobStatus;
import io.stoa.protocol.livekit.JobType;
import io.stoa.protocol.livekit.RegisterWorkerRequest;
import io.stoa.protocol.livekit.ServerMessage;
import io.stoa.protocol.livekit.UpdateJobStatus;
import io.stoa.protocol.livekit.UpdateWorkerStatus;
import io.stoa.protocol.livekit.WorkerMessage;
import io.stoa.protocol.livekit.WorkerStatus;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A worker as it speaks. */
final class PlayedWorker implements WorkerSink {
    /** Said on any thread. */
    final List<ServerMessage> heard = new CopyOnWriteArrayList<>();
    String closed;
    WorkerSession session;

    PlayedWorker(AgentOffice office) {
        session = office.open(new WorkerSpec("key", 1, "192.0.2.1"), this);
    }

    @Override
    public void send(ServerMessage message) {
        heard.add(message);
    }

    @Override
    public void close(String reason) {
        closed = reason;
    }

    void says(WorkerMessage.Builder message) {
        session.receive(message.build());
    }

    PlayedWorker registers(RegisterWorkerRequest.Builder as) {
        says(WorkerMessage.newBuilder().setRegister(as));
        return this;
    }

    PlayedWorker registers(JobType type, String name) {
        return registers(RegisterWorkerRequest.newBuilder().setType(type).setAgentName(name));
    }

    void load(WorkerStatus status, double load) {
        says(WorkerMessage.newBuilder().setUpdateWorker(UpdateWorkerStatus.newBuilder().setStatus(status).setLoad((float) load)));
    }

    List<Job> offers() {
        return heard.stream().filter(ServerMessage::hasAvailability).map(one -> one.getAvailability().getJob()).toList();
    }

    /** The one that it was offered last. */
    Job offer() {
        assertThat(offers()).isNotEmpty();
        return offers().getLast();
    }

    void answers(AvailabilityResponse.Builder answer) {
        says(WorkerMessage.newBuilder().setAvailability(answer));
    }

    /** What it was offered last, as an agent of that identity. */
    Job takes(String identity) {
        answers(AvailabilityResponse.newBuilder().setJobId(offer().getId()).setAvailable(true).setParticipantIdentity(identity));
        assertThat(heard.getLast().getAssignment().getJob().getId()).isEqualTo(offer().getId());
        return heard.getLast().getAssignment().getJob();
    }

    void refuses() {
        answers(AvailabilityResponse.newBuilder().setJobId(offer().getId()));
    }

    void reports(Job job, JobStatus status, String error) {
        says(WorkerMessage.newBuilder().setUpdateJob(UpdateJobStatus.newBuilder().setJobId(job.getId()).setStatus(status).setError(error)));
    }

    List<String> terminations() {
        return heard.stream().filter(ServerMessage::hasTermination).map(one -> one.getTermination().getJobId()).toList();
    }
}
