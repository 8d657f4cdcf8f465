package io.stoa.room.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.metrics.Metric;
import io.stoa.metrics.Metric.Buckets;
import io.stoa.metrics.Metric.Value;
import io.stoa.protocol.livekit.DisconnectReason;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What operators see of rooms in numbers (spec 12). */
class RoomCountsTest {
    private Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    private static double value(Rig of, String name, String... labels) {
        Map<String, String> wanted = new java.util.HashMap<>();
        for (int i = 0; i < labels.length; i += 2) wanted.put(labels[i], labels[i + 1]);
        Metric metric = of.rooms.metrics().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
        return metric.series().stream().filter(one -> one.labels().equals(wanted)).mapToDouble(one -> switch (one) {
            case Value value -> value.value();
            case Buckets buckets -> buckets.counts().stream().mapToLong(Long::longValue).sum();
        }).sum();
    }

    private double value(String name, String... labels) {
        return value(rig, name, labels);
    }

    @Test
    void rooms_participants_and_tracks_that_there_are() {
        Client ann = rig.dual("ann");
        rig.dual("bob");
        String camera = ann.publishesCamera();
        ann.publishesMicrophone();
        assertThat(value("livekit_room_total")).isEqualTo(1);
        assertThat(value("livekit_participant_total")).isEqualTo(2);
        assertThat(value("livekit_track_published_total", "kind", "VIDEO")).isEqualTo(1);
        assertThat(value("livekit_track_published_total", "kind", "AUDIO")).isEqualTo(1);
        assertThat(value("livekit_track_publish_counter", "kind", "VIDEO", "state", "attempt")).isEqualTo(1);
        assertThat(value("livekit_track_publish_counter", "kind", "VIDEO", "state", "success")).isEqualTo(1);
        assertThat(value("livekit_track_subscribe_counter", "state", "attempt", "error", "")).as("bob, to both").isEqualTo(2);

        rig.room().member("ann").publishing().end(camera, true);
        assertThat(value("livekit_track_published_total", "kind", "VIDEO")).isZero();
        ann.leaves();
        assertThat(value("livekit_track_published_total", "kind", "AUDIO")).isZero();
        assertThat(value("livekit_participant_total")).isEqualTo(1);
    }

    @Test
    void how_far_participants_came_and_how_long_it_took() {
        Client ann = rig.dual("ann");
        String protocol = Integer.toString(rig.room().member("ann").protocol());
        Client bob = rig.client("bob").join();
        bob.leaves();
        ann.leaves();
        assertThat(value("livekit_participant_join_total", "state", "rtc_init", "warp", "")).isEqualTo(2);
        assertThat(value("livekit_participant_join_total", "state", "rtc_connected", "warp", "")).isEqualTo(2);
        assertThat(value("livekit_participant_join_total", "state", "rtc_active", "warp", "false")).isEqualTo(1);
        assertThat(value("livekit_participant_join_total", "state", "rtc_canceled", "warp", "false")).isEqualTo(1);
        assertThat(value("livekit_session_start_time_ms", "protocol_version", protocol, "warp", "false")).isEqualTo(1);
        assertThat(value("livekit_session_duration_ms", "protocol_version", protocol)).isEqualTo(1);
        rig.room().end(DisconnectReason.ROOM_DELETED);
        assertThat(value("livekit_room_duration_seconds")).isEqualTo(1);
        assertThat(value("livekit_room_total")).isZero();
    }

    @Test
    void what_there_is_counts_on_under_the_next_room_manager() {
        Client ann = rig.dual("ann");
        ann.publishesCamera();
        Rig next = rig.next();
        Rig before = rig;
        rig.leave();
        rig = next;
        assertThat(value(before, "livekit_room_total")).isZero();
        assertThat(value(before, "livekit_participant_total")).isZero();
        assertThat(value(next, "livekit_room_total")).isEqualTo(1);
        assertThat(value(next, "livekit_track_published_total", "kind", "VIDEO")).isEqualTo(1);
        assertThat(value(next, "livekit_participant_join_total", "state", "rtc_init", "warp", "")).as("nobody joined there").isZero();
    }
}
