package io.stoa.media;

/**
 * What a subscriber wants of a track.
 *
 * @param enabled false: send nothing
 * @param maxSpatial 0 low, 1 medium, 2 high
 * @param maxTemporal 0 to 3, 3 = all
 */
public record TrackPreference(boolean enabled, int maxSpatial, int maxTemporal) {
    public static final TrackPreference EVERYTHING = new TrackPreference(true, 2, 3);

    public TrackPreference {
        if (maxSpatial < 0 || maxSpatial > 2) throw new IllegalArgumentException("maxSpatial " + maxSpatial + ", allowed 0 to 2");
        if (maxTemporal < 0 || maxTemporal > 3) throw new IllegalArgumentException("maxTemporal " + maxTemporal + ", allowed 0 to 3");
    }
}
