package io.stoa.media.plane;

import static io.stoa.base.Time.MILLI;
import static io.stoa.base.Time.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.media.TrackPreference;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Layers of 100 (half of it in every other frame), 400 and 1500 kbit/s. */
class BandwidthAllocatorTest {
    private static final int[] KBPS = {100, 400, 1_500};

    final LayerRates rates = rates();
    final BandwidthAllocator allocator = new BandwidthAllocator();
    long now = -5 * SECOND;

    private static LayerRates rates() {
        LayerRates rates = new LayerRates();
        for (long now = 0; now < 5 * SECOND; now += 100 * MILLI) {
            for (int layer = 0; layer < 3; layer++) for (int t = 0; t < 2; t++) rates.add(layer, t, KBPS[layer] * 1_000 / 8 / 10 / 2);
            rates.tick(now);
        }
        return rates;
    }

    /** One subscriber's track, as {@link SubscriptionTrack} keeps it. */
    private final class Track {
        final Ladder ladder = new Ladder();
        final TrackPreference wish;
        int spatial = 2;
        int temporal = 3;
        boolean off = true;
        boolean decided;

        Track(int priority) {
            wish = new TrackPreference(true, 2, 3, priority);
        }

        String granted() {
            return off ? "off" : "S" + spatial + (temporal < 3 ? "T" + temporal : "");
        }
    }

    private String allocate(long kbps, boolean mayPause, Track... tracks) {
        now += 100 * MILLI;
        Ladder[] ladders = new Ladder[tracks.length];
        for (int i = 0; i < tracks.length; i++) {
            ladders[i] = tracks[i].ladder;
            ladders[i].fresh = !tracks[i].decided;
            ladders[i].set(rates, 7, tracks[i].wish, tracks[i].spatial, tracks[i].temporal, tracks[i].off);
        }
        allocator.allocate(now, ladders, tracks.length, kbps * 1_000, mayPause);
        StringBuilder all = new StringBuilder();
        for (Track track : tracks) {
            track.decided = true;
            track.off = track.ladder.next == Ladder.OFF;
            if (!track.off) {
                track.spatial = track.ladder.spatial(track.ladder.next);
                track.temporal = track.ladder.temporal(track.ladder.next);
            }
            all.append(all.isEmpty() ? "" : " ").append(track.granted());
        }
        return all.toString();
    }

    @Test
    void rates_are_what_was_counted() {
        assertThat(rates.bps(2, 3)).isBetween(1_450_000L, 1_550_000L);
        assertThat(rates.bps(2, 0)).isBetween(725_000L, 775_000L);
        assertThat(rates.bps(0, 3)).isBetween(95_000L, 105_000L);
    }

    @Test
    void one_track_climbs_as_the_budget_does() {
        Track track = new Track(1);
        assertThat(allocate(20, true, track)).isEqualTo("off");
        now += 3 * SECOND;
        assertThat(allocate(60, true, track)).isEqualTo("S0T0");
        assertThat(allocate(130, true, track)).isEqualTo("S0");
        assertThat(allocate(500, true, track)).isEqualTo("S1");
        assertThat(allocate(3_000, true, track)).isEqualTo("S2");
    }

    @Test
    void motion_goes_before_the_picture_and_the_picture_stays_where_it_must() {
        Track track = new Track(1);
        assertThat(allocate(3_000, false, track)).isEqualTo("S2");
        assertThat(allocate(1_000, false, track)).isEqualTo("S1");
        assertThat(allocate(60, false, track)).isEqualTo("S0T0");
        assertThat(allocate(0, false, track)).isEqualTo("S0T0");
        assertThat(allocate(0, true, track)).isEqualTo("off");
    }

    @Test
    void the_important_one_first_and_equals_in_turns() {
        Track screen = new Track(255);
        Track ann = new Track(1);
        Track bob = new Track(1);
        assertThat(allocate(2_600, true, screen, ann, bob)).isEqualTo("S2 S1 S1");
        assertThat(allocate(1_750, true, screen, ann, bob)).isEqualTo("S2 S0 S0");
        assertThat(allocate(1_000, true, screen, ann, bob)).as("what would fit more is held").isEqualTo("S1 S0 S0");
        now += 10 * SECOND;
        assertThat(allocate(1_000, true, screen, ann, bob)).isEqualTo("S1 S1 S0");
        assertThat(allocate(160, true, screen, ann, bob)).isEqualTo("S0T0 S0T0 S0T0");
        assertThat(allocate(110, true, screen, ann, bob)).isEqualTo("S0T0 S0T0 off");
    }

    @Test
    void after_a_fall_it_waits_and_longer_if_the_raise_was_to_blame() {
        Track track = new Track(1);
        allocate(2_000, true, track);
        assertThat(allocate(1_400, true, track)).isEqualTo("S1");
        assertThat(allocate(1_800, true, track)).as("held").isEqualTo("S1");
        assertThat(allocate(2_500, true, track)).as("far above").isEqualTo("S2");
        assertThat(allocate(1_400, true, track)).isEqualTo("S1");
        now += 3 * SECOND;
        assertThat(allocate(1_800, true, track)).as("held twice as long").isEqualTo("S1");
        now += 6 * SECOND;
        assertThat(allocate(1_800, true, track)).isEqualTo("S2");
    }

    @Test
    void budgets_that_waver_do_not_make_layers_waver() {
        for (long seed = 0; seed < 20; seed++) {
            var random = new SplittableRandom(seed);
            Track track = new Track(1);
            int changes = 0;
            String before = "";
            for (int i = 0; i < 6_000; i++) {
                String granted = allocate(1_350 + random.nextInt(400), true, track);
                if (!granted.equals(before)) changes++;
                before = granted;
            }
            assertThat(changes).as("in ten minutes, seed %d", seed).isLessThan(50);
        }
    }

    @Test
    void never_more_than_there_is_where_pausing_is_allowed() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new SplittableRandom(seed);
            Track[] tracks = new Track[1 + random.nextInt(8)];
            for (int i = 0; i < tracks.length; i++) tracks[i] = new Track(Math.max(1, 255 - 60 * i));
            for (int i = 0; i < 100; i++) {
                long kbps = random.nextInt(8_000);
                allocate(kbps, true, tracks);
                assertThat(allocator.used()).as("seed %d", seed).isLessThanOrEqualTo(kbps * 1_000);
            }
        }
    }
}
