package io.stoa.media.plane;

import io.stoa.media.PeerListener.SubscriptionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A track that is published on another loop, for its subscribers on this one. Packets come over the {@link HandOff} between the two
 * loops; wishes for key frames go back. It begins when the publisher's loop says what the track is, and ends when that says so or
 * when nobody here subscribes any more.
 */
final class MirrorTrack extends LoopTrack {
    /** Lives on the other loop: here only its name counts, and what is posted to it. */
    final LoopPeer publisher;
    private final List<SubscriptionTrack> waiting = new ArrayList<>();
    /** Layers whose key frame is on its way to be asked for: however many subscribers want one, the other loop is told once. */
    private final AtomicInteger asking = new AtomicInteger();
    /** On the way to the subscribers here; the publisher's loop reads it. */
    private volatile int worstLoss;
    /** The publisher's loop has said what it is, and it goes on. */
    private boolean begun;
    private boolean over;

    /** All that was before; arrays by layer. */
    record Beginning(TrackForm form, int liveMask, boolean muted, long[] reportNtp, int[] reportTimestamp) {}

    interface Change {
        void happen(MirrorTrack mirror, long now);
    }

    MirrorTrack(MediaLoop loop, LoopPeer publisher, TrackKey key) {
        super(loop, key);
        this.publisher = publisher;
    }

    void begin(long now, Beginning beginning) {
        describe(beginning.form);
        mute(now, beginning.muted);
        live(now, beginning.liveMask);
        for (int layer = 0; layer < LAYERS; layer++)
            if (beginning.reportNtp[layer] != 0) senderReport(now, layer, beginning.reportNtp[layer], beginning.reportTimestamp[layer]);
        begun = true;
        loop.addTrack(this);
        for (SubscriptionTrack subscription : List.copyOf(waiting))
            if (waiting.remove(subscription)) subscription.owner.subscribed().connect(now, this, subscription);
    }

    /** It does not go on for now, and begins anew. */
    void suspend() {
        begun = false;
        loop.removeTrack(this);
        waiting.addAll(abandon());
    }

    void want(long now, SubscriptionTrack subscription) {
        if (!begun) waiting.add(subscription);
        else subscription.owner.subscribed().connect(now, this, subscription);
    }

    /** @return whether nobody is left */
    boolean unwant(SubscriptionTrack subscription) {
        waiting.remove(subscription);
        return waiting.isEmpty() && subscribers() == 0;
    }

    boolean over() {
        return over;
    }

    /** Nobody here subscribes any more. */
    void release() {
        over = true;
        loop.removeTrack(this);
    }

    /** The publisher's loop has no such track any more. */
    void end(SubscriptionEvent why) {
        release();
        loop.mirrors().forget(this);
        endSubscriptions(why);
        for (SubscriptionTrack subscription : List.copyOf(waiting)) subscription.owner.subscribed().ended(subscription, why);
    }

    @Override
    void tick(long now) {
        askForKeyFrames(now);
        if (loop.proxiesLoss() && !form().video()) worstLoss = worstLoss(now);
    }

    /** Any loop. */
    int worstLoss() {
        return worstLoss;
    }

    @Override
    void requestKeyFrame(long now, int layer, boolean begins) {
        int bit = bit(layer, begins);
        if ((asking.getAndUpdate(mask -> mask | bit) & bit) == 0) publisher.published().wantKeyFrame(this, layer, begins);
    }

    private static int bit(int layer, boolean begins) {
        return 1 << (begins ? LAYERS + layer : layer);
    }

    /** On the publisher's loop. */
    void asked(int layer, boolean begins) {
        asking.getAndUpdate(mask -> mask & ~bit(layer, begins));
    }
}
