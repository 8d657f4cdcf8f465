package io.stoa.agent;

import io.stoa.protocol.livekit.WorkerMessage;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/** Workers, their jobs, and the rooms that have asked for them (spec 8). Optional for the edge: while there is none, workers wait. */
@ProviderType
public interface AgentServer {
    /**
     * It is in charge from now on. Called once it is bound, with what the one before has left; again by another edge, which changes nothing:
     * edges come and go.
     *
     * @param state of {@link #release}; empty if there is none
     * @param sinks of the workers whose WebSockets are still open, by their ids
     * @return the sessions that go on, by the same ids; a worker that the state does not know has none
     */
    Map<String, WorkerSession> begin(byte[] state, Map<String, WorkerSink> sinks);

    /** False while this node drains and others are there: workers that come are to find one of those. Any thread. */
    boolean takesWorkers();

    /** A worker's WebSocket has opened; it has ten seconds to register. */
    WorkerSession open(WorkerSpec worker, WorkerSink sink);

    /** Another one goes on: this one does and says nothing more. @return what the next one is to know: workers, dispatches, jobs */
    byte[] release();

    /** One worker's way in. Calls come from one thread at a time, in the order of the wire; they do not wait. */
    @ProviderType
    interface WorkerSession {
        /** {@code AW_…} */
        String id();

        void receive(WorkerMessage message);

        /** The WebSocket is gone. */
        void closed();
    }
}
