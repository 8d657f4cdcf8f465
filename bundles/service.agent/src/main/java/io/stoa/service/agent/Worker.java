package io.stoa.service.agent;

import io.stoa.agent.WorkerSink;
import io.stoa.protocol.livekit.Job;
import io.stoa.protocol.livekit.RegisterWorkerRequest;
import io.stoa.protocol.livekit.ServerMessage;
import io.stoa.protocol.livekit.WorkerStatus;
import java.util.LinkedHashMap;
import java.util.Map;

/** A worker as it is known here. */
final class Worker {
    final String id;
    final String apiKey;
    final String address;
    final WorkerSink sink;
    final Map<String, Job> running = new LinkedHashMap<>();
    final Map<String, JobOffer> offers = new LinkedHashMap<>();
    RegisterWorkerRequest registration;
    WorkerStatus status = WorkerStatus.WS_AVAILABLE;
    float load;

    Worker(String id, String apiKey, String address, WorkerSink sink) {
        this.id = id;
        this.apiKey = apiKey;
        this.address = address;
        this.sink = sink;
    }

    boolean registered() {
        return registration != null;
    }

    JobKind kind() {
        return JobKind.of(registration);
    }

    /** Not by the equality of records: the JDK keeps the class for which it was last used, and with it the bundle that is to go. */
    boolean is(JobKind wanted) {
        JobKind kind = kind();
        return kind.type() == wanted.type()
                && kind.agentName().equals(wanted.agentName())
                && kind.namespace().equals(wanted.namespace())
                && kind.deployment().equals(wanted.deployment());
    }

    /** How far it is below a load; 0 if it is not, takes nothing, or says nonsense. */
    float room(float upToLoad) {
        float room = upToLoad - Math.max(0, load);
        return status == WorkerStatus.WS_AVAILABLE && room > 0 ? room : 0;
    }

    void send(ServerMessage.Builder message) {
        sink.send(message.build());
    }

    @Override
    public String toString() {
        return id + (registered() ? " (" + kind() + ")" : "");
    }
}
