package io.stoa.room.live;

import io.stoa.media.DataLane;
import io.stoa.media.PeerListener;
import io.stoa.media.PeerPath;
import io.stoa.media.PeerState;
import io.stoa.media.PublishedTrack;
import java.util.function.Consumer;

/**
 * Listens to a connection whose room is on another node already, until its client is there, too: what it still says reliably, and has
 * said while the room stood still, is brought there. The rest it will be asked, or told, again.
 */
final class LastWords implements PeerListener {
    private final Consumer<byte[]> bring;

    /** @param bring told each message, in order; must not block */
    LastWords(Consumer<byte[]> bring) {
        this.bring = bring;
    }

    @Override
    public void data(DataLane lane, byte[] message) {
        if (lane.reliable()) bring.accept(message);
    }

    @Override
    public void candidate(String candidate, String mid, int mlineIndex, boolean last) {}

    @Override
    public void stateChanged(PeerState state, String reason) {}

    @Override
    public void path(PeerPath path) {}

    @Override
    public void laneOpen(DataLane lane) {}

    @Override
    public void published(PublishedTrack track) {}

    @Override
    public void unpublished(String trackSid) {}

    @Override
    public void firstPacket(String trackSid) {}

    @Override
    public void sectionsRequired(int audios, int videos) {}

    @Override
    public void offerNeeded() {}

    @Override
    public void subscription(String trackSid, SubscriptionEvent event, String detail) {}

    @Override
    public void codecTaken(String trackSid, int rank) {}
}
