package io.stoa.room.live;

import io.stoa.media.MediaPeer;
import io.stoa.media.MediaPeer.PeerStats;
import io.stoa.media.PeerState;
import io.stoa.protocol.livekit.ConnectionQuality;
import io.stoa.protocol.livekit.ConnectionQualityInfo;
import io.stoa.protocol.livekit.ConnectionQualityUpdate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** How well participants are connected (spec 5.12), told when it changes. Lives on the room's mailbox. */
final class Qualities {
    static final long INTERVAL_MILLIS = 5_000;
    /** Protocol from which clients know LOST. */
    private static final int KNOWS_LOST = 11;
    private static final int KNOWS_QUALITY = 5;

    private final ActiveRoom room;

    Qualities(ActiveRoom room) {
        this.room = room;
    }

    /** All are asked, and what they say comes back to the room as one task: hundreds would each wake a thread. */
    void update() {
        Map<Member, CompletableFuture<ConnectionQuality>> asked = new LinkedHashMap<>();
        for (Member member : room.members()) if (member.active()) asked.put(member, ask(member));
        if (asked.isEmpty()) return;
        CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new)).whenComplete((all, failure) -> room.post(() -> asked.forEach((member, quality) -> {
            if (!quality.isCompletedExceptionally()) changed(member, quality.join()); // else its connection has ended meanwhile
        })));
    }

    private static CompletableFuture<ConnectionQuality> ask(Member member) {
        CompletableFuture<PeerStats> up = member.sending().stats().toCompletableFuture();
        MediaPeer receiving = member.receiving();
        return receiving == null || receiving == member.sending()
                ? up.thenApply(both -> quality(both, both))
                : up.thenCombine(receiving.stats(), Qualities::quality);
    }

    /** A coarse score by loss and round trip. */
    private static ConnectionQuality quality(PeerStats up, PeerStats down) {
        double loss = Math.max(up.lossFraction(), down.lossFraction());
        double roundTrip = Math.max(up.roundTripMillis(), down.roundTripMillis());
        double score = 100 - 400 * loss - Math.max(0, roundTrip - 150) / 10;
        if (up.state() != PeerState.CONNECTED && down.state() != PeerState.CONNECTED) return ConnectionQuality.LOST;
        return score > 80 ? ConnectionQuality.EXCELLENT : score > 40 ? ConnectionQuality.GOOD : ConnectionQuality.POOR;
    }

    private void changed(Member member, ConnectionQuality quality) {
        if (room.member(member.identity()) != member || member.qualityTold && member.quality == quality) return;
        member.quality = quality;
        member.qualityTold = true;
        for (Member to : room.members()) {
            if (to.protocol() < KNOWS_QUALITY || !to.active() || to != member && !to.subscriptions().subscribedTo(member)) continue;
            ConnectionQuality told = quality == ConnectionQuality.LOST && to.protocol() < KNOWS_LOST ? ConnectionQuality.POOR : quality;
            to.tell(response -> response.setConnectionQuality(ConnectionQualityUpdate.newBuilder().addUpdates(
                    ConnectionQualityInfo.newBuilder().setParticipantSid(member.sid()).setQuality(told).setScore(score(told)))));
        }
    }

    private static float score(ConnectionQuality quality) {
        return switch (quality) {
            case EXCELLENT -> 4.5f;
            case GOOD -> 3.5f;
            case POOR -> 2.5f;
            case LOST, UNRECOGNIZED -> 1f;
        };
    }
}
