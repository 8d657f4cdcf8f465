package io.stoa.room.live;

import io.stoa.protocol.livekit.SubscribedCodec;
import io.stoa.protocol.livekit.SubscribedQuality;
import io.stoa.protocol.livekit.SubscribedQualityUpdate;
import io.stoa.protocol.livekit.VideoLayer;
import io.stoa.protocol.livekit.VideoQuality;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which qualities of a video somebody needs: its publisher is told, so that it need not encode the others (spec 5.13). More is told at
 * once, less when it has been so for a while. Lives on the room's mailbox.
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
        for (Publications.Entry entry : publisher.publications().all()) if (entry.video()) changed(entry.info.getSid());
    }

    private void settle() {
        List<String> tracks = List.copyOf(changed);
        changed.clear();
        for (String trackSid : tracks) {
            Member publisher = room.ownerOf(trackSid);
            Publications.Entry entry = publisher == null ? null : publisher.publications().get(trackSid);
            if (entry == null || !entry.video() || !entry.published) continue;
            int needed = needed(publisher, entry);
            if (publisher.forwarded()) tellOriginal(publisher, entry, needed);
            else settle(publisher, entry, needed);
        }
    }

    private int needed(Member publisher, Publications.Entry entry) {
        int most = NOTHING;
        for (Member member : room.members()) most = Math.max(most, member.subscriptions().needs(publisher, entry));
        for (int elsewhere : entry.neededElsewhere.values()) most = Math.max(most, elsewhere);
        return Math.min(most, highest(entry));
    }

    /** What the track has at most; all three where nothing is known of its layers. */
    private static int highest(Publications.Entry entry) {
        int highest = NOTHING;
        for (VideoLayer layer : entry.info.getLayersList())
            if (layer.getQuality() != VideoQuality.OFF) highest = Math.max(highest, QUALITIES.indexOf(layer.getQuality()));
        return highest == NOTHING ? QUALITIES.size() - 1 : highest;
    }

    private void settle(Member publisher, Publications.Entry entry, int needed) {
        boolean more = entry.toldNeeded == null ? needed != NOTHING : needed > entry.toldNeeded;
        boolean less = entry.toldNeeded == null ? needed == NOTHING : needed < entry.toldNeeded;
        long now = room.millis();
        if (!less) entry.lessFrom = 0;
        if (more || less && entry.lessFrom != 0 && entry.lessFrom <= now) {
            tell(publisher, entry, needed);
        } else if (less && entry.lessFrom == 0) {
            long delay = entry.toldNeeded == null ? NEW_MILLIS : room.limits().dynacastPauseDelay();
            entry.lessFrom = now + delay;
            publisher.residence().after(delay, () -> publisher.room().dynacast().changed(entry.info.getSid()));
        }
    }

    /** Whoever cannot be told now is when it resumes. */
    private static void tell(Member publisher, Publications.Entry entry, int needed) {
        if (!publisher.hasSignal()) return;
        entry.toldNeeded = needed;
        entry.lessFrom = 0;
        List<SubscribedQuality> qualities = QUALITIES.stream()
                .map(quality -> SubscribedQuality.newBuilder().setQuality(quality).setEnabled(QUALITIES.indexOf(quality) <= needed).build())
                .toList();
        publisher.tell(response -> response.setSubscribedQualityUpdate(SubscribedQualityUpdate.newBuilder()
                .setTrackSid(entry.info.getSid())
                .addAllSubscribedQualities(qualities)
                .addSubscribedCodecs(SubscribedCodec.newBuilder().setCodec(codec(entry)).addAllQualities(qualities))));
    }

    private static String codec(Publications.Entry entry) {
        String mime = entry.info.getMimeType().toLowerCase(Locale.ROOT);
        return mime.substring(mime.indexOf('/') + 1);
    }

    // -- participants who are shown in other rooms

    private void tellOriginal(Member shown, Publications.Entry entry, int needed) {
        if (entry.toldNeeded != null && entry.toldNeeded == needed) return;
        entry.toldNeeded = needed;
        tellOriginal(shown, entry.info.getSid(), needed);
    }

    private void tellOriginal(Member shown, String trackSid, int needed) {
        Member original = shown.shownOf();
        String here = room.name();
        if (original != null) original.post(() -> original.room().dynacast().neededElsewhere(original, trackSid, here, needed));
    }

    private void neededElsewhere(Member publisher, String trackSid, String where, int needed) {
        Publications.Entry entry = publisher.publications().get(trackSid);
        if (entry == null) return;
        if (needed == NOTHING) entry.neededElsewhere.remove(where);
        else entry.neededElsewhere.put(where, needed);
        changed(trackSid);
    }

    /** Who is not shown here any more is needed by nobody here. */
    void gone(Member shown) {
        for (Publications.Entry entry : shown.publications().all()) if (entry.video()) tellOriginal(shown, entry.info.getSid(), NOTHING);
    }
}
