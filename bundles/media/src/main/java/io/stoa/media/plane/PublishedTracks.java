package io.stoa.media.plane;

import io.stoa.media.Hindrance;
import io.stoa.media.PeerListener.SubscriptionEvent;
import io.stoa.peer.Receiver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a peer publishes, in each of its codecs, and who waits for it: subscriptions on its loop, and mirrors for those on other loops. Lives
 * on the peer's loop, but for what any thread may call.
 */
final class PublishedTracks {
    private final LoopPeer owner;
    private final MediaLoop loop;
    private final Map<TrackKey, PublicationTrack> tracks = new LinkedHashMap<>();
    private final Map<TrackKey, List<SubscriptionTrack>> awaited = new HashMap<>();
    /** On other loops, of tracks that are published or awaited. */
    private final Map<TrackKey, List<MirrorTrack>> mirrors = new HashMap<>();
    /** By track: the rank of the codec to which it is to regress. */
    private final Map<String, Integer> regressions = new HashMap<>();
    /** Also those that no description has bound yet. */
    private final Set<String> muted = new HashSet<>();
    private volatile Map<String, List<AudioLevel>> levels = Map.of();

    PublishedTracks(LoopPeer owner) {
        this.owner = owner;
        loop = owner.loop;
    }

    /** However many codecs they have. */
    int count() {
        int count = 0;
        for (TrackKey key : tracks.keySet()) if (key.rank() == 0) count++;
        return count;
    }

    /** What keeps the track from everybody who subscribes to it. */
    Optional<Hindrance> hindrance(TrackKey key) {
        PublicationTrack track = tracks.get(key);
        return track == null ? Optional.of(Hindrance.NO_MEDIA_SECTION) : track.hindrance();
    }

    /** Any thread. */
    double audioLevel(String trackSid) {
        double loudest = 0;
        for (AudioLevel level : levels.getOrDefault(trackSid, List.of())) loudest = Math.max(loudest, level.value());
        return loudest;
    }

    private void publishLevels() {
        Map<String, List<AudioLevel>> now = new HashMap<>();
        for (PublicationTrack track : tracks.values())
            if (!track.receiver.video()) now.computeIfAbsent(track.trackSid, k -> new ArrayList<>(1)).add(track.level);
        levels = Map.copyOf(now);
    }

    private List<PublicationTrack> codecsOf(String trackSid) {
        List<PublicationTrack> codecs = new ArrayList<>();
        for (PublicationTrack track : tracks.values()) if (track.trackSid.equals(trackSid)) codecs.add(track);
        return codecs;
    }

    // -- tracks come and go

    /** A description has bound the track, or more is known of it. */
    PublicationTrack found(long now, Receiver receiver) {
        if (!(receiver.attachment instanceof PublicationTrack track)) return begin(now, receiver);
        track.describeAgain(now, TrackForm.of(receiver).servedIn(track.form().served()));
        return track;
    }

    private PublicationTrack begin(long now, Receiver receiver) {
        PublicationTrack track = new PublicationTrack(loop, owner, receiver);
        receiver.attachment = track;
        tracks.put(track.key, track);
        loop.addTrack(track);
        if (muted.contains(track.trackSid)) track.mute(now, true);
        publishLevels();
        List<SubscriptionTrack> waiting = awaited.remove(track.key);
        if (waiting != null) for (SubscriptionTrack subscription : waiting) subscription.owner.subscribed().connect(now, track, subscription);
        for (MirrorTrack mirror : mirrors.getOrDefault(track.key, List.of())) track.add(mirror);
        return track;
    }

    /** @return whether nothing of the track is left: its first codec, which the others are for, has ended */
    boolean ended(PublicationTrack track) {
        if (track.key.rank() == 0) end(track.trackSid);
        else pause(track);
        return track.key.rank() == 0;
    }

    /** In all its codecs. */
    private void end(String trackSid) {
        regressions.remove(trackSid);
        for (PublicationTrack track : codecsOf(trackSid)) {
            tracks.remove(track.key);
            loop.removeTrack(track);
            track.endSubscriptions(SubscriptionEvent.ENDED);
        }
        publishLevels();
        for (TrackKey key : List.copyOf(awaited.keySet())) if (key.rank() > 0 && key.trackSid().equals(trackSid)) endAwaited(key);
        for (TrackKey key : List.copyOf(mirrors.keySet())) if (key.trackSid().equals(trackSid)) endMirrors(key);
    }

