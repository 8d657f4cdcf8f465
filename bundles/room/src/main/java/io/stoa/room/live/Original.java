package io.stoa.room.live;

import io.stoa.media.MediaPeer;
import io.stoa.protocol.livekit.DisconnectReason;
import java.util.Map;
import java.util.OptionalDouble;

/** The participant of another room that a member shows, as the room sees it that shows it. Lives on that room's mailbox. */
interface Original {
    /** The connection by which what it publishes comes here. */
    MediaPeer source();

    /** How loud it speaks; empty if that is to be measured where its tracks come here. */
    OptionalDouble level();

    /** By codec, the quality that somebody needs here of one of its tracks. */
    void needed(String trackSid, Map<Integer, Integer> needed);

    /** It is not shown here any more. */
    void left(DisconnectReason why);

    /** The room that shows it goes on on another node, where it is to be shown again. */
    void departed();
}
