package io.stoa.media;

/**
 * What may be done to a client's tracks where there is not enough bandwidth for all of them.
 *
 * @param mayPause tracks may be paused; else each is sent in its lowest layer at least, whether there is room for it or not
 * @param maxBps never more than so much, 0 = no limit
 */
public record DownstreamSettings(boolean mayPause, long maxBps) {
    public static final DownstreamSettings DEFAULT = new DownstreamSettings(false, 0);

    public DownstreamSettings {
        if (maxBps < 0) throw new IllegalArgumentException("maxBps " + maxBps + ", allowed are 0 and more");
    }
}
