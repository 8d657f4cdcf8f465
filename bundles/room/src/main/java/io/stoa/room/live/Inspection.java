package io.stoa.room.live;

import io.stoa.media.Hindrance;
import io.stoa.media.MediaPeer;
import io.stoa.media.MediaPeer.PeerStats;
import io.stoa.media.PeerSpec;
import io.stoa.room.ParticipantReport;
import io.stoa.room.ParticipantReport.Connection;
import io.stoa.room.RoomException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What operators ask of a room. The media plane is asked from the caller's thread, not in the mailbox: it answers when it can. */
final class Inspection {
    private static final long PATIENCE_MILLIS = 2_000;

    private final ActiveRoom room;

    Inspection(ActiveRoom room) {
        this.room = room;
    }

    // -- participants

    /** A member, and what the media plane was asked about it. */
    private record Asked(ParticipantReport known, List<Asking> connections) {}

    private record Asking(PeerSpec.Role role, CompletionStage<PeerStats> stats) {}

    List<ParticipantReport> participants() throws RoomException {
        List<Asked> all = room.call(() -> room.members().stream().map(Inspection::ask).toList());
        List<ParticipantReport> reports = new ArrayList<>();
        for (Asked asked : all) {
            ParticipantReport known = asked.known();
            List<Connection> connections = asked.connections().stream().map(Inspection::connection).toList();
            reports.add(new ParticipantReport(known.info(), known.client(), known.signalled(), connections, known.receives()));
        }
        return reports;
    }

    private static Asked ask(Member member) {
        List<Asking> asking = new ArrayList<>();
        MediaPeer sending = member.sending();
        MediaPeer receiving = member.receiving();
        if (sending != null) asking.add(new Asking(sending == receiving ? PeerSpec.Role.SINGLE : PeerSpec.Role.PUBLISHER, sending.stats()));
        if (receiving != null && receiving != sending) asking.add(new Asking(PeerSpec.Role.SUBSCRIBER, receiving.stats()));
        Set<String> receives = member.subscriptions().tracks();
        return new Asked(new ParticipantReport(member.info(), member.client(), member.signalling().open(), List.of(), receives), asking);
    }

    private static Connection connection(Asking asking) {
        try {
            PeerStats stats = await(asking.stats());
            return new Connection(asking.role().name(), stats.state().name(), stats.flow(), stats.roundTripMillis());
        } catch (RoomException e) {
            return new Connection(asking.role().name(), e.getMessage(), "", 0);
        }
    }

    // -- why somebody does not see something

    private record Found(List<String> reasons, CompletionStage<List<Hindrance>> media) {}

    List<String> why(String identity, String trackSid) throws RoomException {
        Found found = room.call(() -> look(identity, trackSid));
        List<String> reasons = new ArrayList<>(found.reasons());
        if (found.media() == null) return reasons;
        for (Hindrance hindrance : await(found.media())) reasons.add(hindrance.name() + ": " + hindrance.words());
        return reasons;
    }

    /** What the rules of rooms say; where they let it through the media plane knows the rest. */
    private Found look(String identity, String trackSid) throws RoomException {
        Member member = room.required(identity);
        Member owner = room.ownerOf(trackSid);
        if (owner == null) return new Found(List.of("NO_SUCH_TRACK: nobody in the room publishes it"), null);
        if (owner == member) return new Found(List.of("OWN_TRACK: participants are not sent what they publish themselves"), null);
        List<String> reasons = new ArrayList<>();
        if (owner.hidden()) reasons.add("PUBLISHER_HIDDEN: the subscriber is not told of the publisher, so its client shows nothing of it");
        if (!owner.publications().get(trackSid).published) reasons.add("NO_MEDIA_SECTION: " + Hindrance.NO_MEDIA_SECTION.words());
        if (!member.subscriptions().wants(trackSid)) reasons.add(unwanted(member, trackSid));
        if (!member.permission().getCanSubscribe()) reasons.add("NO_PERMISSION: the subscriber may not subscribe (canSubscribe)");
        if (!owner.publishing().permits(member, trackSid)) reasons.add("NOT_PERMITTED_BY_PUBLISHER: the publisher's subscription permissions leave the subscriber out");
        if (reasons.stream().anyMatch(reason -> !reason.startsWith("PUBLISHER_HIDDEN"))) return new Found(reasons, null);
        if (!member.subscriptions().has(trackSid) && !member.subscriptions().hasRoomFor(owner.publications().get(trackSid)))
            reasons.add("LIMIT_REACHED: the subscriber has as many tracks of this kind as one may have (limit.subscription_limit_audio, limit.subscription_limit_video)");
        else if (!member.subscriptions().has(trackSid)) reasons.add("NO_SUBSCRIPTION: " + Hindrance.NO_SUBSCRIPTION.words());
        else if (member.receiving() != null) return new Found(reasons, member.receiving().hindrances(trackSid));
        return new Found(reasons, null);
    }

    private static String unwanted(Member member, String trackSid) {
        return member.subscriptions().wished(trackSid)
                ? "UNSUBSCRIBED: the subscriber, or the API for it, has unsubscribed from the track"
                : "NOT_SUBSCRIBED: the subscriber joined without automatic subscription and has not asked for the track";
    }

    private static <T> T await(CompletionStage<T> stage) throws RoomException {
        try {
            return stage.toCompletableFuture().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new RoomException(RoomException.Code.UNAVAILABLE, String.valueOf(e.getCause().getMessage()), e.getCause());
        } catch (TimeoutException e) {
            throw new RoomException(RoomException.Code.DEADLINE_EXCEEDED, "the media plane did not answer within " + PATIENCE_MILLIS / 1_000 + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RoomException(RoomException.Code.UNAVAILABLE, "interrupted", e);
        }
    }
}
