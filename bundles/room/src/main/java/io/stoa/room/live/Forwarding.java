package io.stoa.room.live;

import io.stoa.protocol.livekit.DisconnectReason;

/** That a participant is shown in another room as well, as its own room sees it. Lives on the mailbox of the participant's room. */
interface Forwarding {
    /** The name of the other room. */
    String destination();

    /** @return false if nobody shows it any more, nor will */
    boolean shown();

    /** The participant has changed. */
    void follow();

    /** How loud it speaks has changed. */
    void level(double level);

    void end(DisconnectReason why);
}
