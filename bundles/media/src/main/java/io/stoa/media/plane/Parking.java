package io.stoa.media.plane;

import io.stoa.base.Time;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Peers of one loop whose owner is being replaced. Only {@link #take} may come from other threads. */
final class Parking {
    /** Longer than it takes to update a bundle, shorter than people wait. */
    static final long PATIENCE = 30 * Time.SECOND;

    private record Stay(LoopPeer peer, long until) {}

    private final Map<String, Stay> stays = new ConcurrentHashMap<>();
    /** In the order in which they end; some have ended before. */
    private final ArrayDeque<Map.Entry<String, Stay>> endings = new ArrayDeque<>();

    /** @return the peer's key */
    String put(long now, LoopPeer peer) {
        String key = peer.spec().participantSid() + "/" + peer.spec().role();
        Stay stay = new Stay(peer, now + PATIENCE);
        stays.put(key, stay);
        endings.add(Map.entry(key, stay));
        return key;
    }

    /** @return null if there is no such peer (any more) */
    LoopPeer take(String key) {
        Stay stay = stays.remove(key);
        return stay == null ? null : stay.peer;
    }

    void remove(LoopPeer peer) {
        stays.values().removeIf(stay -> stay.peer == peer);
    }

    void wake(long now) {
        while (Time.due(nextWake(), now)) {
            Map.Entry<String, Stay> ending = endings.poll();
            if (stays.remove(ending.getKey(), ending.getValue())) ending.getValue().peer.end();
        }
    }

    long nextWake() {
        return endings.isEmpty() ? Time.NEVER : endings.peek().getValue().until;
    }
}
