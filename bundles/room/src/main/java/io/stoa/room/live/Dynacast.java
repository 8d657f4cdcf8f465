package io.stoa.room.live;

import io.stoa.protocol.livekit.SubscribedAudioCodec;
import io.stoa.protocol.livekit.SubscribedAudioCodecUpdate;
import io.stoa.protocol.livekit.SubscribedCodec;
import io.stoa.protocol.livekit.SubscribedQuality;
import io.stoa.protocol.livekit.SubscribedQualityUpdate;
import io.stoa.protocol.livekit.VideoLayer;
import io.stoa.protocol.livekit.VideoQuality;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * Which codecs and which of their qualities somebody needs of a track: its publisher is told, so that it need not encode the others, and
 * begins to encode in another codec (spec 5.13, 6.4). Of video more is told at once, less when it has been so for a while; of audio,
 * where it may come in several codecs, all at once. Lives on the room's mailbox.
 */
final class Dynacast {
    /** Nobody needs the track. */
    static final int NOTHING = -1;
    /** A new track may wait so long for somebody who needs it. */
    static final long NEW_MILLIS = 10_000;
    private static final List<VideoQuality> QUALITIES = List.of(VideoQuality.LOW, VideoQuality.MEDIUM, VideoQuality.HIGH);

    private final ActiveRoom room;
    private final Set<String> changed = new LinkedHashSet<>();

    Dynacast(ActiveRoom room) {
        this.room = room;
    }

    /** Somebody may need more or less of the track. It is looked at once, when what is under way has happened. */
    void changed(String trackSid) {
        if (changed.isEmpty()) room.post(this::settle);
        changed.add(trackSid);
    }

    /** Whatever somebody may need of what this participant publishes. */
    void changed(Member publisher) {
        for (Publications.Entry entry : publisher.publications().all()) if (concerns(entry)) changed(entry.info.getSid());
    }

    private static boolean concerns(Publications.Entry entry) {
        return entry.video() || entry.severalCodecs();
    }

    private void settle() {
        List<String> tracks = List.copyOf(changed);
        changed.clear();
        for (String trackSid : tracks) {
            Member publisher = room.ownerOf(trackSid);
            Publications.Entry entry = publisher == null ? null : publisher.publications().get(trackSid);
            if (entry == null || !concerns(entry) || !entry.published) continue;
            SortedMap<Integer, Integer> needed = needed(publisher, entry);
            if (publisher.forwarded()) tellOriginal(publisher, entry, needed);
            else if (entry.video()) settle(publisher, entry, needed);
            else settleAudio(publisher, entry, needed);
        }
    }

    /** By codec, of those in which it comes or somebody wants it. Who has not said yet which codec it takes does not count. */
    private SortedMap<Integer, Integer> needed(Member publisher, Publications.Entry entry) {
        SortedMap<Integer, Integer> needed = new TreeMap<>();
        needed.put(0, NOTHING);
        for (int rank = 1; rank < entry.info.getCodecsCount(); rank++) if (entry.comesIn(rank) || entry.told.containsKey(rank)) needed.put(rank, NOTHING);
        for (Member member : room.members()) {
            int quality = member.subscriptions().needs(publisher, entry);
            int rank = member.subscriptions().codec(entry);
            if (rank >= 0 && quality != NOTHING) needed.merge(rank, quality, Math::max);
        }
        for (Map<Integer, Integer> elsewhere : entry.neededElsewhere.values()) elsewhere.forEach((rank, quality) -> needed.merge(rank, quality, Math::max));
        needed.keySet().removeIf(rank -> rank > 0 && rank >= entry.info.getCodecsCount());
        needed.replaceAll((rank, quality) -> Math.min(quality, highest(entry, rank)));
        return needed;
    }

    /** What the track has at most in that codec; all three where nothing is known of its layers. */
    private static int highest(Publications.Entry entry, int rank) {
        int highest = NOTHING;
        for (VideoLayer layer : entry.layers(rank))
            if (layer.getQuality() != VideoQuality.OFF) highest = Math.max(highest, QUALITIES.indexOf(layer.getQuality()));
        return highest == NOTHING ? QUALITIES.size() - 1 : highest;
    }

