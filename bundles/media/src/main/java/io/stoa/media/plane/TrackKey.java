package io.stoa.media.plane;

/**
 * A published track in one of its codecs: each is a track of its own on the loops, and they share their sid.
 *
 * @param rank 0: the codec that the track begins with, and that says which others there are
 */
record TrackKey(String trackSid, int rank) {
    static TrackKey first(String trackSid) {
        return new TrackKey(trackSid, 0);
    }

    TrackKey in(int otherRank) {
        return new TrackKey(trackSid, otherRank);
    }
}
