package io.stoa.room;

import io.stoa.protocol.livekit.SignalRequest;
import org.osgi.annotation.versioning.ProviderType;

/** A participant's signalling, bound to its room: what the signal server holds. Methods only post to the room's mailbox. */
@ProviderType
public interface RoomSession {
    String roomName();

    String identity();

    /**
     * Every request of a client; those that the signal server answers itself (ping) come too, as signs of life.
     *
     * @return false if the room is being handed over: nothing has come of the request, it is for the session that
     *     {@link RoomManager#reattach} gives
     */
    boolean receive(SignalRequest request);

    /**
     * The signalling connection ended. Ignored if a newer session took over the participant.
     *
     * @return false if the room is being handed over, as above
     */
    boolean signalClosed();

    /** False once the participant is gone or has another session: then the signal server stops refreshing its token. */
    boolean open();

    /** Current claims as JSON, for a refreshed token: identity, name, kind, metadata, attributes, video grant (spec 2.4). */
    String grantsJson();

    /** Called (any thread, must not block) when what {@link #grantsJson} says has changed. */
    void onGrantsChanged(Runnable listener);
}
