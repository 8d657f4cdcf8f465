package io.stoa.media.plane;

import io.stoa.base.Time;
import io.stoa.media.PeerListener.SubscriptionEvent;
import io.stoa.media.SubscriptionSpec;
import io.stoa.media.TrackPreference;
import io.stoa.peer.Peer;
import io.stoa.peer.Sender;
import io.stoa.peer.SenderSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a peer subscribes to: each subscription looks for its track, in the codec that it is to come in, gets a sender, and is told of to
 * whom it may concern. Lives on the peer's loop.
 */
final class SubscribedTracks {
    /** Of tracks that are not subscribed to, or not yet. */
    static final int MAX_PREFERENCES = 1_000;

    private final LoopPeer owner;
    private final MediaLoop loop;
    private final Peer peer;
    private final Map<String, SubscriptionTrack> subscriptions = new LinkedHashMap<>();
    private final Map<String, TrackPreference> preferences = new LinkedHashMap<>();

    private long opensAt = Time.NEVER;

    SubscribedTracks(LoopPeer owner, Peer peer) {
        this.owner = owner;
        this.peer = peer;
        loop = owner.loop;
    }

    int count() {
        return subscriptions.size();
    }

    /** @return null if it is not subscribed to */
    SubscriptionTrack get(String trackSid) {
        return subscriptions.get(trackSid);
    }

    // -- what is asked for

    void subscribe(long now, LoopPeer source, SubscriptionSpec wanted) {
        if (subscriptions.containsKey(wanted.trackSid())) return;
        TrackPreference preference = preferences.getOrDefault(wanted.trackSid(), wanted.preference());
        SubscriptionTrack subscription = new SubscriptionTrack(owner, source, wanted, preference, loop.random().nextLong());
        subscriptions.put(wanted.trackSid(), subscription);
        Sender known = peer.goOnSending(wanted.trackSid(), wanted.streamId());
        if (known != null) subscription.goOn(known);
        seek(now, subscription);
    }

    void prefer(long now, String trackSid, TrackPreference preference) {
        preferences.put(trackSid, preference);
        if (preferences.size() > MAX_PREFERENCES) preferences.remove(preferences.keySet().iterator().next());
        SubscriptionTrack subscription = subscriptions.get(trackSid);
        if (subscription != null) subscription.prefer(now, preference);
    }

    void unsubscribe(long now, String trackSid) {
        preferences.remove(trackSid);
        SubscriptionTrack subscription = subscriptions.remove(trackSid);
        if (subscription != null) drop(now, subscription);
    }

    /** One of them does. */
    void opens(long at) {
        opensAt = Time.earlier(opensAt, at);
    }

    /** Tracks of which nothing has come yet. */
    void tick(long now) {
        if (owner.spec().tracksByPackets()) for (SubscriptionTrack subscription : subscriptions.values()) subscription.announce(now);
    }

    long nextWake() {
        return opensAt;
    }

    void wake(long now) {
        if (!Time.due(opensAt, now)) return;
        opensAt = Time.NEVER;
        for (SubscriptionTrack subscription : subscriptions.values()) opensAt = Time.earlier(opensAt, subscription.open(now));
    }

    /** Media flows from now on. */
    /** There is a way to the client. */
    void connected(long now) {
        for (SubscriptionTrack subscription : subscriptions.values()) {
            subscription.askForKeyFrame(now);
            subscription.announce(now);
        }
    }

    // -- to the track, and away from it

    /** In the codec that it is to come in, wherever that is published. */
    private void seek(long now, SubscriptionTrack subscription) {
        LoopPeer source = subscription.publisher;
        if (source.loop != loop) loop.mirrors().want(now, subscription);
        else if (source.closed()) ended(subscription, SubscriptionEvent.NOT_FOUND);
        else source.published().want(now, subscription);
    }

