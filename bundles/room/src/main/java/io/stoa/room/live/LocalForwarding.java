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
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A participant as it is shown in another room of this node: a member there that has no connection of its own, publishes what its original
 * publishes, and says what the original says of itself, but for {@code kind_details} and a sid of its own. It ends with the original's
 * presence in its room, or when it is removed where it is shown.
 */
final class LocalForwarding implements Forwarding {
    private final Member original;
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

        Original in(ActiveRoom destination) {
            return new Connected(member, source, destination.name());
        }
    }

    /** The original is a participant of this node. */
    private record Connected(Member member, MediaPeer source, String where) implements Original {
        @Override
        public OptionalDouble level() {
            return OptionalDouble.empty();
        }

        @Override
        public void needed(String trackSid, Map<Integer, Integer> needed) {
            member.post(() -> member.room().dynacast().neededElsewhere(member, trackSid, where, needed));
        }

        @Override
        public void left(DisconnectReason why) {}

        @Override
        public void departed() {
            member.post(() -> {
                if (member.forwardings().removeIf(forwarding -> forwarding.destination().equals(where))) member.room().showAgain(member, where);
            });
        }
    }

    private LocalForwarding(Member original, ActiveRoom destination, Member shown) {
        this.original = original;
        this.destination = destination;
        this.shown = shown;
    }

    /** On the destination's mailbox. */
    static LocalForwarding begin(ActiveRoom destination, Picture first) {
        StartSession start = StartSession.newBuilder().setIdentity(first.info.getIdentity()).setClient(first.client).build();
        Member shown = new Member(destination, destination.ids().next(Ids.PARTICIPANT), start, first.claims, null, 1);
        shown.show(first.in(destination), first.info, first.allowed);
        for (TrackInfo track : first.info.getTracksList()) shown.publications().follow(track);
        destination.take(shown);
        destination.arrived(shown);
        return new LocalForwarding(first.member, destination, shown);
    }

    /** Goes on where another room manager has left both. On the destination's mailbox. */
    static LocalForwarding again(ActiveRoom destination, Member shown, Picture now) {
        shown.shows(now.in(destination));
        for (Publications.Entry entry : shown.publications().all()) entry.told.clear(); // the original has been told by another room manager
        destination.dynacast().changed(shown);
        return new LocalForwarding(now.member, destination, shown);
    }

    @Override
    public String destination() {
        return destination.name();
    }

    @Override
    public boolean shown() {
        return shown.open();
    }

    @Override
    public void follow() {
        Picture now = Picture.of(original);
        destination.post(() -> {
            if (shown.open()) update(now);
        });
    }

    @Override
    public void level(double level) {} // it is measured there as well

    @Override
    public void end(DisconnectReason why) {
        destination.post(() -> shown.close(why, LeaveRequest.Action.DISCONNECT));
    }

    private void update(Picture now) {
        boolean wasHidden = shown.hidden();
        boolean more = !shown.publishing().allowed().equals(now.allowed);
        shown.show(now.in(destination), now.info, now.allowed);
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
