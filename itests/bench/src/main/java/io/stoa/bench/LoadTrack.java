package io.stoa.bench;

import java.util.List;

/**
 * A track that is published.
 *
 * @param layers lowest first
 */
record LoadTrack(String cid, List<MediaSource> layers) {
    boolean video() {
        return layers.getFirst().video;
    }
}