    /** It finds its track; at first in the first codec, which knows the others. */
    void connect(long now, LoopTrack track, SubscriptionTrack subscription) {
        loop.touch(owner);
        if (subscription.sender() != null) {
            subscription.attach(now, track, loop.engine());
            return;
        }
        TrackForm form = track.form();
        owner.interludes().finish(now, form.video());
        Sender sender = peer.addSender(now, new SenderSpec(
                track.trackSid, subscription.spec.streamId(), form.video(), form.codecs(), form.dependencyDescriptorId(), form.captureTimeId(),
                track.redundant(), subscription.spec.bursty()));
        subscription.begin(sender);
        boolean elsewhere = form.served() > 0 && peer.take(sender, form.served());
        if (elsewhere) change(now, subscription, form.served());
        else subscription.attach(now, track, loop.engine());
    }

    private void change(long now, SubscriptionTrack subscription, int rank) {
        subscription.part();
        unwant(subscription);
        subscription.rank = rank;
        seek(now, subscription);
    }

    /** Its track is to be had in that codec only. */
    void regress(long now, SubscriptionTrack subscription, int rank) {
        Sender sender = subscription.sender();
        if (!peer.take(sender, rank)) {
            renegotiate(now, subscription);
            return;
        }
        change(now, subscription, rank);
        if (sender.bound()) owner.listener().codecTaken(subscription.spec.trackSid(), rank);
    }

    /** The client has negotiated nothing in which it could be sent the track: it gets a new section. */
    void renegotiate(long now, SubscriptionTrack subscription) {
        Sender old = subscription.sender();
        leave(subscription);
        subscription.restart();
        peer.removeSender(now, old);
        seek(now, subscription);
    }

    private void drop(long now, SubscriptionTrack subscription) {
        Sender sender = subscription.sender();
        BlankFrames last = subscription.farewell(now, over -> peer.removeSender(over, sender));
        leave(subscription);
        if (last != null) owner.interludes().begin(now, last);
        else if (sender != null) peer.removeSender(now, sender);
    }

    /** Its client may still be sent {@link BlankFrames}. */
    private boolean isOver(SubscriptionTrack subscription) {
        return subscriptions.get(subscription.spec.trackSid()) != subscription;
    }

    private void leave(SubscriptionTrack subscription) {
        subscription.detach();
        unwant(subscription);
    }

    private void unwant(SubscriptionTrack subscription) {
        if (subscription.publisher.loop != loop) loop.mirrors().unwant(subscription);
        else subscription.publisher.published().unwant(subscription);
    }

    /** With the peer. */
    void end() {
        for (SubscriptionTrack subscription : List.copyOf(subscriptions.values())) leave(subscription);
        subscriptions.clear();
        owner.interludes().clear();
    }

    // -- what happens to it

    /** Its track is no more, or has never been. */
    void ended(SubscriptionTrack subscription, SubscriptionEvent event) {
        preferences.remove(subscription.spec.trackSid());
        subscriptions.remove(subscription.spec.trackSid(), subscription);
        drop(loop.now(), subscription);
        loop.touch(owner);
        owner.listener().subscription(subscription.spec.trackSid(), event, "");
    }

    /** Negotiated: the client takes it, in that codec. */
    void bound(long now, Sender sender) {
        SubscriptionTrack subscription = (SubscriptionTrack) sender.attachment;
        if (isOver(subscription)) return;
        if (subscription.rank != sender.rank()) change(now, subscription, sender.rank());
        owner.listener().codecTaken(subscription.spec.trackSid(), sender.rank());
        subscription.bound(now);
    }

    /** The client can decode none of its codecs. */
    void unsupported(Sender sender, String why) {
        SubscriptionTrack subscription = (SubscriptionTrack) sender.attachment;
        if (subscription == null || isOver(subscription)) return;
        subscriptions.remove(subscription.spec.trackSid(), subscription);
        leave(subscription);
        owner.listener().subscription(subscription.spec.trackSid(), SubscriptionEvent.CODEC_UNSUPPORTED, why);
    }
}
