package io.stoa.media;

/**
 * What a subscriber wants of a track.
 *
 * @param enabled false: send nothing
 * @param maxSpatial 0 low, 1 medium, 2 high
 * @param maxTemporal 0 to 3, 3 = all
 * @param priority 1 to 255: where bandwidth is short, tracks of higher ones are served first
 */
public record TrackPreference(boolean enabled, int maxSpatial, int maxTemporal, int priority) {
    public static final int LOWEST_PRIORITY = 1;
    public static final int HIGHEST_PRIORITY = 255;

    public static final TrackPreference EVERYTHING = new TrackPreference(true, 2, 3);

    public TrackPreference {
        if (maxSpatial < 0 || maxSpatial > 2) throw new IllegalArgumentException("maxSpatial " + maxSpatial + ", allowed 0 to 2");
        if (maxTemporal < 0 || maxTemporal > 3) throw new IllegalArgumentException("maxTemporal " + maxTemporal + ", allowed 0 to 3");
        if (priority < LOWEST_PRIORITY || priority > HIGHEST_PRIORITY) throw new IllegalArgumentException("priority " + priority + ", allowed 1 to 255");
    }

    /** Of the lowest priority. */
    public TrackPreference(boolean enabled, int maxSpatial, int maxTemporal) {
        this(enabled, maxSpatial, maxTemporal, LOWEST_PRIORITY);
    }
}
