package io.stoa.media;

/** The well-known data channels of LiveKit connections (spec 4.9). */
public enum DataLane {
    RELIABLE("_reliable", true),
    LOSSY("_lossy", false),
    DATA_TRACK("_data_track", false);

    private final String label;
    private final boolean ordered;

    DataLane(String label, boolean ordered) {
        this.label = label;
        this.ordered = ordered;
    }

    public String label() {
        return label;
    }

    /** Ordered and reliable; the others are unordered without retransmission. */
    public boolean reliable() {
        return ordered;
    }

    /** @return null for any other label */
    public static DataLane ofLabel(String label) {
        for (DataLane lane : values()) if (lane.label.equals(label)) return lane;
        return null;
    }
}
