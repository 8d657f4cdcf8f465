package io.stoa.room.live;

import io.stoa.auth.Claims;
import io.stoa.base.Ids;
import io.stoa.media.MediaPeer;
import io.stoa.protocol.livekit.ClientInfo;
import io.stoa.protocol.livekit.DisconnectReason;
import io.stoa.protocol.livekit.LeaveRequest;
import io.stoa.protocol.livekit.ParticipantInfo;
import io.stoa.protocol.livekit.StartSession;
import io.stoa.protocol.livekit.SubscriptionPermission;
import io.stoa.protocol.livekit.TrackInfo;
import java.util.HashSet;
import java.util.Set;

/**
 * A participant as it is shown in another room: a member there that has no connection of its own, publishes what its original publishes,
 * and says what the original says of itself, but for {@code kind_details} and a sid of its own. It ends with the original's presence in its
 * room, or when it is removed where it is shown.
 */
final class Forwarding {
    private final ActiveRoom destination;
    private final Member shown;

    /** What is shown; taken on the original's mailbox, looked at on the other. */
    record Picture(
            Member member,
            ParticipantInfo info,
            boolean dependent,
            ClientInfo client,
            Claims claims,
            SubscriptionPermission allowed,
            MediaPeer source) {
        static Picture of(Member member) {
            return new Picture(
                    member, member.info(), member.dependent(), member.client(), member.grants().claims(), member.publishing().allowed(), member.sending());
        }
    }

    private Forwarding(ActiveRoom destination, Member shown) {
        this.destination = destination;
        this.shown = shown;
    }

    /** On the destination's mailbox. */
    static Forwarding begin(ActiveRoom destination, Picture first) {
        StartSession start = StartSession.newBuilder().setIdentity(first.info.getIdentity()).setClient(first.client).build();
        Member shown = new Member(destination, destination.ids().next(Ids.PARTICIPANT), start, first.claims, null, 1);
        shown.show(first);
        for (TrackInfo track : first.info.getTracksList()) shown.publications().follow(track);
        destination.take(shown);
        destination.arrived(shown);
        return new Forwarding(destination, shown);
    }

    /** Goes on where another room manager has left both. On the destination's mailbox. */
    static Forwarding again(ActiveRoom destination, Member shown, Picture now) {
        shown.shows(now);
        for (Publications.Entry entry : shown.publications().all()) entry.told.clear(); // the original has been told by another room manager
        destination.dynacast().changed(shown);
        return new Forwarding(destination, shown);
    }

    ActiveRoom destination() {
        return destination;
    }

    /** @return false if nobody shows it any more */
    boolean shown() {
        return shown.open();
    }

    /** On the original's mailbox. */
    void follow(Picture now) {
        destination.post(() -> {
            if (shown.open()) update(now);
        });
    }

    /** On the original's mailbox. */
    void end(DisconnectReason why) {
        destination.post(() -> shown.close(why, LeaveRequest.Action.DISCONNECT));
    }

    private void update(Picture now) {
        boolean wasHidden = shown.hidden();
        boolean more = !shown.publishing().allowed().equals(now.allowed);
        shown.show(now);
        Set<String> stay = new HashSet<>();
        for (TrackInfo track : now.info.getTracksList()) stay.add(track.getSid());
        for (Publications.Entry entry : shown.publications().all()) if (!stay.contains(entry.info.getSid())) shown.publishing().end(entry.info.getSid(), false);
        for (TrackInfo track : now.info.getTracksList()) {
            if (!shown.publications().follow(track)) continue;
            more = true;
            destination.published(shown, track);
        }
        if (shown.hidden() && !wasHidden) destination.vanish(shown);
        destination.announce(shown);
        if (more) for (Member member : destination.members()) member.subscriptions().reconcile(shown);
    }
}
