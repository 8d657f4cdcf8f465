package io.stoa.room;

import io.stoa.protocol.livekit.SignalResponse;
import org.osgi.annotation.versioning.ConsumerType;

/** Where the responses of a signalling session go. Any thread; keeps the order of calls; never blocks (a sink that is overrun closes). */
@ConsumerType
public interface SignalSink {
    void send(SignalResponse response);

    /** Closes after everything sent before has left; sends afterwards are ignored. */
    void close();
}
