package io.stoa.media;

import java.util.List;

/**
 * What is known of a published track, in one of its codecs, from the client's description.
 *
 * @param mid media section
 * @param mime negotiated codec with the case LiveKit shows, for instance {@code video/VP8} or {@code audio/red}
 * @param cid the client id that matched
 * @param rids simulcast rids in the order of the description, empty if there is one stream only
 * @param ssrcs media SSRCs in layer order as far as signalled or seen, else empty
 * @param repairSsrcs RTX SSRCs likewise
 * @param stereo the client's fmtp says stereo
 * @param rank which of the codecs of its {@link PublicationSpec}
 */
public record PublishedTrack(
        String trackSid,
        String mid,
        String mime,
        String cid,
        List<String> rids,
        List<Long> ssrcs,
        List<Long> repairSsrcs,
        boolean stereo,
        int rank) {
    /** In its first codec. */
    public PublishedTrack(
            String trackSid, String mid, String mime, String cid, List<String> rids, List<Long> ssrcs, List<Long> repairSsrcs, boolean stereo) {
        this(trackSid, mid, mime, cid, rids, ssrcs, repairSsrcs, stereo, 0);
    }
}
