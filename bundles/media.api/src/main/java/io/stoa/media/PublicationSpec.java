package io.stoa.media;

import java.util.List;

/**
 * A track that the client is about to send, in one codec or in several, each of which has a media section of its own. The codecs have
 * ranks: 0 is the one that it begins with, then come the backups for clients that cannot take that.
 *
 * @param cids client ids by which a media section names the track in its first codec (msid track id)
 * @param mime preferred codec, lower case, put first in the answer; empty = as negotiated
 * @param redDisabled no audio/red
 * @param dtx let the client stop sending in silence ({@code usedtx=1})
 * @param stereo ask for {@code stereo=1;maxaveragebitrate=510000}
 * @param encrypted end-to-end encrypted: payloads are opaque, key frames cannot always be seen
 * @param backups by rank, beginning with 1
 */
public record PublicationSpec(
        String trackSid,
        List<String> cids,
        boolean video,
        String mime,
        boolean redDisabled,
        boolean dtx,
        boolean stereo,
        boolean encrypted,
        List<Backup> backups) {
    /**
     * A codec that the client sends when it is asked for.
     *
     * @param mime lower case
     * @param cid by which its media section is named; empty as long as the client has not said
     */
    public record Backup(String mime, String cid) {}

    /** A track of one codec. */
    public PublicationSpec(
            String trackSid, List<String> cids, boolean video, String mime, boolean redDisabled, boolean dtx, boolean stereo, boolean encrypted) {
        this(trackSid, cids, video, mime, redDisabled, dtx, stereo, encrypted, List.of());
    }

    public String mime(int rank) {
        return rank == 0 ? mime : backups.get(rank - 1).mime;
    }

    /** Whether a section of that client id carries the codec. */
    public boolean named(int rank, String cid) {
        return !cid.isEmpty() && (rank == 0 ? cids.contains(cid) : backups.get(rank - 1).cid.equals(cid));
    }

    public int codecs() {
        return 1 + backups.size();
    }
}
