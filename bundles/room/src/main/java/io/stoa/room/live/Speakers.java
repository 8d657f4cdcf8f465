package io.stoa.room.live;

import io.stoa.protocol.livekit.SpeakerInfo;
import io.stoa.protocol.livekit.SpeakersChanged;
import io.stoa.protocol.livekit.TrackType;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Who speaks (spec 5.11): levels in steps of 1/8, changes only, to the speaker and to those who receive it. Lives on the room's mailbox. */
final class Speakers {
    static final long INTERVAL_MILLIS = 400;
    /** Protocol from which clients take changes only; older ones were told lists, which no server sends any more. */
    private static final int KNOWS_SPEAKERS = 3;
    private static final double STEP = 1.0 / 8;

    private final ActiveRoom room;

    Speakers(ActiveRoom room) {
        this.room = room;
    }

    void update() {
        List<Member> changed = new ArrayList<>();
        for (Member member : room.members()) {
            double level = level(member);
            if (level == member.speakerLevel) continue;
            member.speakerLevel = level;
            member.tellLevel();
            changed.add(member);
        }
        if (changed.isEmpty()) return;
        for (Member to : room.members()) {
            List<SpeakerInfo> told = new ArrayList<>();
            for (Member member : changed) if (member == to || to.subscriptions().subscribedTo(member)) told.add(info(member, member.speakerLevel));
            tell(to, told);
        }
    }

    private double level(Member member) {
        if (member.speaksUntilMillis > room.millis()) return 1;
        OptionalDouble told = member.forwarded() ? member.original().level() : OptionalDouble.empty();
        if (told.isPresent()) return told.getAsDouble();
        double level = 0;
        for (Publications.Entry entry : member.publications().all())
            if (entry.published && entry.info.getType() == TrackType.AUDIO && !entry.info.getMuted())
                level = Math.max(level, member.sending().audioLevel(entry.info.getSid()));
        return level <= 0 ? 0 : Math.min(1, Math.ceil(level / STEP) * STEP);
    }

    /** Who begins to receive a speaker learns that it speaks; who ends, that it does not. */
    void subscriptionChanged(Member to, Member speaker, boolean receives) {
        if (speaker.speakerLevel > 0) tell(to, List.of(info(speaker, receives ? speaker.speakerLevel : 0)));
    }

    private static SpeakerInfo info(Member member, double level) {
        return SpeakerInfo.newBuilder().setSid(member.sid()).setLevel((float) level).setActive(level > 0).build();
    }

    private static void tell(Member to, List<SpeakerInfo> speakers) {
        if (!speakers.isEmpty() && to.protocol() >= KNOWS_SPEAKERS) to.tell(response -> response.setSpeakersChanged(SpeakersChanged.newBuilder().addAllSpeakers(speakers)));
    }
}
