package io.stoa.media;

import java.util.List;

/**
 * A track that the client is about to send.
 *
 * @param cids client ids by which a media section names it (msid track id), of the track itself first, then of its other codecs
 * @param mime preferred codec, lower case, put first in the answer; empty = as negotiated
 * @param redDisabled no audio/red
 * @param dtx let the client stop sending in silence ({@code usedtx=1})
 * @param stereo ask for {@code stereo=1;maxaveragebitrate=510000}
 * @param encrypted end-to-end encrypted: payloads are opaque, key frames cannot always be seen
 */
public record PublicationSpec(
        String trackSid, List<String> cids, boolean video, String mime, boolean redDisabled, boolean dtx, boolean stereo, boolean encrypted) {}
