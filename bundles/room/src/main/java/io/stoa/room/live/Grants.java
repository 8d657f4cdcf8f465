package io.stoa.room.live;

import io.stoa.auth.Claims;
import io.stoa.auth.VideoGrant;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.ParticipantPermission;

/**
 * What a participant's token says, kept true while the participant changes: its signal server gives out new ones. Lives on the room's
 * mailbox; the signal server reads from other threads.
 */
final class Grants {
    private Claims claims;
    private volatile String json;
    private volatile Runnable listener = () -> {};

    Grants(Claims claims) {
        set(claims);
    }

    private void set(Claims next) {
        claims = next;
        json = next.toJson();
    }

    Claims claims() {
        return claims;
    }

    /** What the token permits, where nobody has changed it since. */
    ParticipantPermission permission() {
        return video().permission();
    }

    private VideoGrant video() {
        return claims.video() == null ? VideoGrant.NONE : claims.video();
    }

    /** Any thread. */
    String json() {
        return json;
    }

    /** Any thread. One listener, the latest. */
    void onChanged(Runnable next) {
        listener = next;
    }

    /** Who the participant is, or what it may, is something else now. */
    void changed(ParticipantInfo.Builder info, ParticipantPermission permission) {
        set(claims.with(info.getName(), info.getMetadata(), info.getAttributesMap(), video().with(permission)));
        listener.run();
    }

    /** The participant goes to another room, which gives it a token. */
    void moved(String room, ParticipantInfo.Builder info, ParticipantPermission permission) {
        set(claims.with(info.getName(), info.getMetadata(), info.getAttributesMap(), video().with(permission).in(room)));
    }

    /** Timers may hold the participant for a while, but not its signal server. */
    void end() {
        listener = () -> {};
    }
}
