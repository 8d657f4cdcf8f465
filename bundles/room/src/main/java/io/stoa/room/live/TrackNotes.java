package io.stoa.room.live;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What a participant has said about tracks by their sid. It may speak of tracks that do not exist (yet), so this is bounded: what was said
 * longest ago is forgotten first, and names that no track of ours can have are not noted at all.
 */
final class TrackNotes<V> {
    static final int MAX_NOTES = 10_000;
    static final int MAX_SID = 64;

    private final Map<String, V> notes = new LinkedHashMap<>();

    void put(String sid, V note) {
        if (sid.length() > MAX_SID) return;
        notes.remove(sid); // so that it is the newest
        notes.put(sid, note);
        if (notes.size() <= MAX_NOTES) return;
        Iterator<String> oldest = notes.keySet().iterator();
        oldest.next();
        oldest.remove();
    }

    V get(String sid) {
        return notes.get(sid);
    }

    V getOrDefault(String sid, V otherwise) {
        return notes.getOrDefault(sid, otherwise);
    }

    /** The oldest first. */
    Map<String, V> all() {
        return notes;
    }

    void remove(String sid) {
        notes.remove(sid);
    }

    void clear() {
        notes.clear();
    }

    /** Takes those out for which it is so. */
    List<String> takeIf(Predicate<V> condition) {
        List<String> taken = new ArrayList<>();
        for (Iterator<Map.Entry<String, V>> all = notes.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<String, V> note = all.next();
            if (!condition.test(note.getValue())) continue;
            taken.add(note.getKey());
            all.remove();
        }
        return taken;
    }

    int size() {
        return notes.size();
    }
}
