package io.stoa.media.plane;

import io.stoa.media.DataLane;
import io.stoa.media.PeerListener;
import io.stoa.media.PeerPath;
import io.stoa.media.PeerState;
import io.stoa.media.PublishedTrack;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/** What a parked peer has to tell its next owner, in its order. On the loop. */
final class WaitingEvents implements PeerListener {
    static final int MAX_EVENTS = 10_000;
    static final int MAX_BYTES = 4 << 20;

    private final ArrayDeque<Consumer<PeerListener>> events = new ArrayDeque<>();
    private int bytes;
    private boolean overrun;

    /** More has happened than can wait: nobody can go on from here without a gap. */
    boolean overrun() {
        return overrun;
    }

    void tell(PeerListener listener) {
        for (Consumer<PeerListener> event; (event = events.poll()) != null; ) event.accept(listener);
    }

    private void add(Consumer<PeerListener> event) {
        if (events.size() < MAX_EVENTS) events.add(event);
        else overrun = true;
    }

    @Override
    public void candidate(String candidate, String mid, int mlineIndex, boolean last) {
        add(l -> l.candidate(candidate, mid, mlineIndex, last));
    }

    @Override
    public void stateChanged(PeerState state, String reason) {
        add(l -> l.stateChanged(state, reason));
    }

    @Override
    public void path(PeerPath path) {
        add(l -> l.path(path));
    }

    @Override
    public void laneOpen(DataLane lane) {
        add(l -> l.laneOpen(lane));
    }

    /** Of what may be lost on its way, what comes late is lost first. */
    @Override
    public void data(DataLane lane, byte[] message) {
        boolean fits = bytes + message.length <= MAX_BYTES && events.size() < MAX_EVENTS;
        if (!fits && !lane.reliable()) return;
        if (!fits) {
            overrun = true;
            return;
        }
        bytes += message.length;
        add(l -> l.data(lane, message));
    }

    @Override
    public void published(PublishedTrack track) {
        add(l -> l.published(track));
    }

    @Override
    public void unpublished(String trackSid) {
        add(l -> l.unpublished(trackSid));
    }

    @Override
    public void firstPacket(String trackSid) {
        add(l -> l.firstPacket(trackSid));
    }

    @Override
    public void sectionsRequired(int audios, int videos) {
        add(l -> l.sectionsRequired(audios, videos));
    }

    @Override
    public void offerNeeded() {
        add(PeerListener::offerNeeded);
    }

    @Override
    public void subscription(String trackSid, SubscriptionEvent event, String detail) {
        add(l -> l.subscription(trackSid, event, detail));
    }

    @Override
    public void codecTaken(String trackSid, int rank) {
        add(l -> l.codecTaken(trackSid, rank));
    }
}