    /** Whoever gets the track in that codec waits for it to come back. */
    private void pause(PublicationTrack track) {
        if (!tracks.remove(track.key, track)) return;
        loop.removeTrack(track);
        publishLevels();
        List<SubscriptionTrack> left = track.abandon();
        if (!left.isEmpty()) awaited.computeIfAbsent(track.key, k -> new ArrayList<>()).addAll(left);
    }

    private void endAwaited(TrackKey key) {
        for (SubscriptionTrack subscription : List.copyOf(awaited.get(key))) subscription.owner.subscribed().ended(subscription, SubscriptionEvent.ENDED);
    }

    private void endMirrors(TrackKey key) {
        List<MirrorTrack> ending = mirrors.remove(key);
        if (ending != null) for (MirrorTrack mirror : ending) loop.handOff(mirror.loop).post(mirror, now -> mirror.end(SubscriptionEvent.ENDED));
    }

    /** With the peer. */
    void end() {
        for (PublicationTrack track : List.copyOf(tracks.values())) end(track.trackSid);
        for (TrackKey key : List.copyOf(awaited.keySet())) endAwaited(key);
        for (TrackKey key : List.copyOf(mirrors.keySet())) endMirrors(key);
    }

    // -- what becomes of them

    void mute(long now, String trackSid, boolean mute) {
        for (PublicationTrack track : codecsOf(trackSid)) track.mute(now, mute);
        if (mute) muted.add(trackSid);
        else muted.remove(trackSid);
    }

    void regress(long now, String trackSid, int rank) {
        if (!tracks.containsKey(TrackKey.first(trackSid))) return;
        regressions.put(trackSid, rank);
        regress(now, trackSid);
    }

    /** Not before somebody would see something of it. */
    private void regress(long now, String trackSid) {
        TrackKey target = new TrackKey(trackSid, regressions.getOrDefault(trackSid, 0));
        PublicationTrack backup = tracks.get(target);
        if (target.rank() == 0 || backup == null || !backup.announced()) return;
        for (PublicationTrack track : codecsOf(trackSid)) if (track != backup) track.regress(now, target.rank());
    }

    /** Its first packet is there. */
    void begun(long now, PublicationTrack track) {
        if (track.key.rank() == 0) owner.listener().firstPacket(track.trackSid);
        else regress(now, track.trackSid);
    }

    /** The client publishes it no more; what was wished for it does not hold for another one of that sid. */
    void forget(String trackSid) {
        muted.remove(trackSid);
        regressions.remove(trackSid);
    }

    // -- who gets them

    void want(long now, SubscriptionTrack subscription) {
        PublicationTrack track = tracks.get(subscription.key());
        if (track != null) subscription.owner.subscribed().connect(now, track, subscription);
        else awaited.computeIfAbsent(subscription.key(), k -> new ArrayList<>()).add(subscription);
    }

    void unwant(SubscriptionTrack subscription) {
        List<SubscriptionTrack> waiting = awaited.get(subscription.key());
        if (waiting == null) return;
        waiting.remove(subscription);
        if (waiting.isEmpty()) awaited.remove(subscription.key());
    }

    /** Any thread: another loop subscribes to a track of this peer, published or not. */
    void mirror(MirrorTrack mirror) {
        loop.post(() -> {
            if (owner.closed()) {
                loop.handOff(mirror.loop).post(mirror, now -> mirror.end(SubscriptionEvent.NOT_FOUND));
                return;
            }
            mirrors.computeIfAbsent(mirror.key, k -> new ArrayList<>()).add(mirror);
            PublicationTrack track = tracks.get(mirror.key);
            if (track != null) track.add(mirror);
        });
    }

    /** Any thread. */
    void unmirror(MirrorTrack mirror) {
        loop.post(() -> {
            List<MirrorTrack> others = mirrors.get(mirror.key);
            if (others == null || !others.remove(mirror)) return;
            if (others.isEmpty()) mirrors.remove(mirror.key);
            PublicationTrack track = tracks.get(mirror.key);
            if (track != null) track.remove(mirror);
        });
    }

    /** Any thread. */
    void wantKeyFrame(MirrorTrack mirror, int layer, boolean begins) {
        loop.post(() -> {
            mirror.asked(layer, begins);
            PublicationTrack track = owner.closed() ? null : tracks.get(mirror.key);
            if (track != null) track.requestKeyFrame(loop.now(), layer, begins);
        });
    }
}
