package io.stoa.room.live;

import io.stoa.media.MediaPeer;
import io.stoa.media.PublishedTrack;
import io.stoa.protocol.handover.ParticipantState;
import io.stoa.protocol.livekit.MuteTrackRequest;
import io.stoa.protocol.livekit.SignalResponse;
import io.stoa.protocol.livekit.SubscriptionPermission;
import io.stoa.protocol.livekit.TrackInfo;
import io.stoa.protocol.livekit.TrackPermission;
import io.stoa.protocol.livekit.TrackPublishedResponse;
import io.stoa.protocol.livekit.TrackUnpublishedResponse;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A participant as one who publishes: its tracks come, are muted and end, between its client, its connection and the room; and whom it
 * lets have them. What is known of each is in {@link Publications}. Lives on the room's mailbox.
 */
final class Publishing {
    private static final Logger LOG = LoggerFactory.getLogger(Publishing.class);
    private static final int KNOWS_UNPUBLISHED = 7;

    private final Member member;
    private final Publications publications;
    private SubscriptionPermission allowed = SubscriptionPermission.newBuilder().setAllParticipants(true).build();

    Publishing(Member member, Publications publications) {
        this.member = member;
        this.publications = publications;
    }

    private ActiveRoom room() {
        return member.room();
    }

    // -- tracks

    /** The track is announced: it is recognised when it comes, and the client may send it. */
    void expect(Publications.Entry entry, String cid) {
        MediaPeer publisher = member.connections().publisher();
        Publications.expect(publisher, entry);
        publisher.setPublicationMuted(entry.info.getSid(), entry.info.getMuted());
        Publications.await(entry, room().millis());
        member.send(SignalResponse.newBuilder().setTrackPublished(TrackPublishedResponse.newBuilder().setCid(cid).setTrack(entry.info)));
    }

    /** Its media section is there, or better known. */
    void found(PublishedTrack track) {
        Publications.Entry entry = publications.get(track.trackSid());
        if (entry == null) return;
        boolean first = !entry.published;
        boolean another = !entry.comesIn(track.rank());
        TrackInfo before = entry.info.build();
        publications.found(entry, track, room().millis() * 1_000);
        if (another && entry.severalCodecs()) comesInAnotherCodec(entry);
        if (!entry.published || !first && same(before, entry.info.build())) return;
        member.changed();
        room().announce(member);
        if (!first) return;
        room().counts().published(entry.info.getType());
        for (Member other : room().members()) other.subscriptions().reconcile(member);
        room().published(member, entry.info.build());
    }

    private static boolean same(TrackInfo a, TrackInfo b) {
        return a.toBuilder().clearVersion().build().equals(b.toBuilder().clearVersion().build());
    }

    /** Spec 6.4: whether everybody gets it in the backup codec from now on is decided when that comes. */
    private void comesInAnotherCodec(Publications.Entry entry) {
        String trackSid = entry.info.getSid();
        if (entry.comesIn(Publications.BACKUP) && room().regresses(entry.info.getBackupCodecPolicy())) {
            LOG.info("room {}: {} of {} goes over to {}", room().name(), trackSid, member.identity(), entry.codecName(Publications.BACKUP));
            member.connections().publisher().regress(trackSid, Publications.BACKUP);
        }
        room().dynacast().changed(trackSid);
    }

    /** Announced tracks that should have come by now (spec 4.6). @return whether there are any */
    boolean giveUp(long now) {
        List<Publications.Entry> overdue = publications.overdue(now);
        for (Publications.Entry entry : overdue)
            LOG.info("room {}: {} has announced {} and does not send it", room().name(), member.identity(), entry.info.getSid());
        return !overdue.isEmpty();
    }

    /** @return false if there is no such track */
    boolean mute(String trackSid, boolean muted, boolean byAdmin) {
        Publications.Entry entry = publications.get(trackSid);
        if (entry == null) return false;
        if (entry.info.getMuted() == muted) return true;
        entry.info.setMuted(muted).setVersion(room().version());
        member.connections().publisher().setPublicationMuted(trackSid, muted);
        Publications.await(entry, room().millis());
        if (byAdmin) tellMuted(trackSid, muted);
        member.changed();
        if (entry.published) room().announce(member);
        return true;
    }

    private void tellMuted(String trackSid, boolean muted) {
        member.tell(response -> response.setMute(MuteTrackRequest.newBuilder().setSid(trackSid).setMuted(muted)));
    }

    void end(String trackSid, boolean tellOwner) {
        Publications.Entry entry = publications.get(trackSid);
        if (entry == null) return;
        Publications.Entry next = publications.remove(trackSid);
        MediaPeer publisher = member.connections().publisher();
        if (publisher != null) publisher.unpublish(trackSid);
        if (tellOwner) tellEnded(trackSid);
        for (Member other : room().members()) other.subscriptions().forget(trackSid, member.forwarded());
        member.changed();
        if (entry.published) {
            room().announce(member);
            room().unpublished(member, entry.info.build());
        }
        if (next != null) expect(next, next.cid);
    }

    /** Older clients know of being muted only. */
    private void tellEnded(String trackSid) {
        if (member.protocol() < KNOWS_UNPUBLISHED) tellMuted(trackSid, true);
        else member.tell(response -> response.setTrackUnpublished(TrackUnpublishedResponse.newBuilder().setTrackSid(trackSid)));
    }

    /** What the participant may not publish any more. */
    void endForbidden() {
        for (Publications.Entry entry : publications.all()) if (!member.mayPublish(entry.info.getSource())) end(entry.info.getSid(), true);
    }

    /** The media plane of this node knows nothing of them yet, and they are to come. */
    void again() {
        for (Publications.Entry entry : publications.all()) {
            Publications.expect(member.connections().publisher(), entry);
            member.connections().publisher().setPublicationMuted(entry.info.getSid(), entry.info.getMuted());
        }
    }

    // -- who may have them

    SubscriptionPermission allowed() {
        return allowed;
    }

    /** Who may receive what this participant publishes (spec 5.9); replaces what was said before. */
    void allow(SubscriptionPermission next) {
        allowed = next;
        member.follow();
        for (Member other : room().members()) {
            other.subscriptions().reconcile(member);
            other.dataTracks().reconcile(member);
        }
    }

    /** As the original in another room does, of a participant that is only shown. */
    void allowLike(SubscriptionPermission original) {
        allowed = original;
    }

    /** Spec 5.9: what this participant lets another one have. */
    boolean permits(Member other, String trackSid) {
        if (allowed.getAllParticipants() || other.recorder()) return true;
        for (TrackPermission entry : allowed.getTrackPermissionsList()) {
            String identity = entry.getParticipantIdentity();
            boolean same = identity.isEmpty() ? entry.getParticipantSid().equals(other.sid()) : identity.equals(other.identity());
            if (same) return entry.getAllTracks() || entry.getTrackSidsList().contains(trackSid);
        }
        return false;
    }

    // -- between two room managers

    void freeze(ParticipantState.Builder to) {
        publications.freeze(to);
        to.setSubscriptionPermission(allowed);
    }

    void thaw(ParticipantState from) {
        publications.thaw(from);
        allowed = from.getSubscriptionPermission();
    }
}
