package io.stoa.room.live;

import io.stoa.media.MediaPeer;
import io.stoa.media.MediaPeer.PeerStats;
import io.stoa.media.PeerState;
import io.stoa.protocol.livekit.ConnectionQuality;
import io.stoa.protocol.livekit.ConnectionQualityInfo;
import io.stoa.protocol.livekit.ConnectionQualityUpdate;

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

    void update() {
        for (Member member : room.members()) {
            if (!member.active()) continue;
            MediaPeer down = member.receiving() == null ? member.sending() : member.receiving();
            member.sending().stats()
                    .thenCombine(down.stats(), Qualities::quality)
                    .thenAccept(quality -> room.post(() -> changed(member, quality)));
        }
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
