package io.stoa.room.live;

import io.stoa.metrics.CounterFamily;
import io.stoa.metrics.HistogramFamily;
import io.stoa.metrics.Metric;
import io.stoa.protocol.livekit.TrackType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What has happened in the rooms of a room manager, in numbers (spec 12). Any thread. */
final class RoomCounts {
    /** How a subscription went. */
    enum Subscribing {
        ATTEMPT,
        SUCCESS,
        FAILURE,
        CANCEL;

        private final String word = name().toLowerCase(java.util.Locale.ROOT);
    }

    private static final String WARP = "false"; // spec 6.14: an experiment that is not taken part in

    private final HistogramFamily roomSeconds = new HistogramFamily("livekit_room_duration_seconds", "How long rooms have lived.",
            List.of(5.0, 10.0, 60.0, 300.0, 600.0, 1_800.0, 3_600.0, 7_200.0, 18_000.0, 36_000.0));
    private final CounterFamily joins = new CounterFamily("livekit_participant_join_total", "How far participants have come.", "state", "warp");
    private final HistogramFamily startMillis = new HistogramFamily("livekit_session_start_time_ms", "From a participant's join until its media was connected.",
            HistogramFamily.exponential(100, 10_000, 15), "protocol_version", "warp");
    private final HistogramFamily sessionMillis = new HistogramFamily("livekit_session_duration_ms", "From a participant's join to its end, if it was connected.",
            HistogramFamily.exponential(100, 4 * 60 * 60 * 1_000, 15), "protocol_version");
    private final CounterFamily publishing = new CounterFamily("livekit_track_publish_counter", "Tracks that were announced, and that came.", "kind", "state");
    private final CounterFamily subscribing = new CounterFamily("livekit_track_subscribe_counter", "Subscriptions that began, and how they went.", "state", "error");

    void roomClosed(long livedMillis) {
        roomSeconds.observe(livedMillis / 1e3);
    }

    void sessionBegan() {
        joins.count("rtc_init", "");
    }

    void joined() {
        joins.count("rtc_connected", "");
    }

    void active(Member member, long nowMillis) {
        joins.count("rtc_active", WARP);
        startMillis.observe(nowMillis - member.info.getJoinedAtMs(), Integer.toString(member.protocol()), WARP);
    }

    void left(Member member, boolean wasActive, long nowMillis) {
        if (wasActive) sessionMillis.observe(nowMillis - member.info.getJoinedAtMs(), Integer.toString(member.protocol()));
        else joins.count("rtc_canceled", WARP);
    }

    void announced(TrackType kind) {
        publishing.count(kind.name(), "attempt");
    }

    void published(TrackType kind) {
        publishing.count(kind.name(), "success");
    }

    void subscribing(Subscribing how) {
        subscribing.count(how.word, "");
    }

    void subscriptionFailed(String why) {
        subscribing.count(Subscribing.FAILURE.word, why);
    }

    List<Metric> metrics(Collection<ActiveRoom> rooms, int participants) {
        int audio = 0;
        int video = 0;
        for (ActiveRoom room : rooms) {
            audio += room.description().audioTracks();
            video += room.description().videoTracks();
        }
        List<Metric> all = new ArrayList<>();
        all.add(Metric.gauge("livekit_room_total", "Rooms that are open.", Map.of(), rooms.size()));
        all.add(Metric.gauge("livekit_participant_total", "Participants in them.", Map.of(), participants));
        all.add(new Metric("livekit_track_published_total", Metric.Kind.GAUGE, "Tracks that are published.",
                List.of(new Metric.Value(Map.of("kind", "AUDIO"), audio), new Metric.Value(Map.of("kind", "VIDEO"), video))));
        all.addAll(List.of(roomSeconds.metric(), joins.metric(), startMillis.metric(), sessionMillis.metric(), publishing.metric(), subscribing.metric()));
        return all;
    }
}
