package io.stoa.media;

/**
 * What a forwarder is made for.
 *
 * @param trackSid the published track
 * @param subscriberSid the participant that receives it
 * @param mime lower case, for instance {@code video/vp8}
 * @param clockRate RTP clock in Hz
 * @param video false for audio
 * @param simulcast several layers arrive as streams of their own; else all layers there are come in one stream, as layer 0
 * @param whole of layers within a stream all go on up to those that are wanted, because others choose among them later; else only what is
 *     needed for the best
 * @param seed for first sequence number and timestamp, drawn by the caller so that scenarios repeat
 */
public record ForwarderSpec(
        String trackSid, String subscriberSid, String mime, int clockRate, boolean video, boolean simulcast, boolean whole, long seed) {
    /** For a client. */
    public ForwarderSpec(String trackSid, String subscriberSid, String mime, int clockRate, boolean video, boolean simulcast, long seed) {
        this(trackSid, subscriberSid, mime, clockRate, video, simulcast, false, seed);
    }
}