    private void settle(Member publisher, Publications.Entry entry, SortedMap<Integer, Integer> needed) {
        long now = room.millis();
        boolean more = any(needed, (rank, quality) -> quality > entry.told.getOrDefault(rank, NOTHING));
        if (!less(entry, needed)) entry.lessFrom = 0;
        boolean due = entry.lessFrom != 0 && entry.lessFrom <= now;
        if (more || due) tell(publisher, entry, due ? needed : worthTelling(entry, needed));
        if (!less(entry, needed) || entry.lessFrom != 0) return;
        boolean known = any(needed, (rank, quality) -> quality < entry.told.getOrDefault(rank, NOTHING));
        long delay = known ? room.limits().dynacastPauseDelay() : NEW_MILLIS;
        entry.lessFrom = now + delay;
        publisher.residence().after(delay, () -> publisher.room().dynacast().changed(entry.info.getSid()));
    }

    private static boolean any(Map<Integer, Integer> needed, BiPredicate<Integer, Integer> holds) {
        return needed.entrySet().stream().anyMatch(one -> holds.test(one.getKey(), one.getValue()));
    }

    private static boolean less(Publications.Entry entry, Map<Integer, Integer> needed) {
        return any(needed, (rank, quality) -> entry.told.containsKey(rank) ? quality < entry.told.get(rank) : quality == NOTHING);
    }

    /** That nobody needs a codec of which nothing was told before is told later. */
    private static SortedMap<Integer, Integer> worthTelling(Publications.Entry entry, SortedMap<Integer, Integer> needed) {
        SortedMap<Integer, Integer> worth = new TreeMap<>(needed);
        worth.entrySet().removeIf(one -> one.getValue() == NOTHING && !entry.told.containsKey(one.getKey()));
        return worth;
    }

    /** Whoever cannot be told now is when it resumes. */
    private static void tell(Member publisher, Publications.Entry entry, SortedMap<Integer, Integer> needed) {
        if (!publisher.signalling().open()) return;
        entry.told.clear();
        entry.told.putAll(needed);
        entry.lessFrom = 0;
        SubscribedQualityUpdate.Builder update = SubscribedQualityUpdate.newBuilder().setTrackSid(entry.info.getSid());
        needed.forEach((rank, quality) -> update.addSubscribedCodecs(
                SubscribedCodec.newBuilder().setCodec(entry.codecName(rank)).addAllQualities(upTo(quality))));
        update.addAllSubscribedQualities(update.getSubscribedCodecs(0).getQualitiesList());
        publisher.tell(response -> response.setSubscribedQualityUpdate(update));
    }

    private static List<SubscribedQuality> upTo(int needed) {
        return QUALITIES.stream()
                .map(quality -> SubscribedQuality.newBuilder().setQuality(quality).setEnabled(QUALITIES.indexOf(quality) <= needed).build())
                .toList();
    }

    private static void settleAudio(Member publisher, Publications.Entry entry, SortedMap<Integer, Integer> needed) {
        SortedMap<Integer, Integer> worth = worthTelling(entry, needed);
        if (worth.equals(entry.told) || !publisher.signalling().open()) return;
        entry.told.clear();
        entry.told.putAll(worth);
        SubscribedAudioCodecUpdate.Builder update = SubscribedAudioCodecUpdate.newBuilder().setTrackSid(entry.info.getSid());
        worth.forEach((rank, quality) -> update.addSubscribedAudioCodecs(
                SubscribedAudioCodec.newBuilder().setCodec(entry.codecName(rank)).setEnabled(quality != NOTHING)));
        publisher.tell(response -> response.setSubscribedAudioCodecUpdate(update));
    }

    // -- participants who are shown in other rooms

    private static void tellOriginal(Member shown, Publications.Entry entry, SortedMap<Integer, Integer> needed) {
        if (entry.told.equals(needed)) return;
        entry.told.clear();
        entry.told.putAll(needed);
        tellOriginal(shown, entry.info.getSid(), Map.copyOf(needed));
    }

    private static void tellOriginal(Member shown, String trackSid, Map<Integer, Integer> needed) {
        if (shown.original() != null) shown.original().needed(trackSid, needed);
    }

    /** @param where the name of the room that shows the publisher as well */
    void neededElsewhere(Member publisher, String trackSid, String where, Map<Integer, Integer> needed) {
        Publications.Entry entry = publisher.publications().get(trackSid);
        if (entry == null) return;
        if (needed.values().stream().allMatch(quality -> quality == NOTHING)) entry.neededElsewhere.remove(where);
        else entry.neededElsewhere.put(where, needed);
        changed(trackSid);
    }

    /** Who is not shown here any more is needed by nobody here. */
    void gone(Member shown) {
        for (Publications.Entry entry : shown.publications().all()) if (concerns(entry)) tellOriginal(shown, entry.info.getSid(), Map.of());
    }
}
