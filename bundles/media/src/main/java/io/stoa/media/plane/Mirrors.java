package io.stoa.media.plane;

import java.util.HashMap;
import java.util.Map;

/** The tracks of other loops that somebody on this one subscribes to. */
final class Mirrors {
    private final MediaLoop loop;
    private final Map<Key, MirrorTrack> known = new HashMap<>();

    private record Key(LoopPeer publisher, TrackKey track) {
        static Key of(SubscriptionTrack subscription) {
            return new Key(subscription.publisher, subscription.key());
        }
    }

    Mirrors(MediaLoop loop) {
        this.loop = loop;
    }

    void want(long now, SubscriptionTrack subscription) {
        Key key = Key.of(subscription);
        MirrorTrack mirror = known.get(key);
        if (mirror == null) {
            mirror = new MirrorTrack(loop, key.publisher, key.track);
            known.put(key, mirror);
            key.publisher.published().mirror(mirror);
        }
        mirror.want(now, subscription);
    }

    void unwant(SubscriptionTrack subscription) {
        MirrorTrack mirror = known.get(Key.of(subscription));
        if (mirror == null || !mirror.unwant(subscription)) return;
        forget(mirror);
        mirror.release();
        mirror.publisher.published().unmirror(mirror);
    }

    void forget(MirrorTrack mirror) {
        known.remove(new Key(mirror.publisher, mirror.key), mirror);
    }

    int count() {
        return known.size();
    }
}
