package io.stoa.room;

import io.stoa.protocol.livekit.SignalRequest;
import io.stoa.protocol.livekit.StartSession;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Signalling sessions (spec 4). Optional for the edge: while there is none, {@code /rtc} answers 503. */
@ProviderType
public interface SignalServer {
    /**
     * Starts or resumes ({@code start.reconnect}) a session. Blocks until the first response has been given to the sink, so that the
     * edge accepts the WebSocket only then. A join that the room refuses (for instance because it is full) is not an exception: its
     * first and last response is a {@code leave}.
     *
     * @param start complete: {@code grants_json} holds the verified claims, {@code client.address} is filled
     * @throws RoomException if no session could be started; nothing was sent
     */
    SignalSession open(StartSession start, SignalSink sink) throws RoomException;

    /**
     * Goes on with a session that another signal server began. Its WebSocket is still open, and its client is not to notice. Never
     * blocks: requests wait until the participant is found; if it is not, the sink is told so and closed.
     *
     * @param start as it was given to {@link #open} of the other one
     */
    SignalSession adopt(StartSession start, SignalSink sink);

    /** One WebSocket's way in. Calls come from one thread at a time, in the order of the wire. */
    @ProviderType
    interface SignalSession {
        void receive(SignalRequest request);

        /** The WebSocket is gone. The participant stays as long as its media connection does (spec 4.1). */
        void closed();

        /**
         * Another signal server goes on with the session; this one has nothing more to do with it.
         *
         * @return requests that no room has taken yet, in their order: for the next one
         */
        List<SignalRequest> release();
    }
}
