package io.stoa.agent;

import io.stoa.protocol.livekit.ServerMessage;
import org.osgi.annotation.versioning.ConsumerType;

/** A worker's way out. Any thread; keeps the order of calls; never blocks. */
@ConsumerType
public interface WorkerSink {
    void send(ServerMessage message);

    /** The worker broke the protocol. Closes after everything sent before has left. */
    void close(String reason);
}
